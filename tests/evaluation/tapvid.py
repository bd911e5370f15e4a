"""Small TAP-Vid data, as its makers lay it out."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

WIDTH, HEIGHT, FRAMES = 40, 24, 12


def entry(frames: int = FRAMES, shift: float = 0.0) -> dict[str, Any]:
    """A textured picture that stands still, with three points on it that do not quite.

    The second point comes in frame 3 and is hidden in frames 5 to 8; the third is never visible.
    """
    noise = np.random.default_rng(5).integers(0, 255, (HEIGHT // 4, WIDTH // 4, 3), np.uint8).repeat(4, 0).repeat(4, 1)
    points = np.zeros((3, frames, 2), np.float32)
    points[0] = [(10 + 0.5) / WIDTH, (6 + 0.5) / HEIGHT]  # the centre of pixel (10, 6)
    points[1] = [0.5, 0.5]
    points[0, 1:, 0] += shift / WIDTH
    points[2] = -7  # as good as anything
    occluded = np.zeros((3, frames), bool)
    occluded[1, :3] = occluded[1, 5:9] = occluded[2] = True
    return {"points": points, "occluded": occluded, "video": np.repeat(noise[None], frames, 0)}


def encoded(given: dict[str, Any], kind: str = "PNG") -> dict[str, Any]:
    """The same entry with its frames as JPEG or PNG."""
    pictures = []
    for frame in given["video"]:
        file = io.BytesIO()
        Image.fromarray(frame).save(file, kind, quality=95)
        pictures.append(file.getvalue())
    return {**given, "video": pictures}
