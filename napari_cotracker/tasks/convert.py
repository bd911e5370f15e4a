"""Tracks of another origin on the film they belong to: at its frames, told what their file does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import has_place
from ..core.errors import FormatError
from ..core.tracks import Source, State, Tracks
from ..core.video import Video
from .film_facts import film_facts, has_own_numbers

PLATE = 1001  # the number that the first frame of a plate usually has


def with_video(tracks: Tracks, video: Video, first: int | None = None) -> Tracks:
    """The same tracks over all frames of their film, knowing its size, rate, frame numbers and name.

    Parameters
    ----------
    tracks : Tracks
        What they know already stays, but for frame numbers.
    video : Video
    first : int, optional
        The number that their file gives to the film's first frame. If not given: what their format
        counts from (``meta["counts_from"]``); the film's own numbers where theirs are among them, else
        1001 where they begin at that or above, else 1; tracks without numbers begin with the film.

    Raises
    ------
    FormatError
        If a point lies on no frame of the film, or the film has another size than they say.
    """
    size = (video.width, video.height)
    if tracks.size not in (None, size):
        raise FormatError(f"expected the film of tracks on {tracks.size} pixels (width, height), got one of {size}")
    rows = _rows_of(tracks, video, first)
    kept = (rows >= 0) & (rows < video.n_frames)
    lost = ~kept & _says_something(tracks)
    if lost.any():
        raise FormatError(f"expected the film of tracks over {tracks.n_frames} frames, got one of {video.n_frames}; "
                          "if it is the right film, say which number its first frame has in the file "
                          "(--first-frame on the command line)")
    facts = film_facts(video)
    order: dict[str, Any] = {name: facts[name] for name in ("frame_numbers", "own_numbers", "times") if name in facts}
    meta = {**facts, **_without_times(tracks.meta), **order}
    meta.pop("counts_from", None)
    return replace(_spread(tracks, rows, kept, video.n_frames), meta=meta)


def at_rate(tracks: Tracks, fps: Fraction | None) -> Tracks:
    """The same tracks at frames per second that are known better; None if they are not."""
    return tracks if fps is None else replace(
        tracks, meta={**_without_times(tracks.meta), "fps": fps.as_integer_ratio()})


def _without_times(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in meta.items() if name != "times"}


def as_anchors(tracks: Tracks) -> Tracks:
    """The same tracks; what came from a file counts as placed by a person, and no tracker moves it."""
    source = np.where(tracks.source == Source.IMPORTED, Source.HUMAN, tracks.source).astype(np.uint8)
    return replace(tracks, source=source)


def _rows_of(tracks: Tracks, video: Video, first: int | None) -> NDArray[np.int64]:
    """(T,) the film's 0-based frame of every frame of the tracks, which may lie outside."""
    theirs, own = tracks.frame_numbers, np.asarray(video.frame_numbers, np.int64)
    if "counts_from" in tracks.meta:  # rows are numbers, which go on through frames that are missing
        start = int(tracks.meta["counts_from"])
        theirs, first = theirs + start, start if first is None else first
    elif "frame_numbers" not in tracks.meta:
        return theirs - (first or 0)
    if first is not None:
        return _position(theirs - first + own[0], own)
    if has_own_numbers(video) or np.isin(theirs, own).all():
        return _position(theirs, own)
    start = PLATE if len(theirs) and theirs[0] >= PLATE else 1
    return np.asarray(theirs - start)


def _position(numbers: NDArray[np.int64], own: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where numbers are among the film's own; -1 where they are not."""
    order = np.argsort(own)
    near = order[np.searchsorted(own[order], numbers).clip(0, len(own) - 1)]
    return np.where(own[near] == numbers, near, -1)


def _says_something(tracks: Tracks) -> NDArray[np.bool_]:
    """(T,) which frames hold more than nothing."""
    there = has_place(tracks.xy) | (tracks.state != State.FROM_SCORES) & (tracks.state != State.UNKNOWN)
    return np.asarray(there.any(1))


def _spread(tracks: Tracks, rows: NDArray[np.int64], kept: NDArray[np.bool_], n_frames: int) -> Tracks:
    is_same = np.array_equal(rows, np.arange(n_frames))

    def over(cells: NDArray[Any], missing: Any) -> NDArray[Any]:
        if is_same:
            return cells
        out = np.full((n_frames, *cells.shape[1:]), missing, cells.dtype)
        out[rows[kept]] = cells[kept]
        return out

    queries = tracks.queries
    if queries is not None and len(tracks.xy):
        t = rows[np.clip(queries.t, 0, tracks.n_frames - 1)]
        queries = replace(queries, t=np.clip(t, 0, n_frames - 1))
    return replace(tracks, xy=over(tracks.xy, np.nan), visibility=over(tracks.visibility, np.nan), queries=queries,
                   confidence=over(tracks.confidence, np.nan), state=over(tracks.state, State.FROM_SCORES),
                   source=over(tracks.source, Source.NONE))
