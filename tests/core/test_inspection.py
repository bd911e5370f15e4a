"""What views say of cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.inspection import AnchorErrors, describe, drawn, seen_states, tail_frames
from napari_cotracker.core.tracks import Source, State, Tracks

SIZE = (100, 80)


def tracks_of(xy: np.ndarray, visibility: float = 1.0, confidence: float = 1.0, **fields: np.ndarray) -> Tracks:
    shape, known = xy.shape[:2], np.isfinite(xy).all(-1)
    scores = [np.where(known, score, np.nan).astype(np.float32) * np.ones(shape) for score in (visibility, confidence)]
    return Tracks(np.arange(shape[1]), xy, *scores, meta={"size": SIZE}, **fields)


def line(n_frames: int = 9, n_tracks: int = 1) -> np.ndarray:
    """Tracks that move right, one pixel a frame, ten pixels below each other."""
    xy = np.empty((n_frames, n_tracks, 2), np.float32)
    xy[..., 0] = 10 + np.arange(n_frames)[:, None]
    xy[..., 1] = 10 + 10 * np.arange(n_tracks)
    return xy


def test_the_visibility_alone_says_whether_a_point_is_occluded() -> None:
    doubtful = tracks_of(line(), visibility=0.9, confidence=0.1)
    assert (seen_states(doubtful, SIZE) == State.VISIBLE).all()
    assert (doubtful.states() == State.OCCLUDED_LOCATED).all(), "files say otherwise: there it is a matter of precision"
    assert (seen_states(tracks_of(line(), visibility=0.5), SIZE) == State.OCCLUDED_LOCATED).all()


def test_what_is_drawn() -> None:
    xy = line(1, 6)
    xy[0, 1], xy[0, 2] = np.nan, (200, 10)
    tracks = tracks_of(xy)
    tracks.state[0, 3:] = State.OCCLUDED_LOCATED, State.UNKNOWN, State.OCCLUDED
    solid, hollow = drawn(tracks, SIZE)
    assert solid[0].tolist() == [True, False, False, False, False, False]
    assert hollow[0].tolist() == [False, False, False, True, False, True]


def test_hiding_takes_doubtful_cells_but_not_those_without_a_score() -> None:
    tracks = tracks_of(line(1, 3))
    tracks.confidence[0] = 0.2, 0.8, np.nan
    solid, _ = drawn(tracks, SIZE, hide_below=0.5)
    assert solid[0].tolist() == [False, True, True]


def test_a_cell_in_words() -> None:
    tracks = tracks_of(line(2, 1), visibility=0.25, confidence=0.5)
    words = describe(tracks_cell(tracks, 0, 0), SIZE)
    assert words == ["occluded", "confidence 0.50", "visibility 0.25", "tracked"]
    nothing = tracks_of(np.full((1, 1, 2), np.nan, np.float32))
    assert describe(tracks_cell(nothing, 0, 0), SIZE) == ["not tracked"]


def tracks_cell(tracks: Tracks, t: int, n: int) -> object:
    from types import SimpleNamespace

    names = ("xy", "visibility", "confidence", "state", "source")
    return SimpleNamespace(**{name: getattr(tracks, name)[t, n] for name in names})


@pytest.mark.parametrize(("shift", "expected"), [((0, 0), 0), ((3, 4), 5)])
def test_the_error_of_an_anchor_is_the_jump_to_it(shift: tuple[int, int], expected: float) -> None:
    xy, source = line(9, 1), np.full((9, 1), Source.PREDICTED, np.uint8)
    xy[4, 0] += shift
    source[4] = Source.HUMAN
    errors = AnchorErrors.of(xy, source).at(np.arange(9))
    np.testing.assert_allclose(errors, expected, atol=1e-5)


def test_a_jump_on_one_side_counts_in_full() -> None:
    xy, source = line(9, 1), np.full((9, 1), Source.PREDICTED, np.uint8)
    xy[:4, 0, 1] += 8
    source[4] = Source.VERIFIED
    np.testing.assert_allclose(AnchorErrors.of(xy, source).at(np.array([0, 8])), 8, atol=1e-5)


def test_every_cell_takes_the_error_of_the_nearest_anchor_in_time() -> None:
    xy, source = line(20, 3), np.full((20, 3), Source.PREDICTED, np.uint8)
    for t, n, shift in ((4, 0, 2), (12, 0, 6), (10, 2, 3)):
        xy[t, n, 1] += shift
        source[t, n] = Source.HUMAN
    errors = AnchorErrors.of(xy, source).at(np.array([0, 8, 9, 19]))
    np.testing.assert_allclose(errors[:, 0], [2, 2, 6, 6], atol=1e-5)
    assert np.isnan(errors[:, 1]).all(), "no anchor"
    np.testing.assert_allclose(errors[:, 2], 3, atol=1e-5)


def test_a_lonely_anchor_has_no_error_and_anchors_are_no_evidence_for_each_other() -> None:
    xy, source = np.full((6, 1, 2), np.nan, np.float32), np.zeros((6, 1), np.uint8)
    xy[2:4], source[2:4] = [[[5, 5]], [[50, 50]]], Source.HUMAN
    assert np.isnan(AnchorErrors.of(xy, source).at(np.arange(6))).all()
    xy[4], source[4] = (52, 50), Source.PREDICTED
    np.testing.assert_allclose(AnchorErrors.of(xy, source).at(np.array([5])), 2)


def test_no_anchors_or_no_tracks() -> None:
    xy, source = line(5, 2), np.full((5, 2), Source.PREDICTED, np.uint8)
    assert np.isnan(AnchorErrors.of(xy, source).at(np.arange(5))).all()
    assert AnchorErrors.of(xy[:, :0], source[:, :0]).at(np.arange(5)).shape == (5, 0)


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 3)), max_size=12), st.integers(0, 14))
def test_nearest_anchors_are_found_as_by_hand(anchors: list[tuple[int, int]], frame: int) -> None:
    xy, source = line(15, 4), np.full((15, 4), Source.PREDICTED, np.uint8)
    for t, n in anchors:
        xy[t, n, 1] += 1 + t
        source[t, n] = Source.HUMAN
    found = AnchorErrors.of(xy, source)
    own = {n: sorted({t for t, m in anchors if m == n}) for n in range(4)}
    errors = found.at(np.array([frame]))[0]
    for n, times in own.items():
        if not times:
            assert np.isnan(errors[n])
            continue
        nearest = min(times, key=lambda t: (abs(t - frame), t))
        np.testing.assert_equal(errors[n], found.at(np.array([nearest]))[0, n])


def test_a_tail_ends_at_its_frame_and_does_not_quiver() -> None:
    assert tail_frames(6, 3).tolist() == [3, 4, 5, 6, 6]
    assert tail_frames(1, 3).tolist() == [0, 0, 0, 1, 1]
    assert tail_frames(10, 6, step=3).tolist() == [4, 6, 9, 10]
    assert tail_frames(11, 6, step=3).tolist() == [5, 6, 9, 11]
    assert tail_frames(12, 6, step=3).tolist() == [6, 9, 12, 12]


@given(st.integers(0, 500), st.integers(1, 300), st.integers(1, 40))
def test_a_tail_has_as_many_bends_on_every_frame(t: int, length: int, step: int) -> None:
    frames = tail_frames(t, length, step)
    assert len(frames) == len(tail_frames(0, length, step))
    assert (np.diff(frames) >= 0).all()
    assert frames[0] >= max(t - length, 0)
    assert frames[-1] == t
