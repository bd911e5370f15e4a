"""Options that describe themselves."""

from dataclasses import dataclass

import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.options import choices_of, option, read_options


@dataclass(frozen=True)
class Some:
    way: str = option("up", "Which way.", values=("up", "down"))
    first: int | None = option(None, "First.", least=0)
    share: float = option(0.5, "Share.", least=0, most=1)
    bold: bool = option(False, "Bold.")


def test_every_option_says_what_it_is():
    way, first, share, bold = choices_of(Some)
    assert (way.kind, way.values, way.text) == (str, ("up", "down"), "Which way.")
    assert (first.kind, first.is_optional, first.least) == (int, True, 0)
    assert [choice.expected for choice in (way, first, share, bold)] == [
        "one of up, down", "a whole number from 0", "a number from 0 to 1", "yes or no"]


def test_words_and_values_become_options():
    words = {"way": "down", "first": "7", "share": "0.25", "bold": "yes"}
    assert read_options(Some, words, "some") == Some("down", 7, 0.25, True)
    assert read_options(Some, {"first": "", "bold": False}, "some") == Some()
    assert read_options(Some, {"first": None, "share": 1}, "some") == Some(share=1.0)
    assert read_options(Some, None, "some") == Some()
    assert read_options(Some, Some("down"), "some") == Some("down")


@pytest.mark.parametrize(("name", "value", "expected"), [
    ("way", "left", "one of up, down"), ("first", "-1", "a whole number from 0"), ("first", 1.5, "a whole number"),
    ("first", "x", "a whole number"), ("share", "2", "from 0 to 1"), ("share", "nan", "from 0 to 1"),
    ("share", None, "from 0 to 1"), ("bold", "perhaps", "yes or no"),
])
def test_what_makes_no_sense_is_refused(name, value, expected):
    with pytest.raises(FormatError, match=f"{expected}.*{name}"):
        read_options(Some, {name: value}, "some")


def test_unknown_options_are_refused():
    with pytest.raises(FormatError, match="options of some out of bold, first, share, way; got 'colour'"):
        read_options(Some, {"colour": 1}, "some")
    with pytest.raises(FormatError, match="got 'int'"):
        read_options(Some, 3, "some")
