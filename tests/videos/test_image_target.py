from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.videos.exr_header import make_attributes, read_rate, write_exr
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.image_target import ImageTarget
from napari_cotracker.videos.kinds import KINDS, RenderOptions
from napari_cotracker.videos.sequence import ImageSequence
from napari_cotracker.videos.stills import save_picture
from tests.videos.coded_films import write_coded
from tests.videos.sounding_films import write_sounding

PICTURE = np.full((4, 6, 3), 7, np.uint8)


def plate(folder: Path, numbers: list[int]) -> ImageSequence:
    folder.mkdir()
    for number in numbers:
        save_picture(folder / f"p_{number:05d}.png", PICTURE)
    return ImageSequence(folder)


def written(target: ImageTarget) -> list[str]:
    with target:
        for place in range(len(target.paths)):
            target.write(PICTURE, place)
        target.finish()
    return [path.name for path in target.paths if path.exists()]


def test_numbers_are_the_plates_or_begin_where_asked(tmp_path: Path) -> None:
    video = plate(tmp_path / "plate", [998, 1001, 1002])
    tiff = KINDS["tiff"]
    for frames, first, names in (
        (range(3), None, ["p_00998.tif", "p_01001.tif", "p_01002.tif"]),
        (range(1, 3), None, ["p_01001.tif", "p_01002.tif"]),
        (range(3), 1, ["p_00001.tif", "p_00004.tif", "p_00005.tif"]),
    ):
        assert written(ImageTarget(tmp_path / "out", tiff, video, frames, RenderOptions(first=first))) == names


def test_images_have_the_rate_of_a_plate_that_tells_it(tmp_path: Path) -> None:
    for number in (1, 2):
        write_exr(tmp_path / f"p.{number}.exr", {"RGB": np.zeros((4, 6, 3), np.float32)},
                  make_attributes(Fraction(24000, 1001)))
    target = ImageTarget(tmp_path / "out", KINDS["exr"], ImageSequence(tmp_path), range(2), RenderOptions())
    with target:
        target.write(np.zeros((4, 6, 3), np.float32), 0)
        target.write(np.zeros((4, 6, 3), np.float32), 1)
    assert [read_rate(path) for path in target.paths] == [Fraction(24000, 1001)] * 2


def test_other_images_of_the_name_stay_and_are_told(tmp_path: Path) -> None:
    video = plate(tmp_path / "plate", [1, 2, 3, 4])
    written(ImageTarget(tmp_path / "out" / "a.####.png", KINDS["png"], video, range(4), RenderOptions()))
    (tmp_path / "out" / "a.txt").write_text("mine")
    target = ImageTarget(tmp_path / "out" / "a.####.png", KINDS["png"], video, range(1, 3), RenderOptions())
    assert written(target) == ["a.0002.png", "a.0003.png"]
    assert target.notes == ["2 other images of this name in the folder stayed."]
    assert len(list((tmp_path / "out").iterdir())) == 5


def test_sound_that_images_do_not_hold_is_told_unless_unwanted(tmp_path: Path) -> None:
    film = Film(write_sounding(tmp_path / "s.mp4", 3))
    for wanted in (True, False):
        target = ImageTarget(tmp_path / "out", KINDS["png"], film, range(3), RenderOptions(audio=wanted))
        assert written(target) == ["s.0000.png", "s.0001.png", "s.0002.png"]
        assert ["sound" in note for note in target.notes] == [True] * wanted


def test_what_an_exr_plate_has_besides_its_colours_is_told_but_of_mattes(tmp_path: Path) -> None:
    write_exr(tmp_path / "p.1.exr", {"RGB": np.zeros((4, 6, 3), np.float32), "Z": np.zeros((4, 6), np.float32)}, {})
    for channels, told in ((3, ["Channels of the plate besides its colours are left out: Z."]), (1, [])):
        target = ImageTarget(tmp_path / "out", KINDS["exr"], ImageSequence(tmp_path), range(1), RenderOptions())
        target.check((4, 6, channels))
        assert target.notes == told


def test_fields_are_told(tmp_path: Path) -> None:
    film = Film(write_coded(tmp_path / "s.mp4", 2, options={"x264-params": "tff=1"}))
    target = ImageTarget(tmp_path / "out", KINDS["png"], film, range(2), RenderOptions())
    target.check((96, 128, 3))
    assert ["interlaced" in note for note in target.notes] == [True]


def exr_plate(folder: Path, *types: type) -> ImageSequence:
    """One image for each type of floats, of numbers that 16 bits hold."""
    folder.mkdir()
    for number, dtype in enumerate(types):
        light = np.random.default_rng(number).uniform(-1, 60000, (4, 6, 3)).astype(np.float16)
        write_exr(folder / f"p.{number}.exr", {"RGB": light.astype(dtype), "Z": np.zeros((4, 6), np.float32)}, {})
    return ImageSequence(folder)


def types_in(paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        with pytest.importorskip("OpenEXR").File(str(path)) as file:
            found.append(file.channels()["RGB"].pixels.dtype.name)
    return found


@pytest.mark.parametrize(("half", "types"), [
    (None, ["float16", "float32"]), (True, ["float16", "float16"]), (False, ["float32", "float32"])])
def test_floats_have_the_bits_of_the_plate_or_those_asked_for(half: bool | None, types: list[str], tmp_path: Path
                                                              ) -> None:
    video = exr_plate(tmp_path / "plate", np.float16, np.float32)
    target = ImageTarget(tmp_path / "out", KINDS["exr"], video, range(2), RenderOptions(half=half))
    with target:
        for place, picture in enumerate(video.read_native(range(2))):
            target.write(picture, place)
        target.finish()
    assert types_in(target.paths) == types and target.notes == []
    assert (ImageSequence(tmp_path / "out").read_native(range(2)) == video.read_native(range(2))).all()


def test_what_is_too_bright_for_16_bits_is_the_most_there_is_and_told(tmp_path: Path) -> None:
    video = exr_plate(tmp_path / "plate", np.float16)
    target = ImageTarget(tmp_path / "out", KINDS["exr"], video, range(1), RenderOptions())
    light = np.full((4, 6, 3), 0.5, np.float32)
    light[0, :4, 0] = 1e6, -1e6, np.inf, np.nan
    with target:
        target.write(light, 0)
        target.finish()
    found = ImageSequence(tmp_path / "out").read_native([0])[0]
    assert found[0, :4, 0] == pytest.approx([65504, -65504, np.inf, np.nan], nan_ok=True)
    assert (found[1:] == 0.5).all() and ["65504" in note for note in target.notes] == [True]
