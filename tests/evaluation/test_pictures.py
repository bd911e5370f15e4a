"""Frames as TAP-Vid's own reader makes them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from napari_cotracker.core.errors import FormatError
from napari_cotracker.evaluation.pictures import EncodedFrames, resize
from tests.evaluation.tapvid import HEIGHT, WIDTH, encoded, entry


@pytest.mark.parametrize(("kind", "tolerance"), [("PNG", 0), ("JPEG", 40)])
def test_encoded_frames_are_like_an_array_of_frames(kind: str, tolerance: int) -> None:
    video = entry()["video"]
    frames = EncodedFrames(encoded(entry(), kind)["video"], "clip")
    assert frames.shape == video.shape == (len(frames), HEIGHT, WIDTH, 3) and frames.dtype == video.dtype
    assert np.abs(frames[3].astype(int) - video[3]).mean() <= tolerance
    assert frames[0].flags.c_contiguous


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_a_damaged_frame_is_a_clear_error(content: bytes) -> None:
    pictures = encoded(entry())["video"]
    frames = EncodedFrames([*pictures, content], "goat")
    with pytest.raises(FormatError, match="as frame 12 of clip 'goat'"):
        frames[12]
    with pytest.raises(FormatError, match="as frame 0"):
        EncodedFrames([content], "goat")


def test_frames_of_several_sizes_are_refused() -> None:
    small = encoded({"video": np.zeros((1, 8, 9, 3), np.uint8)})["video"]
    frames = EncodedFrames([*encoded(entry())["video"], *small], "goat")
    with pytest.raises(FormatError, match=r"got \(8, 9\) in frame 12 after \(24, 40\)"):
        frames[12]


@pytest.mark.parametrize("size", [(256, 256), (16, 10), (20, 300), (WIDTH, HEIGHT)])
def test_a_picture_is_resized_as_pillow_does(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    expected = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
    got = resize(picture, size)
    assert got.shape == expected.shape and got.dtype == np.uint8
    assert np.abs(got.astype(int) - expected).max() <= 1  # it computes with whole numbers
