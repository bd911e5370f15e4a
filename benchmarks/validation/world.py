"""A world of textured meshes under one light, filmed by a camera: pictures, and tracks from the same formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_cotracker.core.coordinates import inside

from . import raster
from .camera import NEAR, Camera, project
from .film import LOOKS, SIZE, Followed, Sensor
from .mesh import Mesh
from .texture import detail_of, pyramid, sample

Floats = NDArray[np.float64]

CANDIDATES = 10  # tried for every point that is wanted


class Spots(NamedTuple):
    """Material points of a mesh.

    Parameters
    ----------
    face : (K,) int64
        Number among the faces of all meshes.
    weights : (K, 3) float64
        Barycentric coordinates in it.
    home : (K, 3) float64
        Where they are before the mesh is placed.
    uv : (K, 2) float64
        Texture coordinates, 0 … 1.
    apart : float
        How far from each other chosen points are to be, in units of `home`.
    """

    face: NDArray[np.int64]
    weights: Floats
    home: Floats
    uv: Floats
    apart: float


@dataclass(frozen=True)
class Light:
    """A distant lamp.

    Parameters
    ----------
    towards : (3,)
        Direction to the lamp.
    ambient, direct : float
        Light in the shade and what the lamp adds.
    gain : callable
        ``gain(t)`` brightens the whole scene.
    shadows : bool
        Whether shadows fall on the ground z = 0.
    """

    towards: tuple[float, float, float] = (-0.5, -0.6, 1.0)
    ambient: float = 0.5
    direct: float = 0.6
    gain: Callable[[float], float] = lambda t: 1.0
    shadows: bool = True


@dataclass(frozen=True)
class World:
    """A clip of solid things; a `Film`."""

    name: str
    n_frames: int
    fps: tuple[int, int]
    meshes: Sequence[Mesh]
    camera: Camera
    light: Light = field(default_factory=Light)
    sensor: Sensor = field(default_factory=Sensor)

    @cached_property
    def _faces(self) -> NDArray[np.int64]:
        starts = np.cumsum([0, *(len(mesh.rest) for mesh in self.meshes)])
        return np.concatenate([mesh.faces + start for mesh, start in zip(self.meshes, starts)])

    @cached_property
    def _owner(self) -> NDArray[np.int64]:
        """(F,) the mesh of each face."""
        return np.repeat(np.arange(len(self.meshes)), [len(mesh.faces) for mesh in self.meshes])

    @cached_property
    def _textures(self) -> tuple[list[list[NDArray[np.float32]]], NDArray[np.int64]]:
        """The different textures as pyramids, and (M,) which of them each mesh wears."""
        different = list({id(mesh.texture): mesh.texture for mesh in self.meshes}.values())
        worn = [next(k for k, texture in enumerate(different) if texture is mesh.texture) for mesh in self.meshes]
        return [pyramid(texture) for texture in different], np.array(worn)

    @cached_property
    def _texels(self) -> Floats:
        """(F, 3, 2) texture coordinates of corners in texels."""
        scaled = [mesh.uv * (mesh.texture.shape[1] - 1, mesh.texture.shape[0] - 1) for mesh in self.meshes]
        return np.asarray(np.concatenate(scaled)[self._faces])

    @cached_property
    def _areas(self) -> Floats:
        """(F,) twice the area of each face in texels."""
        sides = self._texels[:, 1:] - self._texels[:, :1]
        return np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0])

    def _flags(self, name: str) -> NDArray[np.bool_]:
        return np.array([bool(getattr(mesh, name)) for mesh in self.meshes])[self._owner]

    def _vertices(self, t: float) -> Floats:
        return np.concatenate([mesh.at(t) for mesh in self.meshes])

    def _seen(self, vertices: Floats, t: float, offset: tuple[float, float]) -> tuple[raster.Triangles, NDArray]:
        """All triangles in the picture shifted by an offset in pixels, and which of them show a side that is seen."""
        matrix, shift = self.camera.matrix(t, SIZE)
        corners = vertices @ matrix.T + shift
        corners[:, :2] -= corners[:, 2:] * offset
        shapes = raster.triangles(corners[self._faces])
        return shapes, (shapes.determinant < 0) | self._flags("two_sided")

    def look(self, t: float, offset: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float32]:
        """(H, W, 3) the light at one moment, one ray through each pixel's centre plus an offset in pixels."""
        vertices = self._vertices(t)
        every, drawn = self._seen(vertices, t, offset)
        numbers = np.flatnonzero(drawn)
        shapes = every.select(drawn)
        pixels = raster.nearest(raster.cover(shapes, SIZE), SIZE)
        face = numbers[pixels.face]
        corners = np.concatenate([self._texels, self._shades(vertices, t)], -1)[drawn]
        values = raster.blend(shapes, pixels, corners)
        colour = self._colour(shapes, pixels, values[:, :2], face)
        shade = values[:, 2:].astype(np.float32)
        if self.light.shadows:
            dark = self._shadow(vertices, t, offset)[pixels.y, pixels.x] & self._flags("receives")[face]
            shade[dark] *= (self.light.ambient / (self.light.ambient + 0.7 * self.light.direct), 0.2)
        picture = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
        picture[pixels.y, pixels.x] = colour * shade[:, :1] + shade[:, 1:]
        return picture * np.float32(self.light.gain(t))

    def _colour(self, shapes: raster.Triangles, pixels: raster.Pixels, texels: Floats, face: NDArray) -> NDArray:
        """(P, 3) what the textures show, at the sharpness that fits the size of a pixel on them."""
        level = 0.5 * np.log2(np.maximum(self._areas[face] * raster.enlargement(shapes, pixels), 1e-6)) + 0.2
        textures, worn = self._textures
        kind = worn[self._owner[face]]
        colour = np.zeros((len(face), 3), np.float32)
        for k, levels in enumerate(textures):
            rows = np.flatnonzero(kind == k)
            if len(rows):
                colour[rows] = sample(levels, texels[rows], level[rows])
        return colour

    def _shades(self, vertices: Floats, t: float) -> Floats:
        """(F, 3, 2) at the corners of each face: light that the colour is multiplied with, and highlight."""
        towards = np.asarray(self.light.towards) / np.linalg.norm(self.light.towards)
        view = self.camera.eye(t) - vertices
        view /= np.linalg.norm(view, axis=1, keepdims=True)
        half = view + towards
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        normals = self._normals(vertices)
        both = np.zeros(len(vertices), bool)
        both[self._faces[self._flags("two_sided")]] = True
        normals[both & ((normals * view).sum(1) < 0)] *= -1
        lambert = self.light.ambient + self.light.direct * np.maximum(normals @ towards, 0)
        gloss = np.repeat([mesh.gloss for mesh in self.meshes], [len(mesh.rest) for mesh in self.meshes])
        shine = gloss * np.maximum((normals * half).sum(1), 0) ** 40
        unlit = np.repeat([not mesh.lit for mesh in self.meshes], [len(mesh.rest) for mesh in self.meshes])
        return np.stack([np.where(unlit, 1, lambert), shine], -1)[self._faces]

    def _normals(self, vertices: Floats) -> Floats:
        """(V, 3) mean of the normals of the faces around each vertex, by area."""
        a, b, c = (vertices[self._faces[:, k]] for k in range(3))
        flat = np.cross(b - a, c - a)
        places, count = self._faces.reshape(-1), len(vertices)
        total = np.stack([np.bincount(places, np.repeat(flat[:, k], 3), count) for k in range(3)], -1)
        return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)

    def _shadow(self, vertices: Floats, t: float, offset: tuple[float, float]) -> NDArray[np.bool_]:
        """(H, W) where the things that cast shadows would be seen if they were pressed flat on the ground."""
        towards = np.asarray(self.light.towards)
        flat = vertices - np.maximum(vertices[:, 2:], 0) * (towards / towards[2])
        shapes, _ = self._seen(flat, t, offset)
        spot = raster.cover(shapes.select(self._flags("casts")), SIZE)
        dark = np.zeros((SIZE[1], SIZE[0]), bool)
        dark[spot.y, spot.x] = True
        return dark

    def expose(self, t: float) -> NDArray[np.float32]:
        """(H, W, 3) the light of one frame, 0 … 1."""
        looks = [self.look(t + dt, (x, y)) for x, y, dt in LOOKS]
        return np.asarray(np.mean(looks, 0))

    def shoot(self, frame: int) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 one frame as the camera records it; always the same."""
        return self.sensor.record(self.expose(float(frame)), [frame, *self.name.encode()])

    def locate(self, face: NDArray, weights: Floats, t: float) -> tuple[Floats, NDArray[np.bool_]]:
        """Where points, given by face (N,) and barycentric weights (N, 3), are in frame t and whether they are seen.

        Returns
        -------
        xy : (N, 2) float64
            Pixels.
        visible : (N,) bool
            In the picture, on a side that faces the camera, and with nothing in front.
        """
        shapes, drawn = self._seen(self._vertices(t), t, (0.0, 0.0))
        points = (shapes.corners[face] * weights[..., None]).sum(1)
        xy, depth = project(points), points[:, 2]
        seen = drawn[face] & (depth > NEAR) & inside(xy, SIZE)
        seen[seen] = ~raster.covered(shapes.select(drawn), xy[seen], 1 / depth[seen])
        return xy, seen

    def follow(self) -> list[Followed]:
        """Candidate points of every mesh that is to have tracks, through all frames."""
        picks = [self.candidates(k) for k in range(len(self.meshes))]
        face, weights = np.concatenate([p.face for p in picks]), np.concatenate([p.weights for p in picks])
        placed = [self.locate(face, weights, float(t)) for t in range(self.n_frames)]
        xy, seen = np.stack([p[0] for p in placed]), np.stack([p[1] for p in placed])
        ends = np.cumsum([len(p.face) for p in picks])[:-1]
        things = zip(self.meshes, picks, np.split(xy, ends, 1), np.split(seen, ends, 1))
        return [Followed(mesh.name, p.home, p.apart, mesh.points, detail_of(mesh.texture, p.uv), *parts)
                for mesh, p, *parts in things]

    def candidates(self, k: int) -> Spots:
        """Random points, evenly spread over a mesh, ten for every one that is wanted."""
        mesh, rng = self.meshes[k], np.random.default_rng([k, *self.name.encode()])
        corners = mesh.rest[mesh.faces]
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
        own = rng.choice(len(area), CANDIDATES * mesh.points, p=area / area.sum())
        weights = rng.dirichlet((1, 1, 1), len(own))
        first = int(np.searchsorted(self._owner, k))
        return Spots(own + first, weights, (corners[own] * weights[..., None]).sum(1),
                     (mesh.uv[mesh.faces[own]] * weights[..., None]).sum(1),
                     float((area.sum() / max(mesh.points, 1)) ** 0.5 / 2))
