"""Where the timeline and the table lie in napari's window."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Qt, QTimer
from qtpy.QtWidgets import QDockWidget, QLabel, QMainWindow, QWidget

if TYPE_CHECKING:
    from napari import Viewer

TIMELINE_HEIGHT = 220
LEFT, RIGHT = Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner
SIDES = {LEFT: Qt.DockWidgetArea.LeftDockWidgetArea, RIGHT: Qt.DockWidgetArea.RightDockWidgetArea}
LOW = 56  # lines of text of a screen on which what lies beside the picture would not fit above the timeline
SPARE = 8  # lines of text by which napari's controls of a layer of points are wider than those of a film, and more
FIT_MS = 50  # after which Qt has laid out the docks


class Docking(QObject):
    """Docks the timeline beneath the picture with the table behind it, and fits the picture into what is left.

    Parameters
    ----------
    viewer : Viewer
    timeline, table : QWidget
    """

    def __init__(self, viewer: Viewer, timeline: QWidget, table: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer, self._timeline, self._table = viewer, timeline, table
        self._view = _view_of(viewer)
        self._is_over = False
        self._main: QMainWindow | None = None
        self._corners: dict[Qt.Corner, Qt.DockWidgetArea] = {}  # as they were before
        QTimer.singleShot(0, self._dock)

    def end(self, parent: QWidget | None) -> None:
        """Dock no more; with a parent, that takes the widgets over."""
        self._is_over = True
        if self._main is not None and parent is not None:
            for corner, before in self._corners.items():
                self._main.setCorner(corner, before)
        for widget in (self._timeline, self._table) if parent is not None else ():
            with suppress(LookupError):  # the user closed its dock before
                self._viewer.window.remove_dock_widget(widget)
            widget.setParent(parent)

    def _dock(self) -> None:
        if self._is_over:
            return
        window = self._viewer.window
        window.add_dock_widget(self._timeline, name="CoTracker timeline", area="bottom")
        window.add_dock_widget(self._table, name="CoTracker tracks", area="bottom", tabify=True)
        QTimer.singleShot(0, self._raise)

    def _raise(self) -> None:
        """In front of the table, and high enough; Qt has to have laid both out before."""
        dock = dock_of(self._timeline)
        main = None if dock is None else dock.parentWidget()
        if dock is not None and isinstance(main, QMainWindow):
            dock.raise_()
            self._lengthen_sides(main)
            main.resizeDocks([dock], [TIMELINE_HEIGHT], Qt.Orientation.Vertical)
            QTimer.singleShot(FIT_MS, self._fit)

    def _lengthen_sides(self, main: QMainWindow) -> None:
        """On a low screen docks at the sides reach down to the edge, as far as the timeline keeps its width."""
        screen, text = main.screen().availableGeometry(), QLabel(self._timeline)
        text.ensurePolished()  # themes give labels a font, other widgets none
        line = text.fontMetrics().lineSpacing()
        text.deleteLater()
        if screen.height() >= LOW * line:
            return
        self._main = main
        left = screen.width() - SPARE * line
        for corner, area in SIDES.items():
            left -= _width_at(main, area)
            if left >= self._timeline.minimumSizeHint().width():
                self._corners[corner] = main.corner(corner)
                main.setCorner(corner, area)

    def _fit(self) -> None:
        """The docks took room from the picture: fit it in again, unless the user has moved it meanwhile."""
        if not self._is_over and self._viewer.layers and self._view == _view_of(self._viewer):
            self._viewer.reset_view()


def dock_of(widget: QWidget) -> QDockWidget | None:
    """The dock that a widget lies in: napari hands out a proxy of it that Qt does not take."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    return above


def _width_at(main: QMainWindow, area: Qt.DockWidgetArea) -> int:
    """Of the docks at one side of a window."""
    return max((dock.width() for dock in main.findChildren(QDockWidget)
                if main.dockWidgetArea(dock) == area and dock.isVisible() and not dock.isFloating()), default=0)


def _view_of(viewer: Viewer) -> tuple[Any, ...]:
    camera = viewer.scene.camera
    return (tuple(camera.center), camera.zoom)
