"""Writes films that every player shows: H.264 in mp4, with its colours labelled."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import VideoError
from ..core.files import replacing
from .clock import Clock
from .encoding import CODECS, FilmWriter


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
    clock = Clock.constant(fps or 24)
    if times is not None:
        clock = Clock.of_times(times)
    codec = CODECS["mp4"] if path.suffix.lower() != ".mkv" else replace(CODECS["mp4"], flags={})
    options, shape = {"crf": str(crf), "preset": preset, "g": str(keyframes)}, None
    with replacing(path, VideoError) as part, closing(FilmWriter(part, codec, clock, options=options)) as film:
        for picture in frames:
            shape = shape or np.shape(picture)
            _check_frame(picture, shape)
            film.add(picture)
        film.finish()
        return film.count


def _check_frame(picture: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        got = f"{picture.dtype} {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
        raise VideoError(f"expected frames of shape (H, W, 3), uint8, got {got}")
    if picture.shape != shape:
        raise VideoError(f"expected frames of one size, got {shape[:2]} and then {picture.shape[:2]} (height, width)")
    if 0 in shape:
        raise VideoError(f"expected frames with pixels, got {shape}")
