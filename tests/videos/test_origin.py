from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from napari_cotracker.videos.film import Film
from napari_cotracker.videos.origin import HIDDEN, Colours, Origin
from napari_cotracker.videos.plate_facts import plate_facts
from napari_cotracker.videos.rendering import Rendering
from napari_cotracker.videos.stills import save_picture
from tests.videos.coded_films import write_coded
from tests.videos.sounding_films import write_sounding


def test_what_a_film_hands_on(tmp_path: Path) -> None:
    path = write_sounding(tmp_path / "a.mov", 3, sounds=("aac", "pcm_s16le"), timecode="10:00:00:00",
                          tags=(1, 6, 6, 6), aspect=Fraction(4, 3))
    origin = Origin.of(str(path))
    assert origin.path == str(path) and origin.n_sounds == 2 and origin.tick < Fraction(1, 1000)
    assert origin.timecode == "10:00:00:00" and origin.aspect == Fraction(4, 3)
    assert origin.colours == Colours(6, 6, 6, 1) and origin.colours.conversion == 5
    matroska = Origin.of(str(write_sounding(tmp_path / "a.mkv", 3, sounds=(), timecode="10:00:00:00")))
    assert matroska.timecode == "10:00:00:00" and matroska.n_sounds == 0 and matroska.tick == Fraction(1, 1000)
    assert matroska.colours.matrix == 2 and matroska.colours.conversion == 5


@pytest.mark.parametrize(("rotation", "aspect"), [(0, Fraction(4, 3)), (90, Fraction(3, 4)), (180, Fraction(4, 3))])
def test_pixels_of_a_film_on_its_side_are_turned_too(tmp_path: Path, rotation: int, aspect: Fraction) -> None:
    path = write_coded(tmp_path / "a.mp4", 2, rotation=rotation, options={"x264-params": "sar=4/3"})
    assert Origin.of(str(path)).aspect == aspect


def test_films_of_rgb_or_grey_become_bt709(tmp_path: Path) -> None:
    for pixels in ("bgra", "gray"):
        path = write_coded(tmp_path / f"{pixels}.mkv", 2, codec="ffv1", pixels=pixels, options={})
        assert Origin.of(str(path)).colours == Colours()


def test_what_is_no_film_hands_on_nothing(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"nonsense")
    save_picture(tmp_path / "a.0001.png", np.zeros((4, 4, 3), np.uint8))
    for path in (None, tmp_path / "no.mp4", tmp_path / "gone.mp4", tmp_path, tmp_path / "a.0001.png",
                 tmp_path / "a.####.png"):
        assert Origin.of(None if path is None else str(path)) == Origin()


def test_fields_that_only_the_pictures_tell(tmp_path: Path) -> None:
    """DV, one picture of which is both interlaced and of oblong pixels."""
    path = write_coded(tmp_path / "a.dv", 1, codec="dvvideo", options={}, size=(720, 576))
    origin = Origin.of(str(path))
    assert origin.is_interlaced and origin.aspect == Fraction(16, 15)
    path = write_coded(tmp_path / "a.mkv", 2, codec="ffv1", options={})
    assert not Origin.of(str(path)).is_interlaced


def test_alpha_that_is_not_read_is_told(tmp_path: Path) -> None:
    """WebM has it beside its pictures, where FFmpeg's own decoder does not look."""
    path = tmp_path / "a.webm"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx-vp9", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuva420p"
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 4), 128, np.uint8), format="rgba")
        container.mux(stream.encode(frame.reformat(format="yuva420p")))
        container.mux(stream.encode())
    film = Film(path)
    assert film.read_native([0]).shape[3] == 3
    assert plate_facts(film)["left_out"] == Origin.of(str(path)).losses == [HIDDEN]
    for name in ("a.mkv", "a.####.png"):
        with Rendering(tmp_path / name, film) as rendering:
            rendering.add(film.read_native([0])[0])
        assert rendering.notes == [HIDDEN]
