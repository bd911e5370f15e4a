"""Frames per second as people write them; the command line's ways with them are in tests/test_cli_words.py."""

from fractions import Fraction
from typing import Any

import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.rate import noted_rate, rate_in_words, read_rate


@pytest.mark.parametrize(("text", "rate", "words"), [
    ("24", 24, "24"), (" 12.5 ", Fraction(25, 2), "12.5"), ("23.976", Fraction(24000, 1001), "23.976"),
    ("30000/1001", Fraction(30000, 1001), "29.97"), ("1/60", Fraction(1, 60), "0.0166667"),
])
def test_a_rate_is_read_and_written(text: str, rate: Fraction, words: str) -> None:
    assert read_rate(text) == rate
    assert rate_in_words(Fraction(rate)) == words


@pytest.mark.parametrize("text", ["", "fast", "0", "-24", "24/0", "1e9", "nan"])
def test_what_is_no_rate_is_told(text: str) -> None:
    with pytest.raises(VideoError, match=r"23\.976 or 24000/1001, got"):
        read_rate(text)


@pytest.mark.parametrize(("noted", "rate"), [
    ((25, 1), 25), ([24000, 1001], Fraction(24000, 1001)), (None, None), ((25, 0), None), ((0, 1), None),
    ((-25, 1), None), (("a", "b"), None), (25, None), ((1, 2, 3), None), ((10**9, 1), None), ((float("nan"), 1), None),
    ((float("inf"), 1), None),
])
def test_what_was_noted_may_make_no_sense(noted: Any, rate: Any) -> None:
    assert noted_rate(noted) == rate
