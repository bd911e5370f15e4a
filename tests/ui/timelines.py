"""Sessions and timelines for tests."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPalette, QWheelEvent
from qtpy.QtWidgets import QApplication, QWidget

from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.scope import Scope
from napari_cotracker.ui.selection import Selection
from napari_cotracker.ui.shades import Shades
from napari_cotracker.ui.timeline import Timeline


def make_session(n_tracks: int = 5, n_frames: int = 40) -> Session:
    """All sure and visible but track 1 (doubtful) and 2 (hidden on frames 10 to 19); track 3 has an anchor on 30."""
    xy = np.full((n_frames, n_tracks, 2), 20, np.float32) + np.arange(n_frames, dtype=np.float32)[:, None, None]
    visibility, confidence = np.full((2, n_frames, n_tracks), 0.95, np.float32)
    state, source = np.zeros((n_frames, n_tracks), np.uint8), np.ones((n_frames, n_tracks), np.uint8)
    confidence[:, 1 % n_tracks] = 0.1
    visibility[10:20, 2 % n_tracks] = 0.1
    if n_tracks > 3:
        state[30, 3], source[30, 3] = State.VISIBLE, Source.HUMAN
    return Session.from_tracks(Tracks(np.arange(n_tracks), xy, visibility, confidence, state, source,
                                      meta={"size": (200, 100)}))


def make_scope(n_frames: int = 40) -> Scope:
    """A dark one that shows all frames."""
    scope = Scope(Shades.of(dark_palette()))
    scope.set_length(n_frames)
    return scope


def dark_palette() -> QPalette:
    """Light text on dark grey."""
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(35, 36, 43))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(240, 241, 242))
    return palette


def make_timeline(qtbot: QtBot, session: Session | None = None, width: int = 1280) -> tuple[Timeline, Selection]:
    """One on the screen, dark, with nothing selected."""
    timeline, selection = Timeline(), Selection()
    qtbot.addWidget(timeline)
    timeline.setPalette(dark_palette())
    timeline.resize(width, 230)
    timeline.show_session(session, selection)
    with qtbot.waitExposed(timeline):
        timeline.show()
    QApplication.processEvents()
    return timeline, selection


def cell(timeline: Timeline, row: int, frame: int) -> QPoint:
    """Where a cell is on the heat map."""
    heatmap = timeline.heatmap
    return QPointF(heatmap.x_of(frame + 0.5), heatmap.y_of(row + 0.5)).toPoint()


def drag(widget: QWidget, start: QPoint, *stops: QPoint, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
         release: bool = True) -> None:
    """Press the left button, move along some places, and release it at the last."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    _send(widget, QEvent.Type.MouseMove, start, (none, none), keys)
    _send(widget, QEvent.Type.MouseButtonPress, start, (left, left), keys)
    for stop in stops:
        _send(widget, QEvent.Type.MouseMove, stop, (none, left), keys)
    if release:
        _send(widget, QEvent.Type.MouseButtonRelease, stops[-1] if stops else start, (left, none), keys)


def hover(widget: QWidget, at: QPoint) -> None:
    """Move the mouse there, no button held."""
    _send(widget, QEvent.Type.MouseMove, at, (Qt.MouseButton.NoButton,) * 2, Qt.KeyboardModifier.NoModifier)


def ask_for_menu(widget: QWidget, at: QPoint) -> None:
    """What the right button sends."""
    QApplication.sendEvent(widget, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at)))


def _send(widget: QWidget, kind: QEvent.Type, at: QPoint, buttons: tuple[Qt.MouseButton, Qt.MouseButton],
          keys: Qt.KeyboardModifier) -> None:
    QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(at), QPointF(widget.mapToGlobal(at)), *buttons, keys))
    QApplication.processEvents()


def colour(widget: QWidget, at: QPoint) -> QColor:
    """What is painted there."""
    return widget.grab().toImage().pixelColor(at * widget.devicePixelRatioF())


def turn_wheel(widget: QWidget, at: QPoint, steps: int,
               keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Turn the mouse wheel over a place."""
    place = QPointF(at)
    QApplication.sendEvent(widget, QWheelEvent(
        place, QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False))
