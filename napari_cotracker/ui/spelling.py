"""Names of keys as they stand on the keyboard."""

from __future__ import annotations

import sys


def spell(text: str) -> str:
    """Keys as users know them: ``Control-Shift-Z``, or the modifier alone."""
    control = "Cmd" if sys.platform == "darwin" else "Ctrl"  # Qt calls a Mac's Command key Control
    return text.replace("Control", control).replace("Escape", "Esc").replace("Page", "Page ").replace("-", "+")
