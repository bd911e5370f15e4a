"""A fix of a session solves what lies between its anchors, and one undo takes all of it back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_cotracker.core.errors import EditError, TrackingError
from napari_cotracker.core.gaps import Gap
from napari_cotracker.core.tracks import Source
from napari_cotracker.editing.editor import Editor
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks import fixes
from napari_cotracker.tasks.fixes import gaps_around, gaps_within, label_of, others_of, snapped, solve_again
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.tasks.retrack import retrack
from tests.generators import drain
from tests.moving_films import moving_film

T = 40
FILM, WHERE = moving_film(T)
OPTIONS = TrackOptions(model="lucas-kanade")


def truth(xy: tuple[float, float]) -> NDArray[np.float32]:
    return np.array([WHERE(xy, 0, t) for t in range(T)], np.float32)


@pytest.fixture
def session() -> Session:
    """Three points; the first is followed rightly up to frame 19 and wrongly beyond."""
    session = Session(T, (FILM.width, FILM.height))
    session.add_points(0, [[60, 60], [64, 66], [90, 40]], names=("nose", "ear", "tail"))
    with OpenRun(session) as run:
        xy = np.stack([truth((60, 60)), truth((64, 66)), truth((90, 40))], 1)
        xy[20:, 0] += 15
        write(run, xy)
    return session


class OpenRun:
    """A run over all tracks that is closed in the end."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> object:
        self.run = self.session.begin_run("track", self.session.ids)
        return self.run

    def __exit__(self, *error: object) -> None:
        self.run.close()


def write(run: object, xy: NDArray[np.float32]) -> None:
    from napari_cotracker.core.tracker import TrackUpdate

    scores = np.full(xy.shape[:2], 0.9, np.float32)
    run.write(TrackUpdate(np.arange(T), np.arange(xy.shape[1]), xy, scores, scores, 1.0))  # type: ignore[attr-defined]


def test_a_fix_in_an_open_end_repairs_what_comes_after_and_what_leads_there(session: Session) -> None:
    before = session.tracks
    right = truth((60, 60))
    session.correct(0, 22, right[22])
    updates, changed = drain(solve_again(session, FILM, gaps_around(session, [0], 22), OPTIONS))
    assert changed and updates
    np.testing.assert_allclose(session.cells.xy[:, 0], right, atol=1)
    assert session.cells.source[[0, 22], 0].tolist() == [Source.HUMAN] * 2
    np.testing.assert_array_equal(session.cells.xy[22, 0], right[22])
    np.testing.assert_array_equal(session.cells.xy[:, 1:], before.xy[:, 1:])
    assert session.steps[-1].label == "correct nose"
    session.undo()
    np.testing.assert_array_equal(session.tracks.xy, before.xy)
    assert session.undo_label == "track"


def test_between_two_anchors_nothing_outside_changes(session: Session) -> None:
    right = truth((60, 60))
    session.correct(0, 39, right[39])
    drain(solve_again(session, FILM, gaps_around(session, [0], 39), OPTIONS))
    session.correct(0, 15, right[15] + 5)
    before = session.tracks.xy
    drain(solve_again(session, FILM, gaps_around(session, [0], 15), OPTIONS))
    session.correct(0, 25, right[25])
    held = session.tracks.xy
    drain(solve_again(session, FILM, gaps_around(session, [0], 25), OPTIONS))
    np.testing.assert_array_equal(session.cells.xy[:16], held[:16])
    assert not np.array_equal(before[:16], held[:16])
    sides = session.sides(0)
    assert sides is not None
    assert sides.forward.known[16:25].all() and sides.backward.known[16:25].all()


def test_what_was_never_tracked_is_left_to_a_run() -> None:
    session = Session(T, (FILM.width, FILM.height))
    (id,) = session.add_points(10, [[60, 60]])
    assert gaps_around(session, [id], 10) == []
    session.correct(id, 20, [75, 52])
    (gap,) = gaps_around(session, [id], 20)
    assert (gap.first, gap.last, gap.is_closed) == (10, 20, True)
    assert drain(solve_again(session, FILM, [], OPTIONS)) == ([], False)


def test_tracks_that_a_run_leaves_are_solved_to_the_end(session: Session) -> None:
    session.edit.move([0], 10, [[60, 60]])
    session.edit.clear([0], range(11, T))
    assert [(gap.first, gap.last) for gap in gaps_around(session, [0], 10)] == [(0, 10)]
    session.edit.move([1], 10, [[60, 60]])
    gaps = gaps_around(session, [0, 1], 10, ahead=[0, 1])
    assert [(gap.id, gap.first, gap.last) for gap in gaps] == [(0, 0, 10), (0, 10, 39), (1, 0, 10), (1, 10, 39)]
    assert all(np.isnan(gap.old).all() for gap in gaps if not gap.is_closed), "whether they agree with it or not"
    assert all(np.isfinite(gap.old).all() for gap in gaps if gap.is_closed)


