"""Cells as codes, the worst in one pixel, orders of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from napari_cotracker.core.heat import (
    BEST,
    NOT_TRACKED,
    OCCLUDED,
    OUT_OF_VIEW,
    Heat,
    by_name,
    by_position,
    encode,
    is_denied,
    pixel_edges,
    score_of,
    worst,
    worst_first,
)
from napari_cotracker.core.tracks import Source, State, Tracks

SIZE = (100, 50)


def make_tracks(n_frames: int = 12, n_tracks: int = 5, seed: int = 0) -> Tracks:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-20, 120, (n_frames, n_tracks, 2)).astype(np.float32)
    xy[rng.random((n_frames, n_tracks)) < 0.2] = np.nan
    visibility, confidence = rng.random((2, n_frames, n_tracks)).astype(np.float32)
    state = rng.choice(6, (n_frames, n_tracks), p=(0.7, *[0.06] * 5)).astype(np.uint8)
    source = rng.choice(6, (n_frames, n_tracks)).astype(np.uint8)
    return Tracks(np.arange(n_tracks) * 3, xy, visibility, confidence, state, source, meta={"size": SIZE})


def one_cell(xy: tuple[float, float] = (5, 5), visibility: float = 0.9, confidence: float = 0.5,
             state: State = State.FROM_SCORES) -> Tracks:
    return Tracks(np.array([0]), np.array([[xy]]), np.array([[visibility]]), np.array([[confidence]]),
                  np.array([[state]]))


@pytest.mark.parametrize(
    ("cell", "quantity", "code"),
    [
        (one_cell(confidence=1), "confidence", BEST),
        (one_cell(confidence=0), "confidence", 255),
        (one_cell(visibility=0.2), "confidence", OCCLUDED),
        (one_cell(visibility=0), "visibility", 255),
        (one_cell(xy=(500, 5)), "confidence", OUT_OF_VIEW),
        (one_cell(xy=(np.nan, np.nan)), "confidence", NOT_TRACKED),
        (one_cell(xy=(np.nan, np.nan), state=State.OCCLUDED), "visibility", OCCLUDED),
        (one_cell(state=State.OCCLUDED_LOCATED), "visibility", OCCLUDED),
        (one_cell(state=State.UNKNOWN), "confidence", NOT_TRACKED),
        (one_cell(visibility=np.nan, confidence=np.nan, state=State.VISIBLE), "confidence", BEST),
    ],
)
def test_every_kind_of_cell_has_its_code(cell: Tracks, quantity: str, code: int) -> None:
    assert encode(cell, SIZE, quantity).item() == code


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_lower_score_never_has_a_lower_code(a: float, b: float) -> None:
    low, high = sorted((a, b))
    codes = [encode(one_cell(confidence=score), SIZE).item() for score in (low, high)]
    assert codes[0] >= codes[1] >= BEST
    assert score_of(codes[0]) == pytest.approx(low, abs=0.002)


WINDOWS = st.integers(1, 40).flatmap(
    lambda total: st.tuples(st.just(total), st.floats(0.5, total), st.floats(0, 1), st.integers(1, 60)))


@given(WINDOWS)
def test_pixels_cover_every_cell_in_sight(window: tuple[int, float, float, int]) -> None:
    total, length, share, pixels = window
    start = share * (total - length)
    edges = pixel_edges(start, length, pixels, total)
    assert len(edges) == pixels + 1
    assert (np.diff(edges) >= 0).all()
    assert edges[0] <= start + 1e-6
    assert edges[-1] >= start + length - 1e-6
    assert 0 <= edges[0] < edges[-1] <= total


SMALL_WINDOWS = st.tuples(st.integers(1, 12), st.floats(0.3, 1), st.floats(0, 1), st.integers(1, 14))


def edges_of(window: tuple[int, float, float, int]) -> np.ndarray:
    total, share, start, pixels = window
    return pixel_edges(start * (1 - share) * total, share * total, pixels, total)


@given(SMALL_WINDOWS, SMALL_WINDOWS, st.integers(0, 99))
def test_a_pixel_shows_the_worst_of_its_cells(down: tuple, across: tuple, seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes, rows = rng.integers(0, 256, (down[0], across[0])).astype(np.uint8), rng.permutation(down[0])
    row_edges, frame_edges = edges_of(down), edges_of(across)
    picture = worst(codes, rows, row_edges, frame_edges)
    assert picture.shape == (down[3], across[3])
    for y, x in np.ndindex(picture.shape):
        tracks = rows[row_edges[y] : max(row_edges[y] + 1, row_edges[y + 1])]
        frames = slice(frame_edges[x], max(frame_edges[x] + 1, frame_edges[x + 1]))
        assert picture[y, x] == codes[tracks, frames].max()


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 30))), st.integers(1, 12), st.data())
def test_some_columns_of_a_picture_are_those_of_the_whole(codes: np.ndarray, width: int, data: st.DataObject) -> None:
    n_tracks, n_frames = codes.shape
    rows, edges = np.arange(n_tracks), pixel_edges(0, n_frames, width, n_frames)
    down = pixel_edges(0, n_tracks, 4, n_tracks)
    first = data.draw(st.integers(0, width - 1))
    last = data.draw(st.integers(first + 1, width))
    part = worst(codes, rows, down, edges[first : last + 1])
    np.testing.assert_array_equal(part, worst(codes, rows, down, edges)[:, first:last])


def fresh(tracks: Tracks) -> Heat:
    heat = Heat(tracks.ids, tracks.n_frames)
    while heat.is_stale:
        heat.refresh(tracks, SIZE)
    return heat


@given(st.integers(1, 200), st.integers(0, 5))
def test_piece_by_piece_gives_the_same_as_at_once(budget: int, seed: int) -> None:
    tracks = make_tracks(seed=seed)
    heat, seen = Heat(tracks.ids, tracks.n_frames), []
    while heat.is_stale:
        seen += heat.refresh(tracks, SIZE, budget=budget).tolist()
    assert seen == list(range(tracks.n_frames))
    np.testing.assert_array_equal(heat.codes, encode(tracks, SIZE).T)
    expected = np.argwhere(np.isin(tracks.source, (Source.HUMAN, Source.VERIFIED)).T)
    np.testing.assert_array_equal(heat.anchors, expected)
    states = tracks.state.T[tuple(heat.anchors.T)]
    assert heat.denied.tolist() == [state in (State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN) for state in states]


def test_only_what_was_marked_is_encoded_again() -> None:
    tracks = make_tracks()
    heat = fresh(tracks)
    before = heat.codes.copy()
    other = make_tracks(seed=1)
    heat.mark([tracks.ids[2]], [3, 4, 99])
    assert heat.refresh(other, SIZE).tolist() == [3, 4]
    expected = before.copy()
    expected[2, 3:5] = encode(other, SIZE).T[2, 3:5]
    np.testing.assert_array_equal(heat.codes, expected)
    anchored = np.isin(other.source[3:5, 2], (Source.HUMAN, Source.VERIFIED))
    assert sorted(heat.anchors[(heat.anchors[:, 0] == 2) & np.isin(heat.anchors[:, 1], (3, 4)), 1]) == [
        3 + k for k in np.flatnonzero(anchored)]


@given(st.lists(st.integers(0, 6), unique=True, max_size=6), st.integers(1, 20), st.integers(0, 3))
def test_tracks_that_come_and_go_leave_the_others_alone(picked: list[int], n_frames: int, seed: int) -> None:
    tracks = make_tracks(n_frames=12, n_tracks=7, seed=seed)
    half = tracks.select(np.arange(7) % 2 == 0)
    heat = fresh(half).reshape(tracks.ids[sorted(picked)], n_frames)
    whole = make_tracks(n_frames=max(n_frames, 12), n_tracks=7, seed=seed) if n_frames > 12 else tracks
    new = Tracks(tracks.ids[sorted(picked)], whole.xy[:n_frames, sorted(picked)],
                 whole.visibility[:n_frames, sorted(picked)], whole.confidence[:n_frames, sorted(picked)],
                 whole.state[:n_frames, sorted(picked)], whole.source[:n_frames, sorted(picked)])
    if n_frames > 12:
        heat.mark()
    while heat.is_stale:
        heat.refresh(new, SIZE)
    np.testing.assert_array_equal(heat.codes, encode(new, SIZE).T)
    expected = np.argwhere(np.isin(new.source, (Source.HUMAN, Source.VERIFIED)).T)
    np.testing.assert_array_equal(heat.anchors, expected)
    np.testing.assert_array_equal(heat.denied, is_denied(new.state.T[tuple(heat.anchors.T)]))


def test_anchors_are_listed_anew_only_when_some_changed() -> None:
    tracks = make_tracks()
    heat = fresh(tracks)
    listed = heat.anchors
    heat.mark()
    while heat.is_stale:
        heat.refresh(tracks, SIZE, budget=1)
    assert heat.anchors is listed
    heat.mark()
    heat.refresh(make_tracks(seed=1), SIZE)
    assert not np.array_equal(heat.anchors, listed)


def test_tracks_that_go_cost_nothing() -> None:
    assert not fresh(make_tracks()).reshape(np.array([0, 6]), 12).is_stale


def test_the_worst_come_first_and_the_unseen_last() -> None:
    codes = np.full((4, 10), BEST + 10, np.uint8)
    codes[0] = NOT_TRACKED
    codes[2, 4] = 250
    codes[3] = BEST + 40
    assert worst_first(codes).tolist() == [2, 3, 1, 0]


@given(arrays(np.uint8, st.tuples(st.integers(0, 9), st.integers(0, 12))))
def test_every_row_has_a_place_among_the_worst(codes: np.ndarray) -> None:
    assert sorted(worst_first(codes).tolist()) == list(range(len(codes)))


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100))))
def test_every_point_has_a_place_in_space(points: list[tuple[float, float]]) -> None:
    assert sorted(by_position(points).tolist()) == list(range(len(points)))


def test_neighbours_in_the_picture_stay_together() -> None:
    points = [(0, 0), (90, 90), (1, 1), (91, 91), (0, 91), (1, 90)]
    order = by_position(points).tolist()
    pairs = {frozenset(order[k : k + 2]) for k in (0, 2, 4)}
    assert pairs == {frozenset((0, 2)), frozenset((1, 3)), frozenset((4, 5))}


def test_names_are_sorted_as_people_do() -> None:
    names, groups = ["point 10", "point 2", "Point 1", "a", ""], ["", "", "", "mouse 2", "mouse 10"]
    assert by_name(names, groups).tolist() == [2, 1, 0, 3, 4]
