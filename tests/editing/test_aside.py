"""Files that are only looked at: everything is seen, and nothing is left beside them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from napari_cotracker.editing import aside, store
from napari_cotracker.editing.lock import LockedError
from napari_cotracker.editing.session import Session
from tests.editing.files import assert_same_history, left_by_a_crash
from tests.editing.test_store import session_of


def test_a_log_that_cannot_be_read_in_its_place_is_read_elsewhere(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(tmp_path / "a.cotracker")
    left_by_a_crash(session, tmp_path / "b.cotracker")
    session.close()
    plain = aside._back_up
    asked = list[str]()

    def refuse_first(address: str, connection: object) -> None:
        asked.append(address)
        if "mode=ro" in address:
            raise sqlite3.OperationalError("unable to open database file")
        plain(address, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(aside, "_back_up", refuse_first)
    monkeypatch.setattr(store, "_open_to_write", lambda path: (_ for _ in ()).throw(LockedError("read-only")))
    shown = Session.open(tmp_path / "b.cotracker")
    assert len(asked) == 2
    assert_same_history(shown, session)
    shown.close()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents_of(folder: Path) -> dict[str, bytes]:
    """Of all files but the index of a log, in which who reads leaves a mark."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


@pytest.mark.parametrize("may_write", [True, False])
def test_reading_leaves_nothing_beside_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_write: bool) -> None:
    session = session_of(tmp_path / "a.cotracker")
    session.close()
    before, written = contents_of(tmp_path), (tmp_path / "a.cotracker").stat().st_mtime_ns
    monkeypatch.setattr(aside.os, "access", lambda *_: may_write)
    shown = Session.open(tmp_path / "a.cotracker", read_only=True)
    assert_same_history(shown, session)
    assert names_in(tmp_path) == ["a.cotracker"]
    shown.close()
    assert contents_of(tmp_path) == before
    assert (tmp_path / "a.cotracker").stat().st_mtime_ns == written


def test_what_an_older_version_left_by_reading_goes(tmp_path: Path) -> None:
    session_of(tmp_path / "a.cotracker").close()
    with closing(sqlite3.connect(f"{(tmp_path / 'a.cotracker').as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("SELECT * FROM state").fetchall()
    assert names_in(tmp_path) == ["a.cotracker", "a.cotracker-shm", "a.cotracker-wal"]
    Session.open(tmp_path / "a.cotracker", read_only=True).close()
    assert names_in(tmp_path) == ["a.cotracker"]


def test_what_a_crash_left_is_read_and_stays_for_who_opens_the_file(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    session = session_of(tmp_path / "a.cotracker")
    left_by_a_crash(session, tmp_path / "there" / "b.cotracker")
    for index_is_there in (True, False):
        if not index_is_there:  # as after a copy of file and log by hand
            (tmp_path / "there" / "b.cotracker-shm").unlink()
        names, before = names_in(tmp_path / "there"), contents_of(tmp_path / "there")
        assert before["b.cotracker-wal"]
        shown = Session.open(tmp_path / "there" / "b.cotracker", read_only=True)
        assert_same_history(shown, session)
        shown.close()
        assert (names_in(tmp_path / "there"), contents_of(tmp_path / "there")) == (names, before)
    session.close()


@pytest.mark.parametrize("edits", [0, 3])
def test_who_reads_takes_nothing_away_from_who_writes(tmp_path: Path, edits: int) -> None:
    session = session_of(tmp_path / "a.cotracker", steps=3)
    session.compact()  # its log is empty now
    for number in range(edits):
        session.rename(0, f"name {number}")
    names = names_in(tmp_path)
    script = textwrap.dedent(f"""
        from napari_cotracker.editing.session import Session
        session = Session.open({str(tmp_path / "a.cotracker")!r}, read_only=True)
        print(session.rows[0].name)
        session.close()
    """)
    read = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert read.stdout.strip() == session.rows[0].name
    assert names_in(tmp_path) == names
    session.rename(0, "after")
    kept = left_by_a_crash(session, tmp_path / "b.cotracker")
    session.close()
    for path in (kept, tmp_path / "a.cotracker"):
        again = Session.open(path)
        assert again.rows[0].name == "after"
        again.close()
