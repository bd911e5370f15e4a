"""When each frame of a film that is written is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import VideoError

TICKS_PER_SECOND = 90_000


@dataclass(frozen=True)
class Clock:
    """Ticks of frames: exact for a constant rate, to 1/90000 s otherwise.

    Parameters
    ----------
    rate : Fraction
        Frames per second: those of the clip, else the average.
    time_base : Fraction
        Seconds per tick.
    ticks : sequence of int, optional
        When each frame is shown; one tick per frame if not given.
    """

    rate: Fraction
    time_base: Fraction
    ticks: Sequence[int] | None = None

    @classmethod
    def constant(cls, fps: Fraction | float) -> Clock:
        """Frames at a constant rate.

        Raises
        ------
        VideoError
            If it is not positive.
        """
        rate = Fraction(fps).limit_denominator(1_000_000)
        if rate <= 0:
            raise VideoError(f"expected a positive frame rate, got {fps}")
        return cls(rate, 1 / rate)

    @classmethod
    def of_times(cls, times: ArrayLike) -> Clock:
        """Frames at times of their own; the first one is shown at once.

        Parameters
        ----------
        times : (T,) float
            Seconds, increasing.

        Raises
        ------
        VideoError
            If there are none, or they do not increase.
        """
        seconds = np.asarray(times, np.float64).reshape(-1)
        if not len(seconds):
            raise VideoError("expected a time for every frame, got none")
        found = np.rint((seconds - seconds[0]) * TICKS_PER_SECOND)
        if not np.isfinite(found).all() or (np.diff(found) < 1).any():
            raise VideoError("expected finite, increasing frame times in seconds, got some that do not increase")
        ticks, rate = found.astype(np.int64).tolist(), Fraction(24)
        if len(ticks) > 1:
            rate = Fraction((len(ticks) - 1) * TICKS_PER_SECOND, ticks[-1]).limit_denominator(1001)
        return cls(rate, Fraction(1, TICKS_PER_SECOND), ticks)

    @classmethod
    def of_clip(cls, times: ArrayLike, fps: Fraction, tick: Fraction = Fraction(0)) -> Clock:
        """The same, but constant where no frame is further from its place at a rate than the clip's own `tick`.

        Else `rate` stays the clip's own, by which timecodes count: that of a plate with gaps.
        """
        seconds = np.asarray(times, np.float64).reshape(-1)
        ideal = np.arange(len(seconds)) / float(fps)
        if len(seconds) and (np.abs(seconds - seconds[0] - ideal) <= 1.001 * float(tick) + 1e-6).all():
            return cls.constant(fps)
        return replace(cls.of_times(seconds), rate=Fraction(fps).limit_denominator(1_000_000))

    @property
    def is_constant(self) -> bool:
        """Whether all frames are shown equally long."""
        return self.ticks is None

    def tick(self, number: int) -> int:
        """When a frame is shown.

        Raises
        ------
        VideoError
            If no time was given for it.
        """
        if self.ticks is None:
            return number
        if number >= len(self.ticks):
            raise VideoError(f"expected a time for every frame, got {len(self.ticks)} times and more frames")
        return self.ticks[number]

    def duration(self, number: int) -> int:
        """How many ticks a frame is shown; the last one as long as the one before it."""
        if self.ticks is None:
            return 1
        last = len(self.ticks) - 1
        if not last:
            return max(1, round(1 / (self.rate * self.time_base)))
        place = min(number, last - 1)
        return self.ticks[place + 1] - self.ticks[place]
