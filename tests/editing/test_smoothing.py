"""Smoothing: less tremor, anchors where they are, and no jump that was not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import savgol_filter

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.moments import spans
from napari_cotracker.core.tracks import State
from napari_cotracker.editing.smoothing import fitted, smooth, smoothed
from tests.editing.acts import moving, part_of, predicted, said
from tests.editing.test_spans import applied
from tests.editing.walks import assert_same


def wave(n: int = 200) -> Any:
    t = np.arange(n)
    return np.stack([30 + 20 * np.sin(t / 15), 24 + 15 * np.cos(t / 25)], -1)


def trembling(n: int = 200, seed: int = 0) -> Any:
    return wave(n) + np.random.default_rng(seed).normal(0, 0.5, (n, 2))


def test_tremor_goes_and_motion_stays() -> None:
    cells = predicted(trembling())[:, None]
    after = applied(cells, smooth(part_of(cells), 9, 2))
    before_error, after_error = (np.linalg.norm(c.xy[:, 0] - wave(), axis=1).mean() for c in (cells, after))
    assert after_error < 0.6 * before_error
    for name in ("visibility", "confidence", "state", "source"):
        np.testing.assert_array_equal(getattr(after, name), getattr(cells, name))


def test_steady_motion_stays_as_it_is() -> None:
    assert smooth(part_of(moving(30)), 9, 2) is None


@pytest.mark.parametrize(("n", "window", "order"), [(5, 5, 2), (40, 9, 2), (40, 39, 6), (7, 1, 0), (40, 3, 0)])
def test_it_is_the_filter_of_savitzky_and_golay(n: int, window: int, order: int) -> None:
    xy = trembling(n)
    np.testing.assert_allclose(fitted(xy, window, order), savgol_filter(xy, window, order, axis=0), atol=1e-9)


def test_neighbours_lead_up_to_an_anchor() -> None:
    cells = predicted(trembling())[:, None]
    cells.xy[100, 0] += (8, 0)
    said(cells, 100)
    after = applied(cells, smooth(part_of(cells), 9, 2))
    assert_same(after[100], cells[100])
    jumps = [np.linalg.norm(np.diff(c.xy[95:106, 0], axis=0), axis=1).max() for c in (cells, after)]
    assert jumps[1] < 0.6 * jumps[0]
    far = np.abs(np.arange(200) - 100) > 15
    assert np.linalg.norm(after.xy[far, 0] - wave()[far], axis=1).mean() < 0.35


def test_only_located_cells_of_the_part_move() -> None:
    cells = predicted(trembling())[:, None]
    cells.xy[50] = np.nan
    said(cells, np.s_[80:90], state=State.OCCLUDED)
    after = applied(cells, smooth(part_of(cells, range(40, 120)), 9, 2))
    moved = cells.differs(after)[:, 0]
    assert not moved[:40].any()
    assert not moved[120:].any()
    assert not moved[80:90].any()
    assert moved[41:48].all()
    steps = np.linalg.norm(np.diff(after.xy[:, 0], axis=0), axis=1)
    before = np.linalg.norm(np.diff(cells.xy[:, 0], axis=0), axis=1)
    assert max(steps[39], steps[119]) <= np.nanmax(before), "nor is there a jump where the part ends"


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
def test_short_runs_are_smoothed_as_far_as_they_go(n: int) -> None:
    cells = predicted(trembling(n))[:, None]
    patch = smooth(part_of(cells), 9, 2)
    assert (patch is None) == (n <= 4)  # through three points there is a parabola, and four have no window of four


@settings(max_examples=300)
@given(st.integers(0, 9999), st.integers(1, 60), st.floats(0, 0.4), st.sampled_from([(5, 2), (9, 2), (9, 4), (31, 1)]))
def test_no_step_gets_longer_than_the_longest_around(seed: int, n: int, share: float, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    xy = np.cumsum(rng.standard_t(1.5, (n, 2)), 0)
    held = rng.random(n) < share
    out = smoothed(xy, held, *shape)
    np.testing.assert_array_equal(out[held], xy[held])
    before, after = (np.linalg.norm(np.diff(points, axis=0), axis=1) for points in (xy, out))
    for first, last in spans(~held):
        around = before[max(first - 1 - shape[0], 0) : last + 1 + shape[0]]
        assert after[max(first - 1, 0) : last + 1].max(initial=0) <= around.max(initial=0) + 1e-6


@pytest.mark.parametrize(("window", "order"), [(8, 2), (0, 0), (-3, 1), (3, 3), (5, -1)])
def test_windows_that_fit_no_polynomial_are_refused(window: int, order: int) -> None:
    with pytest.raises(EditError, match=f"got a window of {window} and order {order}"):
        smooth(part_of(moving()), window, order)
