"""What of the tracks is to be written: which of them, over which frames, how sure, and at which size."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .coordinates import has_place
from .errors import FormatError
from .options import option
from .tracks import DEFAULT_THRESHOLD, Source, State, Tracks, is_anchor
from .words import counted, were


@dataclass(frozen=True)
class Excerpt:
    """What of the tracks is to be written; these options are the same for every format.

    Frames outside the span stay in the clip, without points, so that every frame keeps its number.
    """

    tracks: str = option("", "Names, numbers or groups of the tracks, separated by commas; * stands for anything.")
    first: int | None = option(None, "First frame, counted from 0.", least=0)
    last: int | None = option(None, "Last frame, counted from 0.", least=0)
    anchors_only: bool = option(False, "Only what a person placed or approved.")
    min_confidence: float = option(0.0, "Leave out predictions with less confidence.", least=0, most=1)
    min_visible: int = option(0, "Leave out tracks that are visible in fewer frames.", least=0)
    threshold: float = option(DEFAULT_THRESHOLD, "A predicted point is visible where the product of its two "
                              "probabilities is above this.", least=0, most=1)
    scale: float = option(1.0, "Scale positions to a picture of another size, such as 0.5 for a half-size proxy.",
                          least=1e-3, most=1e3)


def take(tracks: Tracks, excerpt: Excerpt) -> tuple[Tracks, list[str]]:
    """The tracks that are to be written, and what was left out, a sentence each.

    Raises
    ------
    FormatError
        If a named track does not exist, or the span lies outside the clip.
    """
    notes: list[str] = []
    chosen = tracks.select(chosen_tracks(tracks, excerpt.tracks)) if excerpt.tracks.strip() else tracks
    if excerpt.threshold != DEFAULT_THRESHOLD:
        chosen = replace(chosen, state=chosen.states(excerpt.threshold))
    out = _without(chosen, _left_out(chosen, excerpt, notes))
    if excerpt.min_visible:
        enough = (out.states() == State.VISIBLE).sum(0) >= excerpt.min_visible
        if not enough.all():
            few = int((~enough).sum())
            notes.append(f"{counted(few, 'track')} visible in fewer than {excerpt.min_visible} frames {were(few)} "
                         "left out.")
            out = out.select(enough)
    return (out if excerpt.scale == 1 else _scaled(out, excerpt.scale)), notes


def chosen_tracks(tracks: Tracks, words: str) -> NDArray[np.bool_]:
    """(N,) which tracks a list of names, numbers and groups means.

    Raises
    ------
    FormatError
        If one of them means no track.
    """
    chosen = np.zeros(len(tracks), bool)
    labels = list(zip(map(str, tracks.ids.tolist()), tracks.names, tracks.groups, strict=True))
    for word in filter(None, (word.strip() for word in words.split(","))):
        found = np.array([word in each for each in labels], bool)
        if not found.any():  # a name with a star in it can be chosen alone
            pattern = re.compile(".*".join(map(re.escape, word.split("*"))), re.DOTALL)
            found = np.array([any(map(pattern.fullmatch, each)) for each in labels], bool)
        if not found.any():
            some = ", ".join(tracks.names[:6]) + (", …" if len(tracks) > 6 else "")
            raise FormatError(f"expected names, numbers or groups of tracks ({some}), got {word!r}, which is none")
        chosen |= found
    return chosen


def _left_out(tracks: Tracks, excerpt: Excerpt, notes: list[str]) -> NDArray[np.bool_]:
    """(T, N) the cells that are not to be written."""
    first = excerpt.first or 0
    last = tracks.n_frames - 1 if excerpt.last is None else excerpt.last
    if tracks.n_frames and not 0 <= first <= last < tracks.n_frames:
        raise FormatError(f"expected a span within the frames 0 … {tracks.n_frames - 1}, got {first} … {last}")
    there = has_place(tracks.xy) | (tracks.state != State.FROM_SCORES)
    out = np.ones(there.shape, bool)
    out[first : last + 1] = False
    anchors = is_anchor(tracks.source)
    if excerpt.anchors_only:
        _note(notes, there & ~out & ~anchors, "that nobody placed or approved")
        out |= ~anchors
    if excerpt.min_confidence:
        unsure = (tracks.source == Source.PREDICTED) & ~(tracks.confidence >= excerpt.min_confidence)
        _note(notes, there & ~out & unsure, f"of less confidence than {excerpt.min_confidence:g}")
        out |= unsure
    return out


def _note(notes: list[str], cells: NDArray[np.bool_], what: str) -> None:
    count = int(cells.sum())
    if count:
        notes.append(f"{counted(count, 'position')} {what} {were(count)} left out.")


def _without(tracks: Tracks, cells: NDArray[np.bool_]) -> Tracks:
    if not cells.any():
        return tracks
    nan = np.float32(np.nan)
    return replace(tracks, xy=np.where(cells[..., None], nan, tracks.xy),
                   state=np.where(cells, State.FROM_SCORES, tracks.state).astype(np.uint8),
                   visibility=np.where(cells, nan, tracks.visibility),
                   confidence=np.where(cells, nan, tracks.confidence),
                   source=np.where(cells, Source.NONE, tracks.source).astype(np.uint8))


def _scaled(tracks: Tracks, scale: float) -> Tracks:
    """Scaled about the picture's corner, so that pixel edges fall onto pixel edges."""
    meta = dict(tracks.meta)
    if tracks.size is not None:
        width, height = (max(1, round(side * scale)) for side in tracks.size)
        meta["size"] = (width, height)
        factor = np.array([width / tracks.size[0], height / tracks.size[1]])
    else:
        factor = np.array([scale, scale])
    xy = ((tracks.xy + np.float64(0.5)) * factor - 0.5).astype(np.float32)
    queries = tracks.queries
    if queries is not None:
        moved = ((queries.xy + np.float64(0.5)) * factor - 0.5).astype(np.float32)
        queries = replace(queries, xy=moved)
    return replace(tracks, xy=xy, queries=queries, meta=meta)
