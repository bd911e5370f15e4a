"""Work in the background: the last thing asked for is what comes."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.ui.background import Background

from .mouse import settle, wait_until


@pytest.fixture
def background(qapp: Any) -> Iterator[Background]:
    made = Background("test")
    yield made
    made.close()


def heard(background: Background) -> list[Any]:
    """What its signals say, from now on."""
    found: list[Any] = []
    background.progressed.connect(found.append)
    background.finished.connect(found.append)
    background.failed.connect(lambda error: found.append(str(error)))
    return found


def counting(name: str, gate: threading.Event | None = None) -> Any:
    def work() -> Generator[float, None, str]:
        yield 0.0
        if gate is not None:
            assert gate.wait(5)
        yield 0.5
        return name

    return work


def test_progress_and_result_come_in_qts_thread(background: Background) -> None:
    found = heard(background)
    threads = []
    background.finished.connect(lambda _: threads.append(threading.current_thread()))
    background.ask(counting("one"))
    assert background.is_busy
    wait_until(lambda: "one" in found)
    assert found == [0.0, 0.5, "one"]
    assert threads == [threading.main_thread()]
    assert not background.is_busy


def test_a_new_request_takes_the_place_of_those_before(background: Background) -> None:
    found, gate = heard(background), threading.Event()
    background.ask(counting("one", gate))
    wait_until(lambda: found == [0.0])
    background.ask(counting("two"))
    background.ask(counting("three"))
    gate.set()
    wait_until(lambda: "three" in found)
    settle(0.05)
    assert "one" not in found
    assert "two" not in found


def test_what_is_dropped_is_not_heard_of(background: Background) -> None:
    found, gate = heard(background), threading.Event()
    background.ask(counting("one", gate))
    wait_until(lambda: found == [0.0])
    background.drop()
    assert not background.is_busy
    gate.set()
    settle(0.1)
    assert found == [0.0]
    background.ask(counting("two"))
    wait_until(lambda: "two" in found)


def test_errors_are_sentences(background: Background, caplog: pytest.LogCaptureFixture) -> None:
    def wrong() -> Generator[float, None, None]:
        raise EditError("expected this, got that")
        yield 0.0

    def broken() -> Generator[float, None, None]:
        yield 0.0
        raise ZeroDivisionError("by zero")

    found = heard(background)
    background.ask(wrong)
    wait_until(lambda: found == ["expected this, got that"])
    background.ask(broken)
    wait_until(lambda: len(found) == 3)
    assert found[-1] == "this did not work (ZeroDivisionError: by zero); please report it"
    assert "Traceback" in caplog.text


def test_after_closing_nothing_is_heard_and_the_thread_ends(background: Background) -> None:
    found, gate = heard(background), threading.Event()
    background.ask(counting("one", gate))
    wait_until(lambda: found == [0.0])
    thread = background._thread
    background.close()
    gate.set()
    assert thread is not None
    thread.join(5)
    assert not thread.is_alive()
    settle()
    assert found == [0.0]
