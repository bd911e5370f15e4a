"""Corrections on their way: many at once, undone, replaced, broken off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, EditError, TrackingError, VideoError
from napari_cotracker.core.tracks import Source
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.ui.tracking import Phase
from tests.editing.files import left_by_a_crash

from .bare_desk import BareWindow
from .doubts import LENGTH, answer, frames_of, land, path_of, retracks
from .mouse import settle
from .walker import Walker

LAST = LENGTH - 1


def fix(bare: BareWindow, id: int, t: int, xy: Any = (30, 30)) -> Any:
    """A correction, and the job that it starts."""
    bare.session.edit.move([id], t, xy)
    bare.project.corrections.follow_up([id], t)
    return retracks(bare)[-1]


def xy_of(bare: BareWindow, id: int, t: int) -> list[float]:
    column = int(bare.session.columns([id])[0])
    return [round(float(value), 3) for value in bare.session.cells.xy[t, column]]


def was(id: int, t: int) -> list[float]:
    return [round(float(value), 3) for value in path_of(id)[t]]


def test_a_fix_solves_what_lies_around_it_as_one_step(bare: BareWindow) -> None:
    bare.doubtful()
    steps, before = len(bare.session.steps), bare.session.cells.copy()
    job = fix(bare, 0, 16)
    assert job.urgent
    assert frames_of(job) == [(0, 0, 16), (0, 16, LAST)]
    assert job.arguments["others"].xy.shape[1] == 2, "the other tracks take part"
    assert bare.project.corrections.ids.tolist() == [0]
    land(job, (31, 31))
    assert len(bare.project.corrections) == 0
    assert (xy_of(bare, 0, 15), xy_of(bare, 0, 16), xy_of(bare, 0, 0)) == ([31, 31], [30, 30], was(0, 0))
    assert len(bare.session.steps) == steps + 1
    after = bare.session.cells.copy()
    np.testing.assert_array_equal(after.xy[:, 1:], before.xy[:, 1:], "not a cell of another track")
    bare.undo()
    np.testing.assert_array_equal(bare.session.cells.xy, before.xy)
    bare.redo()
    np.testing.assert_array_equal(bare.session.cells.xy, after.xy)
    assert bare.session.sides(0) is not None


def test_undoing_a_fix_on_its_way_ends_it(bare: BareWindow) -> None:
    bare.doubtful()
    before = bare.session.cells.copy()
    job = fix(bare, 0, 16)
    answer(job, (31, 31), range(20))
    settle()
    assert xy_of(bare, 0, 15) == [31, 31]
    bare.undo()
    assert job.told == ["cancel"]
    assert len(bare.project.corrections) == 0
    land(job, (33, 33))
    np.testing.assert_array_equal(bare.session.cells.xy, before.xy, "nothing of it comes later")
    assert not bare.session.is_running()
    bare.redo()
    assert xy_of(bare, 0, 16) == [30, 30]
    assert xy_of(bare, 0, 15) == [31, 31], "what had come belongs to the step"
    again = retracks(bare)[-1]
    assert frames_of(again) == frames_of(job), "and the rest is solved now"
    for gap, first in zip(again.arguments["gaps"], job.arguments["gaps"], strict=True):
        np.testing.assert_array_equal(gap.old[gap.is_inner], first.old[gap.is_inner],
                                      "it is compared with where the track was, not with half of an answer")
    land(again, (34, 34))
    assert (xy_of(bare, 0, 16), xy_of(bare, 0, 5), xy_of(bare, 0, 35)) == ([30, 30], [34, 34], [34, 34])
    bare.undo()
    np.testing.assert_array_equal(bare.session.cells.xy, before.xy, "one undo takes all of it back")
    bare.redo()
    assert len(bare.project.corrections) == 0, "it is whole now"
    assert xy_of(bare, 0, 35) == [34, 34]


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_fix_that_was_cut_off_goes_on_when_its_session_is_opened_again(
        bare: BareWindow, tmp_path: Path, is_killed: bool) -> None:
    bare.session.save_as(tmp_path / "a.cotracker")
    bare.doubtful()
    before, steps = bare.session.cells.copy(), [step.label for step in bare.session.steps]
    job = fix(bare, 0, 16)
    answer(job, (31, 31), range(12, 20))
    settle()
    if is_killed:
        path = left_by_a_crash(bare.session, tmp_path / "b.cotracker")
    else:
        path = tmp_path / "a.cotracker"
        bare.project.close()
        bare.session.close()
    bare.add(LENGTH, Session.open(path))
    bare.project.corrections.take_up()
    again = retracks(bare)[-1]
    assert again is not job
    assert frames_of(again) == frames_of(job)
    for gap in again.arguments["gaps"]:
        np.testing.assert_array_equal(gap.old[gap.is_inner], path_of(0)[gap.frames][gap.is_inner])
    land(again, (34, 34))
    assert (xy_of(bare, 0, 5), xy_of(bare, 0, 16), xy_of(bare, 0, 35)) == ([34, 34], [30, 30], [34, 34])
    assert [step.label for step in bare.session.steps] == [*steps, "correct point 0"]
    bare.project.corrections.take_up()
    assert len(bare.project.corrections) == 0, "once"
    bare.undo()
    np.testing.assert_array_equal(bare.session.cells.xy, before.xy)


def test_what_a_later_fix_has_done_for_it_is_done_again_only_without_that(bare: BareWindow) -> None:
    bare.doubtful()
    fix(bare, 0, 10)
    land(fix(bare, 0, 25), (32, 32))
    assert len(bare.project.corrections) == 0
    bare.undo()
    assert frames_of(retracks(bare)[-1]) == [(0, 0, 10), (0, 10, LAST)], "the first one never came to its end"
    bare.redo()
    assert len(bare.project.corrections) == 0, "the later one did more"
    assert (xy_of(bare, 0, 5), xy_of(bare, 0, 30)) == ([32, 32], [32, 32])
    bare.undo()
    land(retracks(bare)[-1], (33, 33))
    assert (xy_of(bare, 0, 5), xy_of(bare, 0, 25)) == ([33, 33], [33, 33])
    bare.undo()
    np.testing.assert_array_equal(bare.session.cells.xy[:, 0], path_of(0))
    bare.redo()
    assert len(bare.project.corrections) == 0


def test_a_fix_that_is_done_again_in_a_jump_belongs_to_its_own_step(bare: BareWindow) -> None:
    from napari_cotracker.ui.history_jump import jump

    bare.doubtful()
    steps = bare.session.last_step
    fix(bare, 0, 16)
    bare.session.rename(2, "tail")
    bare.session.rename(2, "head")
    last = bare.session.last_step
    jump(bare.session, steps)
    jump(bare.session, last - 1)
    land(retracks(bare)[-1], (33, 33))
    assert xy_of(bare, 0, 20) == [33, 33]
    assert bare.session.redo_label == "rename tail to head", "what can be done again can still be"
    bare.undo()
    assert xy_of(bare, 0, 20) == [33, 33]
    bare.undo()
    assert xy_of(bare, 0, 20) == was(0, 20)


def test_a_run_leaves_tracks_of_a_fix_that_is_done_again(bare: BareWindow) -> None:
    bare.project.place(0, [[12, 12], [20, 30]])
    bare.run()
    bare.worker.jobs[0].answer(range(1, 20), value=9)
    bare.worker.jobs[0].finish()
    settle()
    fix(bare, 0, 10)
    bare.undo()
    bare.project.tracking.start(bare.project.video, bare.session.queries_of([0]), TrackOptions(), "track")
    bare.redo()
    job = retracks(bare)[-1]
    assert frames_of(job) == [(0, 0, 10), (0, 10, LAST)]
    assert np.isnan(job.arguments["gaps"][1].old).all()
    assert 0 not in bare.project.tracking.ids


def test_a_jump_in_the_history_ends_what_it_undoes(bare: BareWindow) -> None:
    from napari_cotracker.ui.history_jump import jump

    bare.doubtful()
    steps = bare.session.last_step
    jobs = [fix(bare, 0, 16), fix(bare, 1, 20)]
    jump(bare.session, steps)
    assert [job.told for job in jobs] == [["cancel"], ["cancel"]]
    assert len(bare.project.corrections) == 0
    assert not bare.session.is_running()


def test_several_tracks_are_corrected_at_once(bare: BareWindow) -> None:
    bare.doubtful()
    first, second = fix(bare, 0, 16), fix(bare, 1, 20)
    assert bare.project.corrections.ids.tolist() == [0, 1]
    land(second, (32, 32))
    assert bare.project.corrections.ids.tolist() == [0]
    land(first, (31, 31))
    assert (xy_of(bare, 0, 3), xy_of(bare, 1, 3)) == ([31, 31], [32, 32])
    bare.undo()
    assert (xy_of(bare, 0, 3), xy_of(bare, 1, 3)) == ([31, 31], was(1, 3)), "each is a step of its own"
    bare.undo()
    assert xy_of(bare, 0, 3) == was(0, 3)


def test_the_same_place_again_takes_the_first_ones_turn(bare: BareWindow) -> None:
    bare.doubtful()
    first = fix(bare, 0, 16)
    answer(first, (31, 31), range(30))
    settle()
    second = fix(bare, 0, 16, (34, 34))
    assert first.told == ["cancel"]
    assert len(bare.project.corrections) == 1
    np.testing.assert_array_equal(second.arguments["gaps"][1].old[1:], path_of(0)[17:],
                                  "it is compared with where the track was, not with half of an answer")
    land(first, (31, 31))
    land(second, (35, 35))
    assert (xy_of(bare, 0, 16), xy_of(bare, 0, 20)) == ([34, 34], [35, 35])
    bare.undo()
    assert (xy_of(bare, 0, 16), xy_of(bare, 0, 20)) == ([30, 30], was(0, 20))
    bare.undo()
    assert xy_of(bare, 0, 16) == was(0, 16)


def test_a_fix_within_a_stretch_on_its_way_takes_over_the_rest(bare: BareWindow) -> None:
    bare.doubtful()
    first = fix(bare, 0, 10)
    answer(first, (31, 31), range(5, 20))
    settle()
    second = fix(bare, 0, 25)
    assert first.told == ["cancel"]
    assert frames_of(second) == [(0, 0, 10), (0, 10, 25), (0, 25, LAST)]
    bare.undo()
    assert second.told == ["cancel"]
    third = retracks(bare)[-1]
    assert frames_of(third) == [(0, 0, 10), (0, 10, LAST)], "what it had replaced is taken up again"
    land(third, (32, 32))
    assert (xy_of(bare, 0, 5), xy_of(bare, 0, 30)) == ([32, 32], [32, 32])
    bare.undo()
    np.testing.assert_array_equal(bare.session.cells.xy[:, 0], path_of(0))


def test_fixes_on_both_sides_of_an_anchor_do_not_disturb_each_other(bare: BareWindow) -> None:
    bare.doubtful()
    land(fix(bare, 0, 20), (31, 31))
    first, second = fix(bare, 0, 10), fix(bare, 0, 30)
    assert (frames_of(first), frames_of(second)) == ([(0, 0, 10), (0, 10, 20)], [(0, 20, 30), (0, 30, LAST)])
    assert first.told == []
    assert len(bare.project.corrections) == 2


def test_a_run_leaves_tracks_that_are_corrected(bare: BareWindow) -> None:
    ids = bare.project.place(0, [[12, 12], [20, 30]])
    bare.run()
    (run,) = bare.worker.jobs
    run.answer(range(1, 20), value=9)
    settle()
    job = fix(bare, 0, 10)
    assert frames_of(job) == [(0, 0, 10), (0, 10, LAST)]
    assert np.isnan(job.arguments["gaps"][1].old).all(), "it is followed to the end, for the run will not come there"
    run.answer(range(1, LENGTH), value=11)
    land(job, (31, 31))
    run.answer(range(1, LENGTH), value=12)
    run.finish()
    settle()
    assert bare.project.tracking.phase is Phase.IDLE
    assert (xy_of(bare, 0, 10), xy_of(bare, 0, 30), xy_of(bare, 1, 30)) == ([30, 30], [31, 31], [12, 12])
    assert ids.tolist() == [0, 1]
    far = fix(bare, 1, 39, (1, 1))
    assert frames_of(far) == [(1, 0, LAST)]


def test_before_anything_was_tracked_there_is_nothing_to_solve_again(bare: BareWindow) -> None:
    bare.project.place(5, [[12, 12]])
    bare.session.edit.move([0], 5, [[13, 13]])
    bare.project.corrections.follow_up([0], 5)
    assert retracks(bare) == []
    assert frames_of(fix(bare, 0, 20)) == [(0, 5, 20)], "but between two points that were set there is"


def test_stretches_are_solved_again_on_demand(bare: BareWindow) -> None:
    bare.doubtful()
    corrections, session = bare.project.corrections, bare.session
    session.edit.move([0], 20, [[30, 30]])
    corrections.solve([0])
    (job,) = retracks(bare)
    assert frames_of(job) == [(0, 0, 20), (0, 20, LAST)]
    with pytest.raises(EditError, match="already"):
        corrections.solve([0])
    assert len(retracks(bare)) == 1
    land(job, (31, 31))
    assert session.undo_label.startswith("re-track point 0")
    with pytest.raises(EditError, match="a point that you set"):
        corrections.solve([])
    corrections.solve([0], [3])
    assert frames_of(retracks(bare)[-1]) == [(0, 0, 20)]


def test_one_that_fails_is_told_once_and_keeps_what_came(bare: BareWindow) -> None:
    bare.doubtful()
    trouble: list[CotrackerError] = []
    bare.project.corrections.failed.connect(trouble.append)
    job = fix(bare, 0, 16)
    answer(job, (31, 31), range(10))
    job.fail(TrackingError("out of memory"))
    settle()
    assert [str(error) for error in trouble] == ["out of memory"]
    assert len(bare.project.corrections) == 0
    assert not bare.session.is_running()
    assert (xy_of(bare, 0, 5), xy_of(bare, 0, 12)) == ([31, 31], was(0, 12))
    bare.undo()
    assert xy_of(bare, 0, 5) == was(0, 5)


def test_one_that_failed_can_be_tried_again_as_a_part_of_its_step(bare: BareWindow) -> None:
    bare.doubtful()
    job, corrections = fix(bare, 0, 16), bare.project.corrections
    answer(job, (31, 31), range(1, 10))
    job.fail(VideoError("expected a video file, but there is no 'film.mp4'; check the path"))
    settle()
    corrections.again()
    again = retracks(bare)[-1]
    assert again is not job and frames_of(again) == frames_of(job)
    np.testing.assert_array_equal(again.arguments["gaps"][1].old[1:], job.arguments["gaps"][1].old[1:])
    land(again, (33, 33))
    assert xy_of(bare, 0, 5) == [33, 33]
    with pytest.raises(EditError, match="undone, or made anew"):
        corrections.again()
    bare.undo()
    assert (xy_of(bare, 0, 5), xy_of(bare, 0, 16)) == (was(0, 5), was(0, 16)), "one step"


def test_what_failed_is_not_tried_again_once_it_is_undone_or_made_anew(bare: BareWindow) -> None:
    bare.doubtful()
    fix(bare, 0, 16).fail(VideoError("no film"))
    fix(bare, 1, 20).fail(VideoError("no film"))
    settle()
    bare.undo()
    land(fix(bare, 0, 16, (32, 32)), (33, 33))
    with pytest.raises(EditError, match="undone, or made anew"):
        bare.project.corrections.again()
    assert len(retracks(bare)) == 3


class FullDisk:
    """Makes a session's file refuse while `is_full`."""

    def __init__(self, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full, write = True, session._store.write

        def refuse(*writes: Any) -> None:
            if self.is_full and writes:
                raise EditError("the disk is full")
            write(*writes)

        monkeypatch.setattr(session._store, "write", refuse)


def test_a_file_that_refuses_ends_it_and_it_goes_on_when_there_is_room(
        bare: BareWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.session.save_as(tmp_path / "full.cotracker")
    bare.doubtful()
    trouble: list[CotrackerError] = []
    bare.project.corrections.failed.connect(trouble.append)
    job = fix(bare, 0, 16)
    answer(job, (31, 31), range(10))
    settle()
    before = bare.session.cells.copy()
    disk = FullDisk(bare.session, monkeypatch)
    land(job, (33, 33))
    assert [str(error) for error in trouble] == ["the disk is full"], "once"
    assert job.told == ["cancel"]
    assert len(bare.project.corrections) == 0
    np.testing.assert_array_equal(bare.session.cells.xy, before.xy)
    bare.project.selection.set([1])
    bare.desk.attempt(lambda: bare.answers.place(20, [[9, 9]]))
    assert bare.desk.said == "the disk is full"
    np.testing.assert_array_equal(bare.session.cells.xy, before.xy)
    disk.is_full = False
    bare.answers.place(20, [[9, 9]])
    land(retracks(bare)[-1], (8, 8))
    assert not bare.session.is_running(), "what had not been let to end has ended"
    bare.undo()
    bare.undo()
    assert (xy_of(bare, 0, 5), xy_of(bare, 1, 20)) == (was(0, 5), was(1, 20))


def test_closing_keeps_what_came(bare: BareWindow) -> None:
    bare.doubtful()
    session = bare.session
    jobs = [fix(bare, 0, 16), fix(bare, 1, 20)]
    answer(jobs[0], (31, 31))
    settle()
    bare.project.close()
    assert [job.told for job in jobs] == [["cancel"], ["cancel"]]
    land(jobs[0], (33, 33))
    assert not session.is_running()
    assert session.cells.xy[5, 0].tolist() == [31, 31]


def test_tracks_that_go_while_they_are_solved_do_no_harm(bare: BareWindow) -> None:
    bare.doubtful()
    job = fix(bare, 0, 16)
    answer(job, (31, 31), range(10))
    settle()
    bare.session.delete([0])
    land(job, (33, 33))
    assert bare.session.ids.tolist() == [1, 2]
    bare.undo()
    assert bare.session.ids.tolist() == [0, 1, 2]
    assert xy_of(bare, 0, 16) == [30, 30]


def test_it_is_done_with_the_tracker_that_is_chosen(bare: BareWindow) -> None:
    bare.doubtful()
    bare.project.corrections.options = lambda: TrackOptions(model="lucas-kanade")
    assert fix(bare, 0, 16).arguments["options"].model == "lucas-kanade"


def test_anchors_hold(bare: BareWindow) -> None:
    bare.doubtful()
    bare.session.edit.verify([0], range(LENGTH))
    before = bare.session.cells.copy()
    bare.session.edit.move([0], 20, [[20, 20]])
    bare.project.corrections.follow_up([0], 20)
    for job in retracks(bare):
        land(job, (1, 1))
    changed = (bare.session.cells.xy != before.xy).any(2)
    assert np.argwhere(changed).tolist() == [[20, 0]]
    assert bare.session.cells.source[20, 0] == Source.HUMAN


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_done_can_be_undone_and_done_again(bare: BareWindow, seed: int) -> None:
    bare.doubtful()
    session = bare.session
    Walker(bare, seed).walk(150)
    assert len(bare.project.corrections) == 0
    assert not session.is_running()
    end, last = session.tracks, session.last_step
    while session.undo():
        pass
    assert not len(session.ids)
    session.go_to(last)
    for name in ("ids", "xy", "visibility", "confidence", "state", "source"):
        np.testing.assert_array_equal(getattr(session.tracks, name), getattr(end, name), name)
    settle(0.1)
    bare.reviewing.next()
