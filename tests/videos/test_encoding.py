from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.clock import Clock
from napari_cotracker.videos.encoding import CODECS, FilmWriter
from napari_cotracker.videos.origin import Colours, Origin
from tests.videos.coded_films import decode_bare, paint

SUFFIX = {"mp4": ".mp4", "prores4444": ".mov", "ffv1": ".mkv"}


@pytest.mark.parametrize("kind", CODECS)
def test_every_layout_of_a_codec_is_written(tmp_path: Path, kind: str) -> None:
    for channels, size in {*CODECS[kind].pixels, (1, 1)}:
        path, dtype = tmp_path / f"{channels}-{size}{SUFFIX[kind]}", np.dtype(f"u{size}")
        with closing(FilmWriter(path, CODECS[kind], Clock.constant(25))) as film:
            for value in (0, 0.5, 1):
                film.add(np.full((18, 34, channels), round(value * np.iinfo(dtype).max), dtype))
            film.finish()
            assert film.count == 3 and film.notes == []
        assert np.allclose([frame[9, 17, 0] for frame in decode_bare(path)], [0, 127, 255], atol=2)


def test_lines_do_not_run_into_one_another(tmp_path: Path) -> None:
    """With several threads, FFmpeg's scaler writes beyond the end of a line into the next one."""
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 65536, (97, 131, 4), np.uint16) for _ in range(3)]
    for number in range(6):
        path = tmp_path / f"{number}.mov"
        with closing(FilmWriter(path, CODECS["prores4444"], Clock.constant(25))) as film:
            for picture in pictures:
                film.add(picture)
            film.finish()
        alpha = np.stack(decode_bare(path, "rgba64le"))[..., 3].astype(int)
        assert np.abs(alpha - np.stack(pictures)[..., 3]).max() <= 80


def test_the_last_frame_of_varying_times_has_a_length(tmp_path: Path) -> None:
    with closing(FilmWriter(tmp_path / "a.mp4", CODECS["mp4"], Clock.of_times([0, 0.1, 0.5]))) as film:
        for number in range(3):
            film.add(paint(number))
        film.finish()
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert float(stream.duration * stream.time_base) == pytest.approx(0.9, abs=1e-3)


def test_labels_are_those_of_the_origin(tmp_path: Path) -> None:
    origin = Origin(colours=Colours(9, 9, 16, 2), timecode="01:00:00:00", aspect=Fraction(2))
    with closing(FilmWriter(tmp_path / "a.mov", CODECS["prores4444"], Clock.constant(25), origin)) as film:
        film.add(paint(0))
        film.finish()
    with av.open(str(tmp_path / "a.mov")) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (9, 9, 16, 1)
        assert stream.sample_aspect_ratio == 2 and stream.metadata["timecode"] == "01:00:00:00"


def test_mishaps_are_one_sentence(tmp_path: Path) -> None:
    with closing(FilmWriter(tmp_path / "a.mp4", CODECS["mp4"], Clock.constant(25))) as film, pytest.raises(
            VideoError, match="at least one"):
        film.finish()
    with closing(FilmWriter(tmp_path / "no" / "a.mp4", CODECS["mp4"], Clock.constant(25))) as film, pytest.raises(
            VideoError, match=r"cannot write the film \(No such"):
        film.add(paint(0))


@pytest.mark.parametrize(("reach", "tolerance"), [(1, 0.15), (2, 0.15)])
def test_colours_of_mp4_have_no_tint(tmp_path: Path, reach: int, tolerance: float) -> None:
    """Read by the formula of BT.709; of limited and of full range. Red and blue were up to a step too dark."""
    colours = np.random.default_rng(0).integers(8, 248, (60, 3), np.uint8)
    origin = Origin(colours=Colours(range=reach))
    with closing(FilmWriter(tmp_path / "a.mp4", CODECS["mp4"], Clock.constant(25), origin,
                            options={"crf": "0"})) as film:
        film.add(np.ascontiguousarray(np.broadcast_to(np.repeat(colours, 16, 0), (16, 960, 3))))
        film.finish()
    with av.open(str(tmp_path / "a.mp4")) as container:
        frame = next(container.decode(video=0))
    planes = [np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, -1) for plane in frame.planes]
    luma, blue, red = (plane[4, step // 2 :: step][:60].astype(float) for plane, step in zip(planes, (16, 8, 8)))
    black, white, wide = (16, 219, 224) if reach == 1 else (0, 255, 255)
    luma, blue, red = (luma - black) / white, (blue - 128) / wide, (red - 128) / wide
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    found = np.stack([r, (luma - 0.2126 * r - 0.0722 * b) / 0.7152, b], 1) * 255
    assert np.abs((found - colours).mean(0)).max() < tolerance
