"""A mask that was carried through the clip, as a layer of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Labels, Layer, Shapes
from numpy.typing import NDArray

from ..core.errors import EditError
from ..tasks.edit_settled import Matte, SettledEdit
from .placement import Placement
from .project import Project

MOST_BYTES = 8 << 30

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Kept:
    """A mask on every frame: labels, or shapes by their frames."""

    labels: NDArray[Any] | None = None
    shapes: tuple[tuple[int, Points], ...] = ()


def keeping(settled: SettledEdit, n_frames: int, front: Callable[[int], Matte] | None = None
            ) -> Generator[float, None, Kept]:
    """The mask on all frames; yields the share that is done.

    Parameters
    ----------
    settled : SettledEdit
    n_frames : int
    front : callable, optional
        From a frame to a matte of what is in front; shapes, which stay whole, do without.

    Raises
    ------
    EditError
        If it takes too much memory.
    """
    if any(shape is not None for t in settled.motions for shape in settled.shapes(t)):
        found: list[tuple[int, Points]] = []
        for t in range(n_frames):
            found += [(t, shape.vertices) for shape in settled.shapes(t) if shape is not None]
            yield (t + 1) / n_frames
        return Kept(shapes=tuple(found))
    first = settled.labels(0)
    if first is None:
        raise EditError("expected a mask to keep, got an edit without one")
    if first.nbytes * n_frames > MOST_BYTES:
        raise EditError(f"expected a mask of at most {MOST_BYTES >> 30} GB, got {first.nbytes * n_frames >> 30} GB; "
                        "render it as label pictures")
    labels = np.zeros((n_frames, *first.shape), np.uint8 if first.dtype == bool else first.dtype)
    for t in range(n_frames):
        labels[t] = settled.labels(t, None if front is None else front(t))
        yield (t + 1) / n_frames
    return Kept(labels)


def layer_of(kept: Kept, project: Project, like: Layer | None) -> Layer:
    """A new layer over the video with what was kept, in the colours of another one."""
    place = Placement(project.layer, project.held)
    more: dict[str, Any] = {"name": f"{project.layer.name} mask on every frame", **place.transform()}
    if kept.labels is None:
        rows = [place.rows(np.full(len(xy), t, np.float32), xy.astype(np.float32)) for t, xy in kept.shapes]
        colour = "#ff9a1a" if not isinstance(like, Shapes) else like.current_edge_color
        return Shapes(rows, shape_type="polygon", face_color="#ffffff22", edge_color=colour,
                      edge_width=max(project.session.size) / 500, **more)
    held = place.rows(np.zeros(1, np.float32), np.zeros((1, 2), np.float32))[0, 1:-2]  # between time and picture
    translate = np.array(more["translate"], float)
    translate[1:-2] += held * np.asarray(more["scale"])[1:-2]
    data = kept.labels.reshape(len(kept.labels), *(1 for _ in held), *kept.labels.shape[1:])
    layer = Labels(data, opacity=0.5, **{**more, "translate": translate})
    if isinstance(like, Labels):
        layer.colormap = like.colormap
    return layer
