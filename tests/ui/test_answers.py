"""What is said of the moment that is asked, or of any other: one step each, and what follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Source, State

from .bare_desk import BareWindow
from .doubts import FIRST, LENGTH, SECOND, answer, at, land, looked_through, path_of, retracks
from .mouse import settle, wait_until


def asked(bare: BareWindow) -> Any:
    """The answers, the first moment being asked."""
    bare.doubtful()
    looked_through(bare)
    bare.reviewing.next()
    assert at(bare) == FIRST
    return bare.answers


def test_a_place_is_one_step_with_all_that_follows(bare: BareWindow) -> None:
    answers = asked(bare)
    before, steps = bare.session.cells.copy(), len(bare.session.steps)
    answers.place(16, [[20, 20]])
    assert at(bare) == SECOND
    (job,) = retracks(bare)
    assert job.arguments["gaps"][0].id == 0
    land(job, (21, 21))
    assert len(bare.session.steps) == steps + 1
    bare.undo()
    np.testing.assert_array_equal(bare.session.cells.xy, before.xy)
    assert at(bare) == FIRST
    looked_through(bare)
    assert bare.reviewing.left == 2, "it is to be answered again"


def test_what_an_answer_did_is_told_beside_what_is_asked_next(bare: BareWindow) -> None:
    answers = asked(bare)
    answers.place(16, [[20, 20]])
    assert bare.desk.said == "point 0 is here on frame 16 · point 1 on frame 30: confidence 0.20"
    bare.reviewing.back()
    bare.reviewing.next()
    assert "is here" not in bare.desk.said, "but not again and again"
    bare.reviewing.back()
    answers.gone()
    assert bare.desk.said.startswith("point 0 is gone from frame 16 on · point 1 on frame 30: ")


def test_what_an_answer_did_is_told_after_the_queue_was_waited_for(bare: BareWindow,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    answers = asked(bare)
    with monkeypatch.context() as patched:
        patched.setattr(bare.reviewing, "_catch_up", lambda *_: False)
        answers.accept()
        assert bare.desk.said == "point 0 is right on frame 16 · looking through the tracks …"
    wait_until(lambda: at(bare) == SECOND)
    assert bare.desk.said == "point 0 is right on frame 16 · point 1 on frame 30: confidence 0.20"


def test_undo_and_redo_go_with_the_queue_again_and_again(bare: BareWindow) -> None:
    answers = asked(bare)
    answers.place(16, [[20, 20]])
    answers.accept()
    for _ in range(2):
        bare.undo()
        assert at(bare) == SECOND
        bare.undo()
        assert at(bare) == FIRST
        bare.redo()
        assert at(bare) == SECOND
        bare.redo()
        assert bare.session.undo_label == "approve point 1, frame 30"


def test_what_is_said_of_other_tracks_and_frames_moves_nothing(bare: BareWindow) -> None:
    answers = asked(bare)
    reviewing = bare.reviewing
    for id, t, say in ((0, 5, answers.accept), (2, 16, answers.accept), (2, 20, answers.hide), (2, 30, answers.gone),
                       (2, 10, lambda: answers.place(10, [[30, 30]]))):
        bare.project.selection.set([id])
        bare.project.go_to(t)
        steps = len(bare.session.steps)
        say()
        assert len(bare.session.steps) == steps + 1
        assert at(bare) == (id, t)
        assert (reviewing.moment.id, reviewing.moment.frame) == FIRST, "it is still to be answered"
        assert not answers.is_asked
    bare.undo()
    assert at(bare) == (2, 10), "nor does undoing it"
    reviewing.show_again()
    assert (at(bare), answers.is_asked) == (FIRST, True)


def test_a_cell_is_approved_or_hidden_or_ended(bare: BareWindow) -> None:
    answers = asked(bare)
    answers.accept()
    cells = bare.session.cells
    assert (cells.source[16, 0], cells.state[16, 0]) == (Source.VERIFIED, State.VISIBLE)
    np.testing.assert_array_equal(cells.xy[:, 0], path_of(0))
    answers.hide()
    assert np.flatnonzero(cells.state[:, 1] == State.OCCLUDED).tolist() == [30]
    bare.project.selection.set([2])
    bare.project.go_to(20)
    answers.gone()
    assert np.flatnonzero(cells.source[:, 2] == Source.HUMAN).tolist() == [0, *range(20, LENGTH)]
    bare.project.go_to(25)
    with pytest.raises(EditError, match="expected point 2 to be somewhere on frame 25"):
        answers.accept()
    bare.project.go_to(0)
    with pytest.raises(EditError, match="delete the track"):
        answers.gone()


def ends(bare: BareWindow, id: int) -> list[int]:
    """Frames on which a person says that a track is nowhere."""
    cells, column = bare.session.cells, int(bare.session.columns([id])[0])
    is_said = (cells.state[:, column] == State.UNKNOWN) & (cells.source[:, column] == Source.HUMAN)
    return np.flatnonzero(is_said).tolist()


def tracked_both_ways(bare: BareWindow) -> int:
    """A track that is followed from frame 20 to both ends, and was set again on frame 30."""
    (id,) = bare.session.add_points(20, [[20, 20]], placed=False)
    run = bare.session.begin_run("track", [id])
    run.write(TrackUpdate(np.arange(LENGTH), np.array([id]), np.full((LENGTH, 1, 2), 20, np.float32),
                          *np.full((2, LENGTH, 1), 0.9, np.float32), 1.0))
    run.close()
    bare.session.edit.move([id], 30, [[21, 21]])
    bare.project.selection.set([id])
    return int(id)


@pytest.mark.parametrize(("t", "gone", "words"), [
    (1, range(2), "is not there before frame 2"), (0, range(1), "is not there before frame 1"),
    (25, range(25, 30), "is gone from frame 25 to 29"), (29, [29], "is gone on frame 29"),
    (33, range(33, LENGTH), "is gone from frame 33 on"), (30, range(30, LENGTH), "is gone from frame 30 on")])
def test_gone_is_up_to_the_next_point_that_is_known(bare: BareWindow, t: int, gone: Any, words: str) -> None:
    id, before = tracked_both_ways(bare), bare.session.cells.copy()
    bare.project.go_to(t)
    bare.answers.gone()
    assert ends(bare, id) == list(gone)
    assert bare.desk.said == f"point 0 {words}"
    kept = np.setdiff1d(np.arange(LENGTH), gone)
    np.testing.assert_array_equal(bare.session.cells.xy[kept], before.xy[kept])
    assert bare.session.rows[0].t == 20, "it is followed from where it was"


def test_gone_a_second_time_ends_where_it_was_gone_already(bare: BareWindow) -> None:
    id = tracked_both_ways(bare)
    for t, gone in ((5, range(6)), (35, [*range(6), *range(35, LENGTH)]), (33, [*range(6), *range(33, LENGTH)])):
        bare.project.go_to(t)
        bare.answers.gone()
        assert ends(bare, id) == list(gone)


def test_hidden_to_the_end_is_up_to_the_next_point_that_was_set(bare: BareWindow) -> None:
    answers = asked(bare)
    bare.session.edit.move([2], 30, [[30, 30]])
    bare.project.selection.set([2])
    bare.project.go_to(25)
    answers.hide(to_the_end=True)
    assert np.flatnonzero(bare.session.cells.state[:, 2] == State.OCCLUDED).tolist() == [25, 26, 27, 28, 29]
    assert "frames 25 to 29" in bare.desk.said
    bare.project.go_to(35)
    answers.hide(to_the_end=True)
    assert np.flatnonzero(bare.session.cells.state[:, 2] == State.OCCLUDED)[5:].tolist() == list(range(35, LENGTH))


def test_the_other_direction_is_taken_and_given_back(bare: BareWindow) -> None:
    answers = asked(bare)
    with pytest.raises(EditError, match="only one answer"):
        answers.take_other()
    bare.session.edit.move([0], 30, [[18, 12]])
    answers.place(16, [[15, 12]])
    land(retracks(bare)[0], (14, 14), other=9)
    bare.project.selection.set([0])
    bare.project.go_to(20)
    xy, steps = bare.session.cells.xy, len(bare.session.steps)
    answers.take_other()
    assert xy[20, 0].tolist() == [23, 23]
    assert (xy[16, 0].tolist(), xy[30, 0].tolist()) == ([15, 12], [18, 12]), "anchors hold"
    assert at(bare) == (0, 20)
    assert bare.session.undo_label.startswith("take the other answer")
    answers.take_other()
    assert xy[20, 0].tolist() == [14, 14]
    assert len([step for step in bare.session.steps if step.is_done]) == steps
    answers.take_other()
    assert xy[20, 0].tolist() == [23, 23]


def test_tracks_that_were_taken_for_each_other_are_swapped_between_anchors(bare: BareWindow) -> None:
    answers = asked(bare)
    bare.session.edit.move([0], 10, [[14, 12]])
    answers.swap(2)
    assert np.allclose(bare.session.cells.xy[11:, 0], path_of(2)[11:])
    assert np.allclose(bare.session.cells.xy[1:10, 0], path_of(0)[1:10])
    for with_id in (None, 0):
        with pytest.raises(EditError, match="put the mouse over"):
            answers.swap(with_id)


def test_the_rest_is_approved_in_one_step(bare: BareWindow) -> None:
    answers = asked(bare)
    reviewing = bare.reviewing
    answers.accept()
    answers.accept()
    looked_through(bare)
    before, steps = bare.session.cells.copy(), len(bare.session.steps)
    left = len(reviewing.review.remaining(0))
    assert left > 0
    answers.accept_rest()
    assert len(bare.session.steps) == steps + 1
    assert (bare.session.cells.source == Source.VERIFIED).sum() == 2 + left
    assert f"{left} moments" in bare.desk.said
    bare.undo()
    np.testing.assert_array_equal(bare.session.cells.source, before.source)
    looked_through(bare)
    assert len(reviewing.review.remaining(0)) == left
    reviewing.set_quality(1.0)
    with pytest.raises(EditError, match="nothing left to approve"):
        answers.accept_rest()


def test_a_file_that_refuses_leaves_the_queue_where_it_is(bare: BareWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = asked(bare)
    before = bare.session.cells.copy()

    def refuse(*writes: Any) -> None:
        raise EditError("the disk is full")

    monkeypatch.setattr(bare.session._store, "write", refuse)
    looked_through(bare)
    for act in (answers.accept, answers.hide, answers.gone, answers.accept_rest, lambda: answers.place(16, [[9, 9]]),
                lambda: answers.swap(2)):
        with pytest.raises(EditError, match="the disk is full"):
            act()
        assert at(bare) == FIRST
        assert bare.reviewing.moment.frame == 16
    np.testing.assert_array_equal(bare.session.cells.xy, before.xy)
    np.testing.assert_array_equal(bare.session.cells.source, before.source)
    assert retracks(bare) == []
    assert len(bare.reviewing.review.remaining(0)) > 2


def test_the_same_place_again_belongs_to_no_other_step(bare: BareWindow) -> None:
    answers = asked(bare)
    answers.place(16, [[20, 20]])
    land(retracks(bare)[0], (21, 21))
    bare.session.rename(2, "tail")
    bare.project.selection.set([0])
    answers.place(16, [[20, 20]])
    answer(retracks(bare)[1], (22, 22))
    settle()
    assert bare.session.undo() == "rename point 2 to tail"
    assert bare.session.cells.xy[20, 0].tolist() == [22, 22], "it goes on, whatever becomes of that"


def test_of_a_clip_of_one_frame_there_is_little_to_say(bare: BareWindow) -> None:
    bare.add(1)
    answers = bare.answers
    with pytest.raises(EditError, match="select the track"):
        answers.place(0, [[1, 1]])
    bare.project.place(0, [[20, 20]])
    bare.project.selection.set([0])
    answers.place(0, [[21, 21]])
    assert retracks(bare) == []
    answers.accept()
    answers.hide(to_the_end=True)
    with pytest.raises(EditError, match="delete the track"):
        answers.gone()
    with pytest.raises(EditError, match="only one answer"):
        answers.take_other()
    with pytest.raises(EditError, match="finite"):
        answers.place(0, [[np.nan, 1]])


def test_what_lies_around_an_approved_cell_is_solved_from_it_as_a_part_of_the_step(bare: BareWindow) -> None:
    answers, before = asked(bare), bare.session.last_step
    answers.accept()
    assert len(bare.project.corrections) == 1
    assert bare.session.last_step > before
    bare.undo()
    assert (len(bare.project.corrections), bare.session.last_step) == (0, before)
