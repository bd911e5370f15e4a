"""The journal: a tree of steps, a place in it, and what is forgotten."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.editing import records
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.change import Change
from napari_cotracker.editing.encoding import DamageError
from napari_cotracker.editing.journal import BUDGET, HELD, Journal
from napari_cotracker.editing.patch import Block, Patch
from napari_cotracker.editing.records import Node, SessionState
from napari_cotracker.editing.store import Store

BEGIN = SessionState(0, 0, 1, 0, 0, 100, 8, 8)


class Steps:
    """A journal that is written as a session would write it."""

    def __init__(self, budget: int = BUDGET, held: int = HELD) -> None:
        self.store = Store()
        self.store.write(records.begin_state(BEGIN))
        self.journal = Journal(self.store, budget, held)

    def note(self, label: str, cells: int = 1) -> int:
        change = Change()
        number = self.journal.note(patch_of(label, cells), change)
        self._finish(change)
        return number

    def back(self) -> None:
        change = Change()
        self.journal.back(change)
        self._finish(change)

    def on(self) -> None:
        change = Change()
        assert self.journal.next is not None
        self.journal.on(self.journal.next, change)
        self._finish(change)

    def forget(self) -> list[int]:
        change = Change()
        gone, root, _ = self.journal.forgettable()
        self.journal.forget(gone, root, change)
        self._finish(change)
        return gone

    def reloaded(self) -> Journal:
        journal = Journal(self.store)
        journal.load(self.store.read(records.read_state), self.store.read(records.read_steps))
        return journal

    def _finish(self, change: Change) -> None:
        self.store.write(*change.writes)
        change.finish()


def patch_of(label: str, cells: int = 1) -> Patch:
    rng = np.random.default_rng(cells)
    before, after = (Cells.empty(cells, 1) for _ in range(2))
    after.xy[:] = rng.random((cells, 1, 2))
    return Patch(label, (Block(np.arange(cells), np.array([0]), before, after),))


@given(st.lists(st.sampled_from(["push", "push", "back", "on"]), max_size=40))
def test_a_line_in_a_journal_is_two_stacks(steps: list[str]) -> None:
    tree, done, undone = Steps(), list[int](), list[int]()
    journal = tree.journal
    for number, step in enumerate(steps):
        if step == "push":
            done.append(tree.note(str(number)))
            undone.clear()
        elif step == "back" and done:
            undone.append(done.pop())
            tree.back()
        elif step == "on" and undone:
            done.append(undone.pop())
            tree.on()
        for each in (journal, tree.reloaded()):
            assert list(each.done) == done
            assert [node.number for node in each.ahead] == undone[::-1]
            assert each.head == (done[-1] if done else 0)
        stamps = list(journal.done.values())
        assert stamps == sorted(set(stamps)), "what is done later is younger"
        assert all(stamp < journal.stamp for stamp in stamps)


def test_of_two_branches_the_one_visited_last_is_done_again() -> None:
    tree = Steps()
    root, first = tree.note("root"), tree.note("first")
    tree.back()
    second = tree.note("second")
    tree.back()
    assert tree.journal.next is not None and tree.journal.next.number == second
    assert tree.journal.line_to(first) == [root, first]
    assert sorted(tree.journal.below(root)) == [first, second]
    assert tree.journal.line_to(99) is None


@pytest.mark.parametrize("held", [HELD, 0])
def test_a_patch_is_what_was_noted_whether_it_is_held_or_read(held: int) -> None:
    tree = Steps(held=held)
    number = tree.note("a", 5)
    patch, wanted = tree.journal.patch(number), patch_of("a", 5)
    assert patch.label == "a"
    np.testing.assert_array_equal(patch.blocks[0].after.xy, wanted.blocks[0].after.xy)


def test_a_label_with_the_name_of_a_file_that_is_no_utf_8_is_kept() -> None:
    tree = Steps()
    number = tree.note("import 2 tracks from f\udcfcr.csv", 5)
    for journal in (tree.journal, tree.reloaded()):
        assert journal.nodes[number].label == "import 2 tracks from f_r.csv"


def test_frames_that_were_cut_off_stay_so_when_there_are_more_again() -> None:
    tree = Steps(held=0)
    old = tree.note("a", 5)
    for n_frames in (2, 9):
        change = Change()
        tree.journal.cut(n_frames, change)
        tree.store.write(*change.writes)
        change.finish()
    new = tree.note("b", 5)
    for journal in (tree.journal, tree.reloaded()):
        assert journal.patch(old).frames.tolist() == [0, 1]
        assert journal.patch(new).frames.tolist() == [0, 1, 2, 3, 4]


def test_the_oldest_steps_are_forgotten_first_with_what_only_they_lead_to() -> None:
    tree = Steps()
    first, left = tree.note("first", 50), tree.note("left", 50)
    for _ in range(2):
        tree.back()
    second = tree.note("second", 50)
    size = tree.journal.bytes // 3
    tree.journal._budget = int(size * 2.5)
    third = tree.note("third", 50)
    assert sorted(tree.forget()) == [first, left]
    assert tree.journal.line_to(third) == [second, third]
    for _ in range(2):
        tree.back()
    tree.journal._budget = 0
    for _ in range(2):
        tree.on()
    assert tree.forget() == [second]
    assert (tree.journal.root, list(tree.journal.done), tree.reloaded().head) == (second, [third], third)
    assert tree.forget() == [], "the last one is kept however large it is"


@pytest.mark.parametrize(("state", "nodes", "message"), [
    (BEGIN._replace(head=3), [], "lead to step 3"),
    (BEGIN, [Node(5, 0, "", 0, 0)], "after step 0, got 5"),
    (BEGIN._replace(next_step=9), [Node(2, 3, "", 0, 0)], "after step 3, got 2"),
    (BEGIN._replace(next_step=9), [Node(4, 3, "", 0, 0)], "after step 3, got 4"),
])
def test_steps_that_are_no_tree_are_refused(state: SessionState, nodes: list[Node], message: str) -> None:
    with pytest.raises(DamageError, match=message):
        Steps().journal.load(state, nodes)
