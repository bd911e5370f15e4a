"""Four corners of a pin, from four tracks or from more that lie on a plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.planes import homography, project
from ..core.tracks import Source, State, Tracks
from .sheets import visible

PLACES = ("bottom left", "bottom right", "top right", "top left")
CORNERS_TEXT = ("Names or numbers of the four tracks at the bottom left, bottom right, top right and top left, with "
                "commas between; if empty, four are taken by where they are on the reference frame, and more are taken "
                "for points of a plane, of which the corners are those around them.")
REFERENCE_TEXT = "Reference frame, counted from 0; if empty, the first in which most of the tracks are visible."

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Corners:
    """The corners of a pin as tracks: bottom left, bottom right, top right, top left.

    Parameters
    ----------
    tracks : Tracks
        Four; visible where the pin is known.
    frame : int
        0-based reference frame.
    notes : tuple of str
        What to report.
    """

    tracks: Tracks
    frame: int
    notes: tuple[str, ...]


def corners_of(tracks: Tracks, words: str, reference: int | None) -> Corners:
    """The corners of a pin.

    Parameters
    ----------
    tracks : Tracks
    words : str
        Four names or numbers; empty for all tracks.
    reference : int or None
        0-based frame; None for the first in which most tracks are visible.

    Raises
    ------
    FormatError
        If there are fewer than four, or fewer are visible in the reference frame, or more than four do
        not tell a plane.
    """
    columns = _named(tracks, words) if words.strip() else list(range(len(tracks)))
    if len(columns) < 4 or (words.strip() and len(columns) > 4):
        raise FormatError(f"expected four tracks, one for each corner, got {len(columns)}; choose four")
    frame = _reference(visible(tracks)[:, columns], reference)
    further = len(tracks) - len(columns)
    notes = [f"{further:,} further track{'s are' if further > 1 else ' is'} left out."] if further else []
    if len(columns) > 4:
        return _fitted(tracks, frame)
    if not words.strip():
        columns = [columns[k] for k in _in_order(tracks.xy[frame, columns].astype(np.float64))]
    return Corners(tracks.select(np.array(columns)), frame, tuple(notes))


def _reference(seen: NDArray[np.bool_], asked: int | None) -> int:
    """The frame asked for, or the first with most points, if four are visible there."""
    counts = seen.sum(1)
    best = int(counts.argmax()) if len(counts) else 0
    frame = best if asked is None else asked
    if not len(counts) or counts[best] < 4:
        raise FormatError("expected a frame in which all four corners are visible, got none; place the hidden ones")
    if not 0 <= frame < len(counts) or counts[frame] < 4:
        raise FormatError(f"expected a reference frame in which all four corners are visible, got {frame}; "
                          f"{best} would do")
    return frame


def _in_order(xy: Points) -> list[int]:
    """Around the middle from the bottom left on, as y grows downwards on the picture."""
    right, up = (xy - xy.mean(0)).T * np.array([[1], [-1]])
    around = np.argsort(np.arctan2(up, right), kind="stable")
    start = int(np.argmin((right + up)[around]))
    return [int(k) for k in np.roll(around, -start)]


def _fitted(tracks: Tracks, frame: int) -> Corners:
    """The corners around all points of the reference frame, carried along by the plane through the points."""
    seen, xy = visible(tracks), tracks.xy.astype(np.float64)
    (left, top), (right, bottom) = xy[frame, seen[frame]].min(0).tolist(), xy[frame, seen[frame]].max(0).tolist()
    box = np.array([(left, bottom), (right, bottom), (right, top), (left, top)])
    found = np.full((len(seen), 4, 2), np.nan)
    misses: list[Points] = []
    for t, both in enumerate(seen & seen[frame]):
        matrix = homography(xy[frame, both], xy[t, both]) if both.sum() >= 4 else None
        there = None if matrix is None else project(matrix, box)
        if matrix is None or there is None:
            continue
        found[t] = there
        known = project(matrix, xy[frame, both])
        misses.append(np.hypot(*(known - xy[t, both]).T) if known is not None else np.zeros(0))
    if not np.isfinite(found[frame]).all():
        raise FormatError("expected tracks on a plane that are not all in a line, got such; choose four others")
    typical = float(np.median(np.concatenate(misses)))
    note = f"The corners are those of a plane through {len(tracks):,} tracks; half of them are within {typical:.2f} px."
    return Corners(_as_tracks(tracks, found), frame, (note,))


def _as_tracks(tracks: Tracks, xy: Points) -> Tracks:
    there = np.isfinite(xy).all(-1)
    scores = np.where(there, 1, np.nan).astype(np.float32)
    return Tracks(np.arange(4), xy.astype(np.float32), scores, scores,
                  np.where(there, State.VISIBLE, State.FROM_SCORES).astype(np.uint8),
                  np.where(there, Source.PREDICTED, Source.NONE).astype(np.uint8), names=PLACES, meta=tracks.meta)


def _named(tracks: Tracks, words: str) -> list[int]:
    columns = []
    for word in filter(None, (word.strip() for word in words.split(","))):
        found = [k for k, name in enumerate(tracks.names) if name == word] or \
                [k for k, id in enumerate(tracks.ids.tolist()) if str(id) == word]
        if len(found) != 1:
            raise FormatError(f"expected names or numbers of four tracks, got {word!r}, which is "
                              f"{'none' if not found else f'{len(found)} of them'}")
        columns += found
    if len(set(columns)) != len(columns):
        raise FormatError(f"expected four different tracks, got {words!r:.80}")
    return columns
