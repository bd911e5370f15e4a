from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from napari_cotracker.videos.picture import Layout

PICTURE = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)


class Framed:
    """A frame with a display matrix."""

    def __init__(self, matrix: list[int]) -> None:
        self._frame = av.VideoFrame.from_ndarray(PICTURE, format="rgb24")
        values = np.array([matrix[0], matrix[1], 0, matrix[2], matrix[3], 0, 0, 0, 1 << 14], np.int64) << 16
        data = values.astype(np.int32).tobytes()
        self.side_data = [type("Data", (bytes,), {"type": SimpleNamespace(name="DISPLAYMATRIX")})(data)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._frame, name)


@pytest.mark.parametrize("matrix", [[a, b, c, d] for a, b, c, d in
                                    [(1, 0, 0, 1), (-1, 0, 0, 1), (1, 0, 0, -1), (-1, 0, 0, -1),
                                     (0, 1, 1, 0), (0, -1, 1, 0), (0, 1, -1, 0), (0, -1, -1, 0)]])
def test_every_right_angle_and_mirror_is_what_the_matrix_says(matrix: list[int]) -> None:
    a, b, c, d = matrix
    frame = Framed(matrix)
    layout = Layout.of(frame)
    upright = layout.to_rgb(frame)
    assert layout.size == upright.shape[1::-1] == (abs(8 * a + 6 * c), abs(8 * b + 6 * d))
    corner = max(0, -7 * a) + max(0, -5 * c), max(0, -7 * b) + max(0, -5 * d)
    for y, x in np.ndindex(6, 8):
        at_x, at_y = a * x + c * y + corner[0], b * x + d * y + corner[1]
        assert np.array_equal(upright[at_y, at_x], PICTURE[y, x])


@pytest.mark.parametrize(("pixels", "native"), [
    ("yuv420p", "rgb24"), ("yuv420p10le", "rgb48le"), ("gray", "gray"), ("gray12le", "gray16le"), ("pal8", "rgba"),
    ("yuva420p", "rgba"), ("gbrap12le", "rgba64le"), ("bgra", "rgba"), ("rgb8", "rgb24"), ("nv12", "rgb24"),
    ("ya8", "rgba"), ("p010le", "rgb48le"),
])
def test_the_native_format_holds_what_the_file_holds(pixels: str, native: str) -> None:
    layout = Layout.of(av.VideoFrame(8, 6, pixels))
    assert layout.native == native
    assert layout.has_more_than_rgb == (native != "rgb24")


def test_a_frame_of_another_size_is_scaled() -> None:
    layout = Layout.of(av.VideoFrame.from_ndarray(PICTURE, format="rgb24"))
    other = av.VideoFrame.from_ndarray(np.full((20, 30, 3), 77, np.uint8), format="rgb24")
    assert (layout.to_rgb(other) == 77).all() and layout.to_rgb(other).shape == (6, 8, 3)


@pytest.mark.parametrize("stated", [0, 1, 2])  # nothing, limited, full
@pytest.mark.parametrize(("pixels", "bits"), [("gray", 8), ("gray10le", 10), ("gray12le", 12), ("gray16le", 16)])
def test_grey_is_taken_as_it_is_in_8_bits_and_in_more(pixels: str, bits: int, stated: int) -> None:
    frame = av.VideoFrame(64, 16, pixels)
    shades = np.linspace(0, (1 << bits) - 1, 64).round()
    kind = np.uint8 if bits == 8 else np.uint16
    stored = np.zeros((16, frame.planes[0].line_size // kind().nbytes), kind)
    stored[:, :64] = shades
    frame.planes[0].update(stored.tobytes())
    frame.color_range = stated
    layout, expected = Layout.of(frame), shades / ((1 << bits) - 1)
    native = layout.to_native(frame)
    assert native.shape == (16, 64, 1)
    assert np.abs(native[8, :, 0] / np.iinfo(native.dtype).max - expected).max() < 1e-4
    assert np.abs(layout.to_rgb(frame)[8, :, 0] / 255 - expected).max() <= 2 / 255  # which it dithers


@pytest.mark.parametrize("width", [64, 131])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv444p", "yuva420p"])
def test_native_colours_of_eight_bits_are_rounded_not_cut(pixels: str, width: int) -> None:
    frame = av.VideoFrame(width, 90, pixels)
    luma = np.linspace(60, 190, width).astype(np.uint8)
    for plane, row in zip(frame.planes, (luma, 110, 140, 77), strict=False):
        stored = np.zeros((plane.height, plane.line_size), np.uint8)
        stored[:, : plane.width] = row
        plane.update(stored.tobytes())
    frame.colorspace, frame.color_range = 1, 1
    brightness, blue, red = (luma.astype(float) - 16) / 219, (110 - 128) / 224, (140 - 128) / 224
    expected = 255 * np.stack([brightness + 1.5748 * red, brightness - 0.1873 * blue - 0.4681 * red,
                               brightness + 1.8556 * blue], -1)  # BT.709
    found = Layout.of(frame).to_native(frame)
    assert np.abs(found[..., :3] - expected).max() <= 0.52
    assert (found[..., 3:] == 77).all()
