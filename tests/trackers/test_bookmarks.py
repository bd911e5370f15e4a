"""A run that goes on from where another stood says what that would have said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Bookmark, Control, Tracker, TrackJob, TrackUpdate
from napari_cotracker.trackers import bookmarks
from napari_cotracker.trackers.bookmarks import arrays_of, put_arrays
from napari_cotracker.trackers.cotracker3_online import OnlineTracker
from napari_cotracker.trackers.follower import Reach
from napari_cotracker.trackers.guided import GuidedFollower
from napari_cotracker.trackers.hybrid import HybridSettings, HybridTracker
from napari_cotracker.trackers.lucas_kanade import LucasKanadeSettings, LucasKanadeTracker
from tests.moving_films import moving_film
from tests.trackers.networks import small_file, small_settings

LENGTH = 60
NETWORK: dict[str, object] = {"checkpoint": str(small_file()), "device": "cpu", "iters": 2, "disk_budget": 0,
                              "support_grid": 2, "precision": "float32"}


def lucas_kanade() -> Tracker:
    return LucasKanadeTracker(LucasKanadeSettings())


def online() -> Tracker:
    return OnlineTracker(small_settings())


def fast() -> Tracker:
    return OnlineTracker(small_settings(fast=True, redetects=True))


def parity() -> Tracker:
    return OnlineTracker(small_settings(parity=True))


def hybrid() -> Tracker:
    return HybridTracker(HybridSettings(**NETWORK, resolution=(64, 64)))  # type: ignore[arg-type]


class Marks(Control):
    """Notes where a run stood, and what it had said until then."""

    def __init__(self) -> None:
        self.heard: list[TrackUpdate] = []
        self.stood: list[tuple[Bookmark, int]] = []

    def stands(self, bookmark: Callable[[], Bookmark]) -> None:
        self.stood.append((bookmark(), len(self.heard)))

    def listen(self, tracker: Tracker, job: TrackJob) -> None:
        for update in tracker.track(job, self):
            if len(update.frames):
                self.heard.append(update)


def cells(updates: list[TrackUpdate], queries: Queries) -> np.ndarray:
    """(T, N, 4) all that was said, later answers over earlier ones."""
    out = np.full((LENGTH, len(queries), 4), np.nan, np.float32)
    column = {int(id): place for place, id in enumerate(queries.ids)}
    for update in updates:
        said = np.concatenate([update.xy, update.visibility[..., None], update.confidence[..., None]], 2)
        index = np.ix_(update.frames, [column[int(id)] for id in update.ids])
        known = np.isfinite(update.xy).all(2) & (np.isnan(out[index]).any(2) | (not update.is_guess))
        out[index] = np.where(known[..., None], said, out[index])
    return out


@pytest.mark.parametrize("frames", [range(LENGTH), range(LENGTH - 1, -1, -1)], ids=["forward", "backward"])
@pytest.mark.parametrize("make", [lucas_kanade, online, fast, parity, hybrid])
def test_from_every_bookmark_on_the_answers_are_those_of_a_run_that_never_stopped(
        make: Callable[[], Tracker], frames: range, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.trackers.lucas_kanade.FRAMES_PER_UPDATE", 8)
    film, _ = moving_film(LENGTH, turn=0.02)
    film.frames[20:32, 40:90, 60:120] = 90  # some points are lost, and found again
    queries = Queries(np.array([0, 0, 9, 30, 51]) if frames.step > 0 else np.array([59, 59, 50, 29, 4]),
                      np.array([[60, 50], [90, 60], [100, 70], [70, 80], [80, 40]]), np.array([5, 3, 9, 1, 7]))
    whole = Marks()
    whole.listen(make(), TrackJob(film, queries, frames))
    assert len(whole.stood) >= 4
    answer, before = cells(whole.heard, queries), list[TrackUpdate]()
    bookmark, said = whole.stood[0]
    for _ in range(4):  # each goes on from where the one before stood next
        before += whole.heard[:said]
        whole = Marks()
        whole.listen(make(), TrackJob(film, queries, frames, bookmark=bookmark))
        np.testing.assert_array_equal(cells([*before, *whole.heard], queries), answer)
        bookmark, said = whole.stood[0]
    for bookmark, said in whole.stood:
        rest = Marks()
        rest.listen(make(), TrackJob(film, queries, frames, bookmark=bookmark))
        np.testing.assert_array_equal(cells([*before, *whole.heard[:said], *rest.heard], queries), answer)
    again = [frames.index(int(frame)) for update in rest.heard for frame in update.frames]
    assert all(position > LENGTH // 2 for position in again)  # what was done is not done again


def follower() -> GuidedFollower:
    made = GuidedFollower((96, 64), Reach(4, 13, 2, 8))
    made.grow(2)
    return made


def test_all_that_a_follower_remembers_is_put_down_and_taken_up() -> None:
    one, other = follower(), follower()
    one.xy[:], one._first.patch[:], one._lost.coast[:], one._usual = 7, 3, 2, 0.25
    one._guide.xy[:] = 9
    put_arrays(other, arrays_of(one))
    for name, value in arrays_of(one).items():
        np.testing.assert_array_equal(arrays_of(other)[name], value, err_msg=name)
    assert isinstance(other._usual, float)
    one.xy[:] = 8
    assert (other.xy == 7).all()


@pytest.mark.parametrize("change", [
    lambda kept: kept.pop("xy"), lambda kept: kept.update(xy=np.zeros((2, 2), np.float64)),
    lambda kept: kept.update(xy=np.zeros(2, np.float32)), lambda kept: kept.update(_usual=np.zeros(2)),
    lambda kept: kept.pop("_lost.led"),
])
def test_a_damaged_bookmark_is_refused_in_a_sentence(change: Callable[[dict[str, np.ndarray]], object]) -> None:
    kept = arrays_of(follower())
    change(kept)
    with pytest.raises(TrackingError, match=r"is damaged .*; begin the run anew"):
        put_arrays(follower(), kept)


def test_names_are_put_under_a_prefix_and_back() -> None:
    kept = {"a": np.zeros(1), "b": np.ones(2)}
    both = bookmarks.under("x.", kept) | bookmarks.under("y.", kept)
    assert sorted(both) == ["x.a", "x.b", "y.a", "y.b"]
    assert list(bookmarks.within(both, "y.")) == ["a", "b"]
