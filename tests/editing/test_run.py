"""Runs: what they may change, and what is left of them."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.patch import Block, Patch
from napari_cotracker.editing.session import Session
from tests.editing.walks import FACTS, N_FRAMES, Mirror, Snapshot, assert_same, sides_of, update_of

ALL = range(N_FRAMES)


def session_of(count: int = 3) -> Session:
    session = Session(N_FRAMES, (64, 48))
    session.add_points(0, np.arange(2 * count).reshape(count, 2))
    return session


def anchor(session: Session, t: int, id: int) -> None:
    before, after = session.read([t], [id]), Cells.empty(1, 1)
    after.xy[:], after.visibility[:], after.confidence[:] = 7, 1, 1
    after.state[:], after.source[:] = State.VISIBLE, Source.HUMAN
    session.apply(Patch("correct", (Block(np.array([t]), np.array([id]), before, after),)))


def test_a_run_is_one_edit() -> None:
    session = session_of()
    before = Snapshot.of(session)
    run = session.begin_run("track 2 points", [0, 1])
    for frame in ALL:
        run.write(update_of([frame], [0, 1], frame, empty=0))
    patch = run.close(FACTS)
    assert patch is not None
    assert (patch.ids.tolist(), patch.frames.tolist()) == ([0, 1], [1, 2, 3, 4, 5])
    after = Snapshot.of(session)
    assert session.tracks.meta["runs"] == [FACTS]
    assert session.undo() == "track 2 points"
    Snapshot.of(session).assert_same(before)
    assert session.tracks.meta["runs"] == []
    session.redo()
    Snapshot.of(session).assert_same(after)
    assert session.tracks.meta["runs"] == [FACTS]


def test_a_run_that_is_stopped_soon_ends_without_a_look_at_every_frame() -> None:
    session = Session(2000, (64, 48))
    session.add_points(0, np.ones((100, 2)))
    run = session.begin_run("track", session.ids)
    run.write(update_of([1, 2], range(100), empty=0))
    tracemalloc.start()
    assert run.close(FACTS) is not None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < session.cells.nbytes / 4, "the window stood still for seconds with a long film and many tracks"


def test_listeners_hear_only_of_cells_that_change() -> None:
    session = session_of()
    mirror = Mirror(session)
    run = session.begin_run("track", [0, 1])
    update = update_of([0, 3, 5, 9, -2], [2, 1, 0, 77], empty=0)
    update.xy[1, 2] = np.nan
    run.write(update)
    run.write(update)
    run.write(TrackUpdate.heartbeat(0.5))
    (patch,) = mirror.patches
    assert (patch.frames.tolist(), patch.ids.tolist()) == ([3, 5], [0, 1])
    assert session.cells.source[:, 0].tolist() == [Source.HUMAN, 0, 0, 0, 0, Source.PREDICTED]
    assert np.isnan(session.cells.xy[1:, 2]).all(), "nobody asked for track 2"


def test_later_updates_overwrite_earlier_ones() -> None:
    session = session_of()
    run = session.begin_run("track", [0])
    for seed in range(2):
        update = update_of(ALL, [0], seed, empty=0)
        run.write(update)
    np.testing.assert_array_equal(session.cells.xy[1:, 0], update.xy[1:, 0])


@pytest.mark.parametrize("update", [None, TrackUpdate.heartbeat(0.1), update_of([9], [0]), update_of([1], [2]),
                                    update_of([0], [0], empty=0), update_of([1], [0], empty=1.1)])
def test_a_run_that_changes_nothing_leaves_nothing(update: Any) -> None:
    session = session_of()
    mirror = Mirror(session)
    session.rename(0, "nose")
    session.undo()
    run = session.begin_run("track", [0, 99])
    if update is not None:
        run.write(update)
    assert run.close(FACTS, [1]) is None
    assert session.undo_label == "place 3 points"
    assert session.redo_label == "rename point 0 to nose", "what was undone can still be done again"
    assert (session.runs, len(mirror.patches)) == ([], 2)


def test_a_closed_run_takes_in_no_more() -> None:
    session = session_of()
    run = session.begin_run("track", [0])
    assert (run.is_open, session.is_running()) == (True, True)
    run.write(update_of([1], [0], empty=0))
    run.close()
    before = Snapshot.of(session)
    run.write(update_of([2], [0], empty=0))
    assert run.close() is None
    Snapshot.of(session).assert_same(before)
    assert (run.is_open, session.is_running()) == (False, False)


def test_points_that_come_in_mid_run_are_tracked_when_they_are_added() -> None:
    session = session_of()
    run = session.begin_run("track", [0])
    new = session.add_points(2, [[5, 5]])
    run.write(update_of([3], new, empty=0))
    assert np.isnan(session.cells.xy[3, 3]).all()
    run.add(new)
    run.add([])
    run.write(update_of([3], new, empty=0))
    assert np.isfinite(session.cells.xy[3, 3]).all()
    run.close()
    assert session.undo() == "track", "the run goes first, the point stays"
    assert session.ids.tolist() == [0, 1, 2, 3]


def test_what_is_predicted_on_bad_frames_becomes_unknown() -> None:
    session = session_of()
    anchor(session, 2, 0)
    run = session.begin_run("track", [0])
    run.write(update_of(ALL, [0], empty=0))
    xy = session.cells.xy.copy()
    run.close(bad_frames={2, 3, 50, -1})
    assert session.cells.state[:, 0].tolist() == [State.VISIBLE, 0, State.VISIBLE, State.UNKNOWN, 0, 0]
    np.testing.assert_array_equal(session.cells.xy, xy)
    session.undo()
    assert np.isnan(session.cells.xy[3, 0]).all()


def test_an_anchor_placed_in_mid_run_outlives_the_run() -> None:
    session = session_of()
    run = session.begin_run("track", [0])
    run.write(update_of([1, 2], [0], empty=0))
    anchor(session, 2, 0)
    anchored = session.read([2], [0])
    run.write(update_of([2, 3], [0], 1, empty=0))
    run.close()
    assert_same(session.read([2], [0]), anchored)
    assert session.undo() == "track"
    assert_same(session.read([2], [0]), anchored)
    assert np.isnan(session.cells.xy[[1, 3], 0]).all()
    assert session.undo() == "correct"
    assert np.isnan(session.cells.xy[2, 0]).all()


def test_an_anchor_taken_back_in_mid_run_gives_way_to_the_prediction() -> None:
    session = session_of()
    run = session.begin_run("track", [0])
    run.write(update_of(ALL, [0], empty=0))
    before = Snapshot.of(session)
    anchor(session, 2, 0)
    session.undo()
    Snapshot.of(session).assert_same(before)
    run.close()
    session.undo()
    assert np.isnan(session.cells.xy[1:, 0]).all()


def test_a_track_deleted_in_mid_run_is_left_out_until_it_is_back() -> None:
    session = session_of()
    start = Snapshot.of(session)
    run = session.begin_run("track", [0, 1])
    run.write(update_of([1], [0, 1], empty=0))
    before = Snapshot.of(session)
    session.delete([0])
    run.write(update_of([2], [0], empty=0))
    session.undo()
    Snapshot.of(session).assert_same(before)
    session.redo()
    run.write(update_of([2], [0, 1], empty=0))
    patch = run.close()
    assert patch is not None
    assert patch.ids.tolist() == [1]
    session.undo()
    session.undo()
    Snapshot.of(session).assert_same(start)


def test_a_point_undone_and_redone_in_mid_run_comes_back_with_what_was_tracked() -> None:
    session = session_of()
    run = session.begin_run("track", [0])
    run.add(session.add_points(2, [[5, 5]]))
    run.write(update_of(ALL, [3], empty=0))
    before = Snapshot.of(session)
    session.undo()
    run.write(update_of(ALL, [3], 1, empty=0))
    session.redo()
    Snapshot.of(session).assert_same(before)


def test_history_older_than_a_run_waits_for_its_end() -> None:
    session = session_of()
    run = session.begin_run("track", [0])
    with pytest.raises(EditError, match="cannot undo 'place 3 points' while points are tracked"):
        session.undo()
    session.rename(0, "nose")
    assert session.undo() == "rename point 0 to nose"
    run.close()
    assert session.undo() == "place 3 points"


def test_what_is_done_again_in_mid_run_can_be_undone_again() -> None:
    session = session_of()
    session.rename(0, "nose")
    session.undo()
    session.begin_run("track", [0])
    session.redo()
    assert session.undo() == "rename point 0 to nose"


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_runs_the_last_word_stands_and_each_is_undone_alone(first: int) -> None:
    session = session_of()
    start = Snapshot.of(session)
    runs = [session.begin_run("one", [0, 1]), session.begin_run("two", [1, 2])]
    runs[0].write(update_of(ALL, [0, 1], 1, empty=0))
    runs[1].write(update_of([2, 3], [1, 2], 2, empty=0))
    runs[0].write(update_of([3], [1], 3, empty=0))
    end = Snapshot.of(session)
    runs[first].close()
    runs[1 - first].close()
    Snapshot.of(session).assert_same(end)
    session.undo()
    middle = Snapshot.of(session)
    session.undo()
    Snapshot.of(session).assert_same(start)
    session.redo()
    Snapshot.of(session).assert_same(middle)
    session.redo()
    Snapshot.of(session).assert_same(end)


def test_a_guess_fills_empty_cells_and_never_replaces_an_answer() -> None:
    session = Session(4, (64, 48))
    ids = session.add_points(0, [[1, 1]])

    def update(frames: range, value: float, is_guess: bool) -> TrackUpdate:
        cells = (len(frames), 1)
        scores = np.ones(cells, np.float32)
        xy = np.full((*cells, 2), value, np.float32)
        return TrackUpdate(np.array(frames), ids, xy, scores, scores, 0.5, is_guess=is_guess)

    first = session.begin_run("track", ids)
    first.write(update(range(1, 3), 5, False))
    first.close()
    second = session.begin_run("track", ids)
    second.write(update(range(1, 4), 9, True))
    assert session.cells.xy[:, 0, 0].tolist() == [1, 5, 5, 9]
    second.write(update(range(1, 4), 7, False))
    assert session.cells.xy[:, 0, 0].tolist() == [1, 7, 7, 7]
    second.close()


def test_cells_of_which_the_sides_say_nothing_become_what_they_were() -> None:
    session = session_of()
    first = session.begin_run("track", [0, 1])
    first.write(update_of(range(N_FRAMES), [0, 1], 1, empty=0))
    first.close()
    before = session.tracks
    run = session.begin_run("track again", [0, 1])
    run.write(update_of(range(1, 6), [0, 1], 2, empty=0))
    written = session.tracks
    shown: list[Patch] = []
    session.changed.connect(shown.append)
    run.keep(sides_of(0, range(1, 3), session.cells.xy[1:3, 0]))
    np.testing.assert_array_equal(session.cells.xy[3:, 0], before.xy[3:, 0])
    np.testing.assert_array_equal(session.cells.xy[:3, 0], written.xy[:3, 0])
    np.testing.assert_array_equal(session.cells.xy[:, 1], written.xy[:, 1], "of this one nothing was kept")
    assert [patch.ids.tolist() for patch in shown] == [[0]]
    patch = run.close()
    assert patch is not None and patch.frames.max() == 5
    session.undo()
    np.testing.assert_array_equal(session.tracks.xy, before.xy)
    session.redo()
    np.testing.assert_array_equal(session.cells.xy[3:, 0], before.xy[3:, 0])


def test_what_a_run_gives_up_becomes_what_it_was() -> None:
    session = session_of()
    mirror, before = Mirror(session), Snapshot.of(session)
    run = session.begin_run("track", [0, 1])
    run.write(update_of(ALL, [0, 1], empty=0))
    kept = session.cells.xy[:, 1].copy()
    run.give_up([0, 2, 77])
    assert_same(session.cells[:, 0], before.cells[:, 0])
    run.write(update_of(ALL, [0], seed=1, empty=0))
    assert_same(session.cells[:, 0], before.cells[:, 0])
    patch = run.close()
    assert patch is not None and patch.ids.tolist() == [1]
    np.testing.assert_array_equal(session.cells.xy[:, 1], kept)
    mirror.compare()
    run.give_up([1])
    np.testing.assert_array_equal(session.cells.xy[:, 1], kept)