def test_a_gap_says_where_the_track_was(session: Session) -> None:
    old = session.cells.xy[:, 0].copy()
    session.correct(0, 22, [1, 2])
    left, right = gaps_around(session, [0], 22)
    assert (left.first, left.last, right.first, right.last) == (0, 22, 22, 39)
    np.testing.assert_array_equal(right.old[1:], old[23:])
    assert left.end_xy == right.start_xy == (1.0, 2.0) and right.end_xy is None


def test_a_gap_says_which_of_its_ends_is_new(session: Session) -> None:
    def ends(gaps: list[Gap]) -> list[tuple[int, int, bool, bool]]:
        return [(gap.first, gap.last, *gap.is_new) for gap in gaps]

    session.correct(0, 22, [50, 50])
    assert ends(gaps_around(session, [0], 22)) == [(0, 22, False, True), (22, 39, True, False)]
    session.correct(0, 30, [60, 50])
    assert ends(gaps_within(session, [0])) == [(0, 22, False, False), (22, 30, False, False), (30, 39, False, False)]
    late = ends(gaps_within(session, [0], before=session.last_step))
    assert late == [(0, 22, False, False), (22, 30, False, True), (30, 39, True, False)]
    session.correct(0, 22, [54, 50])
    late = ends(gaps_within(session, [0], before=session.last_step))
    assert late == [(0, 22, False, True), (22, 30, True, False), (30, 39, False, False)], "it was moved"
    session.edit.clear([0], [22])
    assert ends(gaps_around(session, [0], 22)) == [(0, 30, False, False)], "what it held is all to be solved again"


def test_stretches_of_whole_tracks_can_be_asked_for(session: Session) -> None:
    session.correct(0, 22, [50, 50])
    assert [(gap.first, gap.last) for gap in gaps_within(session, [0])] == [(0, 22), (22, 39)]
    assert [(gap.first, gap.last) for gap in gaps_within(session, [0, 1], [30])] == [(22, 39), (0, 39)]
    assert gaps_within(session, [0], []) == []
    with pytest.raises(EditError):
        gaps_within(session, [7])


def test_a_stretch_can_be_compared_with_where_the_track_was_before_a_step(session: Session) -> None:
    old = session.cells.xy[:, 0].copy()
    session.correct(0, 22, [50, 50])
    run = session.begin_run("again", [0], joins=session.last_step)
    write(run, np.ones((T, 3, 2), np.float32))
    run.close()
    left, right = gaps_within(session, [0], before=session.last_step)
    np.testing.assert_array_equal(np.concatenate([left.old, right.old[1:]]), old)
    assert right.start_xy == (50.0, 50.0), "the anchor is that of now"
    left, right = gaps_within(session, [0], is_ahead=True)
    assert np.isnan(right.old).all()


def test_the_nearest_tracks_in_sight_take_part(session: Session) -> None:
    Editor(session).occlude([2], [22])
    session.correct(0, 22, truth((60, 60))[22])
    others = others_of(session, gaps_around(session, [0], 22))
    assert others.frames.tolist() == [0, 22]
    assert len(others.near(0, (60, 60), 9)) == 2
    np.testing.assert_allclose(others.near(22, (60, 60), 9), truth((64, 66))[[22]], atol=1e-3)
    assert len(others_of(session, gaps_around(session, [0], 22), count=1).near(0, (60, 60), 9)) == 1
    assert len(others_of(session, []).frames) == 0


def test_the_history_says_what_was_solved(session: Session) -> None:
    session.correct(0, 22, [50, 50])
    assert label_of(session, gaps_around(session, [0], 22)) == "re-track nose, frames 0–39"
    assert label_of(session, gaps_within(session, [0, 1])) == "re-track 2 tracks, frames 0–39"


def test_many_fixes_are_one_entry_among_the_runs(session: Session) -> None:
    for t in (20, 25, 30):
        session.correct(0, t, truth((60, 60))[t])
        drain(solve_again(session, FILM, gaps_around(session, [0], t), OPTIONS))
    assert [run["model"] for run in session.runs] == ["lucas-kanade"]


def test_a_run_that_breaks_off_keeps_what_came(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    real = retrack

    def breaks(*given: object, **named: object) -> Iterator[object]:
        for update in real(*given, **named):  # type: ignore[arg-type]
            yield update
            if 25 in update.frames:
                raise TrackingError("expected power, got none")

    monkeypatch.setattr(fixes, "retrack", breaks)
    session.correct(0, 22, truth((60, 60))[22])
    with pytest.raises(TrackingError):
        drain(solve_again(session, FILM, gaps_around(session, [0], 22), OPTIONS))
    assert not session.is_running()
    assert np.abs(session.cells.xy[25, 0] - truth((60, 60))[25]).max() < 1


def test_a_click_is_snapped_to_what_the_track_looks_like(session: Session) -> None:
    right = truth((60, 60))
    np.testing.assert_allclose(snapped(session, FILM, 0, 12, right[12] + [1, -1]), right[12], atol=0.2)
    np.testing.assert_array_equal(snapped(session, FILM, 0, 12, [150, 10]), [150, 10])
    np.testing.assert_array_equal(snapped(session, FILM, 0, 0, [61, 61]), [61, 61], "there is no other anchor")
