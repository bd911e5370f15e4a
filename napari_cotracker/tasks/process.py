"""The parent's end of the child process: starting it, talking with it, and how it ended."""

from __future__ import annotations

import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..core.errors import TrackingError
from ..core.threads import keep_to_one
from . import messages

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "napari_cotracker.tasks.child")
REMEDY = ("track again: a new process starts; fewer points at a time, mode online or a lower resolution need less "
          "memory")
REASONS = {"SIGKILL": ": probably memory ran out", "SIGBUS": ": a library crashed, or memory ran out",
           "SIGSEGV": ": a library crashed", "SIGABRT": ": a library crashed", "SIGILL": ": a library crashed"}
WINDOWS_ERRORS = 0xC0000000  # exit codes from here on are its own: 0xC0000005 after memory that is not the process's
GRACE_SECONDS = 2.0
KEPT_LINES = 40
LINE_BYTES = 4096


@dataclass(frozen=True)
class Ending:
    """How a child ended.

    Parameters
    ----------
    code : int or None
        Exit code, minus the number of a signal; None if the process could not be started.
    last_line : str
        Of what it wrote on its standard error; what the system said if it could not be started.
    """

    code: int | None
    last_line: str = ""

    def error(self) -> TrackingError:
        """What to tell whoever waited for an answer."""
        said = f": {self.last_line:.300}" if self.last_line else ""
        if self.code is None:
            return TrackingError(f"the tracking process cannot be started with {COMMAND[0]!r}{said}; check that this "
                                 "Python can be run")
        if self.code < 0:
            return TrackingError(f"the tracking process was ended by {_name_of(-self.code)}{said}; {REMEDY}")
        if self.code >= WINDOWS_ERRORS:
            return TrackingError(f"the tracking process was ended by Windows (0x{self.code:X}): a library crashed, or "
                                 f"memory ran out{said}; {REMEDY}")
        return TrackingError(f"the tracking process ended with exit code {self.code}{said}; {REMEDY}")


class ChildProcess:
    """A running child. What it says is handed on from a thread, in order; how it ended comes last.

    Parameters
    ----------
    command : sequence of str
    receive : callable
        ``receive(message)``.
    ended : callable
        ``ended(ending)``; called once, when the process is gone and nothing of it is left.

    Raises
    ------
    OSError
        If the process cannot be started.
    """

    def __init__(self, command: Sequence[str], receive: Callable[[Any], None], ended: Callable[[Ending], None]) -> None:
        self._receive, self._ended = receive, ended
        self._popen = subprocess.Popen(
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(),
            **_apart(),
        )
        self._outbox: queue.SimpleQueue[list[messages.Part] | None] = queue.SimpleQueue()
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._threads = {
            work.__name__: threading.Thread(target=work, name=f"child process: {work.__name__}", daemon=True)
            for work in (self._write, self._listen, self._read)
        }
        for thread in self._threads.values():
            thread.start()

    @property
    def pid(self) -> int:
        """Its number in the system."""
        return self._popen.pid

    def send(self, message: Any) -> None:
        """Send a message; never waits. It is lost if the process has ended, which `ended` tells."""
        self._outbox.put(messages.encode(message))

    def kill(self) -> None:
        """End the process at once, with whatever it started."""
        if self._popen.poll() is not None:
            return
        with suppress(OSError):
            if os.name == "posix":
                os.killpg(self._popen.pid, signal.SIGKILL)
            else:
                self._popen.kill()

    def _write(self) -> None:
        pipe = _pipe(self._popen.stdin)
        with suppress(OSError, ValueError):  # the reader finds out that it is gone
            while (parts := self._outbox.get()) is not None:
                messages.write(pipe, parts)
        with suppress(OSError):
            pipe.close()

    def _listen(self) -> None:
        """Keep the last lines of what libraries and the interpreter complain about."""
        with _pipe(self._popen.stderr) as pipe:
            while line := pipe.readline(LINE_BYTES):
                text = line.decode(errors="replace").rstrip()
                logger.info("%s", text)
                self._lines.append(text)

    def _read(self) -> None:
        with _pipe(self._popen.stdout) as pipe:
            try:
                while (message := messages.read(pipe)) is not None:
                    self._receive(message)
            except Exception:  # whatever it was, this child cannot be understood any longer
                logger.exception("a message of the child process cannot be read")
                self.kill()
        self._ended(Ending(self._wait(), self._last_line()))

    def _wait(self) -> int:
        """Exit code of the process, which has closed its pipe and is to end."""
        try:
            return self._popen.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._popen.wait()

    def _last_line(self) -> str:
        self._outbox.put(None)
        for name in ("_write", "_listen"):
            self._threads[name].join(GRACE_SECONDS)
        told = [line for line in self._lines if line.strip() and not line.startswith(" ")]
        return told[-1].strip() if told else ""


def _apart() -> dict[str, Any]:
    """Keep signals of the terminal (Ctrl-C) away from the child, and on Windows a console window from the screen."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _environment() -> dict[str, str]:
    """This process's environment, in which the child finds the same package, wherever it was imported from."""
    root, found = str(Path(__file__).parents[2]), dict(os.environ)
    keep_to_one(found)
    if "site-packages" not in Path(root).parts:
        found["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    return found


def _pipe(pipe: Any) -> BinaryIO:
    assert pipe is not None
    found: BinaryIO = pipe
    return found


def _name_of(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = "unknown"
    return f"signal {number} ({name}){REASONS.get(name, '')}"
