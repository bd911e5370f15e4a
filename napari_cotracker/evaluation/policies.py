"""Ways to correct tracks: a rule for what a correction changes, a queue for where to look, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from . import queues, rules
from .queues import Queue
from .rules import BothWays, Rule, SolveSpan

LUCAS_KANADE = "lucas-kanade"


class Approval(Enum):
    """What becomes of a cell that a person finds right."""

    NOTED = "nobody is sent there again while it is as it was"
    KEPT = "it stays, and spans end there"
    SOLVED_FROM = "it stays, and the tracker starts from it, too"


@dataclass(frozen=True)
class Policy:
    """A way to correct tracks.

    Parameters
    ----------
    name : str
    rule : Rule
    queue : Queue
    actions : int
        Keys and clicks that one correction takes in the program that works so.
    tracker : str
        A model of its own; "" is the one that is evaluated.
    keeps_pins : bool
        Whether later corrections leave earlier ones in place.
    approval : Approval
        What becomes of a cell that a person finds right.
    places_last : bool
        Whether a person begins with the last visible frame as well as with the first.
    scans : bool
        Whether every frame up to the next one counts as looked at.
    """

    name: str
    rule: Rule
    queue: Queue
    actions: int = 2
    tracker: str = ""
    keeps_pins: bool = True
    approval: Approval = Approval.NOTED
    places_last: bool = False
    scans: bool = False


def all_policies(solve_span: SolveSpan = rules.blend_span, queue: Queue = queues.review) -> tuple[Policy, ...]:
    """Ours, and those of other programs, each with the same low-confidence queue and with the queue that suits it.

    Parameters
    ----------
    solve_span : callable
        Our way to solve a closed span.
    queue : callable
        Our review queue.
    """
    ours = BothWays(solve_span)
    sigmoid = BothWays(rules.blend_by_sigmoid, is_local=False)
    low, scan = queues.least_confident, queues.scan
    return (
        Policy("keyframes, uniform", rules.interpolate, queues.widest_gap, 3, places_last=True),
        Policy("keyframes, oracle", rules.interpolate, queues.oracle, 3, places_last=True),
        Policy("overwrite, low confidence", rules.overwrite, low, 12, keeps_pins=False),
        Policy("overwrite, scan", rules.overwrite, scan, 12, keeps_pins=False, scans=True),
        Policy("to next, low confidence", rules.go_to_next, low, 12),
        Policy("to next, scan", rules.go_to_next, scan, 12, scans=True),
        Policy("nearest, low confidence", rules.go_to_middle, low, 10),
        Policy("nearest, scan", rules.go_to_middle, scan, 10, scans=True),
        Policy("flow both ways, low confidence", sigmoid, low, 6, LUCAS_KANADE),
        Policy("flow both ways, scan", sigmoid, scan, 6, LUCAS_KANADE, scans=True),
        Policy("ours, queue", ours, queue),
        Policy("ours, low confidence", ours, low),
        Policy("ours, scan", ours, scan, scans=True),
        Policy("ours, oracle", ours, queues.oracle),
    )
