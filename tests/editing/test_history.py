"""The history: edits in a line beneath the runs that are open."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from napari_cotracker.editing import edits
from napari_cotracker.editing.history import History
from napari_cotracker.editing.journal import BUDGET
from napari_cotracker.editing.patch import Patch
from napari_cotracker.editing.session import Session
from napari_cotracker.editing.table import TrackTable
from tests.editing.walks import N_FRAMES, assert_same, update_of, walks


def history_of(count: int, budget: int = BUDGET) -> tuple[History, TrackTable, list[Patch]]:
    table, shown = TrackTable(N_FRAMES), list[Patch]()
    history = History(table, shown.append, Session(N_FRAMES, (8, 8))._store, budget)
    ids = table.roster.new_ids(count)
    history.apply(edits.place(edits.new_rows(ids, (np.zeros(count, np.int64), np.ones((count, 2))), (), ()), True))
    return history, table, shown


@given(walks("one", "two"))
def test_beneath_the_runs_is_what_was_there_before_them(steps: list[tuple[str, int]]) -> None:
    history, table, _ = history_of(3)
    before = table.cells.copy()
    runs = {"one": history.begin_run("one", [0, 1]), "two": history.begin_run("two", [1, 2])}
    for name, seed in steps:
        frames = np.random.default_rng(seed).permutation(N_FRAMES)[:3]
        runs[name].write(update_of(frames, [0, 1, 2], seed))
        assert_same(history.base(np.arange(N_FRAMES), table.roster.ids), before)
        held = [run.under.kept(np.arange(N_FRAMES), table.roster.ids) for run in runs.values()]
        assert not (held[0] & held[1]).any(), "a cell is of one run"
        assert not (table.cells.differs(before) & ~held[0] & ~held[1]).any()


def test_what_is_applied_is_shown_as_it_is_when_no_run_is_open() -> None:
    history, table, shown = history_of(1)
    patch = edits.rename(table.roster.rows[0], "nose")
    history.apply(patch)
    assert shown[-1] is patch
    assert history.journal.last is not None
    assert history.journal.last.label == "rename point 0 to nose"


def test_facts_stay_when_their_patch_is_forgotten() -> None:
    history, _, _ = history_of(1, budget=1)
    for seed in range(2):
        run = history.begin_run("track", [0])
        run.write(update_of([1], [0], seed, empty=0))
        run.close({"seed": seed})
    assert history.facts == [{"seed": 0}, {"seed": 1}]
    history.undo()
    assert history.facts == [{"seed": 0}]
