"""CoTracker3 as tensors in, tensors out, and its weights files.

Names load on first use: sizes and estimates can be asked for without loading torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checkpoint import load_checkpoint, save_checkpoint
    from .config import CoTracker3Config
    from .cotracker import CoTracker3

_HOMES = {
    "CoTracker3": "cotracker",
    "CoTracker3Config": "config",
    "load_checkpoint": "checkpoint",
    "save_checkpoint": "checkpoint",
}

__all__ = ["CoTracker3", "CoTracker3Config", "load_checkpoint", "save_checkpoint"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
