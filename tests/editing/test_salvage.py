"""Damaged files: never a wrong state, and what is whole is saved."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.salvage import salvage
from napari_cotracker.editing.session import Session
from tests.editing.files import left_by_a_crash
from tests.editing.walks import N_FRAMES, Snapshot, Walk, update_of

SIZE = (64, 48)


def session_of(path: Path, count: int = 30) -> tuple[Session, list[Snapshot]]:
    """A session after some edits, and all states that it went through."""
    session = Session.create(path, N_FRAMES, SIZE, {"fps": (25, 1)})
    session.set_setting("colour", "red")
    walk, rng, states = Walk(session), np.random.default_rng(3), [Snapshot.of(session)]
    for number in range(count):
        names = ("rename", "place_anchor", "approve", "clear", "delete", "undo") if number > 3 else ("add",)
        name = str(rng.choice(names))
        getattr(walk, name)(np.random.default_rng(number))
        states.append(Snapshot.of(session))
    return session, states


def is_one_of(state: Snapshot, states: list[Snapshot]) -> bool:
    for other in states:
        try:
            state.assert_same(other)
        except AssertionError:
            continue
        return True
    return False


def run_sql(path: Path, command: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(command)
    connection.close()


def test_a_whole_file_is_saved_with_its_steps(tmp_path: Path) -> None:
    session, states = session_of(tmp_path / "a.cotracker")
    done = sum(step.is_done for step in session.steps)
    left_by_a_crash(session, tmp_path / "crashed.cotracker")
    session.close()
    found = salvage(tmp_path / "crashed.cotracker", tmp_path / "b.cotracker")
    assert (found.lost, found.tracks, found.steps) == ([], len(states[-1].rows), done)
    saved = Session.open(tmp_path / "b.cotracker")
    Snapshot.of(saved).assert_same(states[-1])
    assert saved.tracks.meta["fps"] == (25, 1)
    assert dict(saved.settings) == {"colour": "red"}
    assert saved.new_ids(1) == session.new_ids(1)
    while saved.undo():
        assert is_one_of(Snapshot.of(saved), states)
    saved.close()


@pytest.mark.parametrize("seed", range(36))
def test_whatever_is_damaged_is_told_and_no_state_is_invented(tmp_path: Path, seed: int) -> None:
    path, rng = tmp_path / "a.cotracker", np.random.default_rng(seed)
    session, states = session_of(path)
    session.close()
    data = bytearray(path.read_bytes())
    place = int(rng.integers(100, len(data)))
    if seed % 3 == 0:
        data[place] ^= int(rng.integers(1, 256))
    elif seed % 3 == 1:
        first = place // 4096 * 4096
        data[max(first, 100) : first + 4096] = bytes(len(data[max(first, 100) : first + 4096]))
    else:
        del data[place:]
    path.write_bytes(data)
    try:
        again = Session.open(path)
    except EditError as mishap:
        assert "damaged" in str(mishap) or "update" in str(mishap)
    else:
        assert is_one_of(Snapshot.of(again), states)
        again.close()
    try:
        salvage(path, tmp_path / "b.cotracker")
    except EditError as mishap:
        assert "use a copy" in str(mishap)
    else:
        saved = Session.open(tmp_path / "b.cotracker")
        assert is_one_of(Snapshot.of(saved), states)
        saved.close()


def test_what_follows_a_step_that_is_gone_is_lost_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.cotracker"
    session = Session.create(path, N_FRAMES, SIZE)
    session.add_points(0, [[1, 1], [2, 2]])
    before = Snapshot.of(session)
    session.rename(0, "nose")
    session.rename(1, "tail")
    left_by_a_crash(session, tmp_path / "b.cotracker")
    session.close()
    run_sql(tmp_path / "b.cotracker", "UPDATE patches SET data = 'x' WHERE id = 2 << 16")
    with pytest.raises(EditError, match=r"is damaged.*save what is whole of it into a new file"):
        Session.open(tmp_path / "b.cotracker")
    found = salvage(tmp_path / "b.cotracker", tmp_path / "c.cotracker")
    assert found.lost[0] == "2 steps, from 'rename point 0 to nose' on"
    assert (found.tracks, found.steps) == (2, 1)
    saved = Session.open(tmp_path / "c.cotracker")
    Snapshot.of(saved).assert_same(before)
    saved.close()


@pytest.mark.parametrize("command", ["DELETE FROM state", "DELETE FROM facts", "DELETE FROM snapshots",
                                     "DELETE FROM steps WHERE number > 8", "DELETE FROM settings",
                                     "DELETE FROM state; DELETE FROM facts",
                                     "UPDATE snapshot_pieces SET data = NULL WHERE id >> 16 = 2"])
def test_parts_that_are_gone_are_done_without(tmp_path: Path, command: str) -> None:
    path = tmp_path / "a.cotracker"
    session, states = session_of(path, 12)
    session.close()
    run_sql(path, command)
    salvage(path, tmp_path / "b.cotracker")
    saved = Session.open(tmp_path / "b.cotracker")
    assert is_one_of(Snapshot.of(saved), states)
    saved.close()


def test_a_run_that_was_under_way_is_saved(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    session.add_points(0, [[1, 1]])
    run = session.begin_run("track", [0])
    run.write(update_of(range(3), [0], empty=0))
    shown = Snapshot.of(session)
    left_by_a_crash(session, tmp_path / "b.cotracker")
    salvage(tmp_path / "b.cotracker", tmp_path / "c.cotracker")
    saved = Session.open(tmp_path / "c.cotracker")
    Snapshot.of(saved).assert_same(shown)
    assert saved.undo_label == "track, cut off"
    saved.close()
    session.close()


def test_nothing_whole_is_an_error_and_the_file_itself_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.cotracker"
    path.write_bytes(b"SQLite format 3\0" + bytes(5000))
    with pytest.raises(EditError, match="use a copy"):
        salvage(path, tmp_path / "b.cotracker")
    with pytest.raises(EditError, match="choose another name"):
        salvage(path, path)
