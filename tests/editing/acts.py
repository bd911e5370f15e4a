"""Sessions to edit, and every edit with arguments drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from napari_cotracker.core.blending import Side
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.editor import Editor
from napari_cotracker.editing.part import Part
from napari_cotracker.editing.patch import Row
from napari_cotracker.editing.session import Session
from tests.editing.walks import cells_of

SIZE = (64, 48)
N_FRAMES = 10


def session_of(cells: Cells) -> Session:
    """A session of tracks 0, 1, … with given cells (T, n)."""
    ids = np.arange(cells.shape[1])
    return Session.from_tracks(Tracks(ids, cells.xy, cells.visibility, cells.confidence, cells.state, cells.source,
                                      meta={"size": SIZE}))


def any_session(seed: int) -> Session:
    """Four tracks of any cells, or, with an even seed, as trackers leave them and a person edits some."""
    cells = cells_of(N_FRAMES, 4, seed=seed)
    if seed % 2:
        return session_of(cells)
    rng = np.random.default_rng(seed)
    tracked = predicted(rng.integers(0, 9, (N_FRAMES, 4, 2)))
    return session_of(tracked.put(rng.random(cells.shape) < 0.15, cells))


def predicted(xy: Any, score: float = 0.9) -> Cells:
    """Cells as a tracker leaves them at some pixels (..., 2), empty where these are NaN."""
    places = np.asarray(xy, np.float32)
    cells = Cells.empty(*places.shape[:-1])
    known = np.isfinite(places).all(-1)
    cells.xy[:] = places
    cells.visibility[known] = cells.confidence[known] = score
    cells.source[known] = Source.PREDICTED
    return cells


def moving(n_frames: int = 12, count: int = 2) -> Cells:
    """Tracks that go to the right by a pixel a frame, predicted everywhere."""
    t, n = np.mgrid[:n_frames, :count]
    return predicted(np.stack([t + 10, n * 10.0], -1))


def said(cells: Cells, t: Any, n: int = 0, state: State = State.VISIBLE, source: Source = Source.HUMAN) -> None:
    """Let a person say something of cells, in place."""
    cells.state[t, n], cells.source[t, n] = state, source


def part_of(cells: Cells, frames: Any = None, first: int = 0) -> Part:
    """All tracks of some cells (T, n), each followed from its cell on frame `first`."""
    rows = tuple(Row(n, f"t{n}", "", first, (float(x), float(y))) for n, (x, y) in enumerate(cells.xy[first].tolist()))
    chosen = np.arange(len(cells.state)) if frames is None else np.asarray(frames, np.int64)
    return Part(rows, chosen, cells)


class Act(NamedTuple):
    """One edit, and the cells that it may change, as ids and frames."""

    do: Callable[[Editor], object]
    ids: list[int]
    frames: list[int]


def _ids(session: Session, rng: Any, most: int = 3) -> list[int]:
    return list(rng.permutation(session.ids)[: rng.choice([0, 1, 1, 1, 2, most])].tolist())


def _frames(session: Session, rng: Any) -> list[int]:
    ends = sorted(rng.integers(0, session.n_frames, 2).tolist())
    frames = list(range(ends[0], ends[1] + 1))
    return frames if rng.integers(3) else rng.permutation(frames)[: rng.integers(0, 4)].tolist()


def _xy(rng: Any, *shape: int) -> Any:
    return rng.integers(0, 9, (*shape, 2)).astype(float)


def make(name: str, session: Session, seed: int) -> Act:
    """An edit by its name."""
    rng = np.random.default_rng(seed)
    ids, frames, t = _ids(session, rng), _frames(session, rng), int(rng.integers(session.n_frames))
    one, other = rng.permutation(session.ids)[:2].tolist() if len(session.ids) > 1 else (0, 0)
    side = Side(np.where(rng.random((len(frames), 1)) < 0.2, np.nan, _xy(rng, len(frames))).astype(np.float32),
                *rng.random((2, len(frames))).astype(np.float32))
    kind: Any = ("linear", "cubic")[rng.integers(2)]
    every = list(range(session.n_frames))
    acts = {
        "move": Act(lambda edit: edit.move(ids, t, _xy(rng, len(ids))), ids, [t]),
        "nudge": Act(lambda edit: edit.nudge(ids, t, (1, -0.5)), ids, [t]),
        "occlude": Act(lambda edit: edit.occlude(ids, frames), ids, frames),
        "show": Act(lambda edit: edit.show(ids, frames), ids, frames),
        "verify": Act(lambda edit: edit.verify(ids, frames), ids, frames),
        "end": Act(lambda edit: edit.end(ids, t), ids, every[t + 1 :]),
        "start": Act(lambda edit: edit.start(ids, t), ids, every[:t]),
        "leave_out": Act(lambda edit: edit.leave_out(ids, frames), ids, frames),
        "clear": Act(lambda edit: edit.clear(ids, frames), ids, frames),
        "paste": Act(lambda edit: edit.paste(ids, t, frames), ids, frames),
        "interpolate": Act(lambda edit: edit.interpolate(ids, frames, kind), ids, sorted(frames)[1:-1]),
        "smooth": Act(lambda edit: edit.smooth(ids, frames, 5), ids, frames),
        "take": Act(lambda edit: edit.take(one, frames, side), [one], frames),
        "split": Act(lambda edit: edit.split(one, t), [one], every[t:]),
        "merge": Act(lambda edit: edit.merge(ids), ids, every),
        "swap": Act(lambda edit: edit.swap(one, other, frames), [one, other], frames),
    }
    return acts[name]


NAMES = ("move", "nudge", "occlude", "show", "verify", "end", "start", "leave_out", "clear", "paste", "interpolate",
         "smooth", "take", "split", "merge", "swap")


def acts(most: int = 20, *names: str) -> st.SearchStrategy[list[tuple[str, int]]]:
    """Names of edits, each with a seed."""
    return st.lists(st.tuples(st.sampled_from(names or NAMES), st.integers(0, 9999)), max_size=most)
