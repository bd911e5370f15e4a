"""What of given tracks a file of given abilities does not hold, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

from .coordinates import has_place
from .tracks import Source, State, Tracks
from .words import are, counted

REASONS = {State.OCCLUDED: "hidden somewhere", State.OUT_OF_FRAME: "out of the picture"}


def losses(tracks: Tracks, keeps: frozenset[str]) -> list[str]:
    """Sentences about what these tracks have and a format does not keep, the weighty ones first.

    Parameters
    ----------
    tracks : Tracks
    keeps : frozenset of str
        Out of `core.declarations.KEEPABLE`.
    """
    told = [sentence for what, tell in _TELLERS.items() if what not in keeps for sentence in tell(tracks, keeps)]
    small = [words for what, (words, has) in _SMALL.items() if what not in keeps and has(tracks)]
    return [*told, f"Not kept: {', '.join(small)}."] if small else told


def _ids(tracks: Tracks, keeps: frozenset[str]) -> Iterator[str]:
    if tracks.ids.tolist() != list(range(len(tracks))):
        by = "by their names" if "names" in keeps else "in their order"
        yield f"Track numbers are not kept; the tracks are found again {by}."


def _names(tracks: Tracks, keeps: frozenset[str]) -> Iterator[str]:
    if any(not re.fullmatch(r"point \d+", name) for name in tracks.names):
        yield "Names of tracks are not kept."


def _length(tracks: Tracks, keeps: frozenset[str]) -> Iterator[str]:
    if not tracks.n_frames:
        return
    frames = np.flatnonzero(has_place(tracks.xy).sum(1))
    empty = tracks.n_frames - 1 - int(frames[-1]) if len(frames) else tracks.n_frames
    if empty:
        yield f"{counted(empty, 'frame')} without a point at the end {are(empty)} not kept."


def _hidden(tracks: Tracks, keeps: frozenset[str]) -> Iterator[str]:
    located = has_place(tracks.xy)
    count = int((located & (tracks.states() != State.VISIBLE)).sum())
    if count:
        yield f"{counted(count, 'position')} of points that are not visible {are(count)} left out."


def _states(tracks: Tracks, keeps: frozenset[str]) -> Iterator[str]:
    states = tracks.states()
    for state, words in REASONS.items():
        count = int((states == state).sum())
        if count:
            yield f"Points {words} cannot be told from points that were not tracked ({counted(count, 'cell')})."


def _sources(tracks: Tracks, keeps: frozenset[str]) -> Iterator[str]:
    by = {Source.HUMAN: "placed", Source.VERIFIED: "approved", Source.INTERPOLATED: "interpolated"}
    counts = [f"{int((tracks.source == source).sum()):,} {word}" for source, word in by.items()
              if (tracks.source == source).any()]
    if counts:
        yield f"Which points a person placed or approved is not kept ({', '.join(counts)})."


def _frame_numbers(tracks: Tracks, keeps: frozenset[str]) -> Iterator[str]:
    if tracks.frame_numbers.tolist() != list(range(tracks.n_frames)):
        yield "The plate's own frame numbers are not kept; frames count from the first."


def _has(what: str) -> Callable[[Tracks], bool]:
    return lambda tracks: bool(tracks.meta.get(what))


_TELLERS: dict[str, Callable[[Tracks, frozenset[str]], Iterator[str]]] = {
    "hidden": _hidden, "states": _states, "sources": _sources, "frame_numbers": _frame_numbers, "names": _names,
    "ids": _ids, "length": _length,
}
_SMALL: dict[str, tuple[str, Callable[[Tracks], bool]]] = {
    "visibility": ("visibility", lambda tracks: bool(np.isfinite(tracks.visibility).any())),
    "confidence": ("confidence", lambda tracks: bool(np.isfinite(tracks.confidence).any())),
    "groups": ("groups of tracks", lambda tracks: any(tracks.groups)),
    "queries": ("query points", lambda tracks: tracks.queries is not None),
    "size": ("the picture's size", _has("size")), "fps": ("frames per second", _has("fps")),
    "video": ("the film's name", _has("video")), "runs": ("model and licence", _has("runs")),
}
