"""Four tracks as the corners of a pin: which is which, and in which frame they are compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.tracks import Tracks
from .sheets import visible

CORNERS_TEXT = ("Names or numbers of the four tracks at the bottom left, bottom right, top right and top left, with "
                "commas between; if empty, there must be four, taken by where they are on the reference frame.")
REFERENCE_TEXT = "Reference frame, counted from 0; if empty, the first in which all four are visible."


def corners_of(tracks: Tracks, words: str, reference: int | None) -> tuple[list[int], int]:
    """The columns of the tracks at the bottom left, bottom right, top right and top left, and the reference frame.

    Parameters
    ----------
    tracks : Tracks
    words : str
        Four names or numbers; empty for the only four tracks.
    reference : int or None
        0-based frame; None for the first in which all four are visible.

    Raises
    ------
    FormatError
        If there are not four, or they are not all visible in the reference frame.
    """
    columns = _named(tracks, words) if words.strip() else list(range(len(tracks)))
    if len(columns) != 4:
        raise FormatError(f"expected four tracks, one for each corner, got {len(columns)}; choose four")
    seen = np.asarray(visible(tracks)[:, columns].all(1))
    frame = int(seen.argmax()) if reference is None and seen.any() else reference
    if frame is None:
        raise FormatError("expected a frame in which all four corners are visible, got none; place the hidden ones")
    if not 0 <= frame < tracks.n_frames or not seen[frame]:
        raise FormatError(f"expected a reference frame in which all four corners are visible, got {frame}; "
                          f"{'the first is ' + str(int(seen.argmax())) if seen.any() else 'there is none'}")
    if words.strip():
        return columns, frame
    return [columns[k] for k in _in_order(tracks.xy[frame, columns].astype(np.float64))], frame


def _in_order(xy: NDArray[np.float64]) -> list[int]:
    """Around the middle from the bottom left on, as y grows downwards on the picture."""
    right, up = (xy - xy.mean(0)).T * np.array([[1], [-1]])
    around = np.argsort(np.arctan2(up, right), kind="stable")
    start = int(np.argmin((right + up)[around]))
    return [int(k) for k in np.roll(around, -start)]


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
