"""The child process: owns torch, the warm network and the features, and runs tasks for the window.

It is started by `napari_cotracker.tasks.process` as ``python -m napari_cotracker.tasks.child``, is sent
messages on its standard input and answers on its standard output. It leaves when that pipe closes,
however the parent ended.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from ..core.files import discard
from ..core.tracker import RemoteControl, TrackUpdate
from . import messages
from .exchange import export_tracks, import_tracks
from .follow import follow, rehearse
from .handover import Opened
from .messages import Add, Cancel, Failed, Finished, Hold, Picture, Start, Updated, Wanted, WarmUp
from .paint_back import paint_back
from .propagate import propagate
from .retrack import retrack
from .shelf import Shelf

Task = Callable[..., Generator[TrackUpdate, None, Any]]

TASKS: Mapping[str, Task] = {"follow": follow, "retrack": retrack, "export": export_tracks, "import": import_tracks,
                              "propagate": propagate, "back": paint_back}
"""What can be asked for by name. A task is called with its arguments, ``control``, and ``video`` if there is one."""

WATCH_SECONDS = 1.0
LAST_SECONDS = 0.5
"""After a cancel, until a run that has not ended loses what it is writing: soon this process is killed for it."""


class Outlet:
    """Sends messages from any thread.

    Parameters
    ----------
    pipe : BinaryIO
    """

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def send(self, message: Any) -> None:
        """Send a message. Where nobody listens any more, this process is about to leave."""
        parts = messages.encode(message)
        with self._lock, suppress(OSError, ValueError):
            messages.write(self._pipe, parts)


class Run(RemoteControl):
    """One job: a task in a thread, and what it is told meanwhile.

    Parameters
    ----------
    start : Start
    task : callable
    outlet : Outlet
    shelf : Shelf
    """

    def __init__(self, start: Start, task: Task, outlet: Outlet, shelf: Shelf) -> None:
        super().__init__()
        self._start, self._task, self._outlet, self._shelf = start, task, outlet, shelf
        self._opened: Opened | None = None
        self._thread: int | None = None  # while it runs

    def cancel(self) -> None:
        """Stop at the next check; a frame of the parent's is not waited for."""
        super().cancel()
        last = threading.Timer(LAST_SECONDS, self._clear_up)
        last.daemon = True
        last.start()
        if self._opened is not None:
            self._opened.interrupt()

    def deliver(self, picture: Picture) -> None:
        """Take in a frame that was wanted."""
        if self._opened is not None:
            self._opened.deliver(picture)

    def go(self) -> None:
        """Run the task to its end and say how it ended, whatever happens."""
        self._thread = threading.get_ident()
        try:
            self._outlet.send(self._result())
        except BaseException as error:  # also what a task raises on purpose to end its process
            job = self._start.job
            self._outlet.send(Finished(job, None, True) if self.cancelled() else Failed.of(job, error))
        finally:
            self._thread = None
            if self._opened is not None:
                self._opened.close()

    def _clear_up(self) -> None:
        if (thread := self._thread) is not None:
            discard(thread)

    def _result(self) -> Finished:
        job = self._start.job
        given = messages.unpack_arguments(self._start.arguments)
        if self._start.video is not None:
            self._opened = Opened(self._start.video, self._shelf, lambda *what: self._outlet.send(Wanted(job, *what)))
            given["video"] = self._opened.video
        steps = self._task(control=self, **given)
        try:
            while True:
                self._outlet.send(Updated(job, next(steps)))
        except StopIteration as stop:
            return Finished(job, stop.value, self.cancelled())
        finally:
            steps.close()


class Child:
    """Starts and steers runs as the messages say.

    Parameters
    ----------
    tasks : mapping of str to callable
    outlet : Outlet
    """

    def __init__(self, tasks: Mapping[str, Task], outlet: Outlet) -> None:
        self._tasks, self._outlet = tasks, outlet
        self._runs: dict[int, Run] = {}
        self.shelf = Shelf()

    def serve(self, pipe: BinaryIO) -> None:
        """Take messages until the pipe ends."""
        while (message := messages.read(pipe)) is not None:
            self.take(message)

    def take(self, message: Any) -> None:
        """Do what a message says; never waits."""
        if isinstance(message, Start):
            self._begin(message)
        elif isinstance(message, WarmUp):
            threading.Thread(target=rehearse, name="warm up", daemon=True).start()
        elif (run := self._runs.get(message.job)) is None:
            return  # it is over
        elif isinstance(message, Cancel):
            run.cancel()
        elif isinstance(message, Hold):
            run.hold(message.held)
        elif isinstance(message, Add):
            run.add(message.queries)
        elif isinstance(message, Picture):
            run.deliver(message)

    def _begin(self, start: Start) -> None:
        task = self._tasks.get(start.task)
        if task is None:
            text = f"expected a task out of {', '.join(self._tasks)}; got {start.task!r}"
            self._outlet.send(Failed(start.job, "TrackingError", text))
            return
        run = self._runs[start.job] = Run(start, task, self._outlet, self.shelf)
        threading.Thread(target=self._go, args=(start.job, run), name=f"run {start.job}", daemon=True).start()

    def _go(self, job: int, run: Run) -> None:
        run.go()
        self._runs.pop(job, None)


def main(tasks: Mapping[str, Task] = TASKS) -> None:
    """Be the child process until the parent closes the pipe or is gone; does not return.

    Parameters
    ----------
    tasks : mapping of str to callable
    """
    # Ctrl-C in the parent's terminal is the parent's to answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    incoming, outgoing = take_pipes()
    volunteer()
    child = Child(tasks, Outlet(outgoing))
    parent = os.getppid()
    serving = threading.Thread(target=child.serve, args=(incoming,), name="messages", daemon=True)
    serving.start()
    # the pipe may be held open by some other process that the parent forked
    while serving.is_alive() and os.getppid() == parent:
        serving.join(WATCH_SECONDS)
        child.shelf.tidy()
    discard()
    os._exit(0)  # no thread is waited for


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes from and to the parent, moved to where no stray ``print`` of a library can reach them."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for pipe in (incoming, outgoing):
            msvcrt.setmode(pipe, os.O_BINARY)
    for stream in (sys.stdout, sys.stderr):
        _make_robust(stream)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")


def volunteer() -> None:
    """Where memory runs out, Linux is to end this process and not the window with the user's work."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def _make_robust(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace", line_buffering=True)


if __name__ == "__main__":
    main()
