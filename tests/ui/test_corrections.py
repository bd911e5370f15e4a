"""Corrections on their way: many at once, undone, replaced, broken off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, EditError, TrackingError
from napari_cotracker.core.tracks import Source
from napari_cotracker.ui.tracking import Phase

from .doubts import LENGTH, answer, doubtful, frames_of, land, path_of, retracks
from .mouse import settle
from .windows import Window, drawn

LAST = LENGTH - 1


def fix(window: Window, id: int, t: int, xy: Any = (30, 30)) -> Any:
    """A correction, and the job that it starts."""
    window.session.edit.move([id], t, xy)
    window.project.corrections.follow_up([id], t)
    return retracks(window)[-1]


def xy_of(window: Window, id: int, t: int) -> list[float]:
    column = int(window.session.columns([id])[0])
    return [round(float(value), 3) for value in window.session.cells.xy[t, column]]


def was(id: int, t: int) -> list[float]:
    return [round(float(value), 3) for value in path_of(id)[t]]


def test_a_fix_solves_what_lies_around_it_as_one_step(window: Window) -> None:
    doubtful(window)
    steps, before = len(window.session.steps), window.session.cells.copy()
    job = fix(window, 0, 16)
    assert job.urgent
    assert frames_of(job) == [(0, 0, 16), (0, 16, LAST)]
    assert job.arguments["others"].xy.shape[1] == 2, "the other tracks take part"
    assert window.project.corrections.ids.tolist() == [0]
    land(job, (31, 31))
    assert len(window.project.corrections) == 0
    assert (xy_of(window, 0, 15), xy_of(window, 0, 16), xy_of(window, 0, 0)) == ([31, 31], [30, 30], was(0, 0))
    assert len(window.session.steps) == steps + 1
    after = window.session.cells.copy()
    np.testing.assert_array_equal(after.xy[:, 1:], before.xy[:, 1:], "not a cell of another track")
    window.panel.undo()
    np.testing.assert_array_equal(window.session.cells.xy, before.xy)
    window.panel.redo()
    np.testing.assert_array_equal(window.session.cells.xy, after.xy)
    assert window.session.sides(0) is not None


def test_undoing_a_fix_on_its_way_ends_it(window: Window) -> None:
    doubtful(window)
    before = window.session.cells.copy()
    job = fix(window, 0, 16)
    answer(job, (31, 31), range(20))
    settle()
    assert xy_of(window, 0, 15) == [31, 31]
    window.panel.undo()
    assert job.told == ["cancel"]
    assert len(window.project.corrections) == 0
    land(job, (33, 33))
    np.testing.assert_array_equal(window.session.cells.xy, before.xy, "nothing of it comes later")
    assert not window.session.is_running()
    window.panel.redo()
    assert xy_of(window, 0, 16) == [30, 30]
    assert xy_of(window, 0, 15) == [31, 31], "what had come belongs to the step"


def test_a_jump_in_the_history_ends_what_it_undoes(window: Window) -> None:
    from napari_cotracker.ui.history_jump import jump

    doubtful(window)
    steps = window.session.last_step
    jobs = [fix(window, 0, 16), fix(window, 1, 20)]
    jump(window.session, steps)
    assert [job.told for job in jobs] == [["cancel"], ["cancel"]]
    assert len(window.project.corrections) == 0
    assert not window.session.is_running()


def test_several_tracks_are_corrected_at_once(window: Window) -> None:
    doubtful(window)
    first, second = fix(window, 0, 16), fix(window, 1, 20)
    assert window.project.corrections.ids.tolist() == [0, 1]
    assert "2 corrections" in window.panel.correct.working.text()
    land(second, (32, 32))
    assert "1 correction " in window.panel.correct.working.text()
    land(first, (31, 31))
    assert (xy_of(window, 0, 3), xy_of(window, 1, 3)) == ([31, 31], [32, 32])
    assert not window.panel.correct.working.isVisibleTo(window.panel.correct)
    window.panel.undo()
    assert (xy_of(window, 0, 3), xy_of(window, 1, 3)) == ([31, 31], was(1, 3)), "each is a step of its own"
    window.panel.undo()
    assert xy_of(window, 0, 3) == was(0, 3)


def test_the_same_place_again_takes_the_first_ones_turn(window: Window) -> None:
    doubtful(window)
    first = fix(window, 0, 16)
    answer(first, (31, 31), range(30))
    settle()
    second = fix(window, 0, 16, (34, 34))
    assert first.told == ["cancel"]
    assert len(window.project.corrections) == 1
    np.testing.assert_array_equal(second.arguments["gaps"][1].old[1:], path_of(0)[17:],
                                  "it is compared with where the track was, not with half of an answer")
    land(first, (31, 31))
    land(second, (35, 35))
    assert (xy_of(window, 0, 16), xy_of(window, 0, 20)) == ([34, 34], [35, 35])
    window.panel.undo()
    assert (xy_of(window, 0, 16), xy_of(window, 0, 20)) == ([30, 30], was(0, 20))
    window.panel.undo()
    assert xy_of(window, 0, 16) == was(0, 16)


def test_a_fix_within_a_stretch_on_its_way_takes_over_the_rest(window: Window) -> None:
    doubtful(window)
    first = fix(window, 0, 10)
    answer(first, (31, 31), range(5, 20))
    settle()
    second = fix(window, 0, 25)
    assert first.told == ["cancel"]
    assert frames_of(second) == [(0, 0, 10), (0, 10, 25), (0, 25, LAST)]
    window.panel.undo()
    assert second.told == ["cancel"]
    third = retracks(window)[-1]
    assert frames_of(third) == [(0, 0, 10), (0, 10, LAST)], "what it had replaced is taken up again"
    land(third, (32, 32))
    assert (xy_of(window, 0, 5), xy_of(window, 0, 30)) == ([32, 32], [32, 32])
    window.panel.undo()
    np.testing.assert_array_equal(window.session.cells.xy[:, 0], path_of(0))


def test_fixes_on_both_sides_of_an_anchor_do_not_disturb_each_other(window: Window) -> None:
    doubtful(window)
    land(fix(window, 0, 20), (31, 31))
    first, second = fix(window, 0, 10), fix(window, 0, 30)
    assert (frames_of(first), frames_of(second)) == ([(0, 0, 10), (0, 10, 20)], [(0, 20, 30), (0, 30, LAST)])
    assert first.told == []
    assert len(window.project.corrections) == 2


def test_a_run_leaves_tracks_that_are_corrected(window: Window) -> None:
    window.add(drawn(LENGTH), rgb=True)
    ids = window.project.place(0, [[12, 12], [20, 30]])
    window.press(window.panel.track.track_button)
    (run,) = window.worker.jobs
    run.answer(range(1, 20), value=9)
    settle()
    job = fix(window, 0, 10)
    assert frames_of(job) == [(0, 0, 10), (0, 10, LAST)]
    assert np.isnan(job.arguments["gaps"][1].old).all(), "it is followed to the end, for the run will not come there"
    run.answer(range(1, LENGTH), value=11)
    land(job, (31, 31))
    run.answer(range(1, LENGTH), value=12)
    run.finish()
    settle()
    assert window.project.tracking.phase is Phase.IDLE
    assert (xy_of(window, 0, 10), xy_of(window, 0, 30), xy_of(window, 1, 30)) == ([30, 30], [31, 31], [12, 12])
    assert ids.tolist() == [0, 1]
    far = fix(window, 1, 39, (1, 1))
    assert frames_of(far) == [(1, 0, LAST)]


def test_before_anything_was_tracked_there_is_nothing_to_solve_again(window: Window) -> None:
    window.add(drawn(LENGTH), rgb=True)
    window.project.place(5, [[12, 12]])
    window.session.edit.move([0], 5, [[13, 13]])
    window.project.corrections.follow_up([0], 5)
    assert retracks(window) == []
    assert frames_of(fix(window, 0, 20)) == [(0, 5, 20)], "but between two points that were set there is"


def test_stretches_are_solved_again_on_demand(window: Window) -> None:
    doubtful(window)
    corrections, session = window.project.corrections, window.session
    session.edit.move([0], 20, [[30, 30]])
    window.project.selection.set([0])
    window.press(window.panel.correct.again_button)
    (job,) = retracks(window)
    assert frames_of(job) == [(0, 0, 20), (0, 20, LAST)]
    window.press(window.panel.correct.again_button)
    assert "already" in window.panel.told.text()
    assert len(retracks(window)) == 1
    land(job, (31, 31))
    assert session.undo_label.startswith("re-track point 1")
    with pytest.raises(EditError, match="a point that you set"):
        corrections.solve([])
    corrections.solve([0], [3])
    assert frames_of(retracks(window)[-1]) == [(0, 0, 20)]


def test_one_that_fails_is_told_once_and_keeps_what_came(window: Window) -> None:
    doubtful(window)
    trouble: list[CotrackerError] = []
    window.desk.trouble.connect(trouble.append)
    job = fix(window, 0, 16)
    answer(job, (31, 31), range(10))
    job.fail(TrackingError("out of memory"))
    settle()
    assert [str(error) for error in trouble] == ["out of memory"]
    assert "out of memory" in window.panel.told.text()
    assert len(window.project.corrections) == 0
    assert not window.session.is_running()
    assert (xy_of(window, 0, 5), xy_of(window, 0, 12)) == ([31, 31], was(0, 12))
    window.panel.undo()
    assert xy_of(window, 0, 5) == was(0, 5)


class FullDisk:
    """Makes a session's file refuse while `is_full`."""

    def __init__(self, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full, write = True, session._store.write

        def refuse(*writes: Any) -> None:
            if self.is_full and writes:
                raise EditError("the disk is full")
            write(*writes)

        monkeypatch.setattr(session._store, "write", refuse)


def test_a_file_that_refuses_ends_it_and_it_goes_on_when_there_is_room(window: Window, monkeypatch: pytest.MonkeyPatch
                                                                       ) -> None:
    doubtful(window)
    trouble: list[CotrackerError] = []
    window.desk.trouble.connect(trouble.append)
    job = fix(window, 0, 16)
    answer(job, (31, 31), range(10))
    settle()
    before = window.session.cells.copy()
    disk = FullDisk(window.session, monkeypatch)
    land(job, (33, 33))
    assert [str(error) for error in trouble] == ["the disk is full"], "once"
    assert job.told == ["cancel"]
    assert len(window.project.corrections) == 0
    np.testing.assert_array_equal(window.session.cells.xy, before.xy)
    window.project.selection.set([1])
    window.desk.attempt(lambda: window.panel.correct.answers.place(20, [[9, 9]]))
    assert window.panel.told.text() == "the disk is full"
    np.testing.assert_array_equal(window.session.cells.xy, before.xy)
    disk.is_full = False
    window.panel.correct.answers.place(20, [[9, 9]])
    land(retracks(window)[-1], (8, 8))
    assert not window.session.is_running(), "what had not been let to end has ended"
    window.panel.undo()
    window.panel.undo()
    assert (xy_of(window, 0, 5), xy_of(window, 1, 20)) == (was(0, 5), was(1, 20))


def test_closing_keeps_what_came(window: Window) -> None:
    doubtful(window)
    session = window.session
    jobs = [fix(window, 0, 16), fix(window, 1, 20)]
    answer(jobs[0], (31, 31))
    settle()
    window.close()
    assert [job.told for job in jobs] == [["cancel"], ["cancel"]]
    land(jobs[0], (33, 33))
    assert not session.is_running()
    assert session.cells.xy[5, 0].tolist() == [31, 31]


def test_tracks_that_go_while_they_are_solved_do_no_harm(window: Window) -> None:
    doubtful(window)
    job = fix(window, 0, 16)
    answer(job, (31, 31), range(10))
    settle()
    window.session.delete([0])
    land(job, (33, 33))
    assert window.session.ids.tolist() == [1, 2]
    window.panel.undo()
    assert window.session.ids.tolist() == [0, 1, 2]
    assert xy_of(window, 0, 16) == [30, 30]


def test_it_is_done_with_the_tracker_that_is_chosen(window: Window) -> None:
    doubtful(window)
    field = window.panel.track.form.fields["model"]
    field.setCurrentIndex(field.findData("lucas-kanade"))
    assert fix(window, 0, 16).arguments["options"].model == "lucas-kanade"


def test_anchors_hold(window: Window) -> None:
    doubtful(window)
    window.session.edit.verify([0], range(LENGTH))
    before = window.session.cells.copy()
    window.session.edit.move([0], 20, [[20, 20]])
    window.project.corrections.follow_up([0], 20)
    for job in retracks(window):
        land(job, (1, 1))
    changed = (window.session.cells.xy != before.xy).any(2)
    assert np.argwhere(changed).tolist() == [[20, 0]]
    assert window.session.cells.source[20, 0] == Source.HUMAN
