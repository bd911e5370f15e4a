"""What a person does to tracks, as patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import EditError
from ..core.tracks import Source, State
from ..core.words import point_name
from .cells import Cells
from .part import Part
from .patch import Block, Patch, Row


def checked_points(t: ArrayLike, xy: ArrayLike, n_frames: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Frames (n,) and pixels (n, 2) of points that lie on a video; one frame stands for all.

    Raises
    ------
    EditError
        If there is no point, or one is not finite or on no frame of the video.
    """
    with np.errstate(over="ignore"):  # what is too large becomes infinite and is refused
        places = np.asarray(xy, np.float32)
    if not places.size:
        raise EditError("expected at least one point to place, got none")
    if places.shape[-1] != 2:
        raise EditError(f"expected points of shape (n, 2), got {places.shape}")
    places = places.reshape(-1, 2)
    if not np.isfinite(places).all():
        raise EditError("expected points at finite pixels, got one that is not")
    frames = np.asarray(t, np.float64)
    frames = np.full(len(places), frames) if frames.ndim == 0 else frames
    check_count("frames", frames, len(places))
    outside = ~((np.rint(frames) >= 0) & (np.rint(frames) < n_frames))
    if outside.any():
        raise EditError(f"expected points on frames 0 to {n_frames - 1}, got frame {frames[outside][0]:g}")
    return np.rint(frames).astype(np.int64), places


def check_count(what: str, given: Sequence[str] | NDArray[np.float64], count: int) -> None:
    """Refuse a list that does not have one entry for each point.

    Raises
    ------
    EditError
    """
    if len(given) != count:
        raise EditError(f"expected {count} {what}, one for each point, got {len(given)}")


def new_rows(ids: NDArray[np.int64], points: tuple[NDArray[np.int64], NDArray[np.float32]], names: Sequence[str],
             groups: Sequence[str]) -> list[Row]:
    """Entries of tracks that start at some points; without a name of their own they are numbered.

    Raises
    ------
    EditError
        If there are names or groups, but not one for each point.
    """
    count = len(ids)
    names, groups = names or [""] * count, groups or [""] * count
    check_count("names", names, count)
    check_count("groups", groups, count)
    return [Row(id, name or point_name(id), group, t, (x, y))
            for id, name, group, t, (x, y) in zip(ids.tolist(), names, groups, points[0].tolist(), points[1].tolist())]


def place(rows: Sequence[Row], placed: bool) -> Patch:
    """New tracks that hold their query; with `placed`, a person vouches for it."""
    source, state = (Source.HUMAN, State.VISIBLE) if placed else (Source.PREDICTED, State.FROM_SCORES)
    frames, ids = np.array([row.t for row in rows], np.int64), np.array([row.id for row in rows], np.int64)
    places = np.array([row.xy for row in rows], np.float32)
    blocks = []
    for frame in np.unique(frames):
        of_frame = frames == frame
        after = Cells.empty(1, int(of_frame.sum()))
        after.xy[0] = places[of_frame]
        after.visibility[:], after.confidence[:], after.state[:], after.source[:] = 1, 1, state, source
        blocks.append(Block(np.array([frame]), ids[of_frame], Cells.empty(*after.shape), after))
    return Patch(f"place {_count(rows, 'points')}", tuple(blocks), after=tuple(rows))


def move(part: Part, xy: NDArray[np.float32], label: str = "correct") -> Patch | None:
    """A person says where tracks are: each of its cells becomes an anchor at its pixel.

    Parameters
    ----------
    part : Part
    xy : (t, n, 2) float32
    label : str
        What is done to them, in a word.
    """
    after = Cells.empty(len(part.frames), len(part.rows))
    after.xy[:] = xy
    after.visibility[:], after.confidence[:], after.state[:], after.source[:] = 1, 1, State.VISIBLE, Source.HUMAN
    return part.patch(f"{label} {part.names}", after)


def delete(rows: Sequence[Row], cells: Cells) -> Patch:
    """Tracks go, with all their cells (T, n)."""
    ids = np.array([row.id for row in rows], np.int64)
    block = Block(np.arange(cells.shape[0]), ids, cells, Cells.nothing(*cells.shape))
    return Patch(f"delete {_count(rows)}", (block,), before=tuple(rows))


def rename(row: Row, name: str) -> Patch:
    """A track gets another name."""
    return Patch(f"rename {row.name} to {name}", before=(row,), after=(replace(row, name=name),))


def regroup(rows: Sequence[Row], group: str) -> Patch:
    """Tracks get into a group, "" for none."""
    label = f"put {_count(rows)} into group {group}" if group else f"take {_count(rows)} out of the group"
    return Patch(label, before=tuple(rows), after=tuple(replace(row, group=group) for row in rows))


def _count(rows: Sequence[Row], many: str = "tracks") -> str:
    return rows[0].name if len(rows) == 1 else f"{len(rows)} {many}"
