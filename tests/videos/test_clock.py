from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.clock import TICKS_PER_SECOND, Clock

NTSC = Fraction(30000, 1001)


def test_a_constant_rate_has_a_tick_per_frame() -> None:
    clock = Clock.constant(NTSC)
    assert clock.is_constant and clock.time_base == 1 / NTSC
    assert [clock.tick(k) for k in (0, 7)] == [0, 7] and clock.duration(7) == 1
    assert Clock.constant(29.97).rate == Fraction(2997, 100)


def test_times_are_kept_to_a_tick_from_the_first_on() -> None:
    times = np.array([5, 5.04, 5.05, 5.3])
    clock = Clock.of_times(times)
    assert not clock.is_constant and clock.rate == pytest.approx(10)
    seconds = [clock.tick(k) / TICKS_PER_SECOND for k in range(4)]
    assert seconds == pytest.approx((times - 5).tolist(), abs=0.5 / TICKS_PER_SECOND)
    assert [clock.duration(k) for k in range(4)] == [3600, 900, 22500, 22500]
    assert Clock.of_times([3.0]).tick(0) == 0 and Clock.of_times([3.0]).duration(0) == TICKS_PER_SECOND // 24


def test_a_clip_is_constant_within_its_own_ticks_only() -> None:
    exact = np.arange(100) / float(NTSC) + 0.7
    assert Clock.of_clip(exact, NTSC).is_constant
    rounded = np.rint(exact * 1000) / 1000  # as Matroska stores them
    assert Clock.of_clip(rounded, NTSC, Fraction(1, 1000)).is_constant
    assert not Clock.of_clip(rounded, NTSC, Fraction(1, 90_000)).is_constant
    assert not Clock.of_clip(np.delete(exact, 50), NTSC).is_constant


def test_mistakes_are_named() -> None:
    for saying, call in {
        "positive": lambda: Clock.constant(0), "got none": lambda: Clock.of_times([]),
        "increasing": lambda: Clock.of_times([0, 1, 1]), "finite": lambda: Clock.of_times([0, np.nan]),
        "2 times and more": lambda: Clock.of_times([0, 1]).tick(2),
    }.items():
        with pytest.raises(VideoError, match=saying):
            call()
