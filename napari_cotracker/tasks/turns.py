"""Several tasks that someone waits for, each a little at a time: none keeps the others from their first answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import replace
from time import monotonic
from typing import TypeVar

from ..core.tracker import TrackUpdate

Result = TypeVar("Result")


def take_turns(parts: Sequence[Generator[TrackUpdate, None, Result]], seconds: float
               ) -> Generator[TrackUpdate, None, list[Result]]:
    """Run tasks that do not depend on each other, in turns.

    Each round is twice as long as the one before: a film has to find another place at every turn.

    Parameters
    ----------
    parts : sequence of generator
        Closed when this one is.
    seconds : float
        How long the turns of the first round are.

    Yields
    ------
    TrackUpdate
        What the parts say; ``done`` is the share of them all.

    Returns
    -------
    list
        What each of them returned, in their order.
    """
    results, shares = dict[int, Result](), [0.0] * len(parts)
    waiting = deque(range(len(parts)))
    try:
        while waiting:
            for _ in range(len(waiting)):
                number, until = waiting.popleft(), monotonic() + seconds
                try:
                    while True:
                        update = next(parts[number])
                        shares[number] = max(shares[number], update.done)
                        yield replace(update, done=sum(shares) / len(shares))
                        if waiting and monotonic() >= until:
                            waiting.append(number)
                            break
                except StopIteration as end:
                    results[number], shares[number] = end.value, 1.0
            seconds *= 2
    finally:
        for part in parts:
            part.close()
    return [results[number] for number in range(len(parts))]
