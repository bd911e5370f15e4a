"""Track any point of a video, see how sure the tracker is, and export the tracks.

Public names load on first use, so that importing the package needs neither torch nor Qt.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .core.errors import CotrackerError
    from .core.queries import Queries
    from .core.tracks import Tracks
    from .editing.session import Session
    from .tasks.api import open_video, read_tracks, track, write_tracks

_HOMES = {
    "CotrackerError": "core.errors",
    "Queries": "core.queries",
    "Session": "editing.session",
    "Tracks": "core.tracks",
    "open_video": "tasks.api",
    "read_tracks": "tasks.api",
    "track": "tasks.api",
    "write_tracks": "tasks.api",
}

__all__ = [
    "CotrackerError",
    "Queries",
    "Session",
    "Tracks",
    "__version__",
    "open_video",
    "read_tracks",
    "track",
    "write_tracks",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
