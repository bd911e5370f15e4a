"""Where tracks are doubtful, how fast they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from napari_cotracker.core.heat import pixel_edges
from napari_cotracker.core.moments import envelope, low_moments, spans, speed

SCORES = np.array([[0.9, 0.2], [0.4, 0.9], [0.1, 0.9], [0.4, 0.3], [0.9, 0.9], [0.3, 0.9]], np.float32)
ALL = np.ones_like(SCORES, bool)


def test_every_span_is_found_with_its_worst_frame() -> None:
    moments = low_moments(SCORES, ALL)
    found = zip(moments.columns, moments.first, moments.last, moments.worst, moments.lowest)
    assert [(*map(int, moment[:4]), round(float(moment[4]), 1)) for moment in found] == [
        (1, 0, 0, 0, 0.2), (0, 1, 3, 2, 0.1), (1, 3, 3, 3, 0.3), (0, 5, 5, 5, 0.3)]


def test_one_goes_from_moment_to_moment() -> None:
    moments = low_moments(SCORES, ALL)
    assert [moments.after(frame) for frame in (-1, 0, 2, 3, 5)] == [0, 1, 2, 3, None]
    assert [moments.before(frame) for frame in (0, 2, 3, 9)] == [None, 0, 1, 3]
    both = low_moments(np.array([[0.1, 0.2]], np.float32), np.ones((1, 2), bool))
    assert both.after(0, 0) == 1
    assert both.after(0, 1) is None
    assert both.before(0, 1) == 0


def test_cells_that_do_not_count_end_a_span() -> None:
    counted = ALL.copy()
    counted[2, 0] = False
    moments = low_moments(SCORES, counted)
    assert (moments.columns == 0).sum() == 3
    assert 2 not in moments.worst[moments.columns == 0]


@given(arrays(np.float32, st.tuples(st.integers(0, 9), st.integers(0, 4)), elements=st.floats(0, 1, width=32)))
def test_low_cells_and_moments_are_the_same(scores: np.ndarray) -> None:
    moments = low_moments(scores, np.ones_like(scores, bool))
    covered = np.zeros_like(scores, bool)
    for column, first, last, worst in zip(moments.columns, moments.first, moments.last, moments.worst):
        covered[first : last + 1, column] = True
        assert scores[worst, column] == scores[first : last + 1, column].min()
    np.testing.assert_array_equal(covered, scores < 0.5)
    assert (np.diff(moments.worst) >= 0).all()


@given(st.lists(st.booleans()))
def test_spans_tell_what_is_true(mask: list[bool]) -> None:
    rebuilt = np.zeros(len(mask), bool)
    for first, last in spans(mask):
        assert not rebuilt[max(first - 1, 0) : last + 1].any()
        rebuilt[first : last + 1] = True
    assert rebuilt.tolist() == mask


def test_speed_is_in_pixels_per_frame() -> None:
    xy = np.array([[0, 0], [3, 4], [3, 4], [np.nan, np.nan], [9, 9]], np.float32)
    np.testing.assert_array_equal(speed(xy), np.array([np.nan, 5, 0, np.nan, np.nan], np.float32))
    assert speed(xy[:0]).shape == (0,)


@given(arrays(np.float32, st.integers(1, 30), elements=st.floats(0, 1, width=32) | st.just(np.nan)), st.integers(1, 40))
def test_an_envelope_holds_all_values_of_its_pixels(values: np.ndarray, width: int) -> None:
    edges = pixel_edges(0, len(values), width, len(values))
    for k, (low, high) in enumerate(envelope(values, edges)):
        part = values[edges[k] : max(edges[k] + 1, edges[k + 1])]
        known = part[np.isfinite(part)]
        expected = (known.min(), known.max()) if len(known) else (np.nan, np.nan)
        np.testing.assert_array_equal([low, high], np.array(expected, np.float32))
