from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos import readahead
from napari_cotracker.videos.readahead import ReadAhead


class Slow:
    """A decoder of 50 frames that can be held up."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.closed = False

    def decode(self, frame: int) -> list[tuple[int, Any]]:
        self.go.wait(60)
        if frame >= 50:
            raise VideoError("beyond the end")
        return [] if frame == 13 else [(frame, f"picture {frame}")]

    def close(self) -> None:
        self.closed = True


def make(start: int = 10, depth: int = 4) -> tuple[Slow, dict[int, Any], ReadAhead]:
    decoder, store = Slow(), dict[int, Any]()
    return decoder, store, ReadAhead(decoder, start, depth, store.__setitem__)  # type: ignore[arg-type]


def test_it_stays_a_bounded_way_ahead() -> None:
    _, store, ahead = make()
    assert ahead.wait_for(14)
    assert ahead.wait_for(10) and not ahead.wait_for(15) and not ahead.wait_for(9)
    assert store == {k: None if k == 13 else f"picture {k}" for k in range(10, 15)}
    ahead.follow(12)
    assert ahead.wait_for(16)
    ahead.follow(40)  # a jump: not ours
    assert not ahead.wait_for(40)
    ahead.stop()
    assert max(store) == 16


def test_waiting_ends_when_it_is_stopped() -> None:
    decoder, store, ahead = make()
    assert ahead.wait_for(14)
    decoder.go.clear()
    ahead.follow(14)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(ahead.wait_for(18)))
    waiting.start()
    stopping = threading.Thread(target=ahead.stop)
    stopping.start()
    waiting.join(60)
    assert answers == [False]
    decoder.go.set()
    stopping.join(60)
    assert decoder.closed and 18 not in store


def test_it_ends_when_nobody_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readahead, "IDLE_SECONDS", 0.05)
    decoder, store, ahead = make()
    wait_until_closed(decoder)
    assert sorted(store) == [10, 11, 12, 13, 14]
    ahead.follow(14)
    assert not ahead.wait_for(18)


def wait_until_closed(decoder: Slow) -> None:
    for _ in range(1000):
        if decoder.closed:
            return
        time.sleep(0.01)
    raise AssertionError("still open")


def test_the_end_of_the_film_ends_it() -> None:
    decoder, store, ahead = make(start=48)
    assert ahead.wait_for(49)
    assert not ahead.wait_for(50)
    wait_until_closed(decoder)
    assert sorted(store) == [48, 49]
    ahead.stop()
