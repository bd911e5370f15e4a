"""The parent's end of a child process."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import Any

import pytest

from napari_cotracker.tasks.messages import Finished, Start, Updated, pack_arguments
from napari_cotracker.tasks.process import ChildProcess, Ending
from tests.tasks.ears import ODD_COMMAND, PATIENCE


class Talk:
    """A child process, and all that it said."""

    def __init__(self, *command: str) -> None:
        self.heard: queue.Queue[Any] = queue.Queue()
        self.threads = set(threading.enumerate())
        self.child = ChildProcess(command, self.heard.put, self.heard.put)

    def next(self) -> Any:
        return self.heard.get(timeout=PATIENCE)

    def ending(self) -> Ending:
        while not isinstance(heard := self.next(), Ending):
            pass
        return heard


def python(code: str) -> Talk:
    return Talk(sys.executable, "-c", code)


def test_messages_go_there_and_back() -> None:
    talk = Talk(*ODD_COMMAND)
    talk.child.send(Start(4, "count", None, pack_arguments({"to": 2})))
    heard = [talk.next() for _ in range(3)]
    assert [type(message) for message in heard] == [Updated, Updated, Finished]
    assert heard[-1].result["counted"] == 2
    talk.child.kill()
    assert talk.ending().code != 0


def test_nothing_is_left_when_it_has_ended() -> None:
    talk = python("import sys; sys.stdin.read(1)")
    os.kill(talk.child.pid, 0)
    talk.child.kill()
    talk.ending()
    assert [t for t in threading.enumerate() if t not in talk.threads and "_read" not in t.name and t.is_alive()] == []
    if sys.platform != "win32":
        with pytest.raises(ChildProcessError):
            os.waitpid(talk.child.pid, os.WNOHANG)
    talk.child.send(Updated(1, None))  # type: ignore[arg-type]
    talk.child.kill()


def test_how_it_ended_comes_with_its_last_words() -> None:
    ending = python("import sys; print('one\\n  two\\n', file=sys.stderr); sys.exit(5)").ending()
    assert ending == Ending(5, "one")
    assert "exit code 5: one; track again" in str(ending.error())


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_signal_is_called_by_its_name() -> None:
    talk = python("import sys; sys.stdin.read(1)")
    os.kill(talk.child.pid, signal.SIGKILL)
    ending = talk.ending()
    assert ending.code == -signal.SIGKILL
    assert "signal 9 (SIGKILL): probably memory ran out; track again" in str(ending.error())
    assert "signal 11 (SIGSEGV): a library crashed" in str(Ending(-11).error())
    assert "signal 99 (unknown)" in str(Ending(-99).error())


def test_what_windows_ended_is_told_from_an_exit_code() -> None:
    told = str(Ending(0xC0000005).error())
    assert "ended by Windows (0xC0000005): a library crashed, or memory ran out; track" in told
    assert "with exit code 3; track" in str(Ending(3).error())


def test_what_talks_nonsense_is_ended() -> None:
    talk = python("import time; print('Hello, this is no message', flush=True); time.sleep(600)")
    assert talk.ending().code != 0


def test_what_closes_its_pipe_and_stays_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.tasks.process.GRACE_SECONDS", 0.2)
    assert python("import os, time; os.close(1); time.sleep(600)").ending().code != 0


def test_a_child_that_does_not_read_keeps_nobody_waiting() -> None:
    talk = python("import time; time.sleep(600)")
    for _ in range(50):
        talk.child.send(Start(1, "x", None, b"0" * 1_000_000))
    talk.child.kill()
    talk.ending()


def test_what_cannot_be_started_says_so() -> None:
    with pytest.raises(OSError):
        Talk("/nowhere/python")
    assert "cannot be started" in str(Ending(None, "no such file").error())
