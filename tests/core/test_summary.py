"""Tracks at a glance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.summary import REMARKS, Summaries, summarise
from napari_cotracker.core.tracks import Source, State, Tracks

SIZE, T = (100, 80), 20


@pytest.fixture
def tracks() -> Tracks:
    """Two steady tracks."""
    xy = np.empty((T, 2, 2), np.float32)
    xy[..., 0], xy[..., 1] = 20 + np.arange(T)[:, None], (20, 40)
    return Tracks(np.arange(2), xy, np.ones((T, 2)), np.full((T, 2), 0.8), meta={"size": SIZE})


def remarks(tracks: Tracks, n: int = 0) -> list[str]:
    return summarise(tracks, SIZE).remarks_of(n)


def test_a_steady_track(tracks: Tracks) -> None:
    tracks.source[3, 0] = Source.HUMAN
    tracks.state[0, 0] = State.OCCLUDED
    summary = summarise(tracks, SIZE)
    assert (summary.length[0], summary.first[0], summary.last[0], summary.anchors[0]) == (T, 1, T - 1, 1)
    assert summary.confidence[0] == pytest.approx(0.8)
    assert summary.remarks_of(0) == []


def test_a_point_that_was_only_placed(tracks: Tracks) -> None:
    tracks.xy[:, 0], tracks.source[:, 0] = np.nan, Source.NONE
    tracks.xy[4, 0], tracks.source[4, 0] = (5, 5), Source.HUMAN
    summary = summarise(tracks, SIZE)
    assert (summary.length[0], summary.first[0], summary.last[0]) == (1, 4, 4)
    assert remarks(tracks) == ["not tracked"]


def test_nothing_at_all(tracks: Tracks) -> None:
    tracks.xy[:, 0] = np.nan
    summary = summarise(tracks, SIZE)
    assert (summary.length[0], summary.first[0], summary.last[0]) == (0, -1, -1)
    assert np.isnan(summary.confidence[0])


@pytest.mark.parametrize(("name", "change"), [
    ("short", lambda tracks: tracks.xy.__setitem__((slice(0, 11), 0), np.nan)),
    ("low confidence", lambda tracks: tracks.confidence.__setitem__((slice(0, 6), 0), 0.3)),
    ("jumps", lambda tracks: tracks.xy.__setitem__((slice(10, None), 0, 1), 60)),
    ("leaves", lambda tracks: tracks.xy.__setitem__((19, 0, 0), 101)),
])
def test_what_deserves_a_look(tracks: Tracks, name: str, change: object) -> None:
    change(tracks)  # type: ignore[operator]
    assert remarks(tracks) == [name]
    assert remarks(tracks, 1) == []
    assert name in REMARKS


def test_fast_is_no_jump_and_neither_is_what_nobody_saw(tracks: Tracks) -> None:
    tracks.xy[:, 0, 0] = np.where(np.arange(T) % 2, 20, 60)
    assert remarks(tracks) == []
    tracks.xy[10:, 1, 1] = 60
    tracks.state[10, 1] = State.OCCLUDED
    assert remarks(tracks, 1) == []


def test_scores_that_are_missing_are_left_out(tracks: Tracks) -> None:
    tracks.confidence[:10] = np.nan
    assert summarise(tracks, SIZE).confidence[0] == pytest.approx(0.8)
    tracks.confidence[:] = np.nan
    assert np.isnan(summarise(tracks, SIZE).confidence).all()
    assert remarks(tracks) == []


def test_no_tracks_no_frames_no_size(tracks: Tracks) -> None:
    assert len(summarise(tracks.select(np.zeros(0, np.intp)), SIZE)) == 0
    none = Tracks(np.arange(2), np.zeros((0, 2, 2)), np.zeros((0, 2)), np.zeros((0, 2)))
    assert summarise(none, None).length.tolist() == [0, 0]
    assert not summarise(tracks, None).remarks.any()


@given(st.sets(st.integers(0, 5)))
def test_some_at_a_time_is_the_same_as_all_at_once(some: set[int]) -> None:
    rng = np.random.default_rng(len(some))
    scores = rng.random((2, T, 6))
    xy = np.where(rng.random((T, 6, 1)) < 0.8, rng.random((T, 6, 2)) * 110, np.nan)
    tracks = Tracks(np.arange(6), xy, scores[0], scores[1], state=rng.integers(0, 6, (T, 6)))
    whole, parts = summarise(tracks, SIZE), Summaries.empty(6)
    for places in (np.array(sorted(some), np.int64), np.array(sorted(set(range(6)) - some), np.int64)):
        parts.put(places, summarise(tracks.select(places), SIZE))
    for name in ("length", "confidence", "first", "last", "anchors", "remarks"):
        np.testing.assert_allclose(getattr(whole, name), getattr(parts, name), rtol=1e-6)
        np.testing.assert_array_equal(getattr(whole.select(np.array([2, 0])), name), getattr(whole, name)[[2, 0]])
