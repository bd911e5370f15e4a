"""Taking layers out of a viewer."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

from napari.layers import Layer


def remove_layers(viewer: Any, layers: Iterable[Layer | None]) -> None:
    """Take layers out of a viewer, as far as it and they are still there.

    napari looks through all of Python's memory whenever a layer goes; of several together it does so once.
    """
    there = [layer for layer in layers if viewer is not None and layer in viewer.layers]
    if not there:
        return
    together = getattr(viewer.layers, "batched_update", nullcontext)
    with together():
        for layer in there:
            viewer.layers.remove(layer)
