"""One errand at a time, and nobody hears of one that was called off."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from napari_cotracker.core.errors import EditError, FormatError
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.ui.exchange import Errand

from .mouse import settle
from .workers import StubWorker


class Sender:
    """An errand, and what comes of it."""

    def __init__(self) -> None:
        self.worker, self.got, self.failed, self.changes = StubWorker(), list[Any](), list[Any](), 0
        self.errand = Errand(self.worker)  # type: ignore[arg-type]
        self.errand.failed.connect(self.failed.append)
        self.errand.changed.connect(self._count)

    def send(self, done: Any = None) -> Any:
        self.errand.send("import", {"path": "a.csv"}, done or self.got.append)
        return self.worker.jobs[-1]

    def _count(self) -> None:
        self.changes += 1


@pytest.fixture
def sender(qtbot: QtBot) -> Sender:
    return Sender()


def test_its_result_is_heard_once_it_is_over(sender: Sender) -> None:
    job = sender.send()
    assert sender.errand.is_busy and (job.task, job.arguments, job.urgent) == ("import", {"path": "a.csv"}, True)
    job.finish("tracks")
    settle()
    assert (sender.got, sender.errand.is_busy, sender.changes) == (["tracks"], False, 2)


def test_its_progress_is_heard_and_what_takes_long_waits_for_others(sender: Sender) -> None:
    heard: list[Any] = []
    sender.errand.progressed.connect(heard.append)
    sender.errand.send("propagate", {}, sender.got.append, urgent=False)
    job = sender.worker.jobs[-1]
    assert not job.urgent
    update = TrackUpdate.heartbeat(0.25, "rendering")
    job.listener.updated(update)
    settle()
    assert heard == [update]
    sender.errand.cancel()
    job.listener.updated(update)
    settle()
    assert heard == [update]


def test_a_failure_is_told(sender: Sender) -> None:
    sender.send().fail(FormatError("odd"))
    settle()
    assert [str(error) for error in sender.failed] == ["odd"]
    assert not sender.errand.is_busy and sender.got == []


def test_what_goes_wrong_with_the_result_is_told_as_well(sender: Sender) -> None:
    def refuse(result: Any) -> None:
        raise EditError(f"{result} does not fit")

    sender.send(refuse).finish("tracks")
    settle()
    assert [str(error) for error in sender.failed] == ["tracks does not fit"]
    assert not sender.errand.is_busy


def test_a_new_one_takes_the_old_ones_turn(sender: Sender) -> None:
    first = sender.send()
    second = sender.send()
    assert first.told == ["cancel"]
    first.finish("old")
    second.finish("new")
    settle()
    assert sender.got == ["new"]


def test_nothing_is_heard_after_it_is_called_off(sender: Sender) -> None:
    job = sender.send()
    sender.errand.cancel()
    job.finish("tracks")
    settle()
    assert (job.told, sender.got, sender.errand.is_busy) == (["cancel"], [], False)
    sender.errand.cancel()
    other = sender.send()
    other.finish(None, cancelled=True)
    settle()
    assert sender.got == []
