"""Where on its reference frame an edit is, and whether what was painted there makes sense."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.regions import Region
from ..effects.insert import placed
from ..effects.shapes import check_shapes, fill

if TYPE_CHECKING:
    from .edits import Painting

Area = NDArray[np.bool_]
Size = tuple[int, int]


def check_painting(what: str, painting: Painting, size: Size, *, is_first: bool = True) -> None:
    """Whether there is what one of `WHATS` needs, and it lies on a picture of `size` (width, height).

    The picture of a correction may be missing: then it is the first one, moved.

    Raises
    ------
    EditError
    """
    if painting.labels is not None and painting.labels.shape != (size[1], size[0]):
        got = " × ".join(map(str, painting.labels.shape[::-1]))
        raise EditError(f"expected a mask of the film's size, {size[0]} × {size[1]} pixels, got {got}; "
                        "paint it on a frame of the film")
    if painting.shapes is not None:
        check_shapes(painting.shapes, size)
    if painting.corners is not None:
        _check_corners(painting.corners, size)
    if what in ("mask", "effect") and painting.labels is None and painting.shapes is None:
        raise EditError("expected a mask or a shape on the reference frame, got none; paint what to carry")
    if what == "pin" and painting.corners is None:
        raise EditError("expected four corners on the reference frame, got none; place them")
    if what == "insert" and (is_first or painting.picture is not None or painting.corners is None):
        _check_picture(painting, size)
    area = area_of(painting, size)
    if area is not None and not area.any():
        raise EditError("expected something painted on the reference frame, got an empty picture; paint what to carry")


def area_of(painting: Painting, size: Size) -> Area | None:
    """(H, W) where on the reference frame it is; None if it is all of it.

    Parameters
    ----------
    painting : Painting
    size : (width, height)
    """
    found = np.zeros((size[1], size[0]), bool)
    if painting.labels is not None:
        return np.asarray(painting.labels != 0)
    if painting.shapes is not None:
        return np.asarray(fill(painting.shapes, size) > 0)
    if painting.corners is not None:
        return np.asarray(fill([Region(np.asarray(painting.corners, np.float64))], size) > 0)
    if painting.picture is not None:
        found[:] = painting.picture[..., 3] > 0
        return found
    return None


def labels_of(painting: Painting, size: Size) -> NDArray[Any]:
    """(H, W) labels of what is painted, shapes filled 1, 2, …"""
    if painting.labels is not None:
        return painting.labels
    return fill(painting.shapes or (), size)


def largest_label(paintings: Iterable[Painting], tracks: int, size: Size) -> int:
    """The largest label that comes of what is painted; of labels that are made of tracks, of which nothing is."""
    found = [int(labels_of(painting, size).max()) for painting in paintings
             if painting.labels is not None or painting.shapes is not None]
    return max(found, default=tracks)


def _check_corners(corners: NDArray[Any], size: Size) -> None:
    placed((1, 1), corners)
    there = np.asarray(corners, np.float64)
    if (there.max(0) < -0.5).any() or (there.min(0) > np.array(size) - 0.5).any():
        raise EditError(f"expected corners on the picture of {size[0]} × {size[1]} pixels, got some that all lie "
                        "beside it; move them")


def _check_picture(painting: Painting, size: Size) -> None:
    picture = painting.picture
    if picture is None:
        raise EditError("expected a picture to lay on the surface, got none; choose one")
    if picture.ndim != 3 or picture.shape[2] not in (3, 4) or not picture.size:
        raise EditError(f"expected a picture of shape (H, W, 3) or (H, W, 4), got {picture.shape}")
    if painting.corners is not None:
        return
    if picture.shape[:2] != (size[1], size[0]):
        raise EditError(f"expected four corners for a picture of {picture.shape[1]} × {picture.shape[0]} pixels, as it "
                        f"is not of the film's size, {size[0]} × {size[1]}; got none")
    if picture.shape[2] != 4:
        raise EditError("expected a picture with alpha, as it would cover all of the film, got one without; place it "
                        "by its corners, or make what is not painted transparent")
