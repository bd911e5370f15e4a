"""Encodes pictures into a film file, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from .clock import Clock
from .origin import FULL, LIMITED, RGB, UNKNOWN, Colours, Origin
from .scaler import narrowed, parted
from .sound import Sound

FRAME_DURATION = 1 << 8
"""FFmpeg's flag of encoders that hand on how long a frame is shown."""

FFMPEG_NAMES = {(1, 1): "gray", (1, 2): "gray16le", (3, 1): "rgb24", (3, 2): "rgb48le", (4, 1): "rgba",
                (4, 2): "rgba64le"}
"""Of arrays, by their channels and bytes per channel."""


@dataclass(frozen=True)
class Codec:
    """How a kind of film is encoded.

    Parameters
    ----------
    name : str
        FFmpeg's name of the encoder.
    pixels : mapping
        What a picture is stored as, by its channels and bytes per channel; grey pictures become
        coloured where it has nothing for them.
    options : mapping
        For the encoder.
    needs_even : bool
        Whether sides must be even.
    flags : mapping
        For the container.
    """

    name: str
    pixels: Mapping[tuple[int, int], str]
    options: Mapping[str, str] = field(default_factory=dict)
    needs_even: bool = False
    flags: Mapping[str, str] = field(default_factory=dict)


TINY = 16
"""Pixels of a side that cannot be divided among slices."""

FINE = str(2 * 118)
"""The quantiser 2 in FFmpeg's unit: keeps more than ProRes usually does, in a quarter of the time to find one."""

FASTSTART = {"movflags": "+faststart"}
CODECS = {
    "mp4": Codec("libx264", {(3, 1): "yuv420p"}, needs_even=True, flags=FASTSTART),
    "prores4444": Codec(
        "prores_ks", {(3, 1): "yuv444p10le", (3, 2): "yuv444p10le", (4, 1): "yuva444p10le", (4, 2): "yuva444p10le"},
        {"profile": "4444", "alpha_bits": "16", "vendor": "apl0", "flags": "+qscale", "global_quality": FINE}),
    "ffv1": Codec(
        "ffv1", {(1, 1): "gray", (1, 2): "gray16le", (3, 1): "bgr0", (3, 2): "rgb48le", (4, 1): "bgra",
                 (4, 2): "rgba64le"}, {"level": "3", "slices": "4", "slicecrc": "1", "g": "1"}),
}


