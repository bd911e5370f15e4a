"""Stacks of stacks as videos."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.slab import Slab


def test_one_place_of_the_other_axis_is_shown() -> None:
    stack = np.arange(5 * 4 * 3 * 2).reshape(5, 4, 3, 2)
    slab = Slab(stack, time=0, held={1: 2})
    assert (slab.shape, slab.ndim, len(slab), slab.dtype) == ((5, 3, 2), 3, 5, stack.dtype)
    np.testing.assert_array_equal(np.stack([slab[t] for t in range(5)]), stack[:, 2])


def test_frames_may_lie_on_any_axis() -> None:
    stack = np.arange(5 * 4 * 3 * 2).reshape(5, 4, 3, 2)
    slab = Slab(stack, time=1, held={0: 4})
    np.testing.assert_array_equal(np.stack([slab[t] for t in range(4)]), stack[4])


def test_only_the_frame_asked_for_is_read() -> None:
    asked = []

    class Lazy:
        shape, dtype = (3, 2, 4, 5), np.uint8

        def __getitem__(self, index: object) -> np.ndarray:
            asked.append(index)
            return np.zeros((4, 5), np.uint8)

    assert Slab(Lazy(), 0, {1: 1})[2].shape == (4, 5)
    assert asked == [(2, 1, slice(None), slice(None))]


@pytest.mark.parametrize(("time", "held"), [(4, {}), (0, {0: 1}), (0, {1: 9}), (0, {7: 0})])
def test_an_axis_that_is_not_there_is_refused(time: int, held: dict[int, int]) -> None:
    with pytest.raises(VideoError, match="expected frames along one axis"):
        Slab(np.zeros((5, 4, 3, 2)), time, held)
