"""Everything that can be made of an edit comes back as it should."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from pycocotools.coco import COCO

from napari_cotracker import read_tracks
from napari_cotracker.core.errors import EditError, FormatError
from napari_cotracker.core.regions import Region
from napari_cotracker.effects.motion import MotionOptions
from napari_cotracker.tasks.edits import Edit, Painting
from napari_cotracker.tasks.propagate import Propagated, propagate
from napari_cotracker.videos.exr_header import read_attributes
from tests.formats.stmap_reader import read_stmap
from tests.tasks.moving_edits import FRAMES, SIZE, SQUARE, disc, film, iou, pixels, tracks_of

FILM, WHERE = film()
TRACKS = tracks_of(WHERE)
LABELS = disc(pixels()) * np.uint8(3)
PLANE = MotionOptions("homography")
LAST = FRAMES - 1
MASK = Edit("mask", {0: Painting(labels=LABELS)}, PLANE)
PIN = Edit("pin", {2: Painting(corners=SQUARE)}, PLANE)
TRUTH = [disc(WHERE(pixels().reshape(-1, 2), t, 0).reshape(*SIZE[::-1], 2)) for t in range(FRAMES)]


def made(edit: Edit, out: Path, **more: Any) -> Propagated:
    steps = propagate(edit, FILM, TRACKS, out, **more)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            assert end.value is not None
            return end.value


def labels_of(path: Path) -> Any:
    with Image.open(path) as picture:
        return np.array(picture)


def test_labels_as_pictures_numbered_as_the_plate(tmp_path: Path) -> None:
    done = made(MASK, tmp_path / "m.####.png")
    assert [file.name for file in done.files] == [f"m.{n}.png" for n in range(1001, 1001 + FRAMES)]
    np.testing.assert_array_equal(labels_of(done.files[0]), LABELS)
    assert all(set(np.unique(labels_of(file))) == {0, 3} for file in done.files)
    assert min(iou(labels_of(file), truth) for file, truth in zip(done.files, TRUTH, strict=True)) > 0.98
    assert len(made(MASK, tmp_path / "folder").files) == FRAMES


def test_labels_beyond_eight_bits(tmp_path: Path) -> None:
    many = Edit("mask", {0: Painting(labels=LABELS.astype(np.int32) * 100)}, PLANE)
    assert labels_of(made(many, tmp_path / "m.####.png").files[0]).max() == 300
    more = Edit("mask", {0: Painting(labels=LABELS.astype(np.int32) * 100_000)}, PLANE)
    assert tifffile.imread(made(more, tmp_path / "m.####.tif").files[0]).max() == 300_000
    with pytest.raises(FormatError, match="expected labels up to 65,535, got 300,000"):
        made(more, tmp_path / "n.####.png")


def test_labels_in_one_file(tmp_path: Path) -> None:
    made(MASK, tmp_path / "m.tif")
    stack = tifffile.imread(tmp_path / "m.tif")
    assert stack.shape == (FRAMES, *SIZE[::-1])
    assert stack.dtype == np.uint8
    assert iou(stack[LAST], TRUTH[LAST]) > 0.98


def test_labels_for_coco(tmp_path: Path) -> None:
    made(MASK, tmp_path / "m.json")
    coco = COCO(str(tmp_path / "m.json"))
    notes = coco.loadAnns(coco.getAnnIds())
    assert [note["track_id"] for note in notes] == [3] * FRAMES
    assert iou(coco.annToMask(notes[LAST]), TRUTH[LAST]) > 0.98
    assert coco.loadImgs([1])[0]["file_name"] == "frame_001001.png"


@pytest.mark.usefixtures("napari_works")
def test_shapes_stay_shapes(tmp_path: Path) -> None:
    from napari_builtins.io import csv_to_layer_data

    made(Edit("mask", {0: Painting(shapes=(Region(SQUARE),))}, PLANE), tmp_path / "s.csv")
    data, _, kind = csv_to_layer_data(str(tmp_path / "s.csv"))
    assert kind == "shapes"
    np.testing.assert_allclose(data[LAST][:, :0:-1], WHERE(SQUARE, 0, LAST), atol=0.05)
    with pytest.raises(EditError, match="expected shapes on the reference frame"):
        made(MASK, tmp_path / "t.csv")
    assert not (tmp_path / "t.csv").exists()


@pytest.mark.parametrize("direction", ["inverse", "forward"])
def test_maps_hold_floats_and_say_where(tmp_path: Path, direction: str) -> None:
    pytest.importorskip("OpenEXR")
    done = made(Edit("stmap", {2: Painting()}, PLANE, {"direction": direction}), tmp_path / "map.####.exr")
    found, alpha, rate = read_stmap(done.files[LAST])
    ends = (LAST, 2) if direction == "inverse" else (2, LAST)
    np.testing.assert_allclose(found[60, 80], WHERE(np.array([80.0, 60]), *ends), atol=0.05)
    identity = read_stmap(done.files[2])[0]
    np.testing.assert_allclose(identity, pixels(), atol=1e-3)
    assert (alpha.min(), rate) == (1, 25)


def test_maps_have_the_shape_of_the_films_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("OpenEXR")
    monkeypatch.setattr("napari_cotracker.tasks.edit_outputs.pixel_aspect", lambda video: Fraction(2))
    done = made(Edit("stmap", {2: Painting()}, PLANE), tmp_path / "map.####.exr")
    assert read_attributes(done.files[0])["pixelAspectRatio"] == 2


def test_pins_are_files_of_tracks(tmp_path: Path) -> None:
    made(PIN, tmp_path / "p.npz")
    found = read_tracks(tmp_path / "p.npz")
    assert found.names[3] == "top left"
    np.testing.assert_allclose(found.xy[LAST, [3, 2, 1, 0]], WHERE(SQUARE, 2, LAST), atol=0.05)
    assert found.frame_numbers[0] == 1001


def test_a_pin_for_nuke_has_the_corners_that_were_placed(tmp_path: Path) -> None:
    turned = Edit("pin", {2: Painting(corners=SQUARE[[1, 2, 3, 0]])}, PLANE)  # its top left is at the right
    made(turned, tmp_path / "p.pin.nk")
    text = (tmp_path / "p.pin.nk").read_text()
    assert "from4 {90.500000 79.500000}" in text  # y is up, half a pixel from the edge
    assert "x1001 " in text and "x1008 " in text


def test_a_pin_for_after_effects_is_a_corner_pin(tmp_path: Path) -> None:
    made(PIN, tmp_path / "p.txt")
    assert "Upper Left #2" in (tmp_path / "p.txt").read_bytes().decode()
    made(PIN, tmp_path / "p.setting")
    assert "CornerPositioner" in (tmp_path / "p.setting").read_text()
    made(PIN, tmp_path / "q.txt", format="nuke-ascii")
    assert "Corner Pin" not in (tmp_path / "q.txt").read_text()


def test_options_that_nobody_knows_are_told(tmp_path: Path) -> None:
    for edit, name in ((MASK, "m.####.png"), (MASK, "m.tif"), (MASK, "m.json"), (Edit("stmap"), "m.####.exr"),
                       (MASK, "m.mp4"), (PIN, "p.pin.nk")):
        with pytest.raises(FormatError, match="sparkle"):
            made(edit, tmp_path / name, options={"sparkle": "yes"})
    assert list(tmp_path.iterdir()) == []
