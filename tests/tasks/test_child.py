"""The child's side: what it does with messages, and when it leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.tasks import messages
from napari_cotracker.tasks.child import TASKS, Child
from napari_cotracker.tasks.messages import Add, Cancel, Failed, Finished, Hold, Start, Updated, pack_arguments
from napari_cotracker.tasks.process import COMMAND
from napari_cotracker.tasks.remote import Worker
from tests.tasks.conftest import Begin
from tests.tasks.ears import PATIENCE


class Sent(list[Any]):
    """Stands in for the way out."""

    send = list.append

    def wait_for(self, kind: type, text: str = "") -> Any:
        """The first message of a kind, with a text if it is an update."""
        until = time.monotonic() + PATIENCE
        while not (found := [message for message in list(self) if isinstance(message, kind)
                             and (not text or text in message.update.message)]):
            assert time.monotonic() < until, self[-3:]
            time.sleep(0.005)
        return found[0]


def points(*ids: int) -> Queries:
    return Queries(np.zeros(len(ids)), np.zeros((len(ids), 2)), np.array(ids))


def until_cancelled(control: Control) -> Iterator[TrackUpdate]:
    seen: list[Any] = []
    while not control.cancelled():
        added = control.new_queries()
        seen += [] if added is None else added.ids.tolist()
        yield TrackUpdate.heartbeat(0.0, "held" if control.paused() else f"saw {seen}")
        time.sleep(0.005)
    return seen


def child(**tasks: Any) -> tuple[Child, Sent]:
    sent = Sent()
    return Child(tasks, sent), sent  # type: ignore[arg-type]


def test_a_run_hears_what_it_is_told() -> None:
    one, sent = child(task=until_cancelled)
    one.take(Start(3, "task", None, pack_arguments({})))
    one.take(Hold(3, True))
    sent.wait_for(Updated, "held")
    one.take(Add(3, points(4)))
    one.take(Add(3, points(5, 6)))
    one.take(Hold(3, False))
    sent.wait_for(Updated, "6")
    one.take(Cancel(3))
    assert sent.wait_for(Finished) == Finished(3, [4, 5, 6], True)
    one.take(Cancel(3))
    one.take(Add(99, points(1)))


def test_a_task_that_does_not_exist_is_refused() -> None:
    one, sent = child(task=until_cancelled)
    one.take(Start(3, "os:system", None, pack_arguments({"command": "true"})))
    error = sent.wait_for(Failed).error()
    assert isinstance(error, TrackingError) and "task out of task; got 'os:system'" in str(error)


def test_an_error_after_a_cancel_is_no_error() -> None:
    def task(control: Control) -> Iterator[TrackUpdate]:
        while not control.cancelled():
            yield TrackUpdate.heartbeat(0.0)
        raise CheckpointError("stopped in the middle")

    one, sent = child(task=task)
    one.take(Start(0, "task", None, pack_arguments({})))
    one.take(Cancel(0))
    assert sent.wait_for(Finished).cancelled and not [m for m in sent if isinstance(m, Failed)]


def test_arguments_that_a_task_does_not_take_are_an_error() -> None:
    one, sent = child(task=until_cancelled)
    one.take(Start(0, "task", None, pack_arguments({"colour": "red"})))
    assert "colour" in str(sent.wait_for(Failed).error())


def test_tracking_can_be_asked_for() -> None:
    assert "follow" in TASKS


def test_prints_do_not_reach_the_pipe(begin: Begin) -> None:
    assert begin("noisy")[0].result() == "quiet"


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [("ours", CheckpointError, "a damaged file"), ("memory", TrackingError, "memory ran out"),
     ("exit", TrackingError, "SystemExit"), ("any", TrackingError, "KeyError")],
)
def test_errors_of_a_task_are_told_and_the_child_lives_on(begin: Begin, kind: str, error: type, text: str) -> None:
    with pytest.raises(error, match=text) as raised:
        begin("fail", kind=kind)[0].result()
    assert "\n" not in str(raised.value)
    assert begin("count", to=1)[0].result()["counted"] == 1


def test_a_result_that_cannot_travel_is_an_error(begin: Begin) -> None:
    with pytest.raises(TrackingError, match="cannot pickle"):
        begin("odd_result")[0].result()


@pytest.mark.skipif(sys.platform == "win32", reason="nothing that is open can be removed there")
@pytest.mark.parametrize("end", ["cancel", "close"])
def test_what_is_killed_while_it_writes_leaves_nothing_behind(
    begin_apart: Begin, own_worker: Worker, tmp_path: Path, end: str
) -> None:
    ears, job = begin_apart("write_on", folder=str(tmp_path))
    ears.wait_for_cells()
    assert len(list(tmp_path.iterdir())) == 3
    if end == "cancel":
        job.cancel()
        assert ears.was_cancelled()
    else:  # it finds its pipe closed, as when the window was killed
        child = own_worker._dispatcher.child
        assert child is not None
        child._outbox.put(None)
        with pytest.raises(TrackingError):
            ears.result()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def plain() -> Iterator[subprocess.Popen[bytes]]:
    """The very process that the window starts."""
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_it_leaves_when_the_pipe_closes(plain: subprocess.Popen[bytes]) -> None:
    assert plain.stdin is not None and plain.stdout is not None
    messages.write(plain.stdin, messages.encode(Start(1, "nothing", None, pack_arguments({}))))
    assert isinstance(messages.read(plain.stdout), Failed)
    plain.stdin.close()
    assert plain.wait(PATIENCE) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_leaves_the_interrupt_key_to_its_parent(plain: subprocess.Popen[bytes]) -> None:
    assert plain.stdin is not None and plain.stdout is not None
    for job in range(2):
        messages.write(plain.stdin, messages.encode(Start(job, "nothing", None, pack_arguments({}))))
        assert messages.read(plain.stdout).job == job
        plain.send_signal(signal.SIGINT)
