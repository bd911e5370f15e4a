"""Surfaces that move in a way that is known, with tracks on them: noisy, hidden at random, some drifting."""

from __future__ import annotations

import numpy as np

from napari_cotracker.core.tracks import Tracks
from napari_cotracker.core.warps import mapped

SIZE = (960, 540)
CENTRE = np.array([480.0, 270])
RADII = np.array([170.0, 110])  # of the ellipse that is edited
FRAMES = 24


def plane_matrix(t):
    """A plane that turns, comes nearer, tilts and wanders."""
    angle, scale = 0.012 * t, 1 + 0.01 * t
    middle = np.array([[1, 0, CENTRE[0]], [0, 1, CENTRE[1]], [0, 0, 1]])
    moved = np.array([[scale * np.cos(angle), -scale * np.sin(angle), 3 * t],
                      [scale * np.sin(angle), scale * np.cos(angle), 1.5 * t * np.sin(t / 5)],
                      [8e-6 * t, -5e-6 * t, 1]])
    return middle @ moved @ np.linalg.inv(middle)


def plane(xy, t):
    """(..., 2) where places of the reference picture, frame 0, are on a frame."""
    return mapped(plane_matrix(t), xy)


def bend(xy, t):
    """The same for a surface that bends as well, by up to 10 px."""
    u = (np.asarray(xy, float) - CENTRE) / 200
    far = (u**2).sum(-1)
    x = 0.35 * np.sin(1.3 * u[..., 0] + 0.1 * t) + 0.2 * u[..., 1] ** 2 * np.exp(-0.3 * far)
    y = 0.5 * np.cos(1.1 * u[..., 0] - 0.6 * u[..., 1]) * np.exp(-0.2 * far)
    return plane(xy + t * np.stack([x, y], -1), t)


def back(surface, xy, t):
    """(..., 2) places of the reference picture at places of a frame, by iteration."""
    wanted = np.asarray(xy, float)
    found = mapped(np.linalg.inv(plane_matrix(t)), wanted)
    if surface is plane:
        return found
    for _ in range(8):
        found = mapped(np.linalg.inv(plane_matrix(t)), wanted - surface(found, t) + plane(found, t))
    return found


def tracks_on(surface, count, *, noise=0.5, hidden=0.3, drifting=0.0, seed=0, frames=FRAMES):
    """Tracks of a jittered grid, exact on frame 0, which is where they were placed."""
    rng = np.random.default_rng(seed)
    across = round(count**0.5)
    grid = np.stack(np.meshgrid(np.linspace(200, 760, across), np.linspace(80, 460, across)), -1).reshape(-1, 2)
    grid += rng.uniform(-8, 8, grid.shape)
    xy = np.stack([surface(grid, t) for t in range(frames)])
    xy[1:] += rng.normal(0, noise, xy[1:].shape)
    for column in rng.permutation(len(grid))[: round(drifting * len(grid))]:
        begin, away = int(rng.integers(1, frames // 2)), rng.normal(0, 1, 2)
        xy[begin:, column] += rng.uniform(0.3, 1.5) * away / np.hypot(*away) * np.arange(frames - begin)[:, None]
    seen = rng.random(xy.shape[:2]) >= hidden
    seen[0] = True
    return Tracks(np.arange(len(grid)), xy.astype(np.float32), seen * 0.95, np.full(seen.shape, 0.95),
                  meta={"size": SIZE})


def ellipse(count=360):
    """(count, 2) the outline of what is edited, on frame 0."""
    angle = np.arange(count) / count * 2 * np.pi
    return CENTRE + RADII * np.stack([np.cos(angle), np.sin(angle)], -1)


def edited():
    """(K, 2) places within the ellipse."""
    places = np.stack(np.meshgrid(np.arange(0, SIZE[0], 8.0), np.arange(0, SIZE[1], 8.0)), -1).reshape(-1, 2)
    return places[(((places - CENTRE) / RADII) ** 2).sum(1) <= 1]


def errors(warp_of, surface, frames=FRAMES):
    """(frames,) mean distance on the reference picture between true places and those that warps say."""
    places = edited()
    return np.array([np.hypot(*(warp_of(t).inverse(surface(places, t)) - places).T).mean() for t in range(frames)])
