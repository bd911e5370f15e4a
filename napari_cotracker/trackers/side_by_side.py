"""Trackers that run in threads of their own while the caller does something else with what they have said."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress

from ..core.queries import Queries
from ..core.tracker import Control, TrackUpdate

POLL_SECONDS = 0.05
AHEAD = 2  # answers that may wait for each run: enough to keep it busy, few enough that nothing grows

Run = Callable[[Control], Iterator[TrackUpdate]]


def side_by_side(runs: Sequence[Run], control: Control) -> Iterator[tuple[int, TrackUpdate]]:
    """Run trackers at the same time.

    Parameters
    ----------
    runs : sequence of callable
        Each makes the updates of one run, and is given a control of its own.
    control : Control
        Asked in the caller's thread only.

    Yields
    ------
    (int, TrackUpdate)
        Which run, and what it says; the updates of each run in their order.

    Raises
    ------
    Exception
        Whatever a run raises; the others are cancelled then, as they are when nobody wants to hear more.
    """
    relay, told = _Relay(), queue.Queue[_Item](AHEAD * len(runs))
    threads = [threading.Thread(target=_speak, args=(number, run, relay, told), name="tracker run", daemon=True)
               for number, run in enumerate(runs)]
    for thread in threads:
        thread.start()
    left = len(runs)
    try:
        while left:
            relay.hear(control)
            with suppress(queue.Empty):
                number, update = told.get(timeout=POLL_SECONDS)
                if isinstance(update, BaseException):
                    raise update
                if update is None:
                    left -= 1
                else:
                    yield number, update
    finally:
        relay.stop()
        for thread in threads:
            _wait_for(thread, told)


_Item = tuple[int, TrackUpdate | BaseException | None]


class _Relay(Control):
    """What a run in another thread hears of a control."""

    def __init__(self) -> None:
        self._cancelled = self._paused = False
        self._added: Queries | None = None
        self._lock = threading.Lock()

    def hear(self, control: Control) -> None:
        """Ask the control; in its own thread."""
        self._cancelled, self._paused = control.cancelled(), control.paused()
        added = control.new_queries()
        if added is not None:
            with self._lock:
                self._added = added if self._added is None else self._added.join(added)

    def stop(self) -> None:
        self._cancelled = True

    def cancelled(self) -> bool:
        return self._cancelled

    def paused(self) -> bool:
        return self._paused

    def new_queries(self) -> Queries | None:
        with self._lock:
            added, self._added = self._added, None
        return added


def _speak(number: int, run: Run, relay: _Relay, told: queue.Queue[_Item]) -> None:
    """One run, in its thread."""
    try:
        with closing(run(relay)) as updates:  # type: ignore[type-var]
            for update in updates:
                if len(update.frames):
                    told.put((number, update))
                else:
                    with suppress(queue.Full):  # a sign of life, where there is enough to hear anyway
                        told.put_nowait((number, update))
        told.put((number, None))
    except BaseException as error:  # raised again where the caller is
        told.put((number, error))


def _wait_for(thread: threading.Thread, told: queue.Queue[_Item]) -> None:
    """Until a run has noticed that it is over; nothing that it still says holds it up."""
    while thread.is_alive():
        with suppress(queue.Empty):
            told.get(timeout=POLL_SECONDS)
