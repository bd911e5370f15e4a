"""Runs that belong to an edit: one step with it, whatever is done meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.run import Run
from napari_cotracker.editing.session import Session
from tests.editing.walks import FACTS, Mirror, Snapshot, assert_same, update_of

T = 10


class Bench:
    """A session of three points on frame 0, tracked, and what happened to it."""

    def __init__(self) -> None:
        self.session = Session(T, (64, 48))
        self.session.add_points(0, [[1, 1], [2, 2], [3, 3]])
        self.mirror = Mirror(self.session)
        self.start = Snapshot.of(self.session)

    def correct(self, id: int = 0, t: int = 5) -> Run:
        """A correction, and the run that belongs to it."""
        self.session.correct(id, t, (7 + t, 7))
        return self.session.begin_run(f"track {id} anew", [id], joins=self.session.last_step, facts=FACTS)

    @property
    def labels(self) -> list[str]:
        return [step.label for step in self.session.steps if step.is_done][1:]

    def undo_all(self) -> None:
        while len(self.labels):
            self.session.undo()
        Snapshot.of(self.session).assert_same(self.start)

    def there_and_back(self) -> None:
        """All is undone and done again, which must lead back here."""
        now, count = Snapshot.of(self.session), len(self.labels)
        self.undo_all()
        for _ in range(count):
            self.session.redo()
        Snapshot.of(self.session).assert_same(now)


def tell(run: Run, frames: object, seed: int = 0, ids: object = None) -> None:
    run.write(update_of(frames, run.ids if ids is None else ids, seed, empty=0))


def test_a_correction_and_its_run_are_one_step() -> None:
    bench = Bench()
    run = bench.correct()
    tell(run, range(2, 8))
    patch = run.close()
    assert patch is not None and patch.frames.tolist() == [2, 3, 4, 6, 7], "what the run itself did"
    assert bench.labels == ["correct point 0"]
    assert bench.session.runs == [FACTS]
    bench.there_and_back()
    bench.session.undo()
    assert bench.session.runs == []
    assert bench.session.redo() == "correct point 0"
    assert bench.session.runs == [FACTS]


def test_undoing_the_edit_ends_its_run_and_redoing_it_brings_both_back() -> None:
    bench = Bench()
    run = bench.correct()
    tell(run, [3, 4])
    shown = Snapshot.of(bench.session)
    assert bench.session.undo() == "correct point 0"
    assert not run.is_open and not bench.session.is_running()
    Snapshot.of(bench.session).assert_same(bench.start)
    tell(run, [2, 3])
    Snapshot.of(bench.session).assert_same(bench.start)
    bench.session.redo()
    Snapshot.of(bench.session).assert_same(shown)


def test_several_edits_have_their_runs_at_once() -> None:
    bench = Bench()
    first, second = bench.correct(0), bench.correct(1)
    tell(first, [3, 4])
    third = bench.correct(0, 8)
    tell(second, [3, 6])
    tell(third, [7, 9])
    first.close()
    third.close()
    second.close()
    assert bench.labels == ["correct point 0", "correct point 1", "correct point 0"]
    bench.there_and_back()
    bench.session.undo()
    assert np.isfinite(bench.session.cells.xy[[3, 4], 0]).all()
    assert np.isnan(bench.session.cells.xy[[7, 8, 9], 0]).all()


def test_a_run_of_a_later_edit_stands_in_no_ones_way() -> None:
    bench = Bench()
    bench.correct(0)
    run = bench.correct(1)
    tell(run, [3])
    assert bench.session.undo() == "correct point 1"
    assert bench.session.undo() == "correct point 0"
    Snapshot.of(bench.session).assert_same(bench.start)


def test_a_run_whose_cells_a_later_edit_changed_is_a_step_of_its_own() -> None:
    bench = Bench()
    run = bench.correct(0, 5)
    bench.session.begin_run("other", [0]).close()
    other = bench.session.begin_run("other", [0])
    tell(other, [3, 4], 1)
    other.close()
    tell(run, [4, 6], 2)
    run.close()
    assert bench.labels == ["correct point 0", "other", "track 0 anew"]
    bench.there_and_back()


def test_an_edit_that_took_cells_from_the_run_leaves_the_rest_to_its_step() -> None:
    bench = Bench()
    run = bench.correct(0, 5)
    tell(run, range(1, 10))
    bench.session.correct(0, 7, (1, 2))
    anchored = bench.session.read([7], [0])
    run.close()
    assert bench.labels == ["correct point 0", "correct point 0"]
    bench.there_and_back()
    bench.session.undo()
    assert np.isnan(bench.session.cells.xy[7, 0]).all(), "the run left it to the anchor"
    bench.session.redo()
    assert_same(bench.session.read([7], [0]), anchored)


def test_steps_that_were_undone_know_of_a_run_that_came_before_them() -> None:
    bench = Bench()
    run = bench.correct(0, 5)
    tell(run, range(1, 10))
    bench.session.correct(0, 7, (1, 2))
    bench.session.undo()
    bench.session.rename(0, "nose")
    bench.session.undo()
    shown = Snapshot.of(bench.session)
    run.close()
    Snapshot.of(bench.session).assert_same(shown)
    for branch in (*bench.session.branches, bench.session.steps[2:]):
        bench.session.go_to(branch[0].number)
        assert bench.session.undo()
        Snapshot.of(bench.session).assert_same(shown)
    bench.there_and_back()


def test_a_track_that_was_deleted_meanwhile_is_left_out_until_it_is_back() -> None:
    bench = Bench()
    run = bench.correct(0)
    run.add([1])
    tell(run, [2, 3], ids=[0, 1])
    bench.session.delete([0])
    run.close()
    assert bench.labels == ["correct point 0", "delete point 0"]
    bench.there_and_back()
    bench.session.undo()
    assert np.isfinite(bench.session.cells.xy[[2, 3], 1]).all()
    assert np.isnan(bench.session.cells.xy[[2, 3], 0]).all()


def test_a_run_without_an_edit_to_join_is_a_run() -> None:
    session = Session(T, (64, 48))
    session.load(Bench().session.tracks)
    run = session.begin_run("track", [0], joins=session.last_step)
    tell(run, [3])
    run.close()
    assert [step.label for step in session.steps] == ["track"]


def test_a_long_run_goes_on_beside_corrections() -> None:
    bench = Bench()
    long = bench.session.begin_run("track 3 points", [0, 1, 2])
    tell(long, range(1, 6))
    run = bench.correct(0, 5)
    tell(run, [3, 4, 6], 1)
    tell(long, range(4, 8), 2)
    run.close()
    assert bench.labels == ["correct point 0"]
    with pytest.raises(EditError, match="cannot undo 'place 3 points'"):
        bench.session.go_to(0)
    bench.session.undo()
    tell(long, range(8, 10), 3)
    bench.session.redo()
    long.close()
    assert bench.labels == ["correct point 0", "track 3 points"]
    bench.there_and_back()


def test_what_a_run_does_not_touch_can_be_undone_while_it_is_open() -> None:
    bench = Bench()
    bench.session.correct(2, 5, (1, 1))
    bench.session.rename(1, "nose")
    run = bench.session.begin_run("track", [0])
    tell(run, [3])
    assert bench.session.undo() == "rename point 1 to nose"
    assert bench.session.undo() == "correct point 2"
    with pytest.raises(EditError, match="while points are tracked"):
        bench.session.undo()
    run.close()
    assert bench.labels == ["track"]
    bench.there_and_back()


def test_a_track_that_is_deleted_takes_along_what_a_run_told_of_it_before() -> None:
    bench = Bench()
    run = bench.correct(0, 5)
    tell(run, range(1, 4))
    bench.session.delete([0, 2])
    bench.session.undo()
    tell(run, range(3, 9), 1)
    run.close()
    told = Snapshot.of(bench.session)
    assert bench.session.redo()
    assert bench.session.ids.tolist() == [1]
    assert bench.session.undo()
    Snapshot.of(bench.session).assert_same(told)
    bench.session.redo()
    bench.there_and_back()


def test_a_run_over_all_tracks_goes_with_those_that_are_deleted_and_stays_with_the_others() -> None:
    bench = Bench()
    run = bench.session.begin_run("track 3 points", [0, 1, 2], joins=bench.session.last_step, facts=FACTS)
    tell(run, range(1, T))
    bench.session.delete([0, 2])
    bench.session.undo()
    run.close()
    told = Snapshot.of(bench.session)
    assert bench.session.redo()
    assert_same(bench.session.cells[:, 0], told.cells[:, 1])
    assert bench.session.undo()
    Snapshot.of(bench.session).assert_same(told)
