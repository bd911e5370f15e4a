"""Reads an STMap as compositing programs do."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from napari_cotracker.core.coordinates import CONVENTIONS


def read_stmap(path: Path, source: tuple[int, int] | None = None) -> tuple[np.ndarray, np.ndarray, Fraction | None]:
    """(H, W, 2) a map of a picture of `source` (width, height) in our pixels, (H, W) its alpha, and its rate."""
    import OpenEXR

    with OpenEXR.File(str(path)) as file:
        pixels, rate = np.asarray(file.channels()["RGBA"].pixels), file.header().get("framesPerSecond")
    assert pixels.dtype == np.float32
    return CONVENTIONS["blender"].to_ours(pixels[..., :2], source or pixels.shape[1::-1]), pixels[..., 3], rate
