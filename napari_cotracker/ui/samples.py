"""File > Open Sample: the clips that come with this package, frame by frame."""

from __future__ import annotations

from ..core.samples import sample_clip
from .reader import LayerData, read_layers


def cells() -> list[LayerData]:
    """The clip ``cells``."""
    return read_layers(str(sample_clip("cells")))


def insects() -> list[LayerData]:
    """The clip ``insects``."""
    return read_layers(str(sample_clip("insects")))


def street() -> list[LayerData]:
    """The clip ``street``."""
    return read_layers(str(sample_clip("street")))
