"""Links from signals to a widget that are cut when the widget goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

from psygnal import SignalInstance


class Subscriptions:
    """Connections that can be cut all at once; they keep nothing alive."""

    def __init__(self) -> None:
        self._links: list[tuple[SignalInstance, WeakMethod[Any]]] = []

    def add(self, signal: SignalInstance, method: Callable[..., Any]) -> None:
        """Call a bound method on every signal."""
        signal.connect(method)
        self._links.append((signal, WeakMethod(method)))

    def clear(self) -> None:
        """Cut them all; those of objects that are gone are cut already."""
        for signal, link in self._links:
            if (method := link()) is not None:
                signal.disconnect(method, missing_ok=True)
        self._links.clear()
