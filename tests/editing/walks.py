"""Random walks through a session, somebody who looks on, and cells to compare."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from napari_cotracker.core.blending import Side, Sides
from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Source, State, is_anchor
from napari_cotracker.editing.cells import FIELDS, Cells
from napari_cotracker.editing.patch import Block, Patch, Row
from napari_cotracker.editing.run import Run
from napari_cotracker.editing.session import Session

N_FRAMES = 6
FACTS = {"model": "a model", "licence": "a licence"}


def cells_of(*shape: int, seed: int = 0, empty: float = 0.3) -> Cells:
    """Cells of any kind, some of them empty."""
    rng = np.random.default_rng(seed)
    numbers = rng.integers(0, 5, (*shape, 4)).astype(np.float32)
    cells = Cells(numbers[..., :2], numbers[..., 2] / 4, numbers[..., 3] / 4,
                  rng.integers(0, 6, shape).astype(np.uint8), rng.integers(0, 6, shape).astype(np.uint8))
    return cells.put(rng.random(shape) < empty, Cells.empty(*shape))


def update_of(frames: Any, ids: Any, seed: int = 0, empty: float = 0.2) -> TrackUpdate:
    """What a tracker may say of some cells."""
    cells = cells_of(len(frames), len(ids), seed=seed, empty=empty)
    return TrackUpdate(np.asarray(frames, np.int64), np.asarray(ids, np.int64), cells.xy, cells.visibility,
                       cells.confidence, 0.5)


def sides_of(id: int, frames: Any, xy: Any, seed: int = 0) -> Sides:
    """What a tracker may say from both sides of some frames, having written `xy`."""
    rng, n = np.random.default_rng(seed), len(frames)
    one, other = (Side(*(rng.random(shape).astype(np.float32) for shape in ((n, 2), (n,), (n,)))) for _ in range(2))
    return Sides(id, np.asarray(frames, np.int64), one, other, np.asarray(xy, np.float32))


def assert_same(a: Cells, b: Cells) -> None:
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), name, strict=True)


class Snapshot(NamedTuple):
    """All of a session at one moment."""

    rows: tuple[Row, ...]
    cells: Cells
    runs: list[Any]

    @classmethod
    def of(cls, session: Session) -> Snapshot:
        return cls(tuple(session.rows), session.cells.copy(), session.runs)

    def assert_same(self, other: Snapshot) -> None:
        # a start that is not known is nowhere, and nowhere is not itself
        assert repr(self.rows) == repr(other.rows)
        assert_same(self.cells, other.cells)


class Mirror:
    """Knows of a session only what `changed` says."""

    def __init__(self, session: Session) -> None:
        self.rows = {row.id: row for row in session.rows}
        self.cells = {row.id: session.cells[:, n].copy() for n, row in enumerate(session.rows)}
        self.session, self.patches = session, list[Patch]()
        session.changed.connect(self.take)

    def take(self, patch: Patch) -> None:
        self.patches.append(patch)
        for row in patch.before:
            assert self.rows.pop(row.id) == row
        self.rows |= {row.id: row for row in patch.after}
        for row in patch.comes:
            self.cells[row.id] = Cells.empty(self.session.n_frames)
        for block in patch.blocks:
            for n, id in enumerate(block.ids.tolist()):
                assert_same(self.cells[id][block.frames], block.before[:, n])
                self.cells[id].write(block.frames, block.after[:, n])
        for row in patch.goes:
            del self.cells[row.id]
        self.compare()

    def compare(self) -> None:
        assert self.session.ids.tolist() == sorted(self.rows)
        assert list(self.session.rows) == [self.rows[id] for id in sorted(self.rows)]
        for n, id in enumerate(sorted(self.cells)):
            assert_same(self.cells[id], self.session.cells[:, n])


class Walk:
    """Does any of its steps, by name and seed; every edit is undone and redone at once, which must change nothing.

    Wherever the history leads to with no run open, everything must be as it was there before.
    """

    def __init__(self, session: Session) -> None:
        self.runs: list[Run] = []
        self.closed = 0  # runs of the same facts count once
        self.seen = set(session.ids.tolist())
        self.known: dict[int, Snapshot] = {}
        self.go_on(session)

    def go_on(self, session: Session) -> None:
        """With another session that is the same."""
        self.session, self.mirror = session, Mirror(session)

    def take(self, step: str, seed: int) -> None:
        before, told = Snapshot.of(self.session), len(self.mirror.patches)
        getattr(self, step)(np.random.default_rng(seed))
        self.runs = [run for run in self.runs if run.is_open]
        self.mirror.compare()
        if step in AT_ONCE and len(self.mirror.patches) > told:
            after = Snapshot.of(self.session)
            self.session.undo()
            Snapshot.of(self.session).assert_same(before)
            self.session.redo()
            Snapshot.of(self.session).assert_same(after)
        self.compare()

    def compare(self) -> None:
        if self.session.is_running():
            # what a run is folded into is another afterwards, and so is what follows it
            self.known.clear()
        else:
            now = Snapshot.of(self.session)
            self.known.setdefault(self.head, now).assert_same(now)

    @property
    def head(self) -> int:
        return next(reversed(self.session._history.journal.done), 0)

    def some_ids(self, rng: Any, most: int = 3) -> Any:
        return rng.permutation(self.session.ids)[: rng.integers(1, most + 1)]

    def add(self, rng: Any) -> None:
        count = int(rng.integers(1, 4))
        ids = self.session.add_points(rng.integers(0, N_FRAMES, count), rng.integers(0, 9, (count, 2)),
                                      placed=bool(rng.integers(2)))
        assert not self.seen & set(ids.tolist()), "an id is never given again"
        self.seen |= set(ids.tolist())
        for run in self.runs:
            run.add(ids)

    def delete(self, rng: Any) -> None:
        if len(self.session.ids):
            self.session.delete(self.some_ids(rng))

    def rename(self, rng: Any) -> None:
        if len(self.session.ids):
            self.session.rename(int(self.some_ids(rng)[0]), f"name {rng.integers(9)}")

    def regroup(self, rng: Any) -> None:
        if len(self.session.ids):
            self.session.regroup(self.some_ids(rng), ["", "left", "right"][rng.integers(3)])

    def place_anchor(self, rng: Any) -> None:
        self._edit_cells(rng, 1, Source.HUMAN)

    def approve(self, rng: Any) -> None:
        self._edit_cells(rng, 3, Source.VERIFIED)

    def clear(self, rng: Any) -> None:
        self._edit_cells(rng, N_FRAMES, Source.NONE)

    def begin(self, rng: Any) -> None:
        self._begin(rng, joins=False)

    def join(self, rng: Any) -> None:
        self._begin(rng, joins=True)

    def keep(self, rng: Any) -> None:
        if self.runs and len(self.session.ids):
            run, id = self.runs[rng.integers(len(self.runs))], int(self.some_ids(rng)[0])
            frames = np.arange(rng.integers(N_FRAMES), N_FRAMES)
            run.keep(sides_of(id, frames, self.session.read(frames, [id]).xy[:, 0], int(rng.integers(99))))

    def write(self, rng: Any) -> None:
        if not self.runs:
            return
        run, session = self.runs[rng.integers(len(self.runs))], self.session
        ids = np.unique([*self.some_ids(rng, 9), 1000]) if len(session.ids) else np.array([1000])
        frames = rng.permutation(np.arange(-1, N_FRAMES + 1))[: rng.integers(1, N_FRAMES + 3)]
        before = session.cells.copy()
        told = len(self.mirror.patches)
        run.write(update_of(frames, ids, int(rng.integers(2**31))))
        changed = before.differs(session.cells)
        assert not changed[is_anchor(before.source)].any(), "anchors hold"
        t, n = np.nonzero(changed)
        assert set(session.ids[n].tolist()) <= set(run.ids.tolist()) & set(ids.tolist())
        frames_told = [patch.frames.tolist() for patch in self.mirror.patches[told:]]
        ids_told = [patch.ids.tolist() for patch in self.mirror.patches[told:]]
        assert frames_told == ([np.unique(t).tolist()] if len(t) else [])
        assert ids_told == ([session.ids[np.unique(n)].tolist()] if len(t) else [])

    def close(self, rng: Any) -> None:
        if self.runs:
            run = self.runs.pop(rng.integers(len(self.runs)))
            before, label, head = Snapshot.of(self.session), self.session.undo_label, self.head
            bad = range(2) if rng.integers(3) == 0 else ()
            self.closed += 1
            patch = run.close({**FACTS, "number": int(rng.integers(1 << 60)), "closed": self.closed}, bad)
            assert len(self.session.runs) == len(before.runs) + (patch is not None)
            is_new = self.head != head
            assert self.session.undo_label == (run.label if is_new else label)
            assert not is_new or patch is not None
            assert is_new or patch is None or run.joins is not None
            if not bad:
                Snapshot.of(self.session).assert_same(before)

    def undo(self, rng: Any) -> None:
        before = Snapshot.of(self.session)
        try:
            self.session.undo()
        except EditError:
            assert self.runs, "only runs stand in the way"
            Snapshot.of(self.session).assert_same(before)

    def go(self, rng: Any) -> None:
        numbers = [0, *(step.number for line in (self.session.steps, *self.session.branches) for step in line)]
        number, head = int(rng.choice(numbers)), self.head
        try:
            self.session.go_to(number)
        except EditError:
            assert self.runs, "only runs stand in the way"
            assert self.head == head
        else:
            assert self.head == number

    def redo(self, rng: Any) -> None:
        self.session.redo()

    def _begin(self, rng: Any, joins: bool) -> None:
        if len(self.session.ids) and len(self.runs) < 3:
            ids = [*self.some_ids(rng, 9), 999]
            step = self.session.last_step if joins else 0
            self.runs.append(self.session.begin_run(f"run {rng.integers(9)}", ids, joins=step, facts=FACTS))

    def _edit_cells(self, rng: Any, most: int, source: Source) -> None:
        if not len(self.session.ids):
            return
        ids = self.some_ids(rng)
        frames = np.arange(rng.integers(N_FRAMES), N_FRAMES)[:most]
        before = self.session.read(frames, ids)
        after = Cells.empty(*before.shape)
        if source != Source.NONE:
            after.xy[:] = rng.integers(0, 9, after.xy.shape)
            after.visibility[:], after.confidence[:], after.source[:], after.state[:] = 1, 1, source, State.VISIBLE
        after = before.put(rng.random(before.shape) < 0.7, after)
        self.session.apply(Patch("edit", (Block(frames, ids, before, after),)))


AT_ONCE = ("add", "delete", "rename", "regroup", "place_anchor", "approve", "clear")
EDITS = (*AT_ONCE, "undo", "redo")
RUNS = ("begin", "write", "write", "write", "close")
JOINS = ("join", "join", "write", "write", "keep", "undo", "redo", "go")


def walks(*steps: str) -> st.SearchStrategy[list[tuple[str, int]]]:
    """Steps to take, each with a seed."""
    return st.lists(st.tuples(st.sampled_from(steps), st.integers(0, 999)), max_size=25)
