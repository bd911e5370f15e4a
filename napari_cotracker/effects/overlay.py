"""Tracks drawn onto frames: how sure each point is, where it came from, where it is hidden."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import has_place
from ..core.errors import CotrackerError
from ..core.tracks import DEFAULT_THRESHOLD, State, Tracks

Picture = NDArray[np.uint8]

# From unsure to sure: lightness rises evenly and neither red nor green alone carries the meaning.
# The viridis colours of Smith and van der Walt (2015), public domain, at eighths.
RAMP = np.array([(68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141),
                 (39, 173, 129), (92, 200, 99), (170, 220, 50), (253, 231, 37)], np.float64)
OUTLINE = (16, 14, 20)
INK = (240, 240, 240)
SHIFT = 4  # OpenCV draws at sixteenths of a pixel
OLDEST, NEWEST = 0.12, 0.85  # opacity of a tail's two ends


@dataclass(frozen=True)
class OverlayOptions:
    """How to draw.

    Parameters
    ----------
    tail : int
        Frames of each point's way to show; 0 for none.
    threshold : float
        Visibility · confidence above which a point counts as visible.
    radius : float, optional
        Of a point, in pixels; by default 1/90 of the picture's height, at least 2.
    legend : bool
        Whether to explain the colours in the lower left corner.
    """

    tail: int = 12
    threshold: float = DEFAULT_THRESHOLD
    radius: float | None = None
    legend: bool = False


def draw_overlay(frame: Picture, tracks: Tracks, t: int, options: OverlayOptions | None = None) -> Picture:
    """A copy of a frame with the tracks on it.

    Visible points are discs, from dark violet (unsure) to yellow (sure); occluded ones are rings;
    points out of the frame or unknown are not drawn. Tails fade, and have gaps where the point was
    not visible.

    Parameters
    ----------
    frame : (H, W, 3) uint8
        RGB, in the pixels of the tracks.
    tracks : Tracks
    t : int
        0-based frame of the tracks.
    options : OverlayOptions, optional

    Raises
    ------
    CotrackerError
        If the frame is no such picture, or the tracks have no such frame.
    """
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise CotrackerError(f"expected a frame of shape (H, W, 3) uint8, got {frame.shape} {frame.dtype}")
    if not 0 <= t < tracks.n_frames:
        raise CotrackerError(f"expected a frame from 0 to {tracks.n_frames - 1}, got {t}")
    options = options or OverlayOptions()
    shown = _window(tracks, max(t - max(options.tail, 0), 0), t + 1, frame.shape)
    states = shown.states(options.threshold)
    radius = options.radius or max(frame.shape[0] / 90, 2.0)
    picture = _with_tails(frame, shown, states, radius) if options.tail > 0 else frame.copy()
    _draw_points(picture, shown, states[-1], radius)
    if options.legend:
        _draw_legend(picture)
    return picture


def confidence_colours(confidence: NDArray[Any]) -> NDArray[np.uint8]:
    """(..., 3) RGB of confidences, 0 dark violet to 1 yellow; NaN counts as 0."""
    place = np.clip(np.nan_to_num(confidence, nan=0.0), 0, 1) * (len(RAMP) - 1)
    channels: list[NDArray[np.float64]] = [np.interp(place, np.arange(len(RAMP)), RAMP[:, k]) for k in range(3)]
    return np.rint(np.stack(channels, -1)).astype(np.uint8)


def _window(tracks: Tracks, start: int, stop: int, shape: tuple[int, ...]) -> Tracks:
    """The frames that matter, without points so far away that no mark of theirs could be seen."""
    rows = slice(start, stop)
    xy = tracks.xy[rows].copy()
    limit = 2.0 * max(shape)
    with np.errstate(invalid="ignore"):
        xy[(np.abs(xy) > limit).any(-1)] = np.nan
    return replace(tracks, xy=xy, visibility=tracks.visibility[rows], confidence=tracks.confidence[rows],
                   state=tracks.state[rows], source=tracks.source[rows])


def _with_tails(frame: Picture, tracks: Tracks, states: NDArray[np.uint8], radius: float) -> Picture:
    """The frame with every visible step of the window, older ones fainter."""
    import cv2

    paint, strength = frame.copy(), np.zeros(frame.shape[:2], np.uint8)
    seen = (states == State.VISIBLE) & has_place(tracks.xy)
    colours = confidence_colours(tracks.confidence)
    steps = len(states) - 1
    thickness = max(round(radius * 0.55), 1)
    for step in range(steps):
        opacity = OLDEST + (NEWEST - OLDEST) * (step + 1) / steps
        for n in np.flatnonzero(seen[step] & seen[step + 1]):
            a, b = _fixed(tracks.xy[step, n]), _fixed(tracks.xy[step + 1, n])
            cv2.line(paint, a, b, colours[step + 1, n].tolist(), thickness, cv2.LINE_AA, SHIFT)
            cv2.line(strength, a, b, round(255 * opacity), thickness, cv2.LINE_AA, SHIFT)
    share = strength[..., None].astype(np.float32) / 255
    blended = frame + share * (paint.astype(np.float32) - frame)
    return np.rint(blended).astype(np.uint8)


def _draw_points(picture: Picture, tracks: Tracks, states: NDArray[np.uint8], radius: float) -> None:
    """Rings first, so that no hidden point lies over a visible one."""
    xy = tracks.xy[-1]
    there = has_place(xy)
    colours = confidence_colours(tracks.confidence[-1])
    for n in np.flatnonzero(there & np.isin(states, (State.OCCLUDED_LOCATED, State.OCCLUDED))):
        _draw_ring(picture, xy[n], radius, colours[n].tolist())
    for n in np.flatnonzero(there & (states == State.VISIBLE)):
        _draw_disc(picture, xy[n], radius, colours[n].tolist())


def _draw_disc(picture: Picture, xy: NDArray[np.float32], radius: float, colour: list[int]) -> None:
    import cv2

    edge = max(radius * 0.3, 1.0)
    cv2.circle(picture, _fixed(xy), _length(radius + edge), OUTLINE, -1, cv2.LINE_AA, SHIFT)
    cv2.circle(picture, _fixed(xy), _length(radius), colour, -1, cv2.LINE_AA, SHIFT)


def _draw_ring(picture: Picture, xy: NDArray[np.floating], radius: float, colour: list[int]) -> None:
    import cv2

    # a little wider than a disc, so that what lies inside can be seen
    width = max(round(radius * 0.35), 1)
    cv2.circle(picture, _fixed(xy), _length(radius * 1.3), OUTLINE, width + 2, cv2.LINE_AA, SHIFT)
    cv2.circle(picture, _fixed(xy), _length(radius * 1.3), colour, width, cv2.LINE_AA, SHIFT)


def _draw_legend(picture: Picture) -> None:
    """A dark strip with a bar of the colours and a ring, each with its word."""
    import cv2

    unit = max(picture.shape[0] / 240, 1.0)
    x, y = np.array([8, 36, 86, 112, 119, 154]) * unit, picture.shape[0] - 10 * unit
    strip = picture[round(y - 8 * unit) : round(y + 6 * unit), : round(x[5])]
    strip[:] = strip // 4
    bar = picture[round(y - 3 * unit) : round(y + unit), round(x[1]) : round(x[2])]
    bar[:] = confidence_colours(np.linspace(0, 1, bar.shape[1]))
    _draw_ring(picture, np.array([x[3], y - unit]), 2.6 * unit, RAMP[4].astype(int).tolist())
    for word, left in (("unsure", x[0]), ("sure", x[2] + 4 * unit), ("hidden", x[4])):
        cv2.putText(picture, word, (round(left), round(y + unit)), cv2.FONT_HERSHEY_SIMPLEX, 0.26 * unit, INK,
                    max(round(unit / 2), 1), cv2.LINE_AA)


def _fixed(xy: NDArray[np.floating]) -> tuple[int, int]:
    return _length(float(xy[0])), _length(float(xy[1]))


def _length(pixels: float) -> int:
    return round(pixels * (1 << SHIFT))
