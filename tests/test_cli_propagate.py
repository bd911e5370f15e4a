"""`propagate` as a user meets it: files on disk, what is printed, the exit code."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from typer.testing import CliRunner

from napari_cotracker import cli_propagate, cli_terminal, read_tracks, write_tracks
from napari_cotracker.cli import app
from napari_cotracker.formats.label_pictures import save_labels
from napari_cotracker.formats.shape_table import shape_table
from napari_cotracker.tasks.open import open_video
from napari_cotracker.videos.stills import save_picture
from tests.tasks.moving_edits import FRAMES, SIZE, SQUARE, disc, film, iou, pixels, tracks_of

FILM, WHERE = film()
CORNERS = "50,40 90,40 90,80 50,80"


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plate").mkdir()
    for t in range(FRAMES):
        save_picture(Path(f"plate/shot.{1001 + t}.png"), FILM.frames[t])
    write_tracks("tracks.npz", tracks_of(WHERE))
    save_labels(Path("mask.png"), disc(pixels()))
    logo = np.zeros((20, 20, 4), np.uint8)
    logo[..., 1], logo[..., 3] = 200, 255
    save_picture(Path("logo.png"), logo)


def run(*words: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["propagate", *words])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def carry(what: str, *words: str, code: int = 0) -> Any:
    return run(what, "tracks.npz", "--video", "plate", *words, code=code)


def refused(what: str, *words: str) -> str:
    before = sorted(Path().rglob("*"))
    result = carry(what, *words, code=1)
    line = str(result.stderr.strip().splitlines()[-1])
    assert line.startswith("Error: ")
    assert result.stdout == ""
    assert sorted(Path().rglob("*")) == before
    return line


def test_a_mask_becomes_label_pictures() -> None:
    result = carry("mask", "--mask", "mask.png", "--model", "homography", "-o", "out.####.png")
    assert result.stdout.startswith("out.####.png: label pictures, 8 frames, carried by 59 of 81 tracks (homography, ")
    assert len(list(Path().glob("out.*.png"))) == FRAMES


def test_corrections_name_their_frame() -> None:
    wide = disc(WHERE(pixels().reshape(-1, 2), 7, 0).reshape(*SIZE[::-1], 2), 30)
    save_labels(Path("wide.png"), wide)
    carry("mask", "--mask", "mask.png", "--mask", "wide.png@7", "-o", "out.tif")
    stack = tifffile.imread("out.tif")
    np.testing.assert_array_equal(stack[7], wide)
    np.testing.assert_array_equal(stack[0], disc(pixels()))


def test_shapes_go_in_and_come_out() -> None:
    with shape_table(Path("shapes.csv")) as add:
        add(3, [WHERE(SQUARE, 0, 3)])
    carry("mask", "--mask", "shapes.csv@3", "-o", "out.csv")
    assert sum(line.startswith("0,") for line in Path("out.csv").read_text().splitlines()) == 4
    assert "got shapes on frames 3; name the frame" in refused("mask", "--mask", "shapes.csv", "-o", "o.csv")


def test_a_logo_a_blur_and_their_facts_as_json() -> None:
    result = carry("insert", "--image", "logo.png", "--corners", CORNERS, "-o", "out.####.png", "--json", "-O",
                   "opacity=0.5")
    facts = json.loads(result.stdout)
    assert (facts["out"], facts["frames"], facts["kind"], len(facts["files"])) == ("out.####.png", 8, "images", 8)
    carry("effect", "--effect", "grade", "-O", "exposure=-2", "--mask", "mask.png", "-o", "dark.mp4")
    assert open_video("dark.mp4").read([0])[0][60, 80].mean() < 0.75 * FILM.frames[0][60, 80].mean()


def test_part_of_the_frames() -> None:
    carry("insert", "--image", "logo.png", "--corners", CORNERS, "--first", "2", "--last", "3", "-o", "part.####.png")
    assert sorted(path.name for path in Path().glob("part.*")) == ["part.1003.png", "part.1004.png"]


def test_what_is_in_front() -> None:
    Path("front").mkdir()
    for t in range(FRAMES):
        matte = np.zeros((*SIZE[::-1], 1), np.uint8)
        matte[:, 70:] = 255
        save_picture(Path(f"front/f.{1001 + t}.png"), matte)
    carry("mask", "--mask", "mask.png", "--front", "front", "-o", "out.tif")
    assert not tifffile.imread("out.tif")[:, :, 70:].any()


def test_hold_still_and_paint_back() -> None:
    carry("stabilise", "--reference", "0", "-O", "border=black", "-o", "steady.####.png")
    paint = np.zeros((*SIZE[::-1], 4), np.uint8)
    paint[55:65, 95:105] = (255, 0, 0, 255)
    save_picture(Path("paint.png"), paint)
    result = run("back", "paint.png", "--video", "plate", "--steady", "steady.####.png.steady.json", "-o",
                 "done.####.png")
    assert result.stdout == "done.####.png: 8 frames\n"
    found = open_video("done.####.png").read([7])[0]
    x, y = WHERE(np.array([99.5, 59.5]), 0, 7).round().astype(int)
    assert found[y, x].tolist() == [255, 0, 0]


def test_a_pin_and_maps_and_labels() -> None:
    carry("pin", "--corners", CORNERS, "-o", "pin.npz")
    np.testing.assert_allclose(read_tracks("pin.npz").xy[7, 3], WHERE(SQUARE[0], 0, 7), atol=0.1)
    carry("pin", "--corners", CORNERS, "--to", "nuke-cornerpin", "-o", "pin.nk")
    assert "CornerPin2D" in Path("pin.nk").read_text()
    carry("labels", "-O", "radius=2", "--tracks", "41", "-o", "labels.tif")
    assert iou(tifffile.imread("labels.tif")[0], disc(pixels(), 2)) > 0.9
    pytest.importorskip("OpenEXR")
    carry("stmap", "--reference", "2", "-o", "map.####.exr")
    assert len(list(Path().glob("map.*.exr"))) == FRAMES
    carry("stmap", "-O", "first=201", "--last", "1", "-o", "far.####.exr")
    assert sorted(path.name for path in Path().glob("far.*")) == ["far.0201.exr", "far.0202.exr"]


def test_label_pictures_can_be_numbered_as_the_pictures_of_a_render() -> None:
    carry("mask", "--mask", "mask.png", "-O", "first=7", "--last", "1", "-o", "seven.####.png")
    assert sorted(path.name for path in Path().glob("seven.*")) == ["seven.0007.png", "seven.0008.png"]
    assert "no options but first for label pictures, got 'crf'" in refused(
        "mask", "--mask", "mask.png", "-O", "crf=7", "-o", "eight.####.png")
    assert "a whole number from 0 for the option 'first'" in refused(
        "mask", "--mask", "mask.png", "-O", "first=one", "-o", "nine.####.png")


def test_a_slip_in_the_name_of_an_option_is_answered_with_all_names() -> None:
    line = refused("effect", "--effect", "blur", "--mask", "mask.png", "-O", "radious=3", "-o", "blurred.mp4")
    assert "out of radius, " in line and "feather" in line and "crf" in line and "got 'radious'" in line


def test_options_are_listed() -> None:
    text = run("options", "effect", "--effect", "blur").stdout
    assert "radius" in text and "feather" in text and "crf" in text
    names = {fact["name"] for fact in json.loads(run("options", "stabilise", "--json").stdout)}
    assert {"path", "window", "border", "model", "threshold", "kind"} <= names
    assert "one of mask, insert" in run("options", "roto", code=1).stderr
    back = {fact["of"] for fact in json.loads(run("options", "back", "--json").stdout)}
    assert back == {"film or images"}, "paint that goes back has no options but those of what is written"
    labels = {fact["name"] for fact in json.loads(run("options", "labels", "--json").stdout)}
    assert {"shape", "threshold"} <= labels and not {"smooth", "feather"} & labels
    assert "pin, stmap, labels, back" in run("options", "roto", code=1).stderr
    assert "name one with --effect" in run("options", "effect", code=1).stderr


def test_what_makes_no_sense_is_one_line() -> None:
    save_labels(Path("empty.png"), disc(pixels()) * np.uint8(0))
    save_labels(Path("small.png"), disc(pixels())[:50])
    mask = ["--mask", "mask.png"]
    assert "got an empty picture" in refused("mask", "--mask", "empty.png", "-o", "o.tif")
    assert "got 160 × 50" in refused("mask", "--mask", "small.png", "-o", "o.tif")
    assert "a reference frame from 0 to 7, got 12" in refused("mask", *mask, "--reference", "12", "-o", "o.tif")
    assert "got two for frame 0" in refused("mask", *mask, *mask, "-o", "o.tif")
    assert "cannot read" in refused("mask", "--mask", "none.png", "-o", "o.tif")
    assert "an effect out of blur" in refused("effect", *mask, "--effect", "glow", "-o", "o.mp4")
    assert "four corners such as" in refused("pin", "--corners", "1,2 3,4", "-o", "o.npz")
    assert "four corners that go round" in refused("pin", "--corners", "50,40 90,80 90,40 50,80", "-o", "o.npz")
    assert "as it is not of the film's size" in refused("insert", "--image", "logo.png", "-o", "o.mp4")
    assert "one of auto, translation" in refused("mask", *mask, "--model", "rubber", "-o", "o.tif")
    assert "'sparkle'" in refused("mask", *mask, "-O", "sparkle=1", "-o", "o.tif")
    assert "which is none" in refused("mask", *mask, "--tracks", "nose", "-o", "o.tif")
    assert "choose another name" in refused("mask", *mask, "-o", "tracks.npz")
    assert "frames out of 0 to 7" in refused("mask", *mask, "--first", "9", "-o", "o.tif")
    assert "(--overwrite)" in refused("mask", *mask, "-o", str(_taken("o.tif")))
    assert "the plate's own" in refused("insert", "--image", "logo.png", "--corners", CORNERS, "-o",
                                        "plate/shot.####.png")


def _taken(name: str) -> Path:
    Path(name).write_text("mine")
    return Path(name)


@pytest.mark.parametrize("words", [("mask", "--mask", "mask.png", "-o", "out.tif"),
                                   ("insert", "--image", "logo.png", "--corners", CORNERS, "-o", "out.####.png")])
def test_ctrl_c_leaves_nothing_half_written(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(steps: Any, *rest: Any) -> Any:
        next(steps)
        os.kill(os.getpid(), signal.SIGINT)
        return cli_terminal.follow(steps, *rest)

    monkeypatch.setattr(cli_propagate, "follow", interrupted)
    result = carry(*words, code=130)
    assert "Stopping; nothing is written." in result.stderr
    assert result.stdout == ""
    assert not list(Path().glob("out*"))
