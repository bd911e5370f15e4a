"""Masks as COCO has them: run lengths of every label in every frame, packed as pycocotools packs them.

``track_id`` is the label, the same in every frame. Run lengths go down the columns, so that positions are
those of pixels and nothing is rounded. ``napari_cotracker.formats.coco`` writes keypoints.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import MissingExtraError
from ..core.files import replacing

Add = Callable[[int, NDArray[Any]], None]


@contextmanager
def coco_masks(path: Path, names: Sequence[str], about: str) -> Iterator[Add]:
    """A COCO file; whole at the end, or not there.

    Parameters
    ----------
    path : Path
    names : sequence of str
        Of the pictures of all frames.
    about : str
        Who made it, as `sheets.credits` tells.

    Yields
    ------
    callable
        ``add(t, labels)`` for each 0-based frame and its (H, W) labels.

    Raises
    ------
    MissingExtraError
        If pycocotools is not installed.
    FormatError
        If it cannot be written.
    """
    coding = _library()
    images: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    categories: dict[int, dict[str, Any]] = {}

    def add(t: int, labels: NDArray[Any]) -> None:
        images.append({"id": t + 1, "file_name": names[t], "width": labels.shape[1], "height": labels.shape[0]})
        for label in np.unique(labels[labels > 0]).tolist():
            packed = coding.encode(np.asfortranarray(labels == label, np.uint8))
            categories.setdefault(label, {"id": label, "name": f"label {label}", "supercategory": "object"})
            notes.append({"id": len(notes) + 1, "image_id": t + 1, "category_id": label, "track_id": label,
                          "segmentation": {**packed, "counts": packed["counts"].decode("ascii")},
                          "area": int(coding.area(packed)), "bbox": coding.toBbox(packed).tolist(), "iscrowd": 0})

    with replacing(path) as temporary:
        yield add
        content = {"info": {"description": "Masks that follow tracks", "version": "1.0", "contributor": about},
                   "licenses": [], "categories": [categories[label] for label in sorted(categories)],
                   "images": images, "annotations": notes}
        temporary.write_text(json.dumps(content), encoding="utf-8")


def _library() -> Any:
    try:
        from pycocotools import mask
    except ImportError:
        raise MissingExtraError("pycocotools", "labels", "write masks as COCO run lengths") from None
    return mask
