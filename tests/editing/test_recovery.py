"""What is reopened is what was shown last, wherever the process was killed."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing import recovery, snapshots
from napari_cotracker.editing.encoding import DamageError
from napari_cotracker.editing.session import Session
from tests.editing.files import assert_same_history, assert_same_session, left_by_a_crash
from tests.editing.killed import N_FRAMES, SIZE, shown, steps_of
from tests.editing.walks import FACTS, Snapshot, update_of

ROOT = Path(__file__).parents[2]
KILLS = 50


@pytest.fixture
def killer() -> Iterator[Callable[[Path, int, int], list[str]]]:
    """Works on a file with a seed until some steps were told, kills the process, and gives all that it told."""
    if not hasattr(os, "fork"):
        pytest.skip("processes are made by fork")
    command = [sys.executable, "-m", "tests.editing.killed"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdin is not None and server.stdout is not None
        lines, ask = server.stdout, server.stdin

        def kill(path: Path, seed: int, after: int) -> list[str]:
            print(seed, path, file=ask, flush=True)
            child, told = int(lines.readline()), list[str]()
            while not told or not told[-1].startswith("end"):
                told.append(lines.readline().strip())
                if len(told) == after:
                    os.kill(child, signal.SIGKILL)
            assert told[-1] == "end -9"
            return [line for line in told if len(line) == 64]

        yield kill
        ask.close()


def test_a_process_is_killed_fifty_times_and_nothing_that_it_showed_is_lost(
        tmp_path: Path, killer: Callable[[Path, int, int], list[str]]) -> None:
    rng, cut_off = np.random.default_rng(0), 0
    path, base = tmp_path / "a.cotracker", tmp_path / "base.cotracker"
    for number in range(KILLS):
        if number % 5 == 0:  # else the session goes on that was killed before
            path.unlink(missing_ok=True)
            model = Session(N_FRAMES, SIZE)
        else:
            model = Session.open(shutil.copyfile(path, base))
        told = killer(path, number, int(rng.integers(1, 40)))
        wanted = [shown(model), *islice(steps_of(model, number), len(told))]
        assert told == wanted[: len(told)], "the same seed takes the same steps"
        again = Session.open(path)
        # what was being written is there, or it is not
        assert shown(again) in wanted[len(told) - 1 :]
        assert not again.is_read_only
        cut_off += any("cut off" in step.label for step in again.steps)
        assert_can_be_walked(again)
        again.close()
        if model.path is not None:
            model.close()
    assert cut_off > 5, "some were killed in the middle of a run"


def assert_can_be_walked(session: Session) -> None:
    """To the beginning and back."""
    end, numbers = shown(session), [step.number for step in session.steps if step.is_done]
    while session.undo():
        pass
    if numbers:
        session.go_to(numbers[-1])
    assert shown(session) == end


def test_what_a_run_showed_is_a_step_that_says_so(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    session.add_points(0, [[1, 1], [2, 2], [3, 3]])
    runs = [session.begin_run("track", [0, 1], facts=FACTS), session.begin_run("again", [1, 2])]
    runs[0].write(update_of(range(N_FRAMES), [0, 1], 1, empty=0))
    runs[1].write(update_of([2, 3], [1, 2], 2, empty=0))
    session.correct(0, 4, (7, 7))
    session.delete([2])
    now = Snapshot.of(session)
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    Snapshot.of(again).assert_same(now)
    labels = [step.label for step in again.steps]
    assert labels[-2:] == ["track, cut off", "again, cut off"]
    assert again.runs == [{**FACTS, "cancelled": True}]
    for run in runs:
        run.label += ", cut off"
        run.close({**run.facts, "cancelled": True} if run.facts else None)
    assert_same_session(again, session)
    again.close()
    session.close()


def test_a_look_at_a_run_that_is_saved_elsewhere_is_a_session_like_any_other(tmp_path: Path) -> None:
    first = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    first.add_points(0, [[1, 1]])
    first.begin_run("track", [0], facts=FACTS).write(update_of(range(1, N_FRAMES), [0], empty=0))
    second = Session.open(tmp_path / "a.cotracker")
    assert second.is_read_only
    second.copy_to(tmp_path / "b.cotracker")
    second.save_as(tmp_path / "c.cotracker")
    for path in (tmp_path / "b.cotracker", tmp_path / "c.cotracker"):
        session = second if path == second.path else Session.open(path)
        session.correct(0, 2, (7, 7))
        session.edit.end(0, N_FRAMES - 2)
        now = Snapshot.of(session)
        session.close()
        again = Session.open(path)
        Snapshot.of(again).assert_same(now)
        assert_same_history(again, session)
        assert [step.label for step in again.steps].count("track, cut off") == 1
        again.close()
    first.close()


def test_a_look_at_a_run_that_joined_the_step_of_a_snapshot_is_saved_with_what_it_showed(tmp_path: Path) -> None:
    session = Session(N_FRAMES, SIZE)
    session.add_points(0, [[1, 1]])
    session.correct(0, N_FRAMES - 1, (5, 5))
    run = session.begin_run("fix", [0], joins=True)
    session.save_as(tmp_path / "a.cotracker")  # with a snapshot of the step that the run joins
    run.write(update_of(range(1, N_FRAMES - 1), [0], empty=0))
    looked = Session.open(tmp_path / "a.cotracker", read_only=True)
    looked.save_as(tmp_path / "b.cotracker")
    looked.close()
    again = Session.open(tmp_path / "b.cotracker")
    Snapshot.of(again).assert_same(Snapshot.of(session))
    assert [step.label for step in again.steps] == [step.label for step in session.steps], "the run is part of its step"
    again.close()
    session.close()


def test_a_snapshot_shortens_the_way_and_is_written_as_work_goes_on(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    session.add_points(0, [[1, 1]])
    for number in range(snapshots.STEPS + 50):
        session.rename(0, str(number))
    session._history.snapshots.settle()
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    newest = again._store.read(snapshots.read_snapshots)[-1]
    way = recovery.way(again._history.journal, newest.step)
    assert 0 < len(way) <= snapshots.STEPS
    session.go_to(3)
    behind = Session.open(left_by_a_crash(session, tmp_path / "c.cotracker"))
    assert_same_session(behind, session)
    behind.close()
    session.close()
    again.close()
    reopened = Session.open(tmp_path / "a.cotracker")
    newest = reopened._store.read(snapshots.read_snapshots)[-1]
    assert recovery.way(reopened._history.journal, newest.step) == [], "closing leaves no way to go"
    reopened.close()


@pytest.mark.parametrize("command", [
    "DELETE FROM snapshots", "UPDATE state SET head = 77", "UPDATE steps SET parent = number", "DELETE FROM state",
    "UPDATE state SET n_frames = 1 << 61", "UPDATE state SET width = 'wide'", "UPDATE steps SET runs = '{'",
    "UPDATE steps SET time = 'now'", "UPDATE facts SET value = '{'", "DELETE FROM patches",
    "UPDATE snapshot_pieces SET data = 'text'", "UPDATE steps SET number = -number",
    "INSERT INTO events (run, kind, data) VALUES (9, 'cells', x'00')",
])
def test_a_file_that_contradicts_itself_is_damaged(tmp_path: Path, command: str) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    session.add_points(0, [[1, 1], [2, 2]])
    session.rename(0, "nose")
    path = left_by_a_crash(session, tmp_path / "b.cotracker")
    session.close()
    with sqlite3.connect(path) as connection:
        connection.execute(command)
    connection.close()
    with pytest.raises(DamageError, match=r"b.cotracker' is damaged: .*; save what is whole of it into a new file"):
        Session.open(path)
    with pytest.raises(DamageError):
        Session.open(path)


def test_whatever_goes_wrong_with_a_file_is_a_damage(tmp_path: Path) -> None:
    session = Session(N_FRAMES, SIZE)
    for mishap in (EditError("a"), KeyError("a"), ValueError("a"), OverflowError("a")):
        with pytest.raises(DamageError, match="is damaged"), recovery.told(session._store):
            raise mishap
    with pytest.raises(ZeroDivisionError), recovery.told(session._store):
        raise ZeroDivisionError
