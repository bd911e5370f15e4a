"""Small films of a plane that moves in a way that is known, with tracks on it, for edits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_cotracker.core.tracks import Tracks
from tests.moving_films import Film, moving_film

SIZE = (160, 120)
FRAMES = 8
SQUARE = np.array([(50.0, 40), (90, 40), (90, 80), (50, 80)])


def film(**asked: Any) -> tuple[Film, Any]:
    """A film that moves and turns, and ``where(xy, t0, t)``."""
    return moving_film(FRAMES, SIZE, turn=0.01, **asked)


def tracks_of(where: Any, box: tuple[float, float, float, float] = (10, 10, 150, 110), across: int = 9) -> Tracks:
    """Exact tracks of a grid, all visible."""
    x, y = np.linspace(box[0], box[2], across), np.linspace(box[1], box[3], across)
    places = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    xy = np.stack([where(places, 0, t) for t in range(FRAMES)])
    sure = np.full(xy.shape[:2], 0.95)
    return Tracks(np.arange(len(places)) + 1, xy.astype(np.float32), sure, sure,
                  meta={"size": SIZE, "fps": (25, 1), "frame_numbers": list(range(1001, 1001 + FRAMES))})


def hide(tracks: Tracks, frames: Any, columns: Any) -> Tracks:
    """The same tracks, some hidden on some frames."""
    visibility = tracks.visibility.copy()
    visibility[np.ix_(np.atleast_1d(frames), np.atleast_1d(columns))] = 0.05
    return replace(tracks, visibility=visibility)


def lose(tracks: Tracks, frames: Any, columns: Any) -> Tracks:
    """The same tracks, some lost on some frames: seen, says their tracker, but who knows where."""
    confidence = tracks.confidence.copy()
    confidence[np.ix_(np.atleast_1d(frames), np.atleast_1d(columns))] = 0.05
    return replace(tracks, confidence=confidence)


def pixels() -> NDArray[np.float64]:
    """(H, W, 2) x and y of every pixel."""
    return np.stack(np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1])), -1).astype(float)


def disc(xy: NDArray[np.float64], radius: float = 25.0) -> NDArray[np.uint8]:
    """Labels 1 within a circle around the middle."""
    return (np.hypot(*np.moveaxis(xy - [80, 60], -1, 0)) <= radius).astype(np.uint8)


def iou(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Intersection over union."""
    return float(((a > 0) & (b > 0)).sum() / ((a > 0) | (b > 0)).sum())


def psnr(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Of 8-bit pictures, in dB."""
    return float(10 * np.log10(255**2 / max(np.square(a.astype(float) - b.astype(float)).mean(), 1e-9)))
