"""Decodes the next frames in a thread while the reader works on the last ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..core.errors import CotrackerError
from .decoder import Decoder

AHEAD = 12
"""Frames decoded before they are asked for."""

IDLE_SECONDS = 10.0
"""A reader that went elsewhere is not waited for any longer; a film that nobody closed is set free."""


class ReadAhead:
    """Owns a decoder and fills the cache with the frames that follow, a bounded number at a time.

    Parameters
    ----------
    decoder : Decoder
        Taken over, with its position; closed at the end.
    start : int
        The first frame to decode.
    depth : int
        How many frames to be ahead of the reader at most.
    store : callable
        ``store(number, frame or None)`` keeps a decoded frame; None means it cannot be decoded.
    """

    def __init__(self, decoder: Decoder, start: int, depth: int, store: Callable[[int, Any], None]) -> None:
        self._decoder, self._depth, self._store = decoder, depth, store
        self._start = self._next = start
        self._wanted = start + depth
        self._stopped = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="film read-ahead", daemon=True)
        self._thread.start()

    def follow(self, frame: int) -> None:
        """The reader is at a frame: go on to `depth` frames behind it, if that is where we are."""
        if frame > self._wanted or frame + self._depth <= self._wanted:
            return
        with self._changed:
            self._wanted = frame + self._depth
            self._changed.notify_all()

    def wait_for(self, frame: int) -> bool:
        """Wait until a frame has been decoded; False at once if it was and will not be."""
        with self._changed:
            if not self._start <= frame <= self._wanted:
                return False
            self._changed.wait_for(lambda: self._next > frame or self._stopped)
            return self._next > frame

    def stop(self) -> None:
        """End the thread and close its decoder."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._wait_for_work():
                found = self._decoder.decode(self._next)
                self._store(self._next, found[-1][1] if found else None)
                with self._changed:
                    self._next += 1
                    self._changed.notify_all()
        except CotrackerError:
            pass  # past the last frame, or closed: the reader finds out by itself
        finally:
            self._decoder.close()
            with self._changed:
                self._stopped = True
                self._changed.notify_all()

    def _wait_for_work(self) -> bool:
        with self._changed:
            return self._changed.wait_for(self._may_go_on, timeout=IDLE_SECONDS) and not self._stopped

    def _may_go_on(self) -> bool:
        return self._stopped or self._next <= self._wanted
