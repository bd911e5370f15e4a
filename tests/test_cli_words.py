"""Options that several commands have mean the same in all of them."""

import re
from fractions import Fraction
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from napari_cotracker import read_tracks
from napari_cotracker.cli import app
from napari_cotracker.cli_words import EXCERPT, read_rate
from napari_cotracker.core.samples import sample_clip


@pytest.mark.parametrize("command", [["convert"], ["propagate", "mask"]])
def test_they_are_told_in_the_words_of_the_excerpt(command: list[str]) -> None:
    told = " ".join(re.sub(r"[^\w ]", " ", CliRunner().invoke(app, [*command, "--help"]).output).split())
    for name in ("first", "last"):
        assert " ".join(re.sub(r"[^\w ]", " ", EXCERPT[name]).split()[:3]) in told
    assert "Replace files that this program did not write" in told


@pytest.mark.parametrize(("text", "rate"), [
    ("24", 24), ("25.0", 25), ("12.5", Fraction(25, 2)), ("24000/1001", Fraction(24000, 1001)),
    ("23.976", Fraction(24000, 1001)), ("23.98", Fraction(24000, 1001)), ("29.97", Fraction(30000, 1001)),
    ("59.94", Fraction(60000, 1001)),
])
def test_rates_of_films_are_exact(text: str, rate: Fraction) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "0", "-24", "24/0", "1e9", "nan"])
def test_what_is_no_rate_is_told(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"23\.976 or 24000/1001, got"):
        read_rate(text)


def test_the_rate_of_an_image_sequence_is_given_and_a_film_knows_its_own(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (16, 28, 3), np.uint8).repeat(6, 0).repeat(6, 1)
    for k in range(4):
        iio.imwrite(tmp_path / f"f.{k:04d}.png", noise[:64, 2 * k: 2 * k + 96])
    (tmp_path / "q.csv").write_text("t,x,y\n0,50,32\n")

    def rate_after(*words: str) -> tuple[int, int]:
        out = tmp_path / "out.npz"
        done = CliRunner().invoke(app, [*words[:1], *map(str, words[1:]), "--overwrite"])
        assert done.exit_code == 0, done.output
        return tuple(read_tracks(out).meta["fps"])

    images, out, source = str(tmp_path / "f.####.png"), str(tmp_path / "out.npz"), str(tmp_path / "in.npz")
    track = ["track", images, "--queries", str(tmp_path / "q.csv"), "--model", "lucas-kanade", "-o", out]
    assert rate_after(*track) == (24, 1)
    Path(out).rename(source)
    assert rate_after(*track, "--fps", "23.976") == (24000, 1001)
    assert rate_after("convert", source, out, "--video", images, "--fps", "25") == (25, 1)
    assert rate_after("convert", source, out, "--fps", "25") == (25, 1)
    pin = ["propagate", "pin", source, "--corners", "40,20 60,20 60,40 40,40", "--video", images, "-o", out]
    assert rate_after(*pin, "--fps", "30") == (30, 1)
    told = CliRunner().invoke(app, ["convert", source, out, "--video", str(sample_clip("street")), "--fps", "25"])
    assert told.exit_code == 1 and "which knows its own; leave them out" in told.output
