"""What writers ask of tracks, each question answered in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..core.coordinates import has_place
from ..core.errors import FormatError
from ..core.skeleton import NUMBERED
from ..core.tracks import DEFAULT_THRESHOLD, Source, State, Tracks, is_anchor
from ..core.words import counted, were

Mask = NDArray[np.bool_]
MAX_EMPTY = 20  # times the tracks, in a table of individuals and keypoints


def size_of(tracks: Tracks) -> tuple[int, int]:
    """(width, height) of the picture.

    Raises
    ------
    FormatError
        If the tracks do not know it.
    """
    if tracks.size is None:
        raise FormatError("expected tracks that know the size of their picture, got some that do not; name their film "
                          "(--video FILM on the command line)")
    return tracks.size


def aspect_of(tracks: Tracks) -> Fraction:
    """Width of a pixel to its height; 1 if the tracks do not know it."""
    pair = tracks.meta.get("pixel_aspect")
    if pair is None or int(pair[0]) <= 0 or int(pair[1]) <= 0:
        return Fraction(1)
    return Fraction(int(pair[0]), int(pair[1]))


def rate_of(tracks: Tracks, default: Fraction | None = None) -> Fraction:
    """Frames per second, exactly.

    Raises
    ------
    FormatError
        If the tracks do not know them and there is no default.
    """
    pair = tracks.meta.get("fps")
    if pair is not None and int(pair[0]) > 0 and int(pair[1]) > 0:
        return Fraction(int(pair[0]), int(pair[1]))
    if default is None:
        raise FormatError("expected tracks that know the frames per second of their film, got some that do not; "
                          "name the film (--video FILM on the command line)")
    return default


def times_of(tracks: Tracks) -> NDArray[np.float64] | None:
    """(T,) seconds from the first frame, where frames come at irregular times; None where their rate tells."""
    times = np.asarray(tracks.meta.get("times") or [], np.float64)
    fits = times.shape == (tracks.n_frames,) and np.isfinite(times).all() and (np.diff(times) > 0).all()
    return times if fits and len(times) else None


def seconds_of(tracks: Tracks) -> NDArray[np.float64]:
    """(T,) seconds from the first frame, by their own times or by the frames per second."""
    times = times_of(tracks)
    return np.arange(tracks.n_frames) / float(rate_of(tracks)) if times is None else times


def pair_of(rate: float) -> tuple[int, int] | None:
    """A rate that a file holds as a decimal number as (numerator, denominator); None if it makes no sense."""
    if not 1e-3 < rate < 1e6:
        return None
    exact = Fraction(rate).limit_denominator(1001)
    return exact.numerator, exact.denominator


def numbers_of(tracks: Tracks, first: int | None, default: int) -> NDArray[np.int64]:
    """(T,) the frame numbers to write.

    Parameters
    ----------
    tracks : Tracks
    first : int or None
        Number of the first frame, as a user asked for.
    default : int
        Number of the first frame of a film; the pictures of a sequence have numbers of their own.
    """
    own = tracks.frame_numbers
    if first is not None:
        return own - own[:1] + first
    is_film = not tracks.meta.get("own_numbers") and (own == np.arange(len(own))).all()
    return own + default if is_film else own


def located(tracks: Tracks) -> Mask:
    """(T, N) where a point has a position."""
    return has_place(tracks.xy)


def visible(tracks: Tracks) -> Mask:
    """(T, N) where a point has a position and is seen there."""
    return np.asarray(located(tracks) & (tracks.states() == State.VISIBLE))


def certainty(tracks: Tracks) -> NDArray[np.float32]:
    """(T, N) one number in [0, 1] for formats with room for one: visibility · confidence, 1 where a person says so.

    0 where nothing was tracked. A missing score counts as 1.
    """
    scores = np.nan_to_num(tracks.visibility, nan=1) * np.nan_to_num(tracks.confidence, nan=1)
    scores = np.where(is_anchor(tracks.source), np.float32(1), scores)
    return np.clip(np.where(located(tracks), scores, 0), 0, 1).astype(np.float32)


def likelihoods(tracks: Tracks) -> NDArray[np.float32]:
    """(T, N) `certainty` for formats that tell hidden points by it alone: of those it is never above the threshold.

    It is 0 where a point is hidden for another reason than its scores, such as that a person says so.
    """
    sure = certainty(tracks)
    hidden = ~visible(tracks)
    said = (tracks.state != State.FROM_SCORES) | is_anchor(tracks.source) | (sure > DEFAULT_THRESHOLD)
    return np.where(hidden & said, np.float32(0), sure).astype(np.float32)


def credits(tracks: Tracks) -> str:
    """By which program, model and licence tracks were made, on one line; for comments and metadata."""
    made = [f"{run.get('model')} ({run.get('licence', 'licence unknown')})"
            for run in tracks.meta.get("runs") or [] if isinstance(run, dict) and run.get("model")]
    by = f"; tracked by {', '.join(dict.fromkeys(made))}" if made else ""
    return re.sub(r"\s+", " ", f"napari-cotracker {__version__}{by}")


def plain_names(tracks: Tracks, allowed: str = r"[A-Za-z0-9_.-]", instead: str = "_", longest: int = 200
                ) -> tuple[list[str], list[str]]:
    """Names that a program takes, each once, and what had to be changed, a sentence each.

    Parameters
    ----------
    tracks : Tracks
    allowed : str
        A character class.
    instead : str
        What other characters become.
    longest : int
        Letters of a name.
    """
    names: list[str] = []
    taken: set[str] = set()
    for given, id in zip(tracks.names, tracks.ids.tolist(), strict=True):
        name = re.sub(f"(?!{allowed})(?s:.)", instead, given)[:longest] or f"point{instead}{id}"
        base, k = name, 2
        while name in taken:
            ending = f"{instead}{k}"
            name, k = base[: longest - len(ending)] + ending, k + 1
        taken.add(name)
        names.append(name)
    return names, changed_names(zip(tracks.names, names, strict=True), "the program that reads it")


def changed_names(pairs: Iterable[tuple[str, str]], whom: str) -> list[str]:
    """A sentence on which names, of pairs of old and new ones, were changed; none if all are the same."""
    changed = [(old, new) for old, new in pairs if old != new]
    if not changed:
        return []
    count, (old, new) = len(changed), changed[0]
    return [f"{counted(count, 'name')} {were(count)} changed for {whom}, such as {old!r} to {new!r}."]


@dataclass(frozen=True)
class Cast:
    """Tracks as individuals with the same keypoints, which pose formats want.

    A slash in a name separates individual and keypoint; without one, all belong to one individual.

    Parameters
    ----------
    individuals : tuple of str
        In the order in which they first appear. One individual without a name is "".
    keypoints : tuple of str
        In the order of the list that the tracks know (``meta["keypoints"]``), whether there is a track of each or
        not, so that files of several films agree; others, and all without a list, as they first appear.
    columns : (I, K) int64
        Which track it is; -1 where an individual lacks a keypoint.
    notes : tuple of str
        What had to be changed to make names unique, a sentence each.
    """

    individuals: tuple[str, ...]
    keypoints: tuple[str, ...]
    columns: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    def pick(self, cells: NDArray[Any], missing: Any) -> NDArray[Any]:
        """(T, I, K, …) of (T, N, …) cells, `missing` where an individual lacks a keypoint."""
        whole = cells[:, np.maximum(self.columns, 0)] if cells.shape[1] else np.zeros(
            (cells.shape[0], *self.columns.shape, *cells.shape[2:]), cells.dtype)
        lacking = (self.columns < 0).reshape(1, *self.columns.shape, *[1] * (cells.ndim - 2))
        return np.asarray(np.where(lacking, missing, whole))


def cast_of(tracks: Tracks) -> Cast:
    """Individuals and keypoints of tracks.

    Raises
    ------
    FormatError
        If so few of the individuals share keypoints that tables of all of them would be nearly empty.
    """
    pairs: dict[tuple[str, str], int] = {}
    again = 0
    for column, name in enumerate(tracks.names):
        individual, _, keypoint = name.rpartition("/")
        pair, k = (individual, keypoint), 2
        while pair in pairs:
            pair, k = (individual, f"{keypoint} {k}"), k + 1
        again += pair != (individual, keypoint)
        pairs[pair] = column
    individuals = tuple(dict.fromkeys(i for i, _ in pairs))
    keypoints = _in_order(tracks, dict.fromkeys(k for _, k in pairs))
    if len(individuals) * len(keypoints) > MAX_EMPTY * len(tracks) + 1000:
        raise FormatError(f"expected individuals that have the same keypoints, got {len(individuals):,} with "
                          f"{len(keypoints):,} different ones; name tracks individual/keypoint, or take the slash away")
    columns = np.full((len(individuals), len(keypoints)), -1, np.int64)
    for (individual, keypoint), column in pairs.items():
        columns[individuals.index(individual), keypoints.index(keypoint)] = column
    told = f"{counted(again, 'name')} {were(again)} given a number, for there were two of the same."
    return Cast(individuals, keypoints, columns, (*([told] if again else []), *_nameless(tracks)))


def _nameless(tracks: Tracks) -> list[str]:
    """That some were not named, where others were: it may have been forgotten."""
    found = [name for name in tracks.names if NUMBERED.fullmatch(name)]
    told = f"Without a name: {len(found):,} of {len(tracks):,} tracks, such as {found[0]!r}." if found else ""
    return [told] if 0 < len(found) < len(tracks) else []


def _in_order(tracks: Tracks, found: dict[str, None]) -> tuple[str, ...]:
    """The keypoints that tracks have, after those of their list if it is about any of them."""
    listed = dict.fromkeys(map(str, tracks.meta.get("keypoints") or []))
    return tuple({**listed, **found} if listed.keys() & found.keys() else found)


def with_keypoints(tracks: Tracks, listed: Sequence[str]) -> Tracks:
    """The same tracks, knowing the list of keypoints that their file has, if their names alone say something else."""
    found = dict.fromkeys(name.rpartition("/")[2] for name in tracks.names)
    return tracks if list(found) == list(listed) else replace(
        tracks, meta={**tracks.meta, "keypoints": list(listed)})


def uncast(individuals: Sequence[str], keypoints: Sequence[str]) -> tuple[str, ...]:
    """Names of tracks, individual by individual: the keypoint's alone where the individual has none."""
    return tuple(f"{individual}/{keypoint}" if individual else keypoint
                 for individual in individuals for keypoint in keypoints)


