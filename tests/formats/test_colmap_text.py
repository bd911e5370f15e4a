"""Tracks from a solved COLMAP model."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats import colmap_text
from tests.formats.fuzzing import check
from tests.formats.samples import plain_tracks

TIMES = 350  # for each of the three files of a model
GOLDEN = Path(__file__).parent / "golden" / "colmap-text"
CAMERA = "1 SIMPLE_PINHOLE 1920 1080 1500 960 540\n"


def model(folder, pictures, errors, cameras=CAMERA):
    """A model of text: pictures as name to [(x, y, id), …]."""
    lines = [f"{k} 1 0 0 0 0 0 0 1 {name}\n{' '.join(f'{x} {y} {point}' for x, y, point in seen)}\n"
             for k, (name, seen) in enumerate(pictures.items(), 1)]
    (folder / "cameras.txt").write_text(cameras)
    (folder / "images.txt").write_text("".join(lines))
    (folder / "points3D.txt").write_text("".join(f"{point} 0 0 0 0 0 0 {error}\n" for point, error in errors.items()))
    return folder


def test_a_point_is_half_a_pixel_nearer_and_at_its_frame(tmp_path):
    got = colmap_text.read(model(tmp_path, {"f.1003.png": [(1.5, 2.5, 5)], "f.1001.png": [(10.5, 20.5, 9), (0, 0, -1)]},
                                 {9: 2.0, 5: -1}))
    assert got.ids.tolist() == [5, 9] and got.names == ("point 5", "point 9")
    assert got.frame_numbers.tolist() == [1001, 1002, 1003] and got.size == (1920, 1080)
    np.testing.assert_array_equal(got.xy[:, 1], [[10, 20], [np.nan] * 2, [np.nan] * 2])
    assert got.states()[:, 0].tolist() == [State.UNKNOWN, State.UNKNOWN, State.VISIBLE]
    assert got.source[:, 0].tolist() == [Source.NONE, Source.NONE, Source.IMPORTED]
    assert got.confidence[0, 1] == pytest.approx(np.exp(-1 / 8)) and got.confidence[2, 0] == 1


@pytest.mark.parametrize(("error", "confidence"), [(0, 1), (1, 0.97), (2, 0.88), (4, 0.61), ("nan", 1), (1e300, 0)])
def test_confidence_falls_with_the_error(error, confidence, tmp_path):
    got = colmap_text.read(model(tmp_path, {"1.png": [(1, 1, 5)]}, {5: error}))
    assert got.confidence[0, 0] == pytest.approx(confidence, abs=0.005)


@pytest.mark.parametrize("names", [("b.png", "a.png", "c10.png"), ("left/1.png", "right/1.png", "right/2.png"),
                                   ("1403636579763555584.png", "1403636579813555456.png", "1403636579863555584.png"),
                                   ("7.png", "900000.png", "900001.png")])
def test_names_that_are_no_frame_numbers_give_the_order(names, tmp_path):
    got = colmap_text.read(model(tmp_path, {name: [(k + 1, 1, 5)] for k, name in enumerate(names)}, {5: 1}))
    assert got.n_frames == 3 and "frame_numbers" not in got.meta
    order = sorted(range(3), key=lambda k: names[k])
    assert got.xy[:, 0, 0].tolist() == [k + 0.5 for k in order]


def test_numbers_are_in_the_order_of_their_value(tmp_path):
    got = colmap_text.read(model(tmp_path, {"a9": [(9, 1, 5)], "a10": [(10, 1, 5)]}, {5: 1}))
    assert got.xy[:, 0, 0].tolist() == [8.5, 9.5] and got.frame_numbers.tolist() == [9, 10]


def test_a_point_seen_twice_in_a_picture_is_there_once(tmp_path):
    got = colmap_text.read(model(tmp_path, {"1.png": [(1, 1, 5), (7, 7, 5)], "2.png": [(2, 2, 5)]}, {5: 1}))
    assert got.xy[:, 0].tolist() == [[0.5, 0.5], [1.5, 1.5]]


def test_cameras_of_different_sizes_have_no_size(tmp_path):
    cameras = CAMERA + "2 SIMPLE_PINHOLE 640 480 1500 960 540\n"
    assert colmap_text.read(model(tmp_path, {"1.png": [(1, 1, 5)]}, {5: 1}, cameras)).size is None


@pytest.mark.parametrize(("pictures", "errors", "said"), [
    ({"1.png": [(1, 1, -1)]}, {5: 1}, "got none that does"),
    ({}, {}, "got none that does"),
    ({"1.png": [(1, 1, 7)]}, {5: 1}, "got none of number 7"),
    ({"1.png": [("inf", 1, 5)]}, {5: 1}, "finite"),
    ({"1.png": [("nan", 1, 5)]}, {5: 1}, "finite"),
])
def test_what_makes_no_sense_is_refused(pictures, errors, said, tmp_path):
    with pytest.raises(FormatError, match=said) as caught:
        colmap_text.read(model(tmp_path, pictures, errors))
    assert "cannot read" in str(caught.value)


def test_few_points_cannot_claim_the_memory(tmp_path):
    pictures = {f"{k * 20}.png": [(1, 1, k * 3 + i) for i in range(3)] for k in range(2000)}
    with pytest.raises(FormatError, match="6000 points claim"):
        colmap_text.read(model(tmp_path, pictures, dict.fromkeys(range(6000), 1)))


@pytest.mark.skipif(find_spec("pycolmap") is None, reason="needs pycolmap")
@pytest.mark.parametrize("camera", ["SIMPLE_PINHOLE", "OPENCV", "FULL_OPENCV", "FOV", "THIN_PRISM_FISHEYE"])
@pytest.mark.parametrize("ending", ["txt", "bin"])
def test_what_colmap_writes_is_read_to_the_last_digit(camera, ending, tmp_path):
    count = {"SIMPLE_PINHOLE": 3, "OPENCV": 8, "FULL_OPENCV": 12, "FOV": 5, "THIN_PRISM_FISHEYE": 12}[camera]
    xy = np.random.default_rng(0).uniform(0, 1920, (40, 30, 2))
    facts = {"size": [1920, 1080], "camera": camera, "parameters": [100.0, 48, 32, *[0.1] * 9][:count],
             "names": [f"x_{k:05d}.jpg" for k in range(40)],
             "points": [[7 * n, n / 10, [[t, *xy[t, n].tolist()] for t in range(40)]] for n in range(30)]}
    words = [sys.executable, str(Path(__file__).parent / "colmap_writer.py"), str(tmp_path / "m"), ending]
    subprocess.run(words, input=json.dumps(facts).encode(), check=True, capture_output=True)
    assert colmap_text.sniff(tmp_path / "m")
    got = colmap_text.read(tmp_path / "m")
    assert np.abs(got.xy - (xy - 0.5)).max() <= 1e-4
    assert got.ids.tolist() == [7 * n for n in range(30)] and got.size == (1920, 1080)
    assert got.confidence[0, 20] == pytest.approx(0.8825, abs=1e-4)


@pytest.mark.parametrize("name", ["cameras.txt", "images.txt", "points3D.txt"])
def test_a_thousand_damaged_files_are_read_or_refused(name, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(GOLDEN, folder)

    def read(path):
        shutil.copyfile(path, folder / name)
        return colmap_text.read(folder)

    assert check(read, GOLDEN / name, tmp_path, TIMES) > 0


@pytest.mark.parametrize("name", ["cameras.bin", "images.bin", "points3D.bin"])
@pytest.mark.skipif(find_spec("pycolmap") is None, reason="needs pycolmap")
def test_a_thousand_damaged_binary_files_are_read_or_refused(name, tmp_path):
    folder, tracks = tmp_path / "model", plain_tracks()
    facts = {"size": [96, 64], "camera": "PINHOLE", "parameters": [100.0, 100, 48, 32],
             "names": [f"x_{k}.jpg" for k in range(6)],
             "points": [[int(id), 1.0, [[t, *tracks.xy[t, n].tolist()] for t in range(2, 6)]]
                        for n, id in enumerate(tracks.ids)]}
    words = [sys.executable, str(Path(__file__).parent / "colmap_writer.py"), str(folder), "bin"]
    subprocess.run(words, input=json.dumps(facts).encode(), check=True, capture_output=True)
    whole = tmp_path / f"whole_{name}"
    shutil.copyfile(folder / name, whole)

    def read(path):
        shutil.copyfile(path, folder / name)
        return colmap_text.read(folder)

    assert check(read, whole, tmp_path, TIMES) > 0


def test_only_models_are_known(tmp_path):
    assert colmap_text.sniff(GOLDEN) and colmap_text.sniff(GOLDEN / "images.txt")
    assert not colmap_text.sniff(tmp_path) and not colmap_text.sniff(tmp_path / "none")
    for name in ("cameras", "images", "points3D"):
        (tmp_path / f"{name}.txt").write_text("Dear reader,\n")
    assert not colmap_text.sniff(tmp_path)
