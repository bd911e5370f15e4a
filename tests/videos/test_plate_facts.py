"""What is told of films and images, which PyAV, OpenEXR and tifffile wrote."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.videos.array import ArrayVideo
from napari_cotracker.videos.exr_header import make_attributes, write_exr
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.plate_facts import plate_facts
from napari_cotracker.videos.primaries import PLACES
from napari_cotracker.videos.sequence import ImageSequence
from napari_cotracker.videos.stills import save_picture
from tests.videos.coded_films import write_coded
from tests.videos.sounding_films import write_sounding


def test_a_film_tells_all_that_its_file_says(tmp_path: Path) -> None:
    path = write_sounding(tmp_path / "a.mov", 3, sounds=("aac", "pcm_s16le"), timecode="10:00:00:00",
                          tags=(1, 9, 9, 16), aspect=Fraction(4, 3))
    facts = plate_facts(Film(path))
    assert facts["codec"].startswith("h264") and facts["pixels"] == "yuv420p"
    assert (facts["bits"], facts["alpha"], facts["pixel_aspect"]) == (8, False, "4/3")
    assert (facts["timecode"], facts["reel"], facts["fields"]) == ("10:00:00:00", None, "progressive")
    assert facts["colours"] == {"primaries": "BT.2020", "transfer": "PQ", "matrix": "BT.2020", "range": "limited"}
    assert facts["sounds"] == ["aac", "pcm_s16le"]


def test_a_film_that_says_little(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "a.mov", 2, codec="prores_ks", pixels="yuva444p10le", options={"profile": "4444"})
    facts = plate_facts(Film(path))
    assert (facts["codec"], facts["bits"], facts["alpha"]) == ("prores 4444", 12, True)
    assert facts["colours"] == {"primaries": None, "transfer": None, "matrix": None, "range": "limited"}
    assert (facts["timecode"], facts["pixel_aspect"], facts["sounds"]) == (None, "1", [])


@pytest.mark.parametrize(("name", "codec", "params", "told"), [
    ("a.mp4", "libx264", "tff=1", "top field first"), ("b.mp4", "libx264", "bff=1", "bottom field first"),
    ("a.dv", "dvvideo", "", "interlaced")])
def test_fields(name: str, codec: str, params: str, told: str, tmp_path: Path) -> None:
    options = {"flags": "+ilme+ildct", "x264-params": params} if params else {}
    path = write_coded(tmp_path / name, 2, codec=codec, options=options, size=(720, 576))
    assert plate_facts(Film(path))["fields"] == told


def test_openexr_images(tmp_path: Path) -> None:
    pytest.importorskip("OpenEXR")
    half = np.zeros((6, 8, 4), np.float16)
    write_exr(tmp_path / "a.1.exr", {"RGBA": half, "Z": half[..., 0].astype(np.float32)},
              {**make_attributes(Fraction(24), Fraction(2), "01:00:00:05"), "chromaticities": PLACES[12],
               "reelName": "A001"})
    assert plate_facts(ImageSequence(tmp_path / "a.1.exr")) == {
        "codec": "exr", "pixels": "RGB with alpha, floats", "bits": 16, "alpha": True, "pixel_aspect": "2",
        "timecode": "01:00:00:05", "reel": "A001", "colours": {"primaries": "Display P3", "transfer": "linear"},
        "left_out": ["Channels of the plate besides its colours are left out: Z."]}
    write_exr(tmp_path / "b.exr", {"Y": np.zeros((6, 8), np.float32)}, {})
    facts = plate_facts(ImageSequence(tmp_path / "b.exr"))
    assert (facts["bits"], facts["pixels"], facts["timecode"]) == (32, "grey, floats", None)
    assert facts["colours"]["primaries"] is None and "left_out" not in facts


@pytest.mark.parametrize(("name", "dtype", "channels", "told"), [
    ("a.png", np.uint16, 4, ("png", "RGB with alpha, whole numbers", 16, True)),
    ("a.tif", np.float32, 3, ("tif", "RGB, floats", 32, False)),
    ("a.tif", np.uint8, 1, ("tif", "grey, whole numbers", 8, False))])
def test_other_images(name: str, dtype: type, channels: int, told: tuple[str, str, int, bool], tmp_path: Path) -> None:
    save_picture(tmp_path / name, np.zeros((6, 8, channels), dtype))
    assert tuple(plate_facts(ImageSequence(tmp_path / name)).values()) == told


def test_an_array_says_nothing() -> None:
    assert plate_facts(ArrayVideo(np.zeros((2, 4, 5, 3), np.uint8))) == {}
