"""Tcl lists and Nuke's curves."""

import os
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats import tcl
from tests.formats import strict_tcl

PIECES = st.lists(st.sampled_from(["a", "12.5", " ", "\n", "{", "}", '"', "\\{", "\\\\", "\\ ", "é", "[x]", "$y", ";"]))


@given(PIECES.map("".join))
def test_lists_are_split_as_tcls_rules_say(text):
    """Refused where the strict reader refuses, except that a lone backslash at the end has two readings."""
    try:
        expected = strict_tcl.split(text)
    except (ValueError, IndexError):
        with pytest.raises(FormatError):
            tcl.words(text)
        return
    assert tcl.words(text) == expected


LISTS = ["a b", "{a {b c}} d", '"a b" {}', "{a\\{b} c", "a\\ b c", "{} {} ", '"a\\"b"', "a{b c", '"a {b" c']


@pytest.mark.skipif(shutil.which("tclsh") is None, reason="no Tcl here")
@pytest.mark.parametrize("text", LISTS)
def test_lists_are_split_as_tcl_itself_splits_them(text):
    script = "foreach word $::env(WORDS) {puts -nonewline $word\\x01}"
    done = subprocess.run(["tclsh"], input=script, env={"WORDS": text, "PATH": os.environ["PATH"]}, text=True,
                          capture_output=True, check=True, timeout=60)
    assert tcl.words(text) == done.stdout.split("\x01")[:-1]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20))
def test_a_quoted_text_comes_back(text):
    assert tcl.words(tcl.quoted(text) + " {b}") == [text, "b"]


@pytest.mark.parametrize(("text", "keys"), [
    ("curve 1 2 3", {1: 1, 2: 2, 3: 3}),
    ("curve x10 1 2 x20 3 x21 4 5", {10: 1, 11: 2, 20: 3, 21: 4, 22: 5}),
    ("curve x10 1 x20 3 4", {10: 1, 20: 3, 30: 4}),
    ("curve K x-5 1 x3 0", {-5: 1, 3: 0}),
    ("curve i x1 5 s0.5 t-0.25 x2 6e-05 L", {1: 5, 2: 6e-5}),
    ("curve x1.5 5", {1.5: 5}),
    ("curve", {}),
])
def test_curves_in_every_notation(text, keys):
    times, values = tcl.curve(text)
    assert dict(zip(times.tolist(), values.tolist())) == keys


@pytest.mark.parametrize("text", ["", "5", "{curve x1 1}", "parent.x", "curves x1 1"])
def test_what_is_no_curve_is_none(text):
    assert tcl.curve(text) is None


@pytest.mark.parametrize(("text", "values"), [
    ("curve K x2 1 x4 0", [1, 1, 1, 0, 0]), ("curve K x4 0 x2 1", [1, 1, 1, 0, 0]), ("0", [0] * 5), ("1", [1] * 5),
    ("", [1] * 5), ("curve", [1] * 5), ("parent.e", [1] * 5),
])
def test_steps_hold_their_value(text, values):
    assert tcl.held(text, np.arange(1, 6)).tolist() == values


def test_deep_braces_are_no_trouble():
    assert tcl.words("{" * 100_000 + "}" * 100_000) == ["{" * 99_999 + "}" * 99_999]
    with pytest.raises(FormatError, match="not closed"):
        tcl.words("{" * 100_000)
