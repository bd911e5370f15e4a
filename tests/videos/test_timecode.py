from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.videos.timecode import advance_timecode

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(("timecode", "frames", "fps", "later"), [
    ("01:00:00:12", 0, Fraction(24), "01:00:00:12"), ("01:00:00:12", 12, Fraction(24), "01:00:01:00"),
    ("23:59:59:24", 1, Fraction(25), "00:00:00:00"), ("00:59:59:23", 1, Fraction(24000, 1001), "01:00:00:00"),
    ("00:00:59;29", 1, NTSC, "00:01:00;02"), ("00:09:59;29", 1, NTSC, "00:10:00;00"),
    ("00:01:59;29", 1, NTSC, "00:02:00;02"), ("00:00:00;00", 17982, NTSC, "00:10:00;00"),
    ("00:00:59;59", 1, 2 * NTSC, "00:01:00;04"), ("00:00:59:29", 1, NTSC, "00:01:00:00"),
])
def test_later_frames_have_later_timecodes(timecode: str, frames: int, fps: Fraction, later: str) -> None:
    assert advance_timecode(timecode, frames, fps) == later


@pytest.mark.parametrize(("timecode", "fps"), [
    ("nonsense", Fraction(24)), ("01:00:00:24", Fraction(24)), ("01:60:00:00", Fraction(24)),
    ("01:00:00;00", Fraction(24)), ("01:00:00:00", Fraction(577, 24)), ("01:00:00:00", Fraction(1, 3)),
])
def test_what_is_no_timecode_of_a_rate_has_none(timecode: str, fps: Fraction) -> None:
    assert advance_timecode(timecode, 1, fps) is None


@given(st.integers(0, 2_000_000), st.integers(0, 2_000))
def test_two_steps_are_one(first: int, second: int) -> None:
    for start in ("00:00:00;00", "00:00:00:00"):
        there = advance_timecode(start, first, NTSC)
        assert there is not None
        assert advance_timecode(there, second, NTSC) == advance_timecode(start, first + second, NTSC)
