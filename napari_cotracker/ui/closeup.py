"""Bringing a place of the picture before the user's eyes, near enough to judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .axes import step_of

if TYPE_CHECKING:
    from .project import Project

SHARE = 0.35  # of the picture's longer side that is in view at least closely enough
MARGIN = 0.2  # of the view's width and height at its edges, in which a point counts as out of view


def show_close(project: Project, xy: ArrayLike) -> None:
    """Centre the view on a place in pixels, unless it is well in view; come nearer, never farther away."""
    viewer, layer = project.viewer, project.layer
    place = np.asarray(xy, float)
    if not np.isfinite(place).all() or viewer.dims.ndisplay != 2:
        return
    data = np.array(step_of(viewer, layer), float)
    data[-2:] = place[::-1]
    world, beside = (np.array(layer.data_to_world(one)) for one in (data, data + np.eye(layer.ndim)[-1]))
    camera, canvas = viewer.scene.camera, np.array(viewer.canvas.size, float)
    longer = max(project.session.size) * float(np.linalg.norm(beside - world))
    nearest = float(canvas.min()) / (SHARE * longer)
    camera.zoom = max(camera.zoom, nearest)
    away = np.abs(world[-2:] - np.array(camera.center[-2:])) * camera.zoom
    if (away > canvas * (0.5 - MARGIN)).any():
        camera.center = (*camera.center[:-2], *world[-2:].tolist())
