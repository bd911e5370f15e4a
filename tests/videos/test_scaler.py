"""White stays white on the way through FFmpeg's scaler."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from napari_cotracker.videos.clock import Clock
from napari_cotracker.videos.encoding import CODECS, FilmWriter
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.picture import Layout
from napari_cotracker.videos.scaler import MOST, narrowed, whites_of, widened

WIDTH = 256


def ramp(pixels: str, bits: int, is_full: bool) -> tuple[av.VideoFrame, np.ndarray]:
    """A frame from black to white, opaque if it has alpha, and what its 16 bits should be."""
    low, high = (0, (1 << bits) - 1) if is_full else (16 << bits - 8, 235 << bits - 8)
    shades = np.linspace(low, high, WIDTH).round().astype(np.uint16)
    frame, packed = av.VideoFrame(WIDTH, 16, pixels), 16 - bits if pixels.startswith("p0") else 0
    for plane, values in zip(frame.planes, (shades, 1 << bits - 1, 1 << bits - 1, (1 << bits) - 1)):
        stored = np.zeros((plane.height, plane.line_size // 2), np.uint16)
        stored[:, :WIDTH] = values if np.isscalar(values) else values[: stored.shape[1]]
        plane.update((stored << packed).tobytes())
    frame.colorspace, frame.color_range = 1, 2 if is_full else 1
    return frame, (shades.astype(float) - low) / (high - low) * MOST


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize(("pixels", "bits"), [("yuv420p10le", 10), ("yuv422p10le", 10), ("yuv444p12le", 12),
                                              ("yuva444p10le", 10), ("yuva444p12le", 12), ("p010le", 10)])
def test_deep_films_have_all_of_their_light_and_opaque_is_opaque(pixels: str, bits: int, is_full: bool) -> None:
    frame, expected = ramp(pixels, bits, is_full)
    found = Layout.of(frame).to_native(frame)[8].astype(float)
    assert np.abs(found[:, :3] - expected[:, None]).max() < 64  # a quarter of one of 255 steps
    assert (found[-1] == MOST).all()
    assert (found[0, :3] == 0).all()
    if found.shape[1] == 4:
        assert (found[:, 3] == MOST).all()


def test_white_of_16_bits_is_the_films_white(tmp_path: Path) -> None:
    picture = np.full((32, 32, 4), MOST, np.uint16)
    picture[:, :16, :3] = MOST // 2
    writer = FilmWriter(tmp_path / "white.mov", CODECS["prores4444"], Clock.constant(Fraction(25)))
    writer.add(picture)
    writer.finish()
    with av.open(str(tmp_path / "white.mov")) as file:
        frame = next(file.decode(video=0))
    bits = frame.format.components[0].bits
    shades = np.frombuffer(bytes(frame.planes[0]), np.uint16).reshape(32, -1)[:, :32] / (1 << bits - 8)
    assert np.abs(shades[:, 20:] - 235).max() < 0.3
    assert np.abs(shades[:, :12] - (16 + 219 / 2)).max() < 0.3
    found = Film(tmp_path / "white.mov").read_native([0])[0]
    assert np.abs(found[:, 20:].astype(int) - MOST).max() < 100
    assert (found[..., 3] == MOST).all()


def test_both_ways_undo_each_other() -> None:
    picture = np.random.default_rng(0).integers(0, MOST + 1, (32, 32, 4)).astype(np.uint16)
    there = narrowed(picture, "yuva444p12le")
    assert there[..., :3].max() <= whites_of("yuva444p12le", False, "rgba64le").colours
    back = widened(there, "yuva444p12le", False)
    assert np.abs(back.astype(int) - picture).max() <= 1


def test_packed_formats_are_left_alone() -> None:
    assert whites_of("y210le", False, "rgb48le") == (MOST, MOST)
