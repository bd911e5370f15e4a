"""Writes films that every player shows: H.264 in mp4, with its colours labelled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import VideoError
from ..core.files import replacing

BT709 = 1
"""FFmpeg's number for primaries, transfer curve and matrix of BT.709."""

LIMITED_RANGE = 1
TICKS_PER_SECOND = 90_000


def write_film(path: str | Path, frames: Iterable[NDArray[np.uint8]], *, fps: Fraction | float | None = None,
               times: ArrayLike | None = None, crf: int = 18, preset: str = "medium", keyframes: int = 60) -> int:
    """Write pictures as an mp4 file (H.264, yuv420p, BT.709).

    The file appears under its name only when it is whole: if the frames stop with an exception, or
    are cancelled, nothing is left behind. An odd side is made even by repeating its last row or
    column, so that pixel positions stay as they are.

    Parameters
    ----------
    path : str or Path
        Ending in ``.mp4``, ``.mov`` or ``.mkv``.
    frames : iterable of (H, W, 3) uint8 RGB
        All of one size; taken one at a time.
    fps : Fraction or float, optional
        Constant rate; 24 if neither it nor `times` is given.
    times : (T,) float, optional
        When each frame is shown, in seconds, increasing; at least one for every frame.
    crf : int
        x264's constant rate factor: 0 is lossless in YUV, 18 looks lossless, 23 is smaller.
    preset : str
        x264's preset.
    keyframes : int
        Frames from one keyframe to the next at most; fewer make jumps in players quicker.

    Returns
    -------
    int
        Number of frames written.

    Raises
    ------
    VideoError
        If there are no frames, they differ in size, times are missing or do not increase, or the
        file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in {".mp4", ".mov", ".mkv"}:
        raise VideoError(f"expected a film name ending in .mp4, .mov or .mkv, got {path.name!r}")
    clock = _Clock(fps, times)
    with replacing(path, VideoError) as temporary:
        options = {"crf": str(crf), "preset": preset, "g": str(keyframes)}
        return _encode(temporary, iter(frames), clock, options)


class _Clock:
    """Tick of each frame: exact for a constant rate, to 1/90000 s otherwise."""

    def __init__(self, fps: Fraction | float | None, times: ArrayLike | None) -> None:
        self.rate = Fraction(fps or 24).limit_denominator(1_000_000)
        self.time_base = 1 / self.rate
        self._ticks: Sequence[int] | None = None
        if self.rate <= 0:
            raise VideoError(f"expected a positive frame rate, got {fps}")
        if times is not None:
            self._set_times(np.asarray(times, np.float64).reshape(-1))

    def _set_times(self, seconds: NDArray[np.float64]) -> None:
        if not len(seconds):
            raise VideoError("expected a time for every frame, got none")
        ticks = np.rint((seconds - seconds[0]) * TICKS_PER_SECOND)
        if not np.isfinite(ticks).all() or (np.diff(ticks) < 1).any():
            raise VideoError("expected finite, increasing frame times in seconds, got some that do not increase")
        self._ticks = ticks.astype(np.int64).tolist()
        self.time_base = Fraction(1, TICKS_PER_SECOND)
        if len(ticks) > 1:
            self.rate = Fraction((len(ticks) - 1) * TICKS_PER_SECOND, self._ticks[-1]).limit_denominator(1001)

    def tick(self, number: int) -> int:
        if self._ticks is None:
            return number
        if number >= len(self._ticks):
            raise VideoError(f"expected a time for every frame, got {len(self._ticks)} times and more frames")
        return self._ticks[number]


def _encode(path: Path, frames: Iterator[NDArray[np.uint8]], clock: _Clock, options: dict[str, str]) -> int:
    import av

    first = next(frames, None)
    if first is None:
        raise VideoError("expected at least one frame to write, got none")
    _check_frame(first, np.shape(first))
    fast = {"movflags": "+faststart"} if path.suffix.lower() != ".mkv" else {}
    try:
        with av.open(str(path), "w", container_options=fast) as container:
            stream = _add_stream(container, first, clock, options)
            for count, picture in enumerate(chain([first], frames), start=1):
                _check_frame(picture, first.shape)
                container.mux(stream.encode(_to_yuv(picture, clock.tick(count - 1), clock.time_base)))
            container.mux(stream.encode())
    except av.error.FFmpegError as error:
        raise VideoError(f"cannot write the film ({error.strerror}); check the folder and its free space") from None
    return count


def _add_stream(container: Any, first: NDArray[np.uint8], clock: _Clock, options: dict[str, str]) -> Any:
    stream = container.add_stream("libx264", rate=clock.rate, options=options)
    stream.height, stream.width = (side + side % 2 for side in first.shape[:2])
    stream.pix_fmt = "yuv420p"
    stream.time_base = clock.time_base
    context = stream.codec_context
    context.time_base = clock.time_base
    context.color_range = LIMITED_RANGE
    context.colorspace = context.color_primaries = context.color_trc = BT709
    return stream


def _check_frame(picture: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        got = f"{picture.dtype} {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
        raise VideoError(f"expected frames of shape (H, W, 3), uint8, got {got}")
    if picture.shape != shape:
        raise VideoError(f"expected frames of one size, got {shape[:2]} and then {picture.shape[:2]} (height, width)")
    if 0 in shape:
        raise VideoError(f"expected frames with pixels, got {shape}")


def _to_yuv(picture: NDArray[np.uint8], tick: int, time_base: Fraction) -> Any:
    import av

    odd = [(0, side % 2) for side in picture.shape[:2]]
    if any(extra for _, extra in odd):
        picture = np.pad(picture, [*odd, (0, 0)], mode="edge")
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", interpolation="BICUBIC"
    )
    frame.pts, frame.time_base = tick, time_base
    return frame
