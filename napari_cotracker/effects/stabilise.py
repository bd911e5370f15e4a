"""A film held still: locked to points, or along a smooth path of the camera; and paint taken back to the film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.options import option
from ..core.planes import fitted
from ..core.warps import PlaneWarp, facing, mapped
from .colour import is_premultiplied, straight, to_share
from .motion import Motion
from .motion_planes import KINDS

Points = NDArray[np.float64]
Picture = NDArray[Any]

BORDERS = ("zoom", "black", "edge", "mirror")
ACROSS = 7  # places each way by which a motion is taken
MOST_ZOOM = 4.0  # times; what needs more is better cropped by hand


@dataclass(frozen=True)
class StabiliseOptions:
    """How a film is held still."""

    path: str = option("lock", "Whether what is tracked stands still, or only moves smoothly.",
                       values=("lock", "smooth"))
    model: str = option("similarity", "What is taken out of the motion.", values=KINDS)
    window: int = option(15, "Frames on each side over which a path is smooth.", least=1, most=500)
    border: str = option("zoom", "What is shown where the film has nothing: zoom in until that does not happen, black, "
                         "its edge drawn out, or its mirror image.", values=BORDERS)


@dataclass(frozen=True)
class Stabilised:
    """From every frame to the steady film and back.

    Parameters
    ----------
    matrices : (T, 3, 3)
        From pixels of the film to those of the steady one.
    size : (width, height)
    zoom : float
        How much larger everything is shown so that no border is seen; in `matrices` already.
    border : str
    """

    matrices: Points
    size: tuple[int, int]
    zoom: float
    border: str

    def warp(self, t: int) -> PlaneWarp:
        """From the steady film to a frame: what is painted there can be carried back by it."""
        return PlaneWarp(np.asarray(np.linalg.inv(self.matrices[t]), np.float64))

    def steady(self, frame: Picture, t: int) -> Picture:
        """(H, W, C) a frame as the steady film shows it, of the same kind of pixels."""
        return _warped(frame, self.matrices[t], self.size, self.border)

    def back(self, picture: Picture, t: int) -> Picture:
        """(H, W, C) a picture of the steady film as the film itself shows it; 0 where it does not reach."""
        return _warped(picture, np.asarray(np.linalg.inv(self.matrices[t]), np.float64), self.size, "black")


def stabilise(motion: Motion, size: tuple[int, int], options: StabiliseOptions | None = None) -> Stabilised:
    """The way to hold a film still.

    Parameters
    ----------
    motion : Motion
        Of what is to stand still, or to move smoothly: the background, as a rule.
    size : (width, height)
        Of the film.
    options : StabiliseOptions, optional

    Raises
    ------
    EditError
        If no zoom keeps the border out of sight.
    """
    options = options or StabiliseOptions()
    places = _among(motion)
    path = np.stack([frame.warp.forward(places) for frame in motion.frames])
    path = _held(path)
    matrices = np.stack([_between(options.model, there, wanted)
                         for there, wanted in zip(path, _wanted(path, options, places), strict=True)])
    zoom = zoom_for(matrices, size) if options.border == "zoom" else 1.0
    return Stabilised(_zoomed(zoom, size) @ matrices, size, zoom, options.border)


def zoom_for(matrices: Points, size: tuple[int, int]) -> float:
    """The least zoom about the middle of the picture at which every frame fills it.

    Raises
    ------
    EditError
        If there is none up to `MOST_ZOOM`.
    """
    backs = np.asarray(np.linalg.inv(matrices), np.float64)
    if not _fills(backs, size, MOST_ZOOM):
        raise EditError(f"expected a motion whose border a zoom of {MOST_ZOOM:g} keeps out of sight, got a larger one; "
                        "smooth the path, or fill the border in another way")
    low, high = 1.0, MOST_ZOOM
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if _fills(backs, size, middle) else (middle, high)
    return 1.0 if high < 1 + 1e-6 else high


def _among(motion: Motion) -> Points:
    """(K, 2) evenly among the tracks of the reference picture, not all in one place."""
    known = motion.places[np.isfinite(motion.places).all(1)]
    x, y = np.linspace(known.min(0) - 1, known.max(0) + 1, ACROSS).T
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)


def _held(path: Points) -> Points:
    """Places that went behind the camera stay where they were."""
    known = np.flatnonzero(np.isfinite(path).all((1, 2)))
    return np.asarray(path[[known[np.abs(known - t).argmin()] for t in range(len(path))]])


def _wanted(path: Points, options: StabiliseOptions, places: Points) -> Sequence[Points]:
    if options.path == "lock":
        return [places] * len(path)
    # without a slope at the ends the path would shoot out there
    reach = min(options.window, max(len(path) - 1, 1))
    flat = np.pad(path.reshape(len(path), -1), ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    weights = np.hanning(2 * reach + 3)[1:-1]
    kept = [np.convolve(column, weights / weights.sum(), "valid") for column in flat.T]
    return list(np.stack(kept, -1).reshape(path.shape))


def _between(model: str, there: Points, wanted: Points) -> Points:
    found = fitted(model, there, wanted)
    return np.eye(3) if found is None else facing(found, there.mean(0))


def _zoomed(zoom: float, size: tuple[int, int]) -> Points:
    x, y = (size[0] - 1) / 2, (size[1] - 1) / 2
    return np.array([[zoom, 0, x - zoom * x], [0, zoom, y - zoom * y], [0, 0, 1]])


def _fills(backs: Points, size: tuple[int, int], zoom: float) -> bool:
    """Whether every pixel of the steady film lies within every frame; a plane's image of a box bulges nowhere."""
    width, height = size
    corners = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], float)
    seen = mapped(np.asarray(np.linalg.inv(_zoomed(zoom, size)), np.float64), corners)
    at = np.stack([mapped(back, seen) for back in backs])
    return bool(((at >= -0.5) & (at <= np.array([width, height]) - 0.5)).all())


def _warped(picture: Picture, matrix: Points, size: tuple[int, int], border: str) -> Picture:
    import cv2

    kind = {"edge": cv2.BORDER_REPLICATE, "mirror": cv2.BORDER_REFLECT_101}.get(border, cv2.BORDER_CONSTANT)
    # within a zoomed picture a cubic reaches for pixels just beyond the edge, which should not be black
    kind = cv2.BORDER_REPLICATE if border == "zoom" else kind
    is_straight = picture.ndim == 3 and picture.shape[2] == 4 and not is_premultiplied(picture.dtype)
    given = _multiplied(picture) if is_straight else picture
    found = cv2.warpPerspective(given, matrix, size, flags=cv2.INTER_CUBIC, borderMode=kind)
    found = np.asarray(found).reshape(size[1], size[0], *picture.shape[2:])
    return _divided(found, picture.dtype) if is_straight else found


def _multiplied(picture: Picture) -> NDArray[np.float32]:
    """Shares 0 … 1 multiplied by alpha, so that colours of what is transparent are not drawn in."""
    shares = to_share(picture)
    shares[..., :3] *= shares[..., 3:]
    return shares


def _divided(shares: NDArray[np.float32], dtype: Any) -> Picture:
    """The way back to whole numbers."""
    return np.asarray(np.rint(np.clip(straight(shares), 0, 1) * np.iinfo(dtype).max), dtype)
