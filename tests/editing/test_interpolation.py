"""Lines and curves between known cells, and what they leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicHermiteSpline

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.interpolation import Knots, curve, directions, interpolate, line
from tests.editing.acts import SIZE, moving, part_of, predicted, said
from tests.editing.test_spans import applied

KINDS = ("linear", "cubic")


def filled(cells: Cells, frames: Any, kind: Any = "linear") -> Cells:
    return applied(cells, interpolate(part_of(cells, frames), kind, SIZE))


@pytest.mark.parametrize("kind", KINDS)
def test_steady_motion_is_found_again(kind: str) -> None:
    cells = moving(30)
    lost = cells.copy()
    lost.write(np.s_[10:20], Cells.empty(10, 2))
    lost.xy[15] = 99
    after = filled(lost, range(9, 21), kind)
    np.testing.assert_allclose(after.xy, cells.xy, atol=1e-4)
    inner = np.s_[10:20]
    assert (after.source[inner] == Source.INTERPOLATED).all()
    assert (after.state[inner] == State.VISIBLE).all()
    assert np.isnan(after.confidence[inner]).all(), "no score is made up"
    assert (after.source[[9, 20]] == Source.PREDICTED).all()


def circle(t: Any) -> Any:
    return np.stack([30 + 20 * np.cos(t / 12), 24 + 20 * np.sin(t / 12)], -1)


def test_a_curve_takes_its_direction_from_what_lies_outside() -> None:
    cells = predicted(circle(np.arange(60.0)))[:, None]
    errors = {}
    for kind in KINDS:
        after = filled(cells, range(20, 41), kind)
        errors[kind] = np.linalg.norm(after.xy - cells.xy, axis=-1).max()
    assert errors["linear"] > 5
    assert errors["cubic"] < 1.5


@pytest.mark.parametrize("kind", KINDS)
def test_anchors_hold_and_are_met(kind: str) -> None:
    cells = moving(21, 1)
    cells.xy[10] = (25, 8)
    said(cells, 10)
    said(cells, 15, state=State.OUT_OF_FRAME)
    after = filled(cells, range(21), kind)
    assert after.xy[10].tolist() == [[25, 8]]
    assert (after.source[[10, 15], 0] == Source.HUMAN).all()
    steps = np.linalg.norm(np.diff(after.xy[:15, 0], axis=0), axis=1)
    assert steps.max() < 3, "no spike at the anchor"


def test_cells_that_were_seen_as_occluded_stay_that() -> None:
    cells = moving(7, 1)
    said(cells, 1, state=State.OCCLUDED)
    cells.xy[1] = np.nan
    cells.visibility[2] = 0.1
    said(cells, 3, state=State.OCCLUDED_LOCATED, source=Source.IMPORTED)
    said(cells, 4, state=State.UNKNOWN, source=Source.PREDICTED)
    after = filled(cells, range(7))
    assert after.state[1:6, 0].tolist() == [State.OCCLUDED_LOCATED] * 3 + [State.VISIBLE] * 2
    assert (after.source[1:6] == Source.INTERPOLATED).all()
    np.testing.assert_array_equal(after.visibility, cells.visibility)


@pytest.mark.parametrize("kind", KINDS)
def test_both_ends_must_be_known(kind: Any) -> None:
    cells = moving()
    cells.xy[8, 1] = np.nan
    with pytest.raises(EditError, match=r"position at both ends .* got none for t1 on frame 8"):
        interpolate(part_of(cells, range(3, 9)), kind, SIZE)
    said(cells, 3, 0, State.OCCLUDED)
    with pytest.raises(EditError, match="got none for t0 on frame 3"):
        interpolate(part_of(cells, range(3, 8)), kind, SIZE)


def test_there_are_two_kinds() -> None:
    with pytest.raises(EditError, match="one of linear, cubic, got 'quintic'"):
        interpolate(part_of(moving()), "quintic", SIZE)  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 60), min_size=2, max_size=12, unique=True), st.integers(0, 99))
def test_a_curve_passes_its_knots_and_never_swings_far(frames: list[int], seed: int) -> None:
    """Clicks on adjacent frames that are a little off must not throw it."""
    rng = np.random.default_rng(seed)
    t = np.sort(frames)
    true = np.stack([t * 1.0, 0.0 * t], 1)
    xy = true + rng.uniform(-1, 1, true.shape)
    knots = Knots(t, xy, t, xy)
    np.testing.assert_allclose(curve(knots, t), xy, atol=1e-6)
    every = np.arange(t[0], t[-1] + 1)
    reference = CubicHermiteSpline(t, xy, directions(knots))(every)
    np.testing.assert_allclose(curve(knots, every), reference, atol=1e-6)
    off = np.abs(curve(knots, every) - line(knots, every))
    gap = np.diff(t).max()
    assert off.max() <= 2 + 0.3 * gap


def test_three_clicks_within_five_frames_have_a_direction() -> None:
    t = np.array([3, 4, 6])
    xy = np.array([[3.0, 1], [4, 1], [6, 1]])
    np.testing.assert_allclose(curve(Knots(t, xy, t, xy), np.arange(3, 7)), [[3, 1], [4, 1], [5, 1], [6, 1]], atol=1e-9)
