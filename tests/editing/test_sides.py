"""Both one-sided answers: kept with their step, and heard as long as they speak of what is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.blending import Sides
from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.session import Session
from napari_cotracker.editing.sides import over_all
from tests.editing.walks import sides_of, update_of

T = 10


def tracked(session: Session, frames: range, seed: int, joins: bool = False) -> Sides:
    """A run over track 0 that keeps what both sides say of what it wrote."""
    run = session.begin_run("track", [0], joins=session.last_step if joins else 0)
    run.write(update_of(frames, [0], seed, empty=0))
    sides = sides_of(0, frames, session.cells.xy[list(frames), 0], seed)
    run.keep(sides)
    run.close()
    return sides


def session_of() -> Session:
    session = Session(T, (64, 48))
    session.add_points(0, [[1, 1], [2, 2]])
    return session


def heard(session: Session) -> list[int]:
    """On which frames something is said of track 0, checked."""
    sides = session.sides(0)
    if sides is None:
        return []
    assert sides.frames.tolist() == list(range(T))
    known = np.isfinite(sides.xy).all(1)
    np.testing.assert_array_equal(sides.xy[known], session.cells.xy[known, 0])
    np.testing.assert_array_equal(sides.forward.known, known)
    np.testing.assert_array_equal(sides.backward.known, known)
    return np.flatnonzero(known).tolist()


def test_sides_are_heard_while_their_step_is_done(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", T, (64, 48))
    session.add_points(0, [[1, 1], [2, 2]])
    assert session.sides(0) is None
    sides = tracked(session, range(2, 6), 1)
    assert heard(session) == [2, 3, 4, 5]
    found = session.sides(0)
    assert found is not None
    np.testing.assert_array_equal(found.forward.xy[2:6], sides.forward.xy)
    np.testing.assert_array_equal(found.backward.confidence[2:6], sides.backward.confidence)
    session.undo()
    assert session.sides(0) is None
    session.close()
    session = Session.open(tmp_path / "a.cotracker")
    assert session.sides(0) is None
    session.redo()
    assert heard(session) == [2, 3, 4, 5]
    session.undo()
    assert heard(session) == []
    session.redo()
    assert session.sides(1) is None
    with pytest.raises(EditError, match="got 7, which is not there"):
        session.sides(7)
    session.close()


def test_the_newest_sides_are_heard_and_older_ones_around_them() -> None:
    session = session_of()
    tracked(session, range(1, 8), 1)
    newer = tracked(session, range(3, 5), 2)
    assert heard(session) == list(range(1, 8))
    found = session.sides(0)
    assert found is not None
    np.testing.assert_array_equal(found.forward.xy[3:5], newer.forward.xy)
    session.undo()
    assert heard(session) == list(range(1, 8))


def test_sides_say_nothing_of_cells_that_are_others_by_now() -> None:
    session = session_of()
    tracked(session, range(1, 8), 1)
    session.correct(0, 4, (0.5, 0.25))
    assert heard(session) == [1, 2, 3, 5, 6, 7]
    run = session.begin_run("track", [0])
    run.write(update_of([6], [0], 9, empty=0))
    assert heard(session) == [1, 2, 3, 5, 7]
    run.close()
    session.undo()
    session.undo()
    assert heard(session) == [1, 2, 3, 4, 5, 6, 7]


def test_sides_of_a_run_that_joins_an_edit_belong_to_the_edit() -> None:
    session = session_of()
    session.correct(0, 9, (3, 3))
    tracked(session, range(2, 5), 1, joins=True)
    tracked(session, range(5, 8), 2, joins=True)
    assert len(session.steps) == 2
    assert heard(session) == list(range(2, 8))
    session.undo()
    assert heard(session) == []


def test_sides_without_any_new_position_are_kept_with_the_edit() -> None:
    session = session_of()
    tracked(session, range(1, 8), 1)
    session.correct(0, 9, (3, 3))
    run = session.begin_run("again", [0], joins=session.last_step)
    again = sides_of(0, [2, 3], session.cells.xy[[2, 3], 0], 5)
    run.keep([again])
    run.close()
    found = session.sides(0)
    assert found is not None and len(session.steps) == 3
    np.testing.assert_array_equal(found.forward.xy[2:4], again.forward.xy)


def test_a_closed_run_keeps_no_more_sides() -> None:
    session = session_of()
    run = session.begin_run("track", [0])
    run.write(update_of([1], [0], 9, empty=0))
    run.close()
    run.keep(sides_of(0, [1], session.cells.xy[[1], 0]))
    assert session.sides(0) is None


def test_frames_that_a_track_does_not_have_are_passed_over() -> None:
    xy = np.arange(8, dtype=np.float32).reshape(4, 2)
    sides = sides_of(3, [2, 3, 4, 9], np.concatenate([xy[2:], np.ones((2, 2))]))
    found = over_all(3, [sides], xy)
    assert found is not None
    assert np.isfinite(found.xy).all(1).tolist() == [False, False, True, True]
    assert over_all(3, [], xy) is None
    assert over_all(3, [sides], xy + 1) is None


def test_doubt_is_told_by_span_and_only_where_it_still_holds() -> None:
    session = session_of()
    assert session.doubt(0) is None
    first, second = tracked(session, range(0, 5), 1), tracked(session, range(5, 9), 2)
    doubt = session.doubt(0)
    assert doubt is not None and doubt.shape == (T,)
    np.testing.assert_array_equal(doubt[1:9], np.concatenate([first.doubt, second.doubt])[1:])
    assert np.isnan(doubt[9])
    session.correct(0, 3, [9, 9])
    moved = session.doubt(0)
    assert moved is not None and np.isnan(moved[3]) and moved[4] == doubt[4]


def test_the_unit_survives_in_the_file(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", T, (64, 48))
    session.add_points(0, [[1, 1]])
    run = session.begin_run("track", [0])
    run.write(update_of(range(2, 6), [0], 1, empty=0))
    sides = sides_of(0, range(2, 6), session.cells.xy[2:6, 0], 1)
    run.keep(replace(sides, unit=3.5))
    run.close()
    doubt = session.doubt(0)
    session.close()
    again = Session.open(tmp_path / "a.cotracker").doubt(0)
    assert doubt is not None and not np.array_equal(doubt[2:6], sides.doubt)
    np.testing.assert_array_equal(doubt, again)
