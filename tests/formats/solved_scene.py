"""A small solved scene without noise, through any lens."""

from __future__ import annotations

import numpy as np

from napari_cotracker.formats.solved import LAYOUTS, Solved, lens_of
from tests.formats.rigid_scene import SIZE, make_scene

PARAMETERS = {
    "SIMPLE_PINHOLE": [1100, 640, 360], "PINHOLE": [1100, 1050, 640, 360], "SIMPLE_RADIAL": [1100, 640, 360, 0.1],
    "RADIAL": [1100, 650, 355, 0.1, -0.02], "OPENCV": [1100, 1050, 650, 355, 0.1, -0.02, 0.002, -0.003],
}
assert PARAMETERS.keys() == LAYOUTS.keys()


def make_solved(model: str) -> Solved:
    """Six cameras that all see forty points."""
    scene = make_scene(6, 40, noise=0, hidden=0, seed=3)
    camera, point = (a.ravel() for a in np.mgrid[0:6, 0:40])
    there = np.einsum("mij,mj->mi", scene.rotation[camera], scene.points[point] - scene.centres[camera])
    ideal = there[:, :2] / there[:, 2:]
    lens = lens_of(model, np.array(PARAMETERS[model], float))
    translation = -np.einsum("cij,cj->ci", scene.rotation, scene.centres)
    return Solved(SIZE, model, lens, np.arange(6), tuple(f"{k:04d}.png" for k in range(6)), scene.rotation, translation,
                  scene.points, np.arange(40), np.zeros(40), np.stack([camera, point], 1), bend(ideal, lens), ideal)


def bend(ideal: np.ndarray, lens: np.ndarray) -> np.ndarray:
    """Where a lens shows what an ideal one shows at `ideal`, by OpenCV's formula."""
    fx, fy, cx, cy, k1, k2, p1, p2 = lens
    x, y = ideal.T
    r2 = x**2 + y**2
    radial = 1 + k1 * r2 + k2 * r2**2
    bent = np.stack([x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x**2),
                     y * radial + p1 * (r2 + 2 * y**2) + 2 * p2 * x * y], 1)
    return bent * (fx, fy) + (cx, cy)
