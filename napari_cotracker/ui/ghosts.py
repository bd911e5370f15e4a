"""Where a track was, or might be: faint dots along the other answers for what is being looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QTimer

from ..editing.patch import Patch
from .appearance import PointStyle
from .axes import frame_of
from .placement import FOLLOWED, Placement
from .points_layer import FramePoints

if TYPE_CHECKING:
    from .look import Look
    from .project import Project

Floats = NDArray[np.float32]

AROUND = 12  # frames before and after the one shown
APART = 1.0  # px between an answer and the track from which it is worth showing
BEFORE, OTHER = (0.92, 0.92, 0.92), (0.902, 0.624, 0.0)  # where a track was; what the other direction says
DOT, RING = 0.4, 1.1  # shares of the size of points


class Ghosts:
    """A layer of dots over a project's points, there while there is something to show.

    While a correction is on its way, dots mark where the track was until then. Of a single selected track
    that was solved from both ends, dots mark what the direction says that lies farther away.

    Parameters
    ----------
    project : Project
    look : Look
    """

    def __init__(self, project: Project, look: Look) -> None:
        self._project, self._look = project, look
        self._viewer = getattr(project.viewer, "__wrapped__", project.viewer)
        self.layer: FramePoints | None = None
        self._other: tuple[int, Floats] | None = None
        self.shows_other = False
        for signal, hear in self._signals():
            signal.connect(hear)

    def close(self) -> None:
        """Take the layer away, and listen no more."""
        for signal, hear in self._signals():
            with suppress(ValueError, RuntimeError, TypeError):
                signal.disconnect(hear)
        self._remove()

    def show_other(self, on: bool) -> None:
        """Whether the other direction's answer is shown."""
        self.shows_other = on
        self.draw()

    def draw(self) -> None:
        """Bring the dots up to date."""
        project, size = self._project, self._look.values.size
        paths = self._paths() if project.view is not None else iter(())
        parts = [dots for xy, colour in paths if len((dots := _dots(xy, colour, project.frame, size))[0])]
        if parts:
            self._fill(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        elif self.layer is not None and len(self.layer.data):
            self._fill(np.zeros((0, 2), np.float32), np.zeros((0, 4), np.float32), np.zeros(0, np.float32))

    def _paths(self) -> Iterator[tuple[Floats, tuple[float, float, float]]]:
        """(T, 2) each, NaN where there is nothing to show."""
        session = self._project.session
        for gap in self._project.corrections.gaps:
            if gap.id in session.ids:
                path = np.full((session.n_frames, 2), np.nan, np.float32)
                inner = gap.is_inner & (gap.frames < session.n_frames)
                path[gap.frames[inner]] = gap.old[inner]
                yield path, BEFORE
        id = self._project.selection.one
        if self.shows_other and id is not None and id in session.ids:
            yield self._other_of(id), OTHER

    def _other_of(self, id: int) -> Floats:
        """(T, 2) of the direction that lies farther from the track, frame by frame."""
        if self._other is None or self._other[0] != id:
            session = self._project.session
            sides, xy = session.sides(id), session.cells.xy[:, int(session.columns(id)[0])]
            nothing = np.full_like(xy, np.nan)
            self._other = (id, nothing if sides is None else _farther(sides.forward.xy, sides.backward.xy, xy))
        return self._other[1]

    def _fill(self, xy: Floats, colours: Floats, size: Floats) -> None:
        layer = self.layer or self._add()
        n, place = len(xy), Placement(self._project.layer, self._project.held)
        t = np.full(n, frame_of(self._viewer, self._project.layer), np.float32)
        clear = np.zeros((n, 4), np.float32)
        ring = size > self._look.values.size
        face = np.where(ring[:, None], clear, colours)
        style = PointStyle(xy, np.ones(n, bool), np.zeros(n, bool), face, colours,
                           np.where(ring, 0.2, 0).astype(np.float32), size)
        layer.fill(place.rows(t, xy), style)
        layer.update_view()

    def _add(self) -> FramePoints:
        project = self._project
        place = Placement(project.layer, project.held)
        tag = {"napari_cotracker": {"role": "ghosts", "project": project.id}}
        self.layer = layer = FramePoints(
            place.limits(project.session.n_frames), name=f"{project.layer.name} other answers", metadata=tag,
            **place.transform())
        layers = self._viewer.layers
        assert project.view is not None
        with layers.selection.events.blocker_all():
            active = layers.selection.active
            layers.insert(layers.index(project.view.points), layer)
            layers.selection.active = active
        return layer

    def _remove(self) -> None:
        """As soon as the window is idle, for napari may be about to remove layers."""
        layer, self.layer = self.layer, None
        if layer is not None:
            viewer = ref(self._viewer)
            QTimer.singleShot(0, lambda: _take_out(viewer(), layer))

    def _signals(self) -> Iterator[tuple[Any, Any]]:
        project = self._project
        yield self._viewer.dims.events.point, self.draw
        yield self._viewer.layers.events.removed, self._on_removed
        yield project.session.changed, self._on_patch
        yield project.selection.changed, self.draw
        yield project.corrections.changed, self._on_other
        yield self._look.changed, self.draw
        for name in FOLLOWED:
            yield getattr(project.layer.events, name), self._on_transform

    def _on_patch(self, patch: Patch) -> None:
        """Runs over other tracks change nothing here."""
        shown = [*self._project.selection.ids, *self._project.corrections.ids]
        if patch.changes_table or np.isin(patch.ids, shown).any():
            self._on_other()

    def _on_other(self) -> None:
        """There may be other answers: the track has changed, or a correction has landed."""
        self._other = None
        self.draw()

    def _on_removed(self, event: Any) -> None:
        if event.value is self.layer:
            self.layer = None
        elif self._project.view is None or event.value is self._project.view.points:
            self._remove()

    def _on_transform(self) -> None:
        if self.layer is not None:
            for name, value in Placement(self._project.layer, self._project.held).transform().items():
                setattr(self.layer, name, value)


def _take_out(viewer: Any, layer: FramePoints) -> None:
    if viewer is not None and layer in viewer.layers:
        viewer.layers.remove(layer)


def _farther(forward: Floats, backward: Floats, xy: Floats) -> Floats:
    """(T, 2) which of two answers lies farther from the track; NaN where it is as good as there."""
    apart = np.stack([np.linalg.norm(side - xy, axis=1) for side in (forward, backward)])
    other = np.where((apart[0] > apart[1])[:, None], forward, backward)
    far = np.nan_to_num(apart, nan=0.0).max(0) > APART
    return np.where(far[:, None], other, np.nan).astype(np.float32)


def _dots(path: Floats, colour: tuple[float, float, float], t: int, size: float) -> tuple[Floats, Floats, Floats]:
    """Places, colours and sizes of the dots along a path around a frame: fainter the farther away, a ring on it."""
    frames = np.arange(max(t - AROUND, 0), min(t + AROUND + 1, len(path)))
    frames = frames[np.isfinite(path[frames]).all(1)]
    fade = 1 - np.abs(frames - t) / (AROUND + 1)
    colours = np.column_stack([np.broadcast_to(colour, (len(frames), 3)), 0.25 + 0.65 * fade]).astype(np.float32)
    sizes = size * np.where(frames == t, RING, DOT)
    return path[frames], colours, sizes.astype(np.float32)
