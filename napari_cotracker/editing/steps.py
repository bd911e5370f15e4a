"""The history in words: what is done, what can be done again, and what was undone and left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from .journal import Journal
from .records import Node


class Step(NamedTuple):
    """A step of the history, for those who show it.

    Parameters
    ----------
    number : int
        For `Session.go_to`.
    label : str
    time : datetime
        When it was done first.
    is_done : bool
        False if it is undone.
    """

    number: int
    label: str
    time: datetime
    is_done: bool


def steps_of(journal: Journal) -> tuple[Step, ...]:
    """What is done, and what can be done again, one after the other."""
    done = (step_of(journal.nodes[number], True) for number in journal.done)
    return *done, *(step_of(node, False) for node in journal.ahead)


def branches_of(journal: Journal) -> tuple[tuple[Step, ...], ...]:
    """What was undone and left: each line from where it leaves another one to its end, the oldest first."""
    current = {*journal.done, *(node.number for node in journal.ahead)}
    lines = dict[int, list[int]]()  # by their last steps
    for number in sorted(set(journal.nodes) - current):
        line = lines.pop(journal.nodes[number].parent, [])
        line.append(number)
        lines[number] = line
    ordered = sorted(lines.values())
    return tuple(tuple(step_of(journal.nodes[number], False) for number in line) for line in ordered)


def step_of(node: Node, is_done: bool) -> Step:
    """A step as it is shown."""
    return Step(node.number, node.label, datetime.fromtimestamp(node.time, UTC), is_done)
