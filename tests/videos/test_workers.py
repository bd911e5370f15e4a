from __future__ import annotations

import threading

import pytest

from napari_cotracker.videos.workers import Workers


def test_one_thread_keeps_the_order() -> None:
    done: list[int] = []
    workers = Workers(1, 3)
    for number in range(50):
        workers.submit(done.append, number)
    workers.finish()
    workers.close()
    assert done == list(range(50))


def test_whoever_hands_on_more_waits() -> None:
    gate, begun = threading.Event(), threading.Semaphore(0)
    workers = Workers(1, 2)
    handed = threading.Thread(target=lambda: [workers.submit(wait) for _ in range(6)])

    def wait() -> None:
        begun.release()
        gate.wait(10)

    handed.start()
    assert begun.acquire(timeout=10)
    handed.join(0.2)
    assert handed.is_alive() and len(workers._pending) <= 3
    gate.set()
    handed.join(10)
    workers.finish()
    workers.close()


def test_after_an_error_nothing_more_is_begun() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 3:
            raise OSError("the disk is full")
        done.append(number)

    workers = Workers(1, 100)
    with pytest.raises(OSError, match="full"):
        for number in range(10):
            workers.submit(work, number)
        workers.finish()
    workers.close()
    assert done == [0, 1, 2]


def test_what_has_not_begun_is_dropped() -> None:
    gate, done = threading.Event(), []
    workers = Workers(1, 100)
    workers.submit(gate.wait, 10)
    for number in range(5):
        workers.submit(done.append, number)
    threading.Timer(0.1, gate.set).start()
    workers.close()
    assert len(done) <= 5
