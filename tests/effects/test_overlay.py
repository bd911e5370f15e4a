from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.core.tracks import State, Tracks
from napari_cotracker.effects.overlay import OverlayOptions, confidence_colours, draw_overlay

GREY = np.full((120, 160, 3), 128, np.uint8)
SIZE = (160, 120)
YELLOW, VIOLET = (253, 231, 37), (68, 1, 84)


def tracks_of(xy, visibility=1.0, confidence=1.0, state=None):
    """One track from positions (T, 2)."""
    xy = np.asarray(xy, np.float32)[:, None]
    cells = xy.shape[:2]
    states = np.zeros(cells) if state is None else np.asarray(state)[:, None]
    return Tracks(np.array([0]), xy, np.broadcast_to(np.reshape(visibility, (-1, 1)), cells),
                  np.broadcast_to(np.reshape(confidence, (-1, 1)), cells), states, meta={"size": SIZE})


def drawn(tracks, t, **options):
    return draw_overlay(GREY, tracks, t, OverlayOptions(**{"radius": 5.0, **options}))


def changed(picture):
    return (picture != GREY).any(-1)


def test_a_sure_point_is_a_yellow_disc_with_a_dark_edge():
    picture = drawn(tracks_of([(80, 60)]), 0)
    assert picture[60, 80].tolist() == list(YELLOW)
    assert picture[60, 86].max() < 90
    rows, columns = np.nonzero(changed(picture))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (53, 67, 73, 87)
    assert (GREY == 128).all()


def test_an_unsure_point_is_violet():
    assert drawn(tracks_of([(80, 60)], confidence=0.0), 0, threshold=-1.0)[60, 80].tolist() == list(VIOLET)


def test_positions_are_drawn_between_pixels():
    picture = drawn(tracks_of([(80.375, 60.625)]), 0)
    weight = np.abs(picture.astype(float) - 128).sum(-1)
    rows, columns = np.mgrid[:120, :160]
    centre = (weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum()
    np.testing.assert_allclose(centre, (80.375, 60.625), atol=0.1)


@pytest.mark.parametrize("state", [State.OCCLUDED_LOCATED, State.OCCLUDED])
def test_a_hidden_point_is_a_ring(state):
    picture = drawn(tracks_of([(80, 60)], state=[state]), 0)
    assert picture[60, 80].tolist() == [128, 128, 128]
    assert changed(picture)[60, 85:89].any()


@pytest.mark.parametrize("state", [State.OUT_OF_FRAME, State.UNKNOWN])
def test_points_outside_or_unknown_are_not_drawn(state):
    assert not changed(drawn(tracks_of([(80, 60)], state=[state]), 0)).any()


def test_the_threshold_decides_between_disc_and_ring():
    tracks = tracks_of([(80, 60)], visibility=0.8, confidence=0.8)
    assert changed(drawn(tracks, 0, threshold=0.6))[60, 80]
    assert not changed(drawn(tracks, 0, threshold=0.7))[60, 80]


def test_a_tail_fades_and_is_as_long_as_asked():
    tracks = tracks_of([(20 + 10 * t, 60) for t in range(11)])
    picture = drawn(tracks, 10, tail=6)
    strength = np.abs(picture[60, 65:110:10].astype(int) - 128).sum(-1)
    assert (np.diff(strength) > 0).all()
    assert not changed(picture)[:, :55].any()
    assert not changed(drawn(tracks, 10, tail=0))[:, :105].any()


def test_a_tail_is_cut_where_the_point_was_hidden():
    state = [State.VISIBLE] * 5 + [State.OCCLUDED_LOCATED] * 2 + [State.VISIBLE] * 4
    picture = drawn(tracks_of([(20 + 10 * t, 60) for t in range(11)], state=state), 10)
    assert changed(picture)[60, 30:58].all()
    assert not changed(picture)[:, 65:86].any()
    assert changed(picture)[60, 93:].any()


def test_marks_grow_with_the_picture():
    areas = []
    for scale in (3, 6):
        frame = np.zeros((120 * scale, 160 * scale, 3), np.uint8)
        tracks = tracks_of([(80 * scale, 60 * scale)])
        tracks = Tracks(tracks.ids, tracks.xy, tracks.visibility, tracks.confidence)
        areas.append((draw_overlay(frame, tracks, 0) > 0).any(-1).sum())
    assert 3 < areas[1] / areas[0] < 5


def test_the_legend_shows_the_whole_ramp_in_the_lower_left():
    picture = drawn(tracks_of([(np.nan, np.nan)]), 0, legend=True)
    rows, _ = np.nonzero(changed(picture))
    assert rows.min() > 90
    pixels = {tuple(pixel) for pixel in picture.reshape(-1, 3).tolist()}
    assert {VIOLET, YELLOW} <= pixels


def test_colours_grow_lighter_with_confidence():
    colours = confidence_colours(np.linspace(0, 1, 50)).astype(float)
    lightness = (0.2126 * (colours[:, 0] / 255) ** 2.2 + 0.7152 * (colours[:, 1] / 255) ** 2.2
                 + 0.0722 * (colours[:, 2] / 255) ** 2.2)
    assert (np.diff(lightness) > 0).all()
    assert confidence_colours(np.array([np.nan, -1, 2])).tolist() == [list(VIOLET), list(VIOLET), list(YELLOW)]


@settings(max_examples=60, deadline=None)
@given(
    xy=hnp.arrays(np.float32, (4, 3, 2), elements=st.floats(width=32) | st.floats(-20, 180, width=32)),
    state=hnp.arrays(np.uint8, (4, 3), elements=st.integers(0, 5)),
    scores=hnp.arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32) | st.just(float("nan"))),
    t=st.integers(0, 3),
)
def test_any_tracks_can_be_drawn(xy, state, scores, t):
    tracks = Tracks(np.arange(3), xy, scores, scores, state)
    picture = draw_overlay(GREY, tracks, t, OverlayOptions(tail=2, legend=True))
    assert (picture.shape, picture.dtype) == (GREY.shape, GREY.dtype)


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 300, 3), (300, 7, 3)])
def test_any_picture_can_be_drawn_on(shape):
    picture = draw_overlay(np.zeros(shape, np.uint8), tracks_of([(0, 0)]), 0, OverlayOptions(legend=True))
    assert picture.shape == shape


def test_wrong_frames_are_refused():
    tracks = tracks_of([(80, 60)])
    with pytest.raises(CotrackerError, match=r"\(H, W, 3\) uint8, got \(120, 160\)"):
        draw_overlay(GREY[..., 0], tracks, 0)
    with pytest.raises(CotrackerError, match="from 0 to 0, got 1"):
        draw_overlay(GREY, tracks, 1)
