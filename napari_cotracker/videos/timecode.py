"""SMPTE timecodes: ``01:00:00:12``, with a semicolon before the frames where numbers are dropped."""

from __future__ import annotations

import re
from fractions import Fraction

PATTERN = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;.])(\d{2,3})")


def advance_timecode(timecode: str, frames: int, fps: Fraction) -> str | None:
    """The timecode some frames later, within the day.

    Parameters
    ----------
    timecode : str
    frames : int
        0 or more.
    fps : Fraction
        Its whole number nearest is what is counted; 29.97 drops numbers where the timecode says so.

    Returns
    -------
    str or None
        None if that is no timecode of such a rate.
    """
    found = PATTERN.fullmatch(timecode.strip())
    base = round(fps)
    if found is None or base < 1 or fps not in {Fraction(base), Fraction(base * 1000, 1001)}:
        return None
    hours, minutes, seconds, within = (int(found[k]) for k in (1, 2, 3, 5))
    drops = base // 15 if found[4] != ":" else 0
    if minutes > 59 or seconds > 59 or within >= base or (drops and base % 30):
        return None
    total = ((hours * 60 + minutes) * 60 + seconds) * base + within
    total -= drops * ((hours * 60 + minutes) - (hours * 60 + minutes) // 10)
    return _format(total + frames, base, drops, found[4])


def tell_timecode(timecode: str, fps: Fraction) -> str:
    """What to say where `advance_timecode` knows none, or where it cannot be written."""
    return f"The timecode {timecode} is left out, for it does not go with {float(fps):.6g} frames per second."


def _format(count: int, base: int, drops: int, separator: str) -> str:
    """A timecode from a count of frames since midnight."""
    if drops:
        ten, rest = divmod(count, 600 * base - 9 * drops)
        # the first minute of ten keeps all its numbers
        count += 9 * drops * ten + drops * max(0, (rest - drops) // (60 * base - drops))
    seconds, frame = divmod(count, base)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour % 24:02d}:{minute:02d}:{second:02d}{separator}{frame:02d}"
