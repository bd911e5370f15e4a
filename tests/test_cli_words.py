"""Options that several commands have mean the same in all of them."""

import re

import pytest
from typer.testing import CliRunner

from napari_cotracker.cli import app
from napari_cotracker.cli_words import EXCERPT


@pytest.mark.parametrize("command", [["convert"], ["propagate", "mask"]])
def test_they_are_told_in_the_words_of_the_excerpt(command: list[str]) -> None:
    told = " ".join(re.sub(r"[^\w ]", " ", CliRunner().invoke(app, [*command, "--help"]).output).split())
    for name in ("first", "last"):
        assert " ".join(re.sub(r"[^\w ]", " ", EXCERPT[name]).split()[:3]) in told
    assert "Replace files that this program did not write" in told
