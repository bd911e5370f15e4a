"""A hand on the mouse and the keyboard: real events for a napari window that is shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_cotracker.ui.sources import time_axis

PAUSE = 0.03  # moves that follow each other faster are dropped
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NO_KEY, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier)


def settle(seconds: float = 0.0) -> None:
    """Let the window do what is due."""
    end = time.monotonic() + seconds
    for _ in range(3):
        QApplication.processEvents()
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


def wait_until(is_true: Any, seconds: float = 5.0) -> None:
    """Let the window work until something is true."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it did not happen"
        settle(0.01)


def world_of(layer: Any, t: float, xy: Sequence[float]) -> np.ndarray:
    """(ndim,) the world coordinates of a pixel of a video layer, other axes at 0."""
    place = np.zeros(layer.ndim)
    place[time_axis(layer)] = t
    place[-2:] = np.asarray(xy, float)[::-1]
    return np.asarray(layer.data_to_world(place))


def on_canvas(viewer: Any, layer: Any, xy: Sequence[float]) -> np.ndarray:
    """Where a pixel (x, y) of a video layer is on the canvas, in Qt's pixels."""
    world = world_of(layer, 0, xy)[-2:]
    place = _canvas(viewer).view.scene.transform.map([world[1], world[0], 0, 1])
    return np.asarray(place[:2] / place[3])


def move(viewer: Any, layer: Any, xy: Sequence[float]) -> None:
    """Move the mouse there, no button held."""
    _send(viewer, QEvent.Type.MouseMove, on_canvas(viewer, layer, xy), NONE, NONE)
    settle(PAUSE)


def click(viewer: Any, layer: Any, xy: Sequence[float], *, modifiers: Any = NO_KEY, button: Any = LEFT) -> None:
    """Click on a pixel of a video layer."""
    at = on_canvas(viewer, layer, xy)
    _send(viewer, QEvent.Type.MouseMove, at, NONE, NONE, modifiers=modifiers)
    _send(viewer, QEvent.Type.MouseButtonPress, at, button, button, modifiers=modifiers)
    _send(viewer, QEvent.Type.MouseButtonRelease, at, button, NONE, modifiers=modifiers)
    settle(PAUSE)


def double_click(viewer: Any, layer: Any, xy: Sequence[float], *, modifiers: Any = NO_KEY) -> None:
    """Click twice, as fast as people do."""
    at = on_canvas(viewer, layer, xy)
    click(viewer, layer, xy, modifiers=modifiers)
    _send(viewer, QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, modifiers=modifiers)
    _send(viewer, QEvent.Type.MouseButtonRelease, at, LEFT, NONE, modifiers=modifiers)
    settle(PAUSE)


def drag(viewer: Any, layer: Any, path: Sequence[Sequence[float]], *, modifiers: Any = NO_KEY, button: Any = LEFT,
         steps: int = 4, before_release: Callable[[], object] = lambda: None) -> None:
    """Press at the first pixel of a path, move along it, release at its end."""
    places = [on_canvas(viewer, layer, xy) for xy in path]
    _send(viewer, QEvent.Type.MouseMove, places[0], NONE, NONE, modifiers=modifiers)
    _send(viewer, QEvent.Type.MouseButtonPress, places[0], button, button, modifiers=modifiers)
    for start, end in pairwise(places):
        for share in np.linspace(1 / steps, 1, steps):
            _send(viewer, QEvent.Type.MouseMove, start + (end - start) * share, NONE, button, modifiers=modifiers)
            settle(PAUSE)
    before_release()
    _send(viewer, QEvent.Type.MouseButtonRelease, places[-1], button, NONE, modifiers=modifiers)
    settle(PAUSE)


def key(viewer: Any, name: Any, modifiers: Any = NO_KEY) -> None:
    """Press and release a key over the picture; `name` is a letter or a `Qt.Key`."""
    native = _canvas(viewer).native
    native.setFocus()
    QTest.keyClick(native, name, modifiers)
    settle()


def picture_of(viewer: Any) -> np.ndarray:
    """(H, W, 3) what the canvas shows."""
    settle()
    return np.asarray(viewer.screenshot(canvas_only=True, flash=False))[..., :3]


def _canvas(viewer: Any) -> Any:
    return viewer.window._qt_viewer.canvas


def _send(viewer: Any, kind: Any, place: np.ndarray, button: Any, buttons: Any, *, modifiers: Any = NO_KEY
          ) -> None:
    native = _canvas(viewer).native
    everywhere = QPointF(native.mapToGlobal(QPoint(int(place[0]), int(place[1]))))
    event = QMouseEvent(kind, QPointF(float(place[0]), float(place[1])), everywhere, button, buttons, modifiers)
    QApplication.sendEvent(native, event)