class FilmWriter:
    """A film that is being written; pictures are all of one size and type.

    Parameters
    ----------
    path : Path
    codec : Codec
    clock : Clock
    origin : Origin
        What is taken over from the film the pictures come from.
    options : mapping, optional
        For the encoder, besides the codec's own.
    sound : (float, (float, float) or None), optional
        The beginning, and the span if it is not the whole, in seconds of the film the pictures come
        from; no sound is taken over if not given.

    Attributes
    ----------
    count : int
        Pictures added so far.
    notes : list of str
        Known once the first picture was added.
    """

    def __init__(self, path: Path, codec: Codec, clock: Clock, origin: Origin | None = None, *,
                 options: Mapping[str, str] | None = None,
                 sound: tuple[float, tuple[float, float] | None] | None = None) -> None:
        self._path, self._codec, self._clock = path, codec, clock
        self._origin = _suited(origin or Origin(), codec)
        self._options = {**codec.options, **(options or {})}
        self._wanted_sound = sound
        self._container: Any = None
        self._stream: Any = None
        self._sound: Sound | None = None
        self.count = 0
        self.notes: list[str] = []

    def add(self, picture: NDArray[Any]) -> None:
        """Encode the next picture, (H, W, C) contiguous of a type the codec has.

        Raises
        ------
        VideoError
            If the file cannot be written, or there is no time for the picture.
        """
        tick = self._clock.tick(self.count)
        with _clearly():
            if self._container is None:
                self._open(picture)
            frame = self._to_frame(picture)
            frame.pts, frame.time_base, frame.duration = tick, self._clock.time_base, self._clock.duration(self.count)
            self._container.mux(self._stream.encode(frame))
        if self._sound is not None and self._wanted_sound is not None:
            self._sound.copy_until(self._wanted_sound[0] + float(tick * self._clock.time_base))
        self.count += 1

    def finish(self) -> None:
        """Make the file whole.

        Raises
        ------
        VideoError
            If nothing was added, or the file cannot be written.
        """
        if self._container is None:
            raise VideoError("expected at least one frame to write, got none")
        with _clearly():
            self._container.mux(self._stream.encode())
        if self._sound is not None:
            self._sound.copy_until(None)
        with _clearly():
            self._container.close()

    def close(self) -> None:
        """Let go of the file, whole or not."""
        for opened in (self._container, self._sound):
            if opened is not None:
                with suppress(Exception):
                    opened.close()

    def _open(self, picture: NDArray[Any]) -> None:
        import av

        self._container = av.open(str(self._path), "w", container_options=dict(self._codec.flags))
        self._stream = self._add_stream(picture)
        if self._wanted_sound is not None and self._origin.path is not None and self._origin.n_sounds:
            self._sound = Sound(self._origin.path, self._container, *self._wanted_sound)
            self.notes += self._sound.notes
        self._container.start_encoding()  # else a place that cannot be written shows dozens of frames later

    def _add_stream(self, picture: NDArray[Any]) -> Any:
        options = self._options
        if "slices" in options and min(picture.shape[:2]) < TINY:
            options = {**options, "slices": "1"}
        stream = self._container.add_stream(self._codec.name, rate=self._clock.rate, options=options)
        stream.height, stream.width = _even(picture.shape) if self._codec.needs_even else picture.shape[:2]
        stream.pix_fmt = self._codec.pixels[_layout(picture, self._codec)]
        stream.time_base = self._clock.time_base
        context = stream.codec_context
        context.time_base = self._clock.time_base
        context.flags |= FRAME_DURATION
        context.thread_type = "AUTO"
        if self._origin.aspect != 1:
            context.sample_aspect_ratio = self._origin.aspect
        _tag(context, self._origin, stream.pix_fmt)
        if self._origin.timecode:
            stream.metadata["timecode"] = self._origin.timecode
        if self._origin.reel:
            stream.metadata["reel_name"] = self._origin.reel
        return stream

    def _to_frame(self, picture: NDArray[Any]) -> Any:
        import av

        if picture.shape[2] != _layout(picture, self._codec)[0]:
            picture = np.repeat(picture, 3, axis=2)
        if self._codec.needs_even and (odd := [(0, side % 2) for side in picture.shape[:2]]) != [(0, 0), (0, 0)]:
            picture = np.pad(picture, [*odd, (0, 0)], mode="edge")
        name = FFMPEG_NAMES[picture.shape[2], picture.dtype.itemsize]
        pixels = np.ascontiguousarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
        target = self._stream.pix_fmt
        if target.startswith("yuv") and pixels.dtype == np.uint16:
            pixels = narrowed(pixels, target)
        frame = av.VideoFrame.from_ndarray(pixels, format=name)
        if target.startswith("yuv"):
            frame = _mixed(frame, target, self._origin.colours)
        elif target != name:
            frame = frame.reformat(format=target, threads=1)
        _tag(frame, self._origin, target)
        return frame


def _suited(origin: Origin, codec: Codec) -> Origin:
    """An origin with what a codec can state; ProRes knows no full range."""
    if codec.name == "prores_ks" and origin.colours.range == FULL:
        return replace(origin, colours=replace(origin.colours, range=LIMITED))
    return origin


def _mixed(frame: Any, target: str, colours: Colours) -> Any:
    """Brightness and differences of RGB, without a bias."""
    from av.video.reformatter import Interpolation

    # several threads of FFmpeg's scaler overwrite the beginning of one another's lines
    how = {"dst_colorspace": colours.conversion, "dst_color_range": colours.range, "threads": 1,
           "interpolation": Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP}
    if target == "yuv420p" and colours.range == FULL:
        frame = parted(frame.to_ndarray(), colours.conversion)
        how |= {"src_colorspace": colours.conversion, "src_color_range": FULL}
    return frame.reformat(format=target, **how)


def _tag(target: Any, origin: Origin, pixels: str) -> None:
    """Label an encoder or a frame with colours."""
    colours = origin.colours
    is_yuv = pixels.startswith("yuv")
    target.colorspace = colours.matrix if is_yuv else (UNKNOWN if pixels.startswith("gray") else RGB)
    target.color_primaries, target.color_trc = colours.primaries, colours.curve
    target.color_range = colours.range if is_yuv else FULL


def _layout(picture: NDArray[Any], codec: Codec) -> tuple[int, int]:
    """Channels and bytes per channel as which a picture is stored."""
    found = picture.shape[2], picture.dtype.itemsize
    return found if found in codec.pixels or found[0] != 1 else (3, found[1])


def _even(shape: tuple[int, ...]) -> tuple[int, int]:
    return shape[0] + shape[0] % 2, shape[1] + shape[1] % 2


@contextmanager
def _clearly() -> Iterator[None]:
    """Turns what FFmpeg raises into one sentence."""
    import av

    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        raise VideoError(f"cannot write the film ({error.strerror or error}); check the folder and its free space"
                         ) from None
