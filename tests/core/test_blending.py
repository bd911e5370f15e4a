"""Two one-sided answers become one, and their disagreement a doubt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from napari_cotracker.core.blending import Side, Sides, backward_share, blend

N = 21


def side(xy: NDArray[np.float64], confidence: float | NDArray[np.float64] = 0.9) -> Side:
    scores = np.broadcast_to(np.float32(confidence), len(xy)).astype(np.float32)
    return Side(xy.astype(np.float32), scores.copy(), scores)


def line(n: int = N) -> NDArray[np.float64]:
    return np.stack([np.arange(n) * 2.0, np.full(n, 5.0)], 1)


def drifting(to: float, n: int = N) -> NDArray[np.float64]:
    """The line, with an error that grows to so many pixels."""
    return np.asarray(line(n) + np.linspace(0, to, n)[:, None] * np.array([0, 1]))


finite = st.floats(-1e4, 1e4, width=32)
sides = st.builds(
    Side, arrays(np.float32, (9, 2), elements=finite), *[arrays(np.float32, 9, elements=st.floats(0, 1, width=32))] * 2)


@given(sides, sides)
def test_both_anchors_hold_exactly(forward: Side, backward: Side) -> None:
    out = blend(forward, backward)
    np.testing.assert_array_equal(out.xy[0], forward.xy[0])
    np.testing.assert_array_equal(out.xy[-1], backward.xy[-1])


@given(sides, sides)
def test_the_answer_lies_between_both(forward: Side, backward: Side) -> None:
    out = blend(forward, backward)
    low, high = np.minimum(forward.xy, backward.xy), np.maximum(forward.xy, backward.xy)
    slack = 1e-3 + 1e-6 * np.abs(high - low)
    assert ((out.xy >= low - slack) & (out.xy <= high + slack)).all()


@given(sides, sides)
def test_time_turned_round_changes_nothing(forward: Side, backward: Side) -> None:
    turned = blend(backward.select(slice(None, None, -1)), forward.select(slice(None, None, -1)))
    np.testing.assert_allclose(turned.xy[::-1], blend(forward, backward).xy, rtol=1e-4, atol=1e-2)


def test_a_side_that_misses_the_other_anchor_counts_less() -> None:
    good, bad = side(line()), side(drifting(30))
    half = N // 2
    assert backward_share(good, good)[half] == pytest.approx(0.5)
    assert backward_share(bad, good)[half] > 0.9
    assert np.linalg.norm(blend(bad, good).xy - line(), axis=1).max() < 2
    # 30 px are little in a large picture
    assert backward_share(bad, good, unit=100)[half] == pytest.approx(0.5, abs=0.05)


def test_the_surer_side_counts_more() -> None:
    sure, unsure = side(line(), 0.9), side(line() + 3, 0.3)
    assert (blend(sure, unsure).xy[1 : N // 2] - line()[1 : N // 2] < 0.1).all()


def test_where_one_side_is_silent_the_other_holds() -> None:
    forward, nothing = side(line()), Side.nothing(N)
    np.testing.assert_array_equal(blend(forward, nothing).xy, forward.xy)
    np.testing.assert_array_equal(blend(nothing, forward).xy, forward.xy)
    assert np.isnan(blend(nothing, nothing).xy).all()
    half = Side(*(part.copy() for part in forward))
    half.xy[7:] = np.nan
    backward = side(line() + 1)
    out = blend(half, backward)
    np.testing.assert_array_equal(out.xy[7:], backward.xy[7:])
    assert np.isfinite(out.xy).all()


def test_doubt_is_large_where_both_count_and_are_apart() -> None:
    frames = np.arange(N)
    forward, backward = side(line()), side(line() + np.array([0, 8]))
    doubt = Sides(3, frames, forward, backward, line().astype(np.float32)).doubt
    assert doubt[0] == doubt[-1] == 0
    assert doubt[N // 2] == pytest.approx(8, abs=0.1)
    alone = Sides(3, frames, forward, Side.nothing(N), forward.xy).doubt
    assert np.isnan(alone).all()


def test_a_span_without_frames_is_no_trouble() -> None:
    nothing = Side.nothing(0)
    assert blend(nothing, nothing).xy.shape == (0, 2)
    assert Sides(0, np.zeros(0, np.int64), nothing, nothing, nothing.xy).doubt.shape == (0,)
    one = side(line(1))
    np.testing.assert_array_equal(blend(one, one).xy, one.xy)


def test_frames_can_be_taken_out() -> None:
    part = side(line()).select(np.arange(N) > 17)
    assert part.xy.tolist() == line()[18:].tolist()
    assert part.known.all()


def test_sides_are_one_where_they_see_the_same_all_along() -> None:
    frames, forward, xy = np.arange(N), side(line()), line().astype(np.float32)
    assert Sides(3, frames, forward, side(line() + 1.2), xy).are_one
    assert not Sides(3, frames, forward, side(drifting(2.1)), xy).are_one, "at one end they are apart"
    assert Sides(3, frames, forward, side(drifting(2.1)), xy, unit=2.0).are_one, "in a larger picture that is little"
    unsure = side(line(), np.where(frames == 4, 0.5, 0.9))
    assert not Sides(3, frames, forward, unsure, xy).are_one and not Sides(3, frames, unsure, forward, xy).are_one
    gone = Side(*(part.copy() for part in forward))
    gone.xy[3] = np.nan
    assert not Sides(3, frames, forward, gone, xy).are_one
