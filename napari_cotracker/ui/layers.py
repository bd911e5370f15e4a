"""The two layers that show the tracks of a video: the points of the current frame, and their tails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from napari.layers import Layer
from numpy.typing import NDArray
from psygnal import Signal
from qtpy.QtCore import QTimer

from ..core.errors import CotrackerError
from ..core.inspection import describe, tail_frames
from ..core.words import counted
from ..editing.patch import Patch
from ..editing.session import Session
from .appearance import Appearance
from .axes import frame_of
from .look import Look
from .placement import FOLLOWED, Placement
from .points_layer import FramePoints
from .removing import remove_layers
from .selection import Selection
from .spelling import spell
from .tails_layer import MOST_AXES, TailTracks

if TYPE_CHECKING:
    from napari import Viewer

MOST_BENDS = 12_000  # of all tails together; beyond, tails are drawn from fewer frames
TAILS_MS = 250  # while a run streams, tails are drawn no more often than this


class TracksView:
    """Shows a session over its video, and passes on what the user does to the points.

    Both layers are added above the video layer and follow its transform. Deleting the tails layer leaves
    the points; deleting the points ends the view.

    Parameters
    ----------
    viewer : Viewer
    video : Image
        The video layer; it is never changed.
    session : Session
    selection : Selection
        Selected rows and selected tracks are kept the same.
    look : Look
    held : mapping of int to int
        The index of each axis of the video that is neither time nor picture.
    project : str
        Noted in the metadata of both layers, so that they can be found.

    Attributes
    ----------
    removed, told : psygnal.Signal
        The user took the points away, and the view has ended; (str) what napari's own keys did, or why they did not.
    on_moved : callable, optional
        Called with ids, frame and (n, 2) pixels after the user dragged points; without it they do not move.
    on_placed : callable, optional
        Called with frame and (1, 2) pixels when the user clicks with napari's tool that adds points;
        without it the session gets a new point.
    """

    removed, told = Signal(), Signal(str)

    def __init__(self, viewer: Viewer, video: Layer, session: Session, selection: Selection, look: Look, *,
                 held: Mapping[int, int], project: str = "") -> None:
        self._viewer, self.video = getattr(viewer, "__wrapped__", viewer), video
        self._session, self._selection, self._look = session, selection, look
        self.on_moved: Callable[[NDArray[np.int64], int, NDArray[np.float32]], Any] | None = None
        self.on_placed: Callable[[int, NDArray[np.float32]], Any] | None = None
        self._appearance = Appearance(session, look, selection)
        self._placement = Placement(video, held)
        self._is_busy = False
        self._t = frame_of(self._viewer, video)
        self._timer = QTimer(singleShot=True, interval=TAILS_MS)
        self.points, self.tails = self._make_layers(project)
        self._connections = list(self._list_connections())
        self.refresh()
        self._add_layers()
        for signal, hear in self._connections:
            signal.connect(hear)
        self._timer.timeout.connect(self._draw_tails)
        self.points.keep(self)

    @property
    def frame(self) -> int:
        """The frame that is shown, 0-based."""
        return min(self._t, self._session.n_frames - 1)

    def refresh(self) -> None:
        """Draw everything anew, for a session that changed without saying so, or got another length."""
        self._appearance.forget()
        limits = self._placement.limits(self._session.n_frames)
        for layer in self._layers():
            layer.set_limits(limits)
        self._draw()

    def detach(self, remove: bool = False) -> None:
        """End the view; with `remove` the layers go, too.

        They go as soon as the window is idle, for this may be called while napari is about to remove layers.
        """
        self._timer.stop()
        connections, self._connections = self._connections, []
        for signal, hear in connections:
            with suppress(ValueError, RuntimeError):
                signal.disconnect(hear)
        layers, self.tails = self._layers(), None
        self.points.keep(None)
        if remove and layers:
            viewer = ref(self._viewer)
            QTimer.singleShot(0, lambda: remove_layers(viewer(), layers))

    # what the points layer asks

    def before_slicing(self) -> None:
        """Fill in another frame before napari draws it, so that it is drawn once."""
        self._follow(now=False)

    @property
    def may_move(self) -> bool:
        """Whether somebody takes what the user drags."""
        return self.on_moved is not None

    def add_at(self, place: NDArray[np.float64]) -> None:
        """A new point at data coordinates of the points layer, on the frame that is shown."""
        self._attempt(lambda: (self.on_placed or self._session.add_points)(self.frame, self._placement.xy(place)[None]))

    def remove_rows(self, rows: list[int]) -> None:
        """Delete the tracks of some rows."""
        self._attempt(lambda: self._delete(rows))

    def _delete(self, rows: list[int]) -> None:
        self._session.delete(self._session.ids[rows])
        self.told.emit(f"{counted(len(rows), 'track')} deleted ({spell('Control-Z')})")

    def describe(self, row: int) -> str:
        """A track on the frame that is shown: name, id, state, scores, source."""
        session = self._session
        if row >= len(session.ids):  # asked from another thread while tracks go
            return ""
        entry = session.rows[row]
        return " · ".join([entry.name, f"id {entry.id}", *describe(session.cells[self.frame, row], session.size)])

    def _attempt(self, act: Callable[[], object]) -> None:
        try:
            act()
        except CotrackerError as error:
            self.told.emit(str(error))

    # drawing

    def _draw(self) -> None:
        self._draw_points()
        self._draw_tails()

    def _draw_points(self, now: bool = True) -> None:
        style = self._appearance.points(self.frame)
        with self._busy():
            self.points.fill(self._placement.rows(self._t, style.xy), style)
            self._select_rows()
            if now:
                self.points.update_view()

    def _draw_tails(self) -> None:
        length = self._look.values.tail_length
        if self.tails is None or not self.tails.visible:
            return
        if not length or not len(self._session.ids):
            self.tails.clear()
            return
        step = max(1, round(len(self._session.ids) * length / MOST_BENDS))
        frames = tail_frames(self.frame, length, step)
        style = self._appearance.tails(frames)
        places = self._placement.rows(frames.astype(np.float32), style.xy)
        with self._busy():
            if self.tails.tail_length != length:
                self.tails.tail_length = length
            self.tails.fill(self._session.ids, places, style)

    def _select_rows(self) -> None:
        chosen = self._session.has(self._selection.ids)
        rows = {int(row) for row in self._session.columns(self._selection.ids[chosen])}
        if rows != set(self.points.selected_data):
            self.points.selected_data = rows

    # what happens

    def _on_frame(self) -> None:
        self._follow(now=True)

    def _follow(self, now: bool) -> None:
        t = frame_of(self._viewer, self.video)
        if t != self._t:
            self._t = t
            self._draw_points(now)
            self._draw_tails()

    def _on_patch(self, patch: Patch) -> None:
        self._appearance.forget()
        by_anchors = self._look.values.colour_by == "anchor error"
        if patch.changes_table or by_anchors or self.frame in patch.frames:
            self._draw_points()
        if not self._session.is_running() or patch.changes_table:
            self._draw_tails()
        elif not self._timer.isActive():
            self._timer.start()

    def _on_rows_selected(self) -> None:
        if not self._is_busy:
            self._selection.set(self._session.ids[sorted(self.points.selected_data)])

    def _on_data(self, event: Any) -> None:
        """Somebody changed rows: points that were dragged are offered to whoever corrects; then the session counts."""
        if self._is_busy or event.action not in ("changed", "added", "removed"):
            return
        style = self._appearance.points(self.frame)
        if self.on_moved is not None and len(self.points.data) == len(style.xy):
            xy = self._placement.xy(self.points.data)
            moved = style.shown & (xy != style.xy).any(1)
            if moved.any():
                self.on_moved(self._session.ids[moved], self.frame, xy[moved])
        self._draw_points()

    def _on_size(self) -> None:
        if not self._is_busy:
            self._look.choose(size=float(self.points.current_size))

    def _on_tail_length(self) -> None:
        if not self._is_busy and self.tails is not None:
            self._look.choose(tail_length=int(self.tails.tail_length))

    def _on_transform(self) -> None:
        for name, value in self._placement.transform().items():
            for layer in self._layers():
                if not np.array_equal(getattr(layer, name), value):
                    setattr(layer, name, value)

    def _on_removed(self, event: Any) -> None:
        if event.value is self.tails:
            self._timer.stop()
            self.tails = None
        elif event.value is self.points or event.value is self.video:
            self.detach(remove=True)
            self.removed.emit()

    # setting up

    def _layers(self) -> list[FramePoints | TailTracks]:
        return [layer for layer in (self.tails, self.points) if layer is not None]

    def _make_layers(self, project: str) -> tuple[FramePoints, TailTracks | None]:
        limits, look = self._placement.limits(self._session.n_frames), self._look.values

        def options(role: str) -> dict[str, Any]:
            tag = {"napari_cotracker": {"role": role, "project": project}}
            return {"name": f"{self.video.name} {role}", "metadata": tag, **self._placement.transform()}

        tails = None if self._placement.ndim > MOST_AXES else TailTracks(
            limits, tail_length=max(look.tail_length, 1), tail_width=2, blending="translucent", **options("tails"))
        return FramePoints(limits, size=look.size, **options("points")), tails

    def _add_layers(self) -> None:
        layers = self._viewer.layers
        place = layers.index(self.video) + 1
        for offset, layer in enumerate(self._layers()):
            layers.insert(place + offset, layer)
        layers.selection.active = self.points

    def _list_connections(self) -> Iterator[tuple[Any, Callable[..., None]]]:
        yield self._viewer.dims.events.point, self._on_frame
        yield self._viewer.layers.events.removed, self._on_removed
        yield self._session.changed, self._on_patch
        yield self._selection.changed, self._draw_points
        yield self._look.changed, self._draw
        yield self.points.selected_data.events.items_changed, self._on_rows_selected
        yield self.points.events.data, self._on_data
        yield self.points.events.current_size, self._on_size
        if self.tails is not None:
            yield self.tails.events.tail_length, self._on_tail_length
            yield self.tails.events.visible, self._draw_tails
        for name in FOLLOWED:
            yield getattr(self.video.events, name), self._on_transform

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """While it lasts, what layers say of changes was caused here."""
        was, self._is_busy = self._is_busy, True
        try:
            yield
        finally:
            self._is_busy = was
