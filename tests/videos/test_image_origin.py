"""What OpenEXR plates hand on to films, read back by PyAV, and what images leave out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from napari_cotracker.videos.exr_header import make_attributes, write_exr
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.image_origin import origin_of
from napari_cotracker.videos.origin import Colours, Origin
from napari_cotracker.videos.primaries import PLACES, UNNUMBERED
from napari_cotracker.videos.rendering import Rendering
from napari_cotracker.videos.sequence import ImageSequence
from tests.videos.sounding_films import write_sounding

pytest.importorskip("OpenEXR")
GREY = np.full((16, 24, 3), 0.2, np.float32)
NUMBERS = (1001, 1002, 1005, 1006)
"""Of images that were recorded with timecodes 01:00:00:21 and on; two are missing."""


def plate(folder: Path, rate: Fraction = Fraction(24), **more: Any) -> ImageSequence:
    folder.mkdir()
    for number in NUMBERS:
        second, frame = divmod(number - 1001 + 21, 24)
        write_exr(folder / f"p.{number}.exr", {"RGB": GREY},
                  {**make_attributes(rate, timecode=f"01:00:{second:02d}:{frame:02d}"), **more})
    return ImageSequence(folder)


def rendered(path: Path, video: Any, frames: range, **options: Any) -> list[str]:
    with Rendering(path, video, options, frames=frames) as rendering:
        for picture in video.read_native(frames):
            rendering.add(picture)
    return rendering.notes


@pytest.mark.parametrize("name", ["a.mov", "a.mp4", "a.mkv"])
def test_a_film_of_openexr_images_says_what_they_say(name: str, tmp_path: Path) -> None:
    video = plate(tmp_path / "plate", pixelAspectRatio=2.0, chromaticities=PLACES[9], reelName="A001C002")
    notes = rendered(tmp_path / name, video, range(2, 4))
    with av.open(str(tmp_path / name)) as container:
        stream = container.streams.video[0]
        about = {key.lower(): value for each in container.streams for key, value in each.metadata.items()}
        assert about["timecode"] == "01:00:01:01"
        assert stream.codec_context.color_primaries == 9
        assert about.get("reel_name") == (None if name == "a.mp4" else "A001C002")
        assert stream.sample_aspect_ratio == (None if name == "a.mkv" else 2)
    assert ["reel A001C002" in note for note in notes].count(True) == (name == "a.mp4")
    assert ["2 times as wide" in note for note in notes].count(True) == (name == "a.mkv")
    with Film(tmp_path / name) as film:
        assert origin_of(film).timecode == "01:00:01:01"
        assert film.read([0])[0].mean() == pytest.approx(124, abs=2)  # 0.2 of light


def test_a_timecode_counts_by_the_plates_own_rate_also_where_images_are_missing(tmp_path: Path) -> None:
    """Of 1002 and 1005, six frames a second were made, of which frame 22 is three seconds later."""
    rendered(tmp_path / "a.mov", plate(tmp_path / "plate"), range(1, 3))
    with Film(tmp_path / "a.mov") as film:
        assert origin_of(film).timecode == "01:00:00:22"
        assert np.allclose(film.times, [0, 3 / 24], atol=1e-4)


def test_primaries_that_no_film_has_are_told(tmp_path: Path) -> None:
    video = plate(tmp_path / "plate", chromaticities=UNNUMBERED["ACES (AP0)"])
    notes = rendered(tmp_path / "a.mov", video, range(2))
    assert ["ACES (AP0)" in note and "BT.709" in note for note in notes].count(True) == 1
    assert origin_of(video).colours == Colours()
    assert not any("ACES" in note for note in rendered(tmp_path / "out.####.exr", video, range(2)))


def test_a_timecode_that_does_not_go_with_the_rate_is_told(tmp_path: Path) -> None:
    video = plate(tmp_path / "plate", Fraction(12))
    notes = rendered(tmp_path / "a.mov", video, range(2))
    assert ["01:00:00:21" in note for note in notes].count(True) == 1
    film = Film(write_sounding(tmp_path / "s.mkv", 9, ticks=[40 * k + 13 * (k % 3) for k in range(9)], sounds=(),
                               timecode="02:00:00:00"))
    notes = rendered(tmp_path / "b.####.exr", film, range(9))
    assert ["02:00:00:00" in note for note in notes].count(True) == 1


@pytest.mark.parametrize("kind", ["png", "tif", "exr"])
def test_what_images_leave_out_is_told(kind: str, tmp_path: Path) -> None:
    film = Film(write_sounding(tmp_path / "s.mov", 4, timecode="10:00:00:00", aspect=Fraction(4, 3),
                               tags=(1, 9, 9, 14), sounds=()))
    notes = [note for note in rendered(tmp_path / f"a.####.{kind}", film, range(4)) if "leave" in note]
    name = {"png": "png", "tif": "tiff"}.get(kind)
    assert notes == ([] if name is None else [
        f"{name} images leave out the timecode 10:00:00:00, that pixels are 1.333 times as wide as high, that colours "
        "are of the primaries BT.2020; exr images do not."])


def test_openexr_of_a_film_says_what_the_film_says(tmp_path: Path) -> None:
    library = pytest.importorskip("OpenEXR")
    video = plate(tmp_path / "plate", chromaticities=PLACES[12], reelName="A001C002")
    rendered(tmp_path / "a.mov", video, range(2))
    rendered(tmp_path / "out.####.exr", Film(tmp_path / "a.mov"), range(2))
    with library.File(str(tmp_path / "out.0001.exr"), header_only=True) as file:
        header = dict(file.header())
    assert header["chromaticities"] == pytest.approx(PLACES[12], abs=1e-6)
    assert (header["timeCode"].seconds, header["timeCode"].frame, header["reelName"]) == (0, 22, "A001C002")


def test_what_hands_on_nothing(tmp_path: Path) -> None:
    import tifffile

    tifffile.imwrite(tmp_path / "a.tif", np.zeros((3, 8, 9), np.uint8), photometric="minisblack")
    video = ImageSequence(tmp_path / "a.tif")
    assert origin_of(video) == origin_of(video, 2) == Origin()
    write_exr(tmp_path / "b.exr", {"RGB": GREY}, {"pixelAspectRatio": 0.005})
    assert origin_of(ImageSequence(tmp_path / "b.exr")).aspect == 1
