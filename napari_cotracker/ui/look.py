"""How tracks are shown: choices of the view, which never change data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from psygnal import Signal

COLOURS = {
    "confidence": "how sure the tracker is of the place",
    "visibility": "how probably the point can be seen",
    "anchor error": "how far the track jumps to meet the nearest point that you set",
    "track": "a colour for each track",
    "group": "a colour for each group",
}


@dataclass(frozen=True)
class LookValues:
    """What can be chosen.

    Parameters
    ----------
    colour_by : str
        One of `COLOURS`.
    hide_below : float
        Points of less confidence are not drawn, 0 … 1.
    tail_length : int
        Frames; 0 for no tails.
    rings : bool
        Whether occluded points are drawn, as hollow rings.
    size : float
        Diameter of the points in screen pixels.
    """

    colour_by: str = "confidence"
    hide_below: float = 0.0
    tail_length: int = 20
    rings: bool = True
    size: float = 9.0


class Look:
    """The choices of one viewer; `changed` is emitted without arguments after each real change."""

    changed = Signal()

    def __init__(self, values: LookValues | None = None) -> None:
        self._values = values or LookValues()

    @property
    def values(self) -> LookValues:
        """What is chosen now."""
        return self._values

    def choose(self, **choices: Any) -> None:
        """Change some of them."""
        values = replace(self._values, **choices)
        if values != self._values:
            self._values = values
            self.changed.emit()

    def restore(self, choices: Mapping[str, Any]) -> None:
        """Take over remembered choices, as far as they are still known."""
        known = {key: value for key, value in choices.items() if hasattr(self._values, key)}
        self.choose(**known)