def imported(xy: NDArray[np.floating], *, names: Sequence[str] = (), visible: Mask | None = None,
             confidence: NDArray[np.floating] | None = None, meta: dict[str, object] | None = None) -> Tracks:
    """Tracks that come from another program.

    Parameters
    ----------
    xy : (T, N, 2)
        NaN where there is no point.
    names : sequence of str
    visible : (T, N) bool, optional
        Whether a located point is seen; True if not given. Others are occluded but located.
    confidence : (T, N), optional
        1 where not given.
    meta : mapping, optional
    """
    xy = np.asarray(xy, np.float32)
    there = has_place(xy)
    xy = np.where(there[..., None], xy, np.float32(np.nan))
    seen = there if visible is None else there & visible
    sure = np.ones(there.shape) if confidence is None else np.clip(np.nan_to_num(confidence, nan=1), 0, 1)
    state = np.where(there, np.where(seen, State.VISIBLE, State.OCCLUDED_LOCATED), State.FROM_SCORES).astype(np.uint8)
    source = np.where(there, Source.IMPORTED, Source.NONE).astype(np.uint8)
    return Tracks(np.arange(xy.shape[1]), xy,
                  np.where(there, seen, np.nan).astype(np.float32), np.where(there, sure, np.nan).astype(np.float32),
                  state, source, names=tuple(names), meta=meta or {})
