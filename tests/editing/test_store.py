"""Files: two windows, folders that cannot be written to, copies, and disks that are full."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing import database, records, snapshots, store
from napari_cotracker.editing.aside import COMPANIONS
from napari_cotracker.editing.lock import LockedError
from napari_cotracker.editing.session import Session
from tests.editing.files import assert_same_history, assert_same_session, left_by_a_crash, told
from tests.editing.walks import FACTS, N_FRAMES, Mirror, Snapshot, Walk, update_of

SIZE = (64, 48)


def session_of(path: Path, steps: int = 6) -> Session:
    session = Session.create(path, N_FRAMES, SIZE)
    walk = Walk(session)
    for number in range(steps):
        getattr(walk, ("add", "place_anchor", "rename")[number % 3])(np.random.default_rng(number))
    return session


def assert_only_shown(session: Session, reason: str) -> None:
    """Nothing can be changed, and it is said why."""
    assert session.is_read_only
    assert reason in session.refusal
    before, history = Snapshot.of(session), told(session)
    acts: list[Callable[[], object]] = [
        lambda: session.rename(0, "x"), session.undo, lambda: session.begin_run("run", [0]),
        lambda: session.set_setting("a", 1), lambda: session.describe(a=1), session.compact,
        lambda: session.set_length(99), lambda: session.go_to(1),
    ]
    for act in acts:
        with pytest.raises(EditError, match=reason):
            act()
    Snapshot.of(session).assert_same(before)
    assert told(session) == history


def test_the_second_window_only_shows_what_is_there(tmp_path: Path) -> None:
    first = session_of(tmp_path / "a.cotracker")
    run = first.begin_run("track", first.ids, facts=FACTS)
    run.write(update_of(range(N_FRAMES), first.ids, empty=0))
    second = Session.open(tmp_path / "a.cotracker")
    assert_only_shown(second, "a.cotracker is open in another window")
    Snapshot.of(second).assert_same(Snapshot.of(first))
    assert second.undo_label == "track, cut off"
    before = Snapshot.of(second)
    run.close()
    first.rename(0, "changed")
    Snapshot.of(second).assert_same(before)
    assert second.path == first.path
    second.save_as(tmp_path / "b.cotracker")
    assert not second.is_read_only
    second.undo()
    first.close()
    second.close()
    third = Session.open(tmp_path / "a.cotracker")
    assert not third.is_read_only
    third.close()


def test_a_window_of_another_process_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.cotracker"
    session_of(path).close()
    script = textwrap.dedent(f"""
        from napari_cotracker.editing.session import Session
        session = Session.open({str(path)!r})
        print(session.is_read_only, flush=True)
        input()
    """)
    other = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None and other.stdout.readline() == "False\n"
        session = Session.open(path)
        assert_only_shown(session, "another window")
        session.close()
    finally:
        other.kill()
        other.wait()
    session = Session.open(path)
    assert not session.is_read_only, "the system takes the lock of a process that was killed"
    session.close()


def test_a_folder_in_which_nothing_can_be_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(tmp_path / "a.cotracker")
    left_by_a_crash(session, tmp_path / "b.cotracker")
    session.close()

    def refuse(path: Path) -> None:
        raise LockedError(f"{path.name} cannot be locked in its folder: Read-only file system")

    monkeypatch.setattr(store, "Lock", refuse)
    shown = Session.open(tmp_path / "b.cotracker")
    assert_only_shown(shown, "cannot be locked in its folder")
    assert_same_history(shown, session)
    shown.close()
    with pytest.raises(EditError, match=r"cannot write.*choose another name or folder"):
        Session.create(tmp_path / "c.cotracker", 5, SIZE)
    assert not (tmp_path / "c.cotracker").exists()


def test_a_file_that_cannot_be_written_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(tmp_path / "a.cotracker")
    session.close()
    plain = store.Database.write

    def refuse(database: store.Database, *writes: object) -> None:
        if database.path is not None and not writes:
            database.run("PRAGMA query_only = ON")
            plain(database, lambda connection: connection.execute("DELETE FROM steps"))

    monkeypatch.setattr(store.Database, "write", refuse)
    shown = Session.open(tmp_path / "a.cotracker")
    monkeypatch.undo()
    assert_only_shown(shown, "a.cotracker cannot be written")
    assert_same_history(shown, session)
    shown.close()


def test_a_full_disk_refuses_the_edit_and_nothing_has_changed(tmp_path: Path) -> None:
    session = session_of(tmp_path / "a.cotracker")
    run = session.begin_run("track", session.ids)
    run.write(update_of([1], session.ids, empty=0))
    mirror, before, history = Mirror(session), Snapshot.of(session), told(session)
    pages = session._store.read(lambda connection: connection.execute("PRAGMA page_count").fetchone())[0]
    session._store._database.run(f"PRAGMA max_page_count = {pages}")
    refused = 0
    for number in range(30):
        update = update_of(range(N_FRAMES), session.ids, number + 1, empty=0)
        acts: list[Callable[[], object]] = [
            lambda: session.add_points(0, np.ones((300, 2))), lambda: session.delete(session.ids),
            partial(run.write, update), run.close, session.undo,
        ]
        before, history = Snapshot.of(session), told(session)
        try:
            acts[number % len(acts)]()
        except EditError as mishap:
            assert "the disk is full" in str(mishap) or "while points are tracked" in str(mishap)
            refused += "disk is full" in str(mishap)
            Snapshot.of(session).assert_same(before)
            assert told(session) == history
            mirror.compare()
    assert refused > 3
    session._store._database.run("PRAGMA max_page_count = 1000000")
    session.add_points(0, np.ones((300, 2)))
    shown = Snapshot.of(session)
    session.close()
    again = Session.open(tmp_path / "a.cotracker")
    Snapshot.of(again).assert_same(shown)
    again.close()


def test_a_run_whose_window_cannot_be_written_goes_on_when_it_can(tmp_path: Path) -> None:
    session = session_of(tmp_path / "a.cotracker")
    run = session.begin_run("track", session.ids)
    path = session.path
    assert path is not None
    path.rename(tmp_path / "away")
    before = Snapshot.of(session)
    for act in (lambda: run.write(update_of(range(N_FRAMES), session.ids, empty=0)), lambda: session.rename(0, "x")):
        with pytest.raises(EditError, match="is gone or was replaced; save the session elsewhere"):
            act()
    Snapshot.of(session).assert_same(before)
    session.save_as(tmp_path / "b.cotracker")
    run.write(update_of(range(N_FRAMES), session.ids, empty=0))
    shown = Snapshot.of(session)
    session.close()
    again = Session.open(tmp_path / "b.cotracker")
    Snapshot.of(again).assert_same(shown)
    again.close()


def test_a_copy_has_everything_and_the_session_stays_where_it_is(tmp_path: Path) -> None:
    session = session_of(tmp_path / "a.cotracker")
    session.copy_to(tmp_path / "b.cotracker")
    assert session.path == tmp_path / "a.cotracker"
    copy = Session.open(tmp_path / "b.cotracker")
    assert_same_session(copy, session)
    session.rename(0, "only here")
    with pytest.raises(EditError, match="is open in another window"):
        session.copy_to(tmp_path / "b.cotracker")
    with pytest.raises(EditError, match="another file than the session's own"):
        session.save_as(tmp_path / "a.cotracker")
    copy.close()
    session.copy_to(tmp_path / "b.cotracker")
    copy = Session.open(tmp_path / "b.cotracker")
    assert_same_session(copy, session)
    copy.close()
    session.close()


@pytest.mark.skipif(sys.platform != "linux", reason="others have names of UTF-8 or UTF-16 only")
def test_a_folder_whose_name_is_no_utf_8_holds_sessions(tmp_path: Path) -> None:
    folder = tmp_path / "f\udcfcr"
    folder.mkdir()
    session = session_of(tmp_path / "a.cotracker")
    session.save_as(folder / "b.cotracker")
    session.add_points(0, [[1, 1]])
    session.copy_to(folder / "c.cotracker")
    for read_only in (True, False):
        with closing(Session.open(folder / "c.cotracker", read_only=read_only)) as copy:
            assert_same_session(copy, session)
    session.close()


def test_a_copy_in_mid_run_has_what_the_run_shows(tmp_path: Path) -> None:
    session = Session(N_FRAMES, SIZE)
    session.add_points(0, [[1, 1]])
    run = session.begin_run("track", [0], facts=FACTS)
    run.write(update_of(range(N_FRAMES), [0], empty=0))
    for number in range(2):
        session.copy_to(tmp_path / f"{number}.cotracker")
        copy = Session.open(tmp_path / f"{number}.cotracker")
        Snapshot.of(copy).assert_same(Snapshot.of(session))
        assert (copy.undo_label, copy.runs) == ("track, cut off", [{**FACTS, "cancelled": True}])
        copy.close()
        run.write(update_of(range(N_FRAMES), [0], 5, empty=0))


def test_an_old_file_is_replaced_by_a_whole_new_one_or_not_at_all(tmp_path: Path) -> None:
    old = session_of(tmp_path / "a.cotracker", 3)
    left_by_a_crash(old, tmp_path / "b.cotracker")
    old.close()
    session = session_of(tmp_path / "c.cotracker", 9)
    session.save_as(tmp_path / "b.cotracker")
    session.close()
    again = Session.open(tmp_path / "b.cotracker")
    assert_same_history(again, session)
    again.close()
    with pytest.raises(EditError, match="cannot write"):
        Session(5, SIZE).save_as(tmp_path / "none" / "a.cotracker")
    with pytest.raises(EditError, match="which is there; open it instead"):
        Session.create(tmp_path / "b.cotracker", 5, SIZE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.cotracker", "b.cotracker", "c.cotracker"]


@pytest.mark.parametrize("has_log", [True, False])
def test_an_old_file_that_cannot_be_replaced_keeps_what_a_crash_left_beside_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_log: bool) -> None:
    target = tmp_path / "b.cotracker"
    old = session_of(tmp_path / "a.cotracker", 3)
    left_by_a_crash(old, target)
    old.close()
    if not has_log:  # as where a log does not work: in the middle of a transaction
        leave_a_journal(target)

    def refuse(path: Path, other: Path) -> None:
        raise PermissionError(13, "The process cannot access the file")

    session = Session(5, SIZE)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refuse)
        for write in (session.save_as, session.copy_to):
            with pytest.raises(EditError, match=r"cannot write .*b.cotracker': The process cannot access the file"):
                write(target)
    again = Session.open(target)
    assert_same_history(again, old)
    again.close()
    session.save_as(target)
    session.close()
    assert not list(tmp_path.glob("*-*")), "nothing is left beside the new file"


def test_what_lies_beside_a_file_that_is_no_database_goes_with_it(tmp_path: Path) -> None:
    target = tmp_path / "a.cotracker"
    for content in (b"hello" * 99, None):
        target.unlink(missing_ok=True) if content is None else target.write_bytes(content)
        for companion in COMPANIONS:
            Path(f"{target}{companion}").write_bytes(b"left behind")
        Session(5, SIZE).copy_to(target)
        assert list(tmp_path.iterdir()) == [target]
        Session.open(target).close()


def leave_a_journal(path: Path) -> None:
    """Kill a process that has written half of a transaction into a file without a log."""
    script = textwrap.dedent(f"""
        import os, sqlite3
        connection = sqlite3.connect({str(path)!r}, isolation_level=None)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        for command in ("DELETE FROM steps", "DELETE FROM patches", "CREATE TABLE filler (a)"):
            connection.execute(command)
        for _ in range(200):
            connection.execute("INSERT INTO filler VALUES (zeroblob(4000))")
        os._exit(0)
    """)
    subprocess.run([sys.executable, "-c", script], check=True)
    assert Path(f"{path}-journal").stat().st_size
    assert not Path(f"{path}-wal").exists()


def test_compacting_keeps_the_state_and_the_history_unless_it_is_to_be_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "a.cotracker"
    session = Session.create(path, 500, SIZE)
    ids = session.add_points(0, np.ones((50, 2)))
    run = session.begin_run("track", ids, facts=FACTS)
    with pytest.raises(EditError, match="while points are tracked"):
        session.compact()
    for seed in range(2):
        run.write(update_of(range(500), ids, seed, empty=0))
        run.close(FACTS)
        run = session.begin_run("track", ids)
    run.close()
    before, history = Snapshot.of(session), told(session)
    session.compact()
    assert told(session) == history
    whole = path.stat().st_size
    session.compact(forget_history=True)
    assert path.stat().st_size < 0.7 * whole
    assert (session.steps, session.branches, session.undo(), session.runs) == ((), (), "", [FACTS])
    Snapshot.of(session).assert_same(before)
    session.rename(0, "nose")
    session.close()
    again = Session.open(path)
    assert (again.undo(), again.undo(), again.runs) == ("rename point 0 to nose", "", [FACTS])
    Snapshot.of(again).assert_same(before)
    again.close()


def test_where_a_log_does_not_work_a_session_is_kept_all_the_same(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = sqlite3.connect

    def without_shared_memory(path: object, **given: object) -> sqlite3.Connection:
        if not isinstance(path, Path):
            return plain(path, **given)  # type: ignore[call-overload, no-any-return]
        return plain(f"file:{path}?vfs=unix-dotfile", uri=True, **given)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", without_shared_memory)
    session = session_of(tmp_path / "a.cotracker")
    modes = [session._store.read(lambda connection, name=name: connection.execute(f"PRAGMA {name}").fetchone()[0])
             for name in ("journal_mode", "synchronous")]
    assert modes == ["delete", 2]
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    assert_same_history(again, session)
    again.close()
    session.close()
    again = Session.open(tmp_path / "a.cotracker")
    assert_same_history(again, session)
    again.close()


def test_a_session_that_is_edited_while_it_is_saved_elsewhere_has_all_of_it_there(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PAGES", 1)
    monkeypatch.setattr(database, "LET_GO", 0.001)
    session = session_of(tmp_path / "a.cotracker")
    begun, shares = Event(), list[float]()

    def told_share(share: float) -> None:
        shares.append(share)
        begun.set()

    mover = Thread(target=session.save_as, args=(tmp_path / "b.cotracker", told_share))
    mover.start()
    assert begun.wait(10)
    count = 0
    while mover.is_alive():
        session.rename(0, f"name {count}")
        if count == 0:
            assert session.path == tmp_path / "a.cotracker", "it is saved still"
            left = left_by_a_crash(session, tmp_path / "c.cotracker")
        count += 1
    mover.join()
    assert all(0 <= share <= 1 for share in shares)
    assert session.path == tmp_path / "b.cotracker"
    with Session.open(left) as again:
        assert again.rows[0].name.startswith("name ")
    for _ in range(2):
        session.rename(0, "last")
        with Session.open(left_by_a_crash(session, tmp_path / "d.cotracker")) as again:
            assert_same_history(again, session)
        session.undo()
    session.close()
    assert not list(tmp_path.glob(".*"))
    with Session.open(tmp_path / "b.cotracker") as again:
        assert_same_history(again, session)
        assert len(again.steps) >= count


def test_a_snapshot_that_is_written_while_a_session_is_saved_elsewhere_is_whole_there(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PAGES", 1)
    monkeypatch.setattr(snapshots, "STEPS", 1)
    session = session_of(tmp_path / "a.cotracker")

    def edit(share: float) -> None:
        if not done.is_set():
            done.set()
            session.rename(0, "posts a snapshot")  # its parts come one by one, some after the move

    done = Event()
    session.save_as(tmp_path / "b.cotracker", edit)
    assert done.is_set()
    session.close()
    with closing(sqlite3.connect(tmp_path / "b.cotracker")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        unnamed = "SELECT count(*) FROM snapshot_pieces WHERE id >> 20 NOT IN (SELECT id FROM snapshots)"
        assert connection.execute(unnamed.replace("20", str(records.PIECES))).fetchone() == (0,)
    with Session.open(tmp_path / "b.cotracker") as again:
        assert_same_history(again, session)


def test_a_disk_that_fills_up_while_a_session_is_saved_elsewhere_leaves_it_where_it_was(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(tmp_path / "a.cotracker")

    def full(share: float) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(database, "PAGES", 1)
    with pytest.raises(EditError, match=r"cannot write '.*b\.cotracker': No space left on device; make room"):
        session.save_as(tmp_path / "b.cotracker", full)
    assert session.path == tmp_path / "a.cotracker"
    session.rename(0, "goes on")
    assert sorted(path.name for path in tmp_path.iterdir() if "b.cotracker" in path.name or path.name[0] == ".") == []
    session.close()
    with Session.open(tmp_path / "a.cotracker") as again:
        assert again.rows[0].name == "goes on"
