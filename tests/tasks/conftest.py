"""Workers with a child process that also runs odd tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from napari_cotracker.tasks.remote import Job, Worker
from tests.tasks.ears import ODD_COMMAND, PATIENCE, Ears

Begin = Callable[..., tuple[Ears, Job]]


@pytest.fixture(scope="module")
def shared_worker() -> Iterator[Worker]:
    """One for all tests of a module that leave its child alive."""
    worker = Worker(ODD_COMMAND)
    yield worker
    worker.close()
    assert worker.join(PATIENCE)


@pytest.fixture
def own_worker() -> Iterator[Worker]:
    worker = Worker(ODD_COMMAND)
    yield worker
    worker.close()
    assert worker.join(PATIENCE)


def beginner(worker: Worker) -> Begin:
    def begin(task: str, video: Any = None, urgent: bool = False, **arguments: Any) -> tuple[Ears, Job]:
        ears = Ears()
        return ears, worker.start(task, video, arguments, ears, urgent=urgent)

    return begin


@pytest.fixture
def begin(shared_worker: Worker) -> Begin:
    """Starts a task in a child that other tests use, too; jobs that are left over are the test's to end."""
    return beginner(shared_worker)


@pytest.fixture
def begin_apart(own_worker: Worker) -> Begin:
    """Starts a task in a child of the test's own."""
    return beginner(own_worker)
