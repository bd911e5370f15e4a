"""Small templates around points, and their alignment to a picture under affine warps.

The alignment is Gauss-Newton on zero-mean normalised patches, in the inverse compositional form
(Baker and Matthews 2004): derivatives belong to the template, so they are computed once. As both
patches are normalised, changes of brightness and contrast do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .support import support

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

PER_CALL = 1024  # OpenCV's remap takes pictures of fewer than 32,768 rows
PLACE_FIRST = [0, 3, 1, 2, 4, 5]  # of the derivatives of x and of y, each: place, shape, shape
FLAT = 2.0  # grey levels of contrast below which a patch says nothing


@dataclass
class Warps:
    """Where templates lie in a picture: x = xy + shape · u, u in pixels of the template.

    Parameters
    ----------
    xy : (n, 2) float32
    shape : (n, 2, 2) float32
    """

    xy: Floats
    shape: Floats

    def select(self, rows: Rows | NDArray[np.bool_]) -> Warps:
        """Copies of some rows."""
        return Warps(self.xy[rows].copy(), self.shape[rows].copy())


class Templates:
    """n square patches of side 2·radius + 1 with what their alignment needs.

    Parameters
    ----------
    n : int
    radius : int

    Attributes
    ----------
    contrast, uncertainty : (n,) float32
        In grey levels; and in pixels, at a noise as strong as the patch, along the direction in which
        it tells least (an edge tells nothing along itself).
    """

    def __init__(self, n: int, radius: int) -> None:
        self.radius = radius
        side = 2 * radius + 1
        axis = np.arange(-radius, radius + 1, dtype=np.float32)
        self._v, self._u = (a.astype(np.float32) for a in np.meshgrid(axis, axis, indexing="ij"))
        weight = np.exp(-0.5 * (self._u**2 + self._v**2) / (0.6 * radius) ** 2)
        self._window = (weight / weight.sum()).astype(np.float32)
        self._basis = np.stack([np.ones_like(self._u), self._u / radius, self._v / radius]).reshape(3, -1).T.copy()
        self._centre = np.exp(-0.5 * (self._u**2 + self._v**2) / (radius / 4) ** 2).astype(np.float32)
        self.patch = np.zeros((n, side, side), np.float32)
        self.weight = np.zeros((n, side, side), np.float32)
        self.contrast = np.zeros(n, np.float32)
        self.uncertainty = np.zeros(n, np.float32)
        self._colour = np.zeros((n, 3), np.float32)
        self._inverse = np.zeros((n, 6, 6), np.float32)

    def grow(self, n: int) -> None:
        """Room for n more."""
        for name in ("patch", "weight", "contrast", "uncertainty", "_colour", "_inverse"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros((n, *old.shape[1:]), np.float32)]))

    def take(self, picture: Floats, rows: Rows, warps: Warps) -> None:
        """Take the templates of some rows from a picture, at the warps (one for each row).

        What lies outside the picture is left out of a template; what seems to be part of something else (see
        `napari_cotracker.trackers.support`) counts little.
        """
        for part in _chunks(len(rows)):
            raw, within = self._sample(picture, warps.xy[part], warps.shape[part])
            open_to = within * self._window
            weight = _sum_to_one(open_to * support(raw))
            self.weight[rows[part]] = weight * open_to.sum((1, 2), keepdims=True)
            self._colour[rows[part]] = colour = _strongest_colour(raw, weight)
            patch, self.contrast[rows[part]] = _normalise(_project(raw, colour), weight)
            self.patch[rows[part]] = patch
            self._inverse[rows[part]] = inverse = self._inverse_hessian(patch, weight)
            self.uncertainty[rows[part]] = _longest(inverse[:, :2, :2])

    def share_inside(self, rows: Rows) -> Floats:
        """(n,) how much of each template was inside the picture, 0 … 1."""
        share: Floats = self.weight[rows].sum((1, 2))
        return share

    def align(self, picture: Floats, rows: Rows, warps: Warps, iterations: int) -> tuple[Warps, Floats]:
        """Move warps so that the picture looks like the templates; gives them and the correlation, -1 … 1."""
        moved, score = warps.select(slice(None)), np.zeros(len(rows), np.float32)  # type: ignore[arg-type]
        for part in _chunks(len(rows)):
            xy, shape, score[part] = self._align(picture, rows[part], moved.xy[part], moved.shape[part], iterations)
            moved.xy[part], moved.shape[part] = xy, shape
        return moved, score

    def match_centre(self, picture: Floats, rows: Rows, warps: Warps) -> Floats:
        """(n,) correlation of the innermost part only: falls as soon as something hides the point itself."""
        match = np.zeros(len(rows), np.float32)
        for part in _chunks(len(rows)):
            raw, within = self._sample(picture, warps.xy[part], warps.shape[part])
            weight = _sum_to_one(self.weight[rows[part]] * self._centre * within)
            seen = _normalise(_project(raw, self._colour[rows[part]]), weight)[0]
            match[part] = (seen * _normalise(self.patch[rows[part]], weight, flat=0.1)[0] * weight).sum((1, 2))
        return match

    def view(self, picture: Floats, row: int, warp: Warps, margin: int) -> Floats:
        """The picture around a warp as one template sees it, upright, `margin` pixels wider on each side."""
        import cv2

        reach = self.radius + margin
        axis = np.arange(-reach, reach + 1, dtype=np.float32)
        (a, b), (c, d) = warp.shape[0]
        x, y = warp.xy[0]
        u, v = axis, axis[:, None]
        at = (x + a * u + b * v, y + c * u + d * v)
        seen = cv2.remap(picture, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(_project(seen[None], self._colour[row][None])[0])

    def _sample(self, picture: Floats, xy: Floats, shape: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """(n, side, side, 3) of the picture under each warp, and which of it lies inside."""
        import cv2

        side = 2 * self.radius + 1
        a, b, c, d = (shape[:, i, j, None, None] for i in (0, 1) for j in (0, 1))
        x = xy[:, 0, None, None] + a * self._u + b * self._v
        y = xy[:, 1, None, None] + c * self._u + d * self._v
        flat: Floats = cv2.remap(
            picture, x.reshape(-1, side), y.reshape(-1, side), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        height, width = picture.shape[:2]
        within = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
        return flat.reshape(len(xy), side, side, 3), within

    def _gradients(self, patch: Floats) -> tuple[Floats, Floats]:
        gx, gy = np.empty_like(patch), np.empty_like(patch)
        gx[:, :, 1:-1], gy[:, 1:-1] = (patch[:, :, 2:] - patch[:, :, :-2]) / 2, (patch[:, 2:] - patch[:, :-2]) / 2
        gx[:, :, 0], gx[:, :, -1] = patch[:, :, 1] - patch[:, :, 0], patch[:, :, -1] - patch[:, :, -2]
        gy[:, 0], gy[:, -1] = patch[:, 1] - patch[:, 0], patch[:, -1] - patch[:, -2]
        return gx, gy

    def _moments(self, gradients: Floats, values: Floats) -> Floats:
        """(n, 6) sums of the six derivatives times `values`: of the place, then of the shape in units of the radius."""
        sums = (gradients * values).reshape(2, len(values), -1) @ self._basis
        return np.asarray(sums.transpose(1, 0, 2).reshape(-1, 6)[:, PLACE_FIRST])

    def _inverse_hessian(self, patch: Floats, weight: Floats) -> Floats:
        gx, gy = self._gradients(patch)
        u, v, r, n = self._u, self._v, self.radius, len(patch)
        steepest = np.stack([gx, gy, gx * u / r, gx * v / r, gy * u / r, gy * v / r], 1).reshape(n, 6, -1)
        weighted = steepest * weight.reshape(n, 1, -1)
        hessian = weighted @ steepest.transpose(0, 2, 1)
        # brightness and contrast are free, so what they explain tells nothing about the motion
        on_one, on_patch = weighted.sum(2), (weighted @ patch.reshape(n, -1, 1))[:, :, 0]
        hessian -= on_one[:, :, None] * on_one[:, None] + on_patch[:, :, None] * on_patch[:, None]
        # a prior of no change keeps flat patches and edges in place; stiffer for the shape
        prior = np.array([2e-4, 2e-4, 4e-3, 4e-3, 4e-3, 4e-3], np.float32)
        return np.linalg.inv(hessian + np.diag(prior)).astype(np.float32)

    def _align(self, picture: Floats, rows: Rows, xy: Floats, shape: Floats, iterations: int
               ) -> tuple[Floats, Floats, Floats]:
        given, inverse, colour, window = self.patch[rows], self._inverse[rows], self._colour[rows], self.weight[rows]
        gradients, whole = np.stack(self._gradients(given)), _Weighted.of(given, window)
        best = (xy, shape, np.full(len(rows), -1, np.float32))
        for iteration in range(iterations + 1):
            raw, within = self._sample(picture, xy, shape)
            weight, patch = whole if within.all() else _Weighted.of(given, window * within)
            seen = _normalise(_project(raw, colour), weight)[0]
            score = (seen * patch * weight).sum((1, 2))
            better = score > best[2]
            best = (
                np.where(better[:, None], xy, best[0]), np.where(better[:, None, None], shape, best[1]),
                np.maximum(score, best[2]),
            )
            if iteration < iterations:
                difference = (seen - score[:, None, None] * patch) * weight
                xy, shape = self._move(xy, shape, (inverse @ self._moments(gradients, difference)[:, :, None])[:, :, 0])
        return best

    def _move(self, xy: Floats, shape: Floats, step: Floats) -> tuple[Floats, Floats]:
        step = np.clip(step, -2, 2)
        change = np.linalg.inv(np.eye(2, dtype=np.float32) + step[:, 2:].reshape(-1, 2, 2) / self.radius)
        shape = np.clip(shape @ change, -8, 8).astype(np.float32)
        return (xy - (shape @ step[:, :2, None])[:, :, 0]).astype(np.float32), shape


class _Weighted(NamedTuple):
    """(n, side, side) weights that sum to one, and patches normalised under them."""

    weight: Floats
    patch: Floats

    @classmethod
    def of(cls, given: Floats, window: Floats) -> _Weighted:
        weight = _sum_to_one(window)
        return cls(weight, _normalise(given, weight, flat=0.1)[0])


def _longest(covariance: Floats) -> Floats:
    """(n,) standard deviation along the longest axis of (n, 2, 2)."""
    half = (covariance[:, 0, 0] + covariance[:, 1, 1]) / 2
    apart = np.hypot((covariance[:, 0, 0] - covariance[:, 1, 1]) / 2, covariance[:, 0, 1])
    return np.asarray(np.sqrt(np.maximum(half + apart, 0)), np.float32)


def _sum_to_one(weight: Floats) -> Floats:
    return np.asarray(weight / np.maximum(weight.sum((1, 2), keepdims=True), 1e-6), np.float32)


def _normalise(raw: Floats, weight: Floats, flat: float = FLAT) -> tuple[Floats, Floats]:
    """Zero weighted mean and weighted norm one; and the contrast that there was, in the units of `raw`."""
    zero_mean = raw - (raw * weight).sum((1, 2), keepdims=True)
    contrast = np.sqrt((zero_mean * zero_mean * weight).sum((1, 2)))
    return zero_mean / np.maximum(contrast, np.float32(flat))[:, None, None], contrast


def _strongest_colour(raw: Floats, weight: Floats) -> Floats:
    """The mixture of channels in which each patch varies most: some edges do not show in grey."""
    zero_mean = raw - (raw * weight[..., None]).sum((1, 2), keepdims=True)
    weighted = (zero_mean * weight[..., None]).reshape(len(raw), -1, 3)
    colour: Floats = np.linalg.eigh(weighted.transpose(0, 2, 1) @ zero_mean.reshape(len(raw), -1, 3))[1][:, :, -1]
    return colour


def _project(raw: Floats, colour: Floats) -> Floats:
    """(n, h, w, 3) and (n, 3) to (n, h, w)."""
    projected: Floats = (raw.reshape(len(raw), -1, 3) @ colour[:, :, None]).reshape(raw.shape[:3])
    return projected


def _chunks(n: int) -> list[slice]:
    return [slice(first, first + PER_CALL) for first in range(0, n, PER_CALL)]
