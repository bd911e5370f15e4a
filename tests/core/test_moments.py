"""Runs of true values, how fast tracks are, and what is drawn of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from napari_cotracker.core.heat import pixel_edges
from napari_cotracker.core.moments import envelope, spans, speed, widened


@given(st.lists(st.booleans()))
def test_spans_tell_what_is_true(mask: list[bool]) -> None:
    rebuilt = np.zeros(len(mask), bool)
    for first, last in spans(mask):
        assert not rebuilt[max(first - 1, 0) : last + 1].any()
        rebuilt[first : last + 1] = True
    assert rebuilt.tolist() == mask


def test_a_mask_is_widened_by_some_frames_to_each_side() -> None:
    mask = np.zeros((9, 2), bool)
    mask[4, 0] = mask[0, 1] = True
    assert [np.flatnonzero(column).tolist() for column in widened(mask, 2).T] == [[2, 3, 4, 5, 6], [0, 1, 2]]
    assert (widened(mask, 0) == mask).all() and widened(mask, 99).all() and not widened(mask[:0], 3).any()


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
