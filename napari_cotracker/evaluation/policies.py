"""Ways to correct tracks: a rule for what a correction changes, a queue for where to look, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial

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
    actions: int
    tracker: str = ""
    keeps_pins: bool = True
    approval: Approval = Approval.SOLVED_FROM
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
    ours, sigmoid = BothWays(solve_span), BothWays(rules.blend_by_sigmoid, is_local=False)
    low, scan = queues.least_confident, queues.scan
    keyframes = partial(Policy, rule=rules.interpolate, actions=3, places_last=True)
    overwrite = partial(Policy, rule=rules.overwrite, actions=12, keeps_pins=False, approval=Approval.NOTED)
    to_next = partial(Policy, rule=rules.go_to_next, actions=12)
    nearest = partial(Policy, rule=rules.go_to_middle, actions=10)
    flow = partial(Policy, rule=sigmoid, actions=6, tracker=LUCAS_KANADE)
    mine = partial(Policy, rule=ours, actions=2)
    rivals = {"overwrite": overwrite, "to next": to_next, "nearest": nearest, "flow both ways": flow}
    pairs = [(make(f"{name}, low confidence", queue=low), make(f"{name}, scan", queue=scan, scans=True))
             for name, make in rivals.items()]
    return (
        keyframes("keyframes, uniform", queue=queues.widest_gap),
        keyframes("keyframes, oracle", queue=queues.oracle),
        *(policy for pair in pairs for policy in pair),
        mine("ours, queue", queue=queue),
        mine("ours, low confidence", queue=low),
        mine("ours, scan", queue=scan, scans=True),
        mine("ours, oracle", queue=queues.oracle),
    )
