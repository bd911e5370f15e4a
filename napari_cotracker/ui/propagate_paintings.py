"""The reference frames of an edit: what the user painted on which frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from napari.layers import Labels, Layer, Shapes
from qtpy.QtCore import QObject, QTimer, Signal

from ..core.errors import EditError
from ..tasks.edits import Painting
from .areas import carried, index_of, labels_over, regions_of
from .desk import Desk

PAUSE_MS = 250  # after the last stroke, before it is taken over


class Paintings(QObject):
    """What is painted on reference frames, the main one first.

    Signals
    -------
    changed
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._at: dict[int, Painting] = {}

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, t: int) -> bool:
        return t in self._at

    @property
    def frames(self) -> list[int]:
        """0-based, the main one first."""
        return list(self._at)

    def at(self, t: int) -> Painting | None:
        """What is painted on a frame."""
        return self._at.get(t)

    def all(self) -> dict[int, Painting]:
        """What is painted, by frames."""
        return dict(self._at)

    def put(self, t: int, painting: Painting) -> None:
        """Take over what is painted on a frame."""
        self._at[t] = painting
        self.changed.emit()

    def remove(self, t: int) -> None:
        """A frame is no reference any more."""
        if self._at.pop(t, None) is not None:
            self.changed.emit()

    def clear(self) -> None:
        """None is."""
        if self._at:
            self._at.clear()
            self.changed.emit()


class PaintedLayer(QObject):
    """Follows a Labels or Shapes layer: what is painted on a frame makes that frame a reference.

    A frame stays a reference while there is something on it. A layer without time has one reference frame: the one
    on which it was painted first, or taken.

    Parameters
    ----------
    desk : Desk
    paintings : Paintings
    """

    def __init__(self, desk: Desk, paintings: Paintings) -> None:
        super().__init__(paintings)
        self._desk, self._paintings = desk, paintings
        self.layer: Layer | None = None
        self._waiting: dict[int, tuple[int, ...]] = {}
        self._clock = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._clock.timeout.connect(self._take_over)

    def follow(self, layer: Layer | None) -> None:
        """Listen to another layer, or none; what is on it on the frame that is shown is taken over."""
        if layer is self.layer:
            return
        self._connect(False)
        self.layer = layer
        self._waiting.clear()
        self._connect(True)
        self._paintings.clear()
        if layer is not None:
            with suppress(EditError):
                self.take()

    def take(self) -> None:
        """The frame that is shown becomes a reference.

        Raises
        ------
        EditError
            If nothing is painted on it.
        """
        project, layer = self._desk.current, self.layer
        if project is None or layer is None:
            return
        painting = self._painting(index_of(self._desk.viewer, layer))
        if painting is None:
            raise EditError(f"expected something in the layer {layer.name!r} on frame {project.frame}, got nothing; "
                            "paint there what is to be carried")
        if not self._has_time:
            self._paintings.clear()
        self._paintings.put(project.frame, painting)

    def close(self) -> None:
        """Listen no more."""
        self._clock.stop()
        self._connect(False)
        self.layer = None

    @property
    def _has_time(self) -> bool:
        return self.layer is not None and self.layer.ndim > 2

    def _connect(self, on: bool) -> None:
        for event, hear in self._events():
            (event.connect if on else event.disconnect)(hear)

    def _events(self) -> Iterator[tuple[Any, Callable[..., None]]]:
        if isinstance(self.layer, Labels):
            yield self.layer.events.paint, self._on_painted
            yield self.layer.events.set_data, self._on_shown
        elif isinstance(self.layer, Shapes):
            yield self.layer.events.data, self._on_painted

    def _on_painted(self, _: object = None) -> None:
        project, layer = self._desk.current, self.layer
        if project is not None and layer is not None:
            frames = self._paintings.frames
            t = project.frame if self._has_time or not frames else frames[0]
            self._waiting[t] = index_of(self._desk.viewer, layer)
            self._clock.start()

    def _on_shown(self, _: object = None) -> None:
        """Undo and other programs change a layer without a stroke; a frame that is no reference is left alone."""
        project = self._desk.current
        if project is not None and (project.frame in self._paintings or (len(self._paintings) and not self._has_time)):
            self._on_painted()

    def _take_over(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for t, where in waiting.items():
            painting = self._painting(where)
            if painting is None:
                self._paintings.remove(t)
            elif not _same(painting, self._paintings.at(t)):
                self._paintings.put(t, painting)

    def _painting(self, where: tuple[int, ...]) -> Painting | None:
        """What is on the layer there, in pixels of the video."""
        layer, project = self.layer, self._desk.current
        if project is None:
            return None
        if isinstance(layer, Labels):
            labels = labels_over(self._desk.viewer, layer, project.layer, where)
            return Painting(labels=labels.copy()) if labels.any() else None
        if not isinstance(layer, Shapes):
            return None
        regions = [replace(region, vertices=carried(self._desk.viewer, layer, project.layer, region.vertices))
                   for region in regions_of(layer, where)]
        return Painting(shapes=tuple(regions)) if regions else None


def _same(one: Painting, other: Painting | None) -> bool:
    if other is None:
        return False
    if one.labels is not None:
        return other.labels is not None and np.array_equal(one.labels, other.labels)
    ours, theirs = one.shapes or (), other.shapes or ()
    return len(ours) == len(theirs) and all(
        a.is_ellipse == b.is_ellipse and np.array_equal(a.vertices, b.vertices) for a, b in zip(ours, theirs))
