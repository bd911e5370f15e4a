"""Trackers that run in threads of their own while the caller does something else with what they have said."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress

from ..core.tracker import Control, RemoteControl, TrackUpdate

POLL_SECONDS = 0.05
AHEAD = 2  # answers that may wait for each run: enough to keep it busy, few enough that nothing grows

Run = Callable[[Control], Iterator[TrackUpdate]]
_Item = tuple[int, TrackUpdate | BaseException | None]  # of which run; None at its end


def side_by_side(runs: Sequence[Run], control: Control, relay: RemoteControl | None = None
                 ) -> Iterator[tuple[int, TrackUpdate]]:
    """Run trackers at the same time.

    Parameters
    ----------
    runs : sequence of callable
        Each makes the updates of one run, and is given a control of its own.
    control : Control
        Asked in the caller's thread only.
    relay : RemoteControl, optional
        What the runs are told through: for a caller who has something to tell them between two answers.

    Yields
    ------
    (int, TrackUpdate)
        Which run, and what it says; the updates of each run in their order.

    Raises
    ------
    Exception
        Whatever a run raises; the others are cancelled then, as they are when nobody wants to hear more.
    """
    relay, told = relay or RemoteControl(), queue.Queue[_Item](AHEAD * len(runs))
    threads = [threading.Thread(target=_speak, args=(number, run, relay, told), name="tracker run", daemon=True)
               for number, run in enumerate(runs)]
    for thread in threads:
        thread.start()
    left = len(runs)
    try:
        while left:
            _pass_on(control, relay)
            try:
                number, update = told.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if isinstance(update, BaseException):
                raise update
            if update is None:
                left -= 1
            else:
                yield number, update
    finally:
        relay.cancel()
        for thread in threads:
            _wait_for(thread, told)


def _pass_on(control: Control, relay: RemoteControl) -> None:
    """Tell the runs what the control says."""
    relay.hold(control.paused())
    added = control.new_queries()
    if added is not None:
        relay.add(added)
    if control.cancelled():
        relay.cancel()


def _speak(number: int, run: Run, relay: Control, told: queue.Queue[_Item]) -> None:
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
