"""What formats of compositing and match-moving programs share: keys where a point is seen, text, plate frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import CONVENTIONS
from ..core.errors import FormatError
from ..core.tracks import Tracks
from .sheets import certainty, imported, numbers_of, plain_names, size_of, visible

FIRST_FRAME = 1001  # what films begin with where plates have numbers
FIRST_TEXT = "Number of the first frame; if empty, {} for a film, and a sequence has numbers of its own."
FREE_CELLS = 2_000_000
CELLS_PER_KEY = 1_000
MAX_FRAME = 100_000_000


@dataclass(frozen=True)
class Curve:
    """One track as a program with keys wants it.

    Parameters
    ----------
    column : int
        Which of the tracks it is.
    name : str
    rows : (K,) int64
        0-based frames in which the point is seen.
    frames : (K,) int64
        The numbers of these frames.
    xy : (K, 2) float64
        Where it is, in the program's own pixels.
    sure : (K,) float32
        How sure that is, 0 … 1.
    """

    column: int
    name: str
    rows: NDArray[np.int64]
    frames: NDArray[np.int64]
    xy: NDArray[np.float64]
    sure: NDArray[np.float32]


@dataclass(frozen=True)
class Plate:
    """Tracks made ready for such a program: those that are ever seen, the numbers of all frames, what was changed."""

    curves: tuple[Curve, ...]
    numbers: NDArray[np.int64]
    notes: tuple[str, ...]
    renamed: int  # how many of the notes, at their beginning, are about names


def plate_of(tracks: Tracks, convention: str, numbers: NDArray[np.int64], names: tuple[list[str], list[str]]) -> Plate:
    """Tracks as keys.

    Parameters
    ----------
    tracks : Tracks
    convention : str
        One of `core.coordinates.CONVENTIONS`.
    numbers : (T,) int64
        The number of every frame.
    names : (list of str, list of str)
        As `sheets.plain_names` makes them: names the program takes, and what was changed.

    Raises
    ------
    FormatError
        If no point is seen anywhere, or the size of the picture is not known.
    """
    seen, sure = visible(tracks), certainty(tracks)
    if not seen.any():
        raise FormatError("expected at least one track that is visible somewhere, got none; track points first")
    xy = CONVENTIONS[convention].from_ours(tracks.xy, size_of(tracks))
    curves = []
    for column in np.flatnonzero(seen.any(0)).tolist():
        rows = np.flatnonzero(seen[:, column]).astype(np.int64)
        curves.append(Curve(column, names[0][column], rows, numbers[rows], xy[rows, column], sure[rows, column]))
    notes, unseen = list(names[1]), len(tracks) - len(curves)
    if unseen:
        notes.append(f"{unseen:,} track{' that is' if unseen == 1 else 's that are'} never visible "
                     f"{'is' if unseen == 1 else 'are'} left out.")
    return Plate(tuple(curves), numbers, tuple(notes), len(names[1]))


def plate(tracks: Tracks, convention: str, first: int | None, allowed: str, default: int = FIRST_FRAME) -> Plate:
    """The same with names of an `allowed` class of letters, and the plate's own numbers or those from `first` on."""
    return plate_of(tracks, convention, numbers_of(tracks, first, default), plain_names(tracks, allowed))


def lines(pattern: str, *columns: NDArray[Any]) -> str:
    """A pattern such as ``"x%d %.6f "`` once for every row of the columns; a million rows take a second."""
    return (pattern * len(columns[0])) % tuple(chain.from_iterable(zip(*(c.tolist() for c in columns), strict=True)))


def text_of(path: Path) -> str:
    """A text file in UTF-8, or in whatever older programs wrote."""
    content = Path(path).read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def beginning(path: Path, count: int = 4096) -> bytes:
    """The first bytes of a file; none if it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(count)
    except OSError:
        return b""


@dataclass(frozen=True)
class Keys:
    """One track as read: the numbers of frames, positions in our pixels, and what else is told of them."""

    name: str
    frames: NDArray[np.int64]
    xy: NDArray[np.float64]
    seen: NDArray[np.bool_] | None = None
    sure: NDArray[np.float64] | None = None


def tracks_of(found: Sequence[Keys], start: int | None = None, meta: dict[str, object] | None = None) -> Tracks:
    """Tracks from what was read of them.

    Parameters
    ----------
    found : sequence of Keys
    start : int, optional
        Number of the clip's first frame, from which a format counts on through frames that are missing
        on disk; if not given, frames are numbers of the plate, and the clip begins with the first that
        has a point.
    meta : dict, optional

    Raises
    ------
    FormatError
        If a few keys claim an absurd number of frames.
    """
    whole = np.concatenate([np.zeros(0, np.int64), *(keys.frames for keys in found)])
    if not len(whole):
        raise FormatError("expected tracks with positions, got none")
    first = int(whole.min()) if start is None else start
    span = int(whole.max()) - first + 1
    if whole.min() < first or np.abs(whole).max() > MAX_FRAME:
        raise FormatError(f"expected frame numbers from {first} to {MAX_FRAME}, got {whole[np.abs(whole).argmax()]}")
    if span * len(found) > max(FREE_CELLS, CELLS_PER_KEY * len(whole)):
        raise FormatError(f"{len(whole)} positions claim {span} frames of {len(found)} tracks; check the frame numbers")
    xy = np.full((span, len(found), 2), np.nan, np.float32)
    seen = np.ones((span, len(found)), bool)
    sure = np.ones((span, len(found)), np.float32)
    for column, keys in enumerate(found):
        rows = keys.frames - first
        xy[rows, column] = keys.xy
        seen[rows, column] = True if keys.seen is None else keys.seen
        sure[rows, column] = 1 if keys.sure is None else keys.sure
    told = dict(meta or {})
    told |= {"frame_numbers": np.arange(first, first + span)} if start is None else {"counts_from": start}
    return imported(xy, names=[keys.name for keys in found], visible=seen, confidence=sure, meta=told)
