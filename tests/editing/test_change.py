"""A change: what is done in memory is taken back if the file refuses."""

from __future__ import annotations

import numpy as np

from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.change import Change
from napari_cotracker.editing.patch import Block, Patch, Row


def test_what_was_done_last_is_taken_back_first() -> None:
    change, undone = Change(), list[int]()
    for number in range(3):
        change.did(lambda number=number: undone.append(number))
    assert undone == []
    change.take_back()
    assert undone == [2, 1, 0]


def test_what_waits_for_the_file_is_done_in_order() -> None:
    change, done = Change(), list[str]()
    change.then(lambda: done.append("first"))
    change.then(lambda: done.append("second"))
    assert done == []
    change.finish()
    assert done == ["first", "second"]


def test_what_is_shown_is_one_patch_with_the_entries_of_the_first() -> None:
    change, row = Change(), Row(0, "a", "", 0, (0.0, 0.0))
    assert change.shown is None
    first, second = (Patch(name, (Block(np.arange(1), np.array([0]), Cells.empty(1, 1), Cells.empty(1, 1)),))
                     for name in ("first", "second"))
    first = Patch(first.label, first.blocks, after=(row,))
    change.show(first)
    assert change.shown is first
    change.show(second)
    shown = change.shown
    assert shown is not None
    assert (shown.label, shown.after, shown.blocks) == ("first", (row,), first.blocks + second.blocks)
