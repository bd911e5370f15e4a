"""Films with sound, and what their sound tracks hold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.videos.coded_films import paint


def write_sounding(path: Path, count: int = 24, *, sounds: Sequence[str] = ("aac",), rate: Fraction = Fraction(25),
                   size: tuple[int, int] = (128, 96), timecode: str | None = None, ticks: Sequence[int] | None = None,
                   tags: tuple[int, int, int, int] | None = None, seconds: float | None = None,
                   aspect: Fraction | None = None) -> Path:
    """A coded film with a tone on every sound track; `ticks` are milliseconds, `tags` FFmpeg's range, matrix,
    primaries and curve."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"bf": "2", "g": "12"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / rate if ticks is None else Fraction(1, 1000)
        if tags is not None:
            context.color_range, context.colorspace, context.color_primaries, context.color_trc = tags
        if aspect is not None:
            context.sample_aspect_ratio = aspect
        if timecode is not None:
            stream.metadata["timecode"] = timecode
        tracks = [container.add_stream(codec, rate=48000) for codec in sounds]
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(paint(number, *size), format="rgb24")
            frame.pts, frame.time_base = (number if ticks is None else ticks[number]), context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        for place, track in enumerate(tracks):
            _add_tone(container, track, float(seconds or count / rate), 440 * (place + 1))
    return path


def _add_tone(container: Any, track: Any, seconds: float, pitch: float) -> None:
    wave = np.sin(np.arange(int(48000 * seconds)) / 48000 * 2 * np.pi * pitch).astype(np.float32)
    wave = (0.5 * wave + 0.02 * np.random.default_rng(0).normal(size=len(wave))).astype(np.float32)
    for start in range(0, len(wave) - 1023, 1024):
        frame = av.AudioFrame.from_ndarray(wave[None, start : start + 1024], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        container.mux(track.encode(frame))
    container.mux(track.encode())


def sound_sums(path: Path) -> list[str]:
    """The MD5 sum of the packets of every sound track."""
    sums = []
    with av.open(str(path)) as container:
        tracks = [stream.index for stream in container.streams.audio]
    for index in tracks:
        with av.open(str(path)) as container:
            packets = [bytes(packet) for packet in container.demux(container.streams[index])]
        sums.append(hashlib.md5(b"".join(packets)).hexdigest())
    return sums


def sound_times(path: Path) -> tuple[float, float]:
    """When the first packet of the first sound track begins, and the last one, in seconds after the first picture."""
    with av.open(str(path)) as container:
        first = min(packet.pts * packet.time_base for packet in container.demux(video=0) if packet.pts is not None)
    with av.open(str(path)) as container:
        times = [packet.pts * packet.time_base for packet in container.demux(audio=0) if packet.pts is not None]
    return float(times[0] - first), float(times[-1] - first)
