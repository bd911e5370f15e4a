"""What was done, as a tree: a step that is undone stays where it was when another is done in its place."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..core.words import as_label
from . import encoding, records
from .change import Change
from .patch import Patch
from .records import Node, SessionState
from .staging import Staged
from .store import Store

BUDGET = 4 << 30  # bytes of steps that are kept in the file; the oldest are forgotten first
HELD = 64 << 20  # bytes of patches that are kept in memory


class Journal:
    """A tree of steps with a place in it, the head: what leads to it is done.

    Steps are numbered as they are done first; 0 is the beginning. What changes the tree takes part in a
    `Change` and holds once that is finished.

    Parameters
    ----------
    store : Store
    budget : int
        Bytes of steps that are kept in the file.
    held : int
        Bytes of patches that are kept in memory.
    """

    def __init__(self, store: Store, budget: int = BUDGET, held: int = HELD) -> None:
        self._store, self._budget, self._most = store, budget, held
        self.root, self.visits, self.next_step, self.stamp = 0, 0, 1, 0
        self.nodes: dict[int, Node] = {}
        self._children: dict[int, list[int]] = {}
        self._done: dict[int, int] = {}
        self._held: OrderedDict[int, Patch] = OrderedDict()
        self._bytes, self._held_bytes = 0, 0

    def load(self, state: SessionState, nodes: Iterable[Node]) -> None:
        """Begin with what a file holds.

        Raises
        ------
        DamageError
            If the steps are no tree, or the head is none of them.
        """
        self.root, self.visits, self.next_step = state.root, state.visits, state.next_step
        for node in nodes:
            is_rooted = node.parent == state.root or node.parent in self.nodes
            if not is_rooted or not node.parent < node.number < state.next_step:
                raise encoding.DamageError(f"expected a step after step {node.parent}, got {node.number}")
            self._add(node)
        line = self.line_to(state.head)
        if line is None:
            raise encoding.DamageError(f"expected the steps that lead to step {state.head}, got none of some")
        self._done = {number: stamp for stamp, number in enumerate(line)}
        self.stamp = len(line)

    @property
    def head(self) -> int:
        """The last step that is done."""
        return next(reversed(self._done), self.root)

    @property
    def done(self) -> dict[int, int]:
        """What is done, the oldest first, and when: a number that grows with every step that is taken."""
        return self._done

    @property
    def last(self) -> Node | None:
        """What `back` would undo."""
        return self.nodes.get(self.head)

    @property
    def next(self) -> Node | None:
        """What `on` would do again."""
        return self._next_of(self.head)

    @property
    def bytes(self) -> int:
        """Bytes of all steps in the file."""
        return self._bytes

    @property
    def ahead(self) -> list[Node]:
        """What can be done again, one after the other."""
        line, node = list[Node](), self.next
        while node is not None:
            line.append(node)
            node = self._next_of(node.number)
        return line

    def line_to(self, number: int) -> list[int] | None:
        """All steps that lead to one, the oldest first; None if some are not there."""
        line = list[int]()
        while number != self.root:
            if number not in self.nodes:
                return None
            line.append(number)
            number = self.nodes[number].parent
        return line[::-1]

    def below(self, number: int) -> Iterator[int]:
        """All steps that follow one, parents before children."""
        waiting = [*self.children(number)]
        while waiting:
            yield (child := waiting.pop())
            waiting += self.children(child)

    def children(self, number: int) -> Sequence[int]:
        """The steps that follow one at once."""
        return self._children.get(number, ())

    def patch(self, number: int) -> Patch:
        """What a step did, without frames that were cut off since.

        Raises
        ------
        EditError
            If it cannot be read.
        """
        node = self.nodes[number]
        if number in self._held:
            self._held.move_to_end(number)
            return _cut(self._held[number], node)
        patch = self._store.read(lambda connection: records.read_patch(connection, node))
        patch = replace(patch, sides=self._store.read(records.read_sides_of_step(number)))
        self._hold(number, patch)
        return _cut(patch, node)

    def note(self, patch: Patch, change: Change, staged: Staged | None = None) -> int:
        """A step that was done first; gives its number. If it is `staged`, its cells are in the file already."""
        pieces = None
        if staged is None:
            pieces = encoding.patch_to_pieces(patch)
            size = sum(map(len, pieces))
        else:
            size = staged.size
            change.write(staged.check)
        node = Node(self.next_step, self.head, as_label(patch.label), time.time(), self.visits + 1, size,
                    runs=[] if patch.run is None else [patch.run])
        change.write(records.put_step(node, pieces, patch.sides))
        change.write(records.set_state(head=node.number, next_step=node.number + 1, visits=node.visited))

        def finish() -> None:
            self.next_step, self.visits = node.number + 1, node.visited
            self._add(node)
            self._hold(node.number, patch)
            self._do(node.number)
        change.then(finish)
        return node.number

    def back(self, change: Change) -> None:
        """The last step is undone."""
        change.write(records.set_state(head=self.nodes[self.head].parent))
        change.then(self._done.popitem)

    def on(self, node: Node, change: Change) -> None:
        """A step that follows the head is done again."""
        visited = self.visits + 1
        change.write(records.visit_step(node, visited), records.set_state(head=node.number, visits=visited))

        def finish() -> None:
            self.visits = node.visited = visited
            self._do(node.number)
        change.then(finish)

    def replace(self, number: int, patch: Patch, change: Change, extra: Patch | None = None) -> None:
        """A step becomes another, without a change of what it led to; `extra` is what made it so."""
        pieces = encoding.patch_to_pieces(patch)
        old, runs = self.nodes[number], [] if extra is None or extra.run is None else [extra.run]
        node = replace(old, size=sum(map(len, pieces)), n_frames=None, runs=[*old.runs, *runs])
        change.write(records.put_step(node, pieces, extra.sides if extra else ()))

        def finish() -> None:
            self._bytes += node.size - old.size
            self.nodes[number] = node
            self._hold(number, patch)
        change.then(finish)

    def cut(self, n_frames: int, change: Change) -> None:
        """The frames from one on are cut off, of all steps."""
        change.write(records.cut_steps(n_frames))

        def finish() -> None:
            for node in self.nodes.values():
                node.n_frames = n_frames if node.n_frames is None else min(node.n_frames, n_frames)
        change.then(finish)

    def forgettable(self) -> tuple[list[int], int, list[Any]]:
        """Steps to forget so that the budget holds, where the history begins then, and facts of runs among them."""
        gone, root, facts, left = dict[int, None](), self.root, list[Any](), self._bytes
        if left <= self._budget:
            return [], root, facts
        for number in sorted(self.nodes):
            if number == self.head or left <= self._budget * 9 // 10:
                break
            if number in gone:
                continue
            lost = [number, *self.below(number)]
            if number in self._done:
                facts += self.nodes[number].runs
                lost = [number, *(each for child in self.children(root) if child != number
                                  for each in (child, *self.below(child)))]
                root = number
            left -= sum(self.nodes[each].size for each in lost if each not in gone)
            gone.update(dict.fromkeys(lost))
        return list(gone), root, facts

    def forget(self, numbers: Sequence[int], root: int, change: Change) -> None:
        """Some steps are dropped; the history begins after the step `root`."""
        change.write(records.forget_steps(numbers), records.set_state(root=root))

        def finish() -> None:
            for number in numbers:
                node = self.nodes.pop(number)
                self._bytes -= node.size
                self._children[node.parent].remove(number)
                self._done.pop(number, None)
                self._drop(number)
            self.root = root
        change.then(finish)

    def clear(self, change: Change) -> int:
        """Everything is dropped; the history begins after the step whose number is given back."""
        root = self.next_step
        change.write(records.clear, records.set_state(root=root, head=root, next_step=root + 1))

        def finish() -> None:
            for known in (self.nodes, self._children, self._done, self._held):
                known.clear()
            self.root, self.next_step, self._bytes, self._held_bytes = root, root + 1, 0, 0
        change.then(finish)
        return root

    def _add(self, node: Node) -> None:
        self.nodes[node.number] = node
        self._children.setdefault(node.parent, []).append(node.number)
        self._bytes += node.size

    def _do(self, number: int) -> None:
        self._done[number] = self.stamp
        self.stamp += 1

    def _next_of(self, number: int) -> Node | None:
        children = (self.nodes[child] for child in self._children.get(number, ()))
        return max(children, key=lambda node: node.visited, default=None)

    def _hold(self, number: int, patch: Patch) -> None:
        self._drop(number)
        self._held[number] = patch
        self._held_bytes += patch.nbytes
        while self._held_bytes > self._most:
            self._drop(next(iter(self._held)))

    def _drop(self, number: int) -> None:
        patch = self._held.pop(number, None)
        self._held_bytes -= 0 if patch is None else patch.nbytes


def _cut(patch: Patch, node: Node) -> Patch:
    return patch if node.n_frames is None else patch.within(node.n_frames)

