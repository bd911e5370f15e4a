"""Nudges by the arrow keys: those that follow one another closely are one step, and tracked after once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QObject, Qt, QTimer
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QApplication

from ..editing.claims import is_placed
from .desk import Desk
from .edit_actions import EditActions
from .edit_aim import Aim

PAUSE_MS = 400  # after the last one
HELD_MS = 1200  # after a press; systems wait 250 to 1,000 before a key that is held repeats
ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}
MODIFIERS = {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Meta, Qt.Key.Key_Alt}
KEYS = {QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride}
ENDS = {QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.Close, QEvent.Type.WindowDeactivate}


class Nudging(QObject):
    """Moves the selected points on the screen while an arrow key is held or pressed again, and then in the session.

    What else is pressed or clicked meanwhile comes after that step. napari lets none of our keys repeat, so a key that
    is held is heard here.

    Parameters
    ----------
    desk : Desk
    edits : EditActions
    """

    def __init__(self, desk: Desk, edits: EditActions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._edits = desk, edits
        self._aim: Aim | None = None
        self._total, self._last = np.zeros(2), (0.0, 0.0)
        self._clock = QTimer(self, singleShot=True)
        self._clock.timeout.connect(self.end)

    def nudge(self, right: float, down: float) -> None:
        """Move the selected points by some pixels on the frame that is shown."""
        aim = self._edits.aim
        if self._aim is not None and not (aim is not None and _is_same(aim, self._aim)):
            self.end()
        if aim is None or not _is_somewhere(aim):
            self._edits.nudge(right, down)  # which says why not
            return
        if self._aim is None:
            self._aim, self._total = aim, np.zeros(2)
            QApplication.instance().installEventFilter(self)
        self._last = right, down
        self._total += self._last
        self._draw(aim)
        self._clock.start(HELD_MS)

    def end(self) -> None:
        """Make a step of it now."""
        aim, self._aim = self._aim, None
        if aim is None:
            return
        self._clock.stop()
        QApplication.instance().removeEventFilter(self)
        right, down = self._total.tolist()
        project = self._desk.current
        if not self._edits.nudge(right, down, aim) and project is not None and project.view is not None:
            project.view.refresh()  # back to where they were

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whatever comes while points are being nudged."""
        kind = event.type()
        if kind in KEYS and isinstance(event, QKeyEvent):
            return self._hear(kind, event)
        if kind in ENDS:
            self.end()
        return False

    def _hear(self, kind: QEvent.Type, event: QKeyEvent) -> bool:
        """Whether nobody else is to hear of a key."""
        if kind == QEvent.Type.KeyRelease:
            if event.key() in ARROWS and not event.isAutoRepeat():
                self._clock.start(PAUSE_MS)
        elif event.key() in ARROWS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if kind == QEvent.Type.KeyPress and event.isAutoRepeat():
                self.nudge(*self._last)
                return True
        elif event.key() not in MODIFIERS:
            self.end()
        return False

    def _draw(self, aim: Aim) -> None:
        project = self._desk.current
        if project is not None and project.view is not None:
            project.view.points.shift_rows(aim.session.columns(aim.ids), *self._last)


def _is_same(one: Aim, other: Aim) -> bool:
    return one.session is other.session and one.t == other.t and np.array_equal(one.ids, other.ids)


def _is_somewhere(aim: Aim) -> bool:
    """Whether all that are selected have a place that can be nudged."""
    placed: NDArray[np.bool_] = is_placed(aim.session.read([aim.t], aim.ids))
    return bool(placed.size and placed.all()) and not aim.session.is_read_only
