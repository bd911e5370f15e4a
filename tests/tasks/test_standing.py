"""Where a run stands: what is left of it, and what is told with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Bookmark, Control
from napari_cotracker.core.tracks import State, Tracks
from napari_cotracker.tasks.plan import Pass, TrackOptions
from napari_cotracker.tasks.recorder import Recorder, Side
from napari_cotracker.tasks.standing import Earlier, Standing
from napari_cotracker.tasks.track import track
from tests.moving_films import Film, moving_film

PASSES = (Pass(range(9), Side.AFTER), Pass(range(8, -1, -1), Side.BEFORE))
QUERIES = Queries.from_array([[4, 60, 50]])


class Marks(Control):
    """Notes where a run stood; hands in a point after the first time."""

    def __init__(self, added: Queries | None = None) -> None:
        self.stood: list[Bookmark] = []
        self.added = added

    def stands(self, bookmark: Callable[[], Bookmark]) -> None:
        self.stood.append(bookmark())

    def new_queries(self) -> Queries | None:
        added, self.added = self.added, None
        return added


def follow(film: Film, control: Control, earlier: Earlier | None = None) -> Tracks:
    run = track(film, QUERIES, TrackOptions(model="lucas-kanade"), control=control, earlier=earlier)
    while True:
        try:
            next(run)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]


def test_what_is_left_are_the_passes_from_where_it_stood() -> None:
    standing = Standing(moving_film(9)[0], Earlier())
    standing.side = Side.BEFORE
    inside = standing.within(lambda: {"position": np.array(3)})
    (rest,) = Earlier(bookmark=inside).rest(PASSES)
    assert rest.side is Side.BEFORE and rest.bookmark is not None
    assert {name: int(value) for name, value in rest.bookmark.items()} == {"position": 3}
    assert Earlier(bookmark=standing.behind()).rest(PASSES) == ()
    standing.side = Side.AFTER
    assert Earlier(bookmark=standing.behind()).rest(PASSES) == PASSES[1:]
    assert Earlier().rest(PASSES) == PASSES
    assert Earlier(bookmark=Standing.over()).rest(PASSES) == ()
    with pytest.raises(TrackingError, match="out of AFTER, BEFORE, got sideways; begin anew"):
        Earlier(bookmark={"side": np.array("sideways")}).rest(PASSES)


def test_answers_are_recalled_and_points_stay_where_they_are() -> None:
    recorder = Recorder(9, QUERIES)
    cells = np.full((9, 1), 0.5, np.float32)
    Earlier(Tracks(QUERIES.ids, np.full((9, 1, 2), 7.0), cells, cells)).recall(recorder)
    tracks = recorder.tracks({})
    assert (tracks.xy[np.arange(9) != 4] == 7).all()
    assert tracks.xy[4, 0].tolist() == [60, 50] and tracks.visibility[4, 0] == 1


def test_frames_that_were_bad_before_and_the_time_that_it_took_are_remembered() -> None:
    film, _ = moving_film(9)
    marks = Marks()
    whole = follow(film, marks)
    assert [str(mark["side"]) for mark in marks.stood][-1] == "BEFORE"
    bookmark = {**marks.stood[0], "bad_frames": np.array([2]), "seconds": np.array(100.0)}
    rest = follow(film, Control(), Earlier(whole, bookmark))
    assert np.flatnonzero(rest.state[:, 0] == State.UNKNOWN).tolist() == [2]
    assert 100 < rest.meta["runs"][0]["seconds"] < 160


def test_once_points_were_added_it_is_not_said_where_a_run_stands() -> None:
    film, _ = moving_film(9)
    marks = Marks(Queries.from_array([[5, 70, 60]], ids=[77]))
    tracks = follow(film, marks)
    assert tracks.ids.tolist() == [0, 77] and np.isfinite(tracks.xy).all()
    assert marks.stood == []
