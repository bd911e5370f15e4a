"""Films whose every frame carries its own number as a binary code, in many containers and codecs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

BITS = 10
X264 = {"bf": "3", "g": "12", "sc_threshold": "0"}

Pictures = NDArray[np.uint8]


def paint(number: int, width: int = 128, height: int = 96) -> Pictures:
    """A picture that says `number` in bars along its upper third; below, a texture that moves."""
    picture = np.full((height, width, 3), 48, np.uint8)
    bar = width // BITS
    for bit in range(BITS):
        picture[: height // 3, bit * bar : (bit + 1) * bar] = 230 if number >> bit & 1 else 20
    rows, columns = np.mgrid[: height - height // 2, :width]
    wave = 127 + 100 * np.sin((columns + 3 * number) / 9) * np.cos((rows - number) / 7)
    picture[height // 2 :] = np.stack([wave, 255 - wave, np.roll(wave, 20, 1)], -1).astype(np.uint8)
    return picture


def number_in(picture: Pictures) -> int:
    """The number that `paint` wrote into a picture."""
    height, width = picture.shape[:2]
    bar = width // BITS
    return sum(int(picture[height // 6, bit * bar + bar // 2].mean() > 125) << bit for bit in range(BITS))


def write_coded(path: Path, count: int = 40, *, codec: str = "libx264", pixels: str = "yuv420p",
                options: dict[str, str] | None = None, size: tuple[int, int] = (128, 96), kind: str | None = None,
                rate: Fraction | int = 25, ticks: Sequence[int] | None = None, rotation: int = 0,
                flags: dict[str, str] | None = None) -> Path:
    """Encode `count` coded frames; `ticks` are presentation times in milliseconds."""
    with av.open(str(path), "w", format=kind, container_options=flags or {}) as container:
        stream = container.add_stream(codec, rate=rate, options=X264 if options is None else options)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        if rotation:
            stream.set_display_rotation(rotation)
        if ticks is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(paint(number, *size), format="rgb24").reformat(format=pixels)
            frame.pts = number if ticks is None else ticks[number]
            frame.time_base = 1 / Fraction(rate) if ticks is None else Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def decode_bare(path: Path, name: str = "rgb24", **how: Any) -> list[NDArray[Any]]:
    """Every frame by a plain PyAV loop."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format=name, **how) for frame in container.decode(video=0)]


CAREFULLY = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
"""How colours are computed without a bias."""


def brightness_in(path: Path) -> NDArray[np.float64]:
    """(T, H, W) luma of every frame as the file holds it, in steps of 8 bits."""
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plane, bits = frame.planes[0], frame.format.components[0].bits
            rows = np.frombuffer(plane, np.uint8 if bits == 8 else np.uint16).reshape(plane.height, -1)
            found.append(rows[:, : plane.width] / (1 << (bits - 8)))
    return np.stack(found)


def damage(data: bytes, flips: int, seed: int, part: tuple[float, float] = (0.3, 0.6)) -> bytes:
    """`data` with some bits flipped in a part of it."""
    rng = np.random.default_rng(seed)
    damaged = bytearray(data)
    for place in rng.integers(int(part[0] * len(data)), int(part[1] * len(data)), flips):
        damaged[place] ^= 1 << rng.integers(8)
    return bytes(damaged)


IRREGULAR = np.cumsum(np.random.default_rng(5).integers(8, 120, 40)).tolist()

OPEN_GOP = {"g": "12", "x264-params": "open-gop=1:bframes=3:b-adapt=0:scenecut=0"}
REFRESH = {"g": "10", "x264-params": "intra-refresh=1:bframes=0"}
FAST_VP9 = {"deadline": "realtime", "cpu-used": "8", "g": "12"}

CLIPS: dict[str, dict[str, Any]] = {
    "bframes.mp4": {},
    "one-key.mp4": {"options": {"g": "250", "bf": "3", "sc_threshold": "0"}},
    "open-gop.mp4": {"options": OPEN_GOP},
    "irregular.mp4": {"ticks": IRREGULAR},
    "irregular.mkv": {"ticks": IRREGULAR},
    "late.mp4": {"ticks": [5000 + 40 * k for k in range(40)]},
    "negative.mp4": {"ticks": [40 * k - 400 for k in range(40)], "flags": {"avoid_negative_ts": "disabled"}},
    "fraction.mp4": {"rate": Fraction(30000, 1001)},
    "fragments.mp4": {"flags": {"movflags": "frag_keyframe+empty_moov"}},
    "ten-bit.mp4": {"pixels": "yuv420p10le"},
    "full-chroma.mp4": {"pixels": "yuv444p"},
    "grey.mkv": {"codec": "ffv1", "pixels": "gray", "options": {}},
    "grey-deep.mkv": {"codec": "ffv1", "pixels": "gray10le", "options": {}},
    "alpha.mkv": {"codec": "ffv1", "pixels": "bgra", "options": {}},
    "odd.mkv": {"codec": "ffv1", "pixels": "yuv420p", "options": {}, "size": (131, 97)},
    "plain.ts": {},
    "open-gop.ts": {"options": OPEN_GOP},
    "refresh.ts": {"options": REFRESH},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "keyint=12:log-level=none:bframes=3:pools=1"}},
    "mpeg2.mpg": {"codec": "mpeg2video", "options": {"g": "12", "bf": "2"}},
    "motion-jpeg.avi": {"codec": "mjpeg", "pixels": "yuvj420p", "options": {}},
    "divx.avi": {"codec": "mpeg4", "options": {"g": "12", "bf": "2"}},
    "bframes.avi": {},
    "conference.avi": {"codec": "h263", "options": {"g": "12", "qmin": "2", "qmax": "4"}},
    "raw.h264": {"kind": "h264"},
    "vp9.webm": {"codec": "libvpx-vp9", "options": FAST_VP9},
    "vp8.webm": {"codec": "libvpx", "options": {"deadline": "realtime", "cpu-used": "8", "g": "12"}},
    "palette.gif": {"codec": "gif", "pixels": "rgb8", "options": {}},
}
"""Every kind of film there is a promise about, and how to make it."""
