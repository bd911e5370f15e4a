"""A bounded store of pictures: the least recently used go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from numpy.typing import NDArray

DEFAULT_BYTES = 256 << 20


class PictureCache:
    """Pictures by key, as many as fit a number of bytes; safe to use from several threads.

    Parameters
    ----------
    max_bytes : int
        A picture larger than this is not kept at all.
    """

    def __init__(self, max_bytes: int = DEFAULT_BYTES) -> None:
        self.max_bytes = max_bytes
        self._pictures: OrderedDict[Hashable, NDArray[Any]] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        """Bytes in use."""
        return self._held

    def __len__(self) -> int:
        return len(self._pictures)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._pictures

    def get(self, key: Hashable) -> NDArray[Any] | None:
        """The picture of a key, which becomes the most recently used; None if it is not held."""
        with self._lock:
            picture = self._pictures.get(key)
            if picture is not None:
                self._pictures.move_to_end(key)
            return picture

    def put(self, key: Hashable, picture: NDArray[Any]) -> None:
        """Keep a picture (made read-only), dropping the least recently used ones where there is no room."""
        picture.flags.writeable = False
        with self._lock:
            replaced = self._pictures.pop(key, None)
            self._held -= 0 if replaced is None else replaced.nbytes
            if picture.nbytes > self.max_bytes:
                return
            self._pictures[key] = picture
            self._held += picture.nbytes
            while self._held > self.max_bytes:
                self._held -= self._pictures.popitem(last=False)[1].nbytes

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pictures.clear()
            self._held = 0
