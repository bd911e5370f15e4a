"""The journal: a line of patches, a place in it, and what is forgotten."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.journal import Journal
from napari_cotracker.editing.patch import Block, Patch


def patch_of(label: str, cells: int = 1) -> Patch:
    frames = np.arange(cells)
    return Patch(label, (Block(frames, np.array([0]), Cells.empty(cells, 1), Cells.empty(cells, 1)),))


@given(st.lists(st.sampled_from(["push", "push", "back", "on"]), max_size=40))
def test_a_journal_is_two_stacks(steps: list[str]) -> None:
    journal, done, undone = Journal(), list[Patch](), list[Patch]()
    for number, step in enumerate(steps):
        if step == "push":
            done.append(patch_of(str(number)))
            undone.clear()
            assert journal.push(done[-1]) == []
        elif step == "back":
            wanted = done.pop() if done else None
            assert journal.step_back() is wanted
            undone += [wanted] if wanted else []
        else:
            wanted = undone.pop() if undone else None
            assert journal.step_on() is wanted
            done += [wanted] if wanted else []
        entries = list(journal)
        assert [entry.patch for entry in entries] == done
        numbers = [entry.number for entry in entries]
        assert numbers == sorted(set(numbers))
        assert all(number < journal.count for number in numbers)
        assert (journal.last.patch if journal.last else None) is (done[-1] if done else None)
        assert (journal.next.patch if journal.next else None) is (undone[-1] if undone else None)


@given(st.lists(st.integers(-1, 12), max_size=30))
def test_the_oldest_are_forgotten_when_the_budget_is_spent(sizes: list[int]) -> None:
    size = patch_of("", 1).nbytes
    journal, kept = Journal(20 * size), list[Patch]()
    for number, cells in enumerate(sizes):
        if cells < 0:
            if kept:
                assert journal.step_back() is kept.pop()
            continue
        kept.append(patch_of(str(number), cells))
        forgotten = journal.push(kept[-1])
        while sum(patch.nbytes for patch in kept) > 20 * size:
            assert kept.pop(0) is forgotten.pop(0)
        assert not forgotten
        assert [entry.patch for entry in journal] == kept


def test_the_last_patch_is_kept_however_large() -> None:
    journal = Journal(1)
    journal.push(patch_of("a", 100))
    assert [patch.label for patch in journal.push(patch_of("b", 100))] == ["a"]
    assert [entry.patch.label for entry in journal] == ["b"]
