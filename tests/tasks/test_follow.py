"""Tracking for a listener that gathers the pieces itself."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core import registry
from napari_cotracker.core.declarations import NoOptions, TrackerEntry
from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, Estimate, TrackUpdate
from napari_cotracker.tasks import follow as module
from napari_cotracker.tasks.follow import follow, rehearse, without_empty_cells
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.tasks.track import track
from tests.generators import drain
from tests.moving_films import moving_film

QUERIES = Queries(np.array([3, 0]), np.array([[60, 60], [80, 50]]), np.array([5, 2]))
OPTIONS = TrackOptions(model="lucas-kanade")


def test_the_pieces_are_the_tracks() -> None:
    clip, _ = moving_film(8)
    clip.bad_frames = {6}
    pieces, result = drain(follow(clip, QUERIES, OPTIONS))
    _, tracks = drain(track(clip, QUERIES, OPTIONS))
    xy = np.full_like(tracks.xy, np.nan)
    for piece in pieces:
        cells = np.ix_(piece.frames, [tracks.ids.tolist().index(i) for i in piece.ids])
        xy[cells] = np.where(np.isfinite(piece.xy), piece.xy, xy[cells])
        assert not len(piece.frames) or np.isfinite(piece.xy).any(2).any(1).all()
    np.testing.assert_array_equal(xy, tracks.xy)
    assert result["ids"] == [5, 2] and result["bad_frames"] == [6]
    assert result["meta"]["runs"][0]["model"] == "lucas-kanade"


def update(known: list[list[bool]]) -> TrackUpdate:
    mask = np.array(known)
    scores = np.where(mask, np.float32(0.5), np.float32(np.nan))
    xy = np.repeat(scores[..., None], 2, 2)
    return TrackUpdate(np.arange(len(mask)), np.arange(mask.shape[1]) + 10, xy, scores, scores, 0.4, "x")


def test_frames_and_tracks_of_which_nothing_is_said_are_left_out() -> None:
    less = without_empty_cells(update([[False, False, False], [True, False, False], [True, False, True]]))
    assert less.frames.tolist() == [1, 2] and less.ids.tolist() == [10, 12]
    assert less.xy.shape == (2, 2, 2) and less.visibility.shape == less.confidence.shape == (2, 2)
    assert (less.done, less.message) == (0.4, "x")


def test_an_update_without_a_cell_is_a_heartbeat() -> None:
    beat = without_empty_cells(update([[False, False]]))
    assert len(beat.frames) == len(beat.ids) == 0 and beat.done == 0.4


class Switch(Control):
    stop = False

    def cancelled(self) -> bool:
        return self.stop


def test_a_cancel_does_not_wait_for_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.0)
    loaded = threading.Event()

    def make(settings: Any) -> Any:
        loaded.wait(60)

    known = dict(registry.trackers())
    slow = TrackerEntry("slow", "Slow", NoOptions, make, lambda job: Estimate(1, 1.0))
    monkeypatch.setattr(registry, "trackers", lambda: {**known, "slow": slow})
    control = Switch()
    run = follow(moving_film(4)[0], QUERIES, TrackOptions(model="slow"), control=control)
    assert next(run).message == "loading slow"
    control.stop = True
    _, result = drain(run)
    assert result == {"meta": {}, "bad_frames": [], "ids": []}
    loaded.set()


def test_what_is_wrong_with_the_options_is_told_before_anything_is_loaded() -> None:
    with pytest.raises(TrackingError, match="nonsense"):
        next(follow(moving_film(4)[0], QUERIES, TrackOptions(model="nonsense")))


def test_a_rehearsal_never_fails() -> None:
    rehearse(TrackOptions(model="lucas-kanade"))
    rehearse(TrackOptions(model="nonsense"))


def test_a_guess_stays_one_without_its_empty_cells() -> None:
    guess = replace(update([[True, False], [True, False]]), is_guess=True)
    assert without_empty_cells(guess).is_guess
    assert without_empty_cells(replace(update([[True, True]]), is_guess=True)).is_guess
