"""Sessions in files: what is reopened is what was there, whatever happened."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.session import Session
from tests.editing.files import Pair, assert_same_history, left_by_a_crash
from tests.editing.walks import EDITS, JOINS, N_FRAMES, RUNS, Snapshot, Walk, walks

SIZE = (64, 48)


@settings(max_examples=40, deadline=None)
@given(walks(*EDITS, *RUNS, *JOINS, "crash", "reopen", "move", "crash", "go"))
def test_a_file_that_crashes_and_is_reopened_stays_equal_to_a_session_in_memory(steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        pair = Pair(Path(folder), N_FRAMES)
        pair.take("add", 0)
        for step, seed in steps:
            pair.take(step, seed)
        pair.take("reopen", 0)
        while pair.plain.session.undo_label:
            pair.take("undo", 0)
        while pair.plain.session.redo_label:
            pair.take("redo", 0)
        pair.close()


def test_ten_thousand_random_edits_with_undo_redo_and_reopening_lead_through_the_same_states(tmp_path: Path) -> None:
    path, other = tmp_path / "0.cotracker", tmp_path / "1.cotracker"
    walk, rng = Walk(Session.create(path, N_FRAMES, SIZE)), np.random.default_rng(5)
    names = ("add", "delete", "rename", "place_anchor", "approve", "clear", "undo", "undo", "redo", "redo", "go")
    for number in range(10_000):
        walk.session.changed.disconnect()
        name = str(rng.choice(names, p=[*[0.09995] * 10, 0.0005]))
        if len(walk.session.ids) < 12 or name != "add":
            getattr(walk, name)(np.random.default_rng(rng.integers(1 << 30)))
            if number % 4 == 0:
                walk.compare()
        if number % 1000 == 999:
            old = walk.session
            path, other = (left_by_a_crash(old, other), path) if number % 2000 == 999 else (path, other)
            old.close()
            walk.go_on(Session.open(path))
            assert_same_history(walk.session, old)
            walk.compare()
    assert len(walk.known) > 500, "as many states are known, and each was the same again"
    walk.session.close()


def test_a_session_is_in_memory_until_it_is_saved_and_goes_on_in_its_file(tmp_path: Path) -> None:
    session = Session(N_FRAMES, SIZE, {"fps": (25, 1)})
    walk = Walk(session)
    walk.take("add", 1)
    assert (session.path, session.is_read_only) == (None, False)
    session.save_as(tmp_path / "a.cotracker")
    walk.take("rename", 2)
    assert session.path == tmp_path / "a.cotracker"
    session.close()
    again = Session.open(tmp_path / "a.cotracker")
    assert again.tracks.meta == session.tracks.meta
    again.close()


def test_nothing_changes_once_a_session_is_closed(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    session.add_points(0, [[1, 2]])
    session.close()
    before = Snapshot.of(session)
    with pytest.raises(EditError, match="closed"):
        session.rename(0, "nose")
    Snapshot.of(session).assert_same(before)
    session.close()


def test_a_session_lets_go_of_its_file_at_the_end_of_a_block(tmp_path: Path) -> None:
    with Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE) as session:
        session.add_points(0, [[3, 4]])
    with Session.open(tmp_path / "a.cotracker") as again:
        assert not again.is_read_only and len(again.ids) == 1


def test_a_session_that_is_only_looked_at_leaves_its_file_alone(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    session.add_points(0, [[1, 2]])
    run = session.begin_run("track", [0])
    path = left_by_a_crash(session, tmp_path / "b.cotracker")
    run.close()
    session.close()
    bytes_before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    looked = Session.open(path, read_only=True)
    assert (looked.ids.tolist(), looked.path, looked.is_read_only) == ([0], path, True)
    with pytest.raises(EditError, match="opened to be looked at; save it elsewhere to go on"):
        looked.rename(0, "nose")
    looked.close()
    after = {each.name: each.read_bytes() for each in tmp_path.iterdir() if not each.name.endswith("-shm")}
    assert after == {name: content for name, content in bytes_before.items() if not name.endswith("-shm")}


def test_cells_are_told_as_they_were_before_a_step() -> None:
    session = Session(N_FRAMES, SIZE)
    ids = session.add_points(0, [[1, 1], [2, 2]])
    session.edit.move(0, 3, (3, 3))
    session.edit.move(ids, 3, [(4, 4), (5, 5)])
    step = session.last_step
    session.edit.move(0, 5, (6, 6))
    cells = session.before(step, 0)
    assert cells.xy[[0, 3, 5]].tolist() == [[1, 1], [3, 3], [6, 6]], "what was done later stays"
    session.edit.move(0, 3, (7, 7))
    assert session.before(step, 0).xy[3].tolist() == [7, 7], "also where the step had been before"
    assert np.isnan(session.before(1, 0).xy[0]).all()


def test_settings_and_facts_are_kept(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE, {"fps": (25, 1)})
    session.set_setting("zoom", {"scale": 1.5, "at": (1, None)})
    session.set_setting("gone", 1)
    session.set_setting("gone", None)
    session.set_setting("never", None)
    session.describe(video={"path": "a.mp4"}, frame_numbers=[3, 4])
    with pytest.raises(EditError, match="that JSON can hold"):
        session.set_setting("wrong", {1, 2})
    with pytest.raises(TypeError):
        session.settings["zoom"] = 1  # type: ignore[index]
    meta = session.tracks.meta
    session.close()
    again = Session.open(tmp_path / "a.cotracker")
    assert dict(again.settings) == {"zoom": {"scale": 1.5, "at": [1, None]}}
    assert again.tracks.meta == meta
    assert (again.size, again.n_frames, again.tracks.meta["fps"]) == (SIZE, N_FRAMES, (25, 1))
    assert again.steps == (), "none of this is an edit"
    again.close()


def test_a_session_without_a_file_has_no_thread() -> None:
    before = threading.active_count()
    sessions = [Session(N_FRAMES, SIZE) for _ in range(20)]
    for session in sessions:
        session.add_points(0, [[1, 1]])
    assert threading.active_count() == before


@pytest.mark.parametrize("name", ["none.cotracker", ".", "text.cotracker", "empty.cotracker", "half.cotracker"])
def test_what_is_no_session_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE).close()
    whole = (tmp_path / "a.cotracker").read_bytes()
    (tmp_path / "text.cotracker").write_text("hello " * 100)
    (tmp_path / "empty.cotracker").touch()
    (tmp_path / "half.cotracker").write_bytes(whole[: len(whole) // 2])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(EditError) as mishap:
        Session.open(tmp_path / name)
    assert len(str(mishap.value).splitlines()) == 1
    assert ";" in str(mishap.value), "it says what to do"
    assert sorted(tmp_path.iterdir()) == before, "nothing is left lying about"


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.cotracker"
    Session.create(path, N_FRAMES, SIZE).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(EditError, match="version 1 or older, got version 99; update napari-cotracker"):
        Session.open(path)
