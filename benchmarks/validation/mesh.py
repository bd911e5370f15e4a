"""Textured triangle meshes, how they are placed, and the solids that the scenes are built of.

World coordinates have x right, y away, z up. Corners of a face go counterclockwise as seen from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Place = Callable[[Floats, float], Floats]


def still(rest: Floats, t: float) -> Floats:
    """Where things are that do not move."""
    return rest


@dataclass(frozen=True)
class Mesh:
    """One textured surface.

    Parameters
    ----------
    rest : (V, 3) float64
        Vertices before they are placed.
    faces : (F, 3) int64
    uv : (V, 2) float64
        Texture coordinates of the vertices, 0 … 1 (u right, v down).
    texture : (h, w, 3) float32
        RGB 0 … 1.
    place : callable
        ``place(rest, t)`` gives the vertices in the world in frame t.
    two_sided : bool
        Whether both sides are seen, as of cloth.
    lit : bool
        Whether it is shaded by the light; the sky is not.
    casts, receives : bool
        Shadows on the ground.
    gloss : float
        Strength of the highlight.
    points : int
        How many tracks are to start on it.
    """

    name: str
    rest: Floats
    faces: Ints
    uv: Floats
    texture: NDArray[np.float32]
    place: Place = still
    two_sided: bool = False
    lit: bool = True
    casts: bool = True
    receives: bool = False
    gloss: float = 0.0
    points: int = 0

    def at(self, t: float) -> Floats:
        """(V, 3) vertices in the world in frame t."""
        return self.place(self.rest, t)

    def with_marker(self, uv: Floats, radius: float, grey: float) -> Mesh:
        """The same mesh with a soft dot of `radius` texels painted at a texture coordinate."""
        h, w = self.texture.shape[:2]
        x, y = np.asarray(uv) * (w - 1, h - 1)
        dot = np.exp(-0.5 * ((np.arange(w) - x) ** 2 + (np.arange(h)[:, None] - y) ** 2) / radius**2)[..., None]
        return replace(self, texture=(self.texture + dot * (grey - self.texture)).astype(np.float32))


def patch(nu: int, nv: int) -> tuple[Floats, Ints]:
    """(u, v) of a grid of nu × nv cells over 0 … 1, and its triangles; the front has u right and v down."""
    v, u = np.meshgrid(np.linspace(0, 1, nv + 1), np.linspace(0, 1, nu + 1), indexing="ij")
    corner = (np.arange(nv)[:, None] * (nu + 1) + np.arange(nu)).reshape(-1)
    below = corner + nu + 1
    faces = np.concatenate([np.stack([corner, below, below + 1], -1), np.stack([corner, below + 1, corner + 1], -1)])
    return np.stack([u, v], -1).reshape(-1, 2), faces


def sheet(name: str, shape: Callable[[Floats, Floats], Floats], cells: tuple[int, int], **more) -> Mesh:
    """A surface ``shape(u, v) -> (V, 3)`` over the unit square."""
    uv, faces = patch(*cells)
    return Mesh(name, shape(uv[:, 0], uv[:, 1]), faces, uv, **more)


def rectangle(name: str, centre, right, up, cells: tuple[int, int] = (1, 1), **more) -> Mesh:
    """A flat rectangle with half sides `right` and `up`, seen from where right goes right and up goes up."""
    c, r, s = (np.asarray(a, np.float64) for a in (centre, right, up))
    return sheet(name, lambda u, v: c + (2 * u - 1)[:, None] * r + (1 - 2 * v)[:, None] * s, cells, **more)


def cube(n: int) -> tuple[Floats, Ints, Floats]:
    """A cube from -1 to 1 of six n × n grids; the texture holds its sides in three columns and two rows."""
    sides = [((1, 0, 0), (0, 0, 1)), ((0, 1, 0), (0, 0, 1)), ((-1, 0, 0), (0, 0, 1)),
             ((0, -1, 0), (0, 0, 1)), ((1, 0, 0), (0, 1, 0)), ((1, 0, 0), (0, -1, 0))]
    uv, faces = patch(n, n)
    rest, texels = [], []
    for k, side in enumerate(sides):
        right, up = np.array(side, np.float64)
        rest.append(np.cross(right, up) + (2 * uv[:, :1] - 1) * right + (1 - 2 * uv[:, 1:]) * up)
        inset = 0.01 + 0.98 * uv  # coarser levels of the texture must not show the neighbour
        texels.append((inset + np.array([k % 3, k // 3])) / (3, 2))
    return np.concatenate(rest), np.concatenate([faces + k * len(uv) for k in range(6)]), np.concatenate(texels)


def box(name: str, half, n: int = 1, **more) -> Mesh:
    """A box with half sides (x, y, z)."""
    rest, faces, uv = cube(n)
    return Mesh(name, rest * np.asarray(half, np.float64), faces, uv, **more)


def ball(name: str, radius, n: int = 12, **more) -> Mesh:
    """A ball, or with three radii an ellipsoid: a cube blown up."""
    rest, faces, uv = cube(n)
    bent = np.tan(rest * np.pi / 4)  # cells of nearly equal size
    return Mesh(name, bent / np.linalg.norm(bent, axis=1, keepdims=True) * radius, faces, uv, **more)


def lathe(name: str, profile, n: int = 48, **more) -> Mesh:
    """A solid of revolution about z; `profile` lists (radius, height) from top to bottom, u goes once round."""
    radii, heights = np.asarray(profile, np.float64).T
    along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(radii), np.diff(heights)))])

    def shape(u: Floats, v: Floats) -> Floats:
        r, z = np.interp(v, along / along[-1], radii), np.interp(v, along / along[-1], heights)
        return np.stack([r * np.cos(2 * np.pi * u), r * np.sin(2 * np.pi * u), z], -1)

    uv, faces = patch(n, len(radii) - 1)
    uv[:, 1] = np.repeat(along / along[-1], n + 1)
    return Mesh(name, shape(uv[:, 0], uv[:, 1]), faces, uv, **more)


def inward(mesh: Mesh) -> Mesh:
    """The mesh seen from inside, as a room or the sky."""
    return replace(mesh, faces=mesh.faces[:, ::-1].copy())


def turn(axis, angle: float) -> Floats:
    """(3, 3) rotation about an axis, in radians."""
    x, y, z = np.asarray(axis, np.float64) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


def rigid(pose: Callable[[float], tuple[Floats, Floats]]) -> Place:
    """Placed by ``pose(t)``: a rotation (3, 3) and a shift (3,)."""

    def place(rest: Floats, t: float) -> Floats:
        rotation, shift = pose(t)
        return rest @ np.asarray(rotation).T + shift

    return place


def at(x: float, y: float, z: float, angle: float = 0.0) -> Place:
    """Standing at a place, turned about z."""
    rotation = turn((0, 0, 1), angle)
    return lambda rest, t: rest @ rotation.T + (x, y, z)
