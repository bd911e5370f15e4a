"""Pictures of the film beside labels, as PNG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError


def save_png(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write an (H, W, 3) RGB picture.

    Raises
    ------
    FormatError
        If it cannot be stored as PNG.
    OSError
        If the system refuses.
    """
    import cv2

    done, content = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))
    if not done:
        raise FormatError(f"cannot write {path.name!r}: the picture cannot be stored as PNG")
    path.write_bytes(content.tobytes())
