"""The keyboard's ways between the picture and what is ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import cast

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent, QKeySequence
from qtpy.QtOpenGLWidgets import QOpenGLWidget
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QScrollArea,
    QShortcut,
    QWidget,
)

from .docking import dock_of
from .heatmap import HeatMap
from .sections import bring_into_view, is_enter

WALKS = {"F6": 1, "Shift+F6": -1}  # the keys by which windows lead from pane to pane; Tab in napari never gets here
BY_MOUSE = QAbstractButton, QComboBox, QAbstractSlider  # nobody who clicks on them means to type


class Homing(QObject):
    """Leaves the keyboard to the picture when the mouse presses a control, and when a field is done with.

    A button that was clicked would have the arrow keys walk among buttons, Space press it again, and a list
    take letters for its entries, where all of these mean something over the picture. Who comes by Tab stays.
    F6 leads from the picture to each home that is in sight, to where one was in it, and to the picture again.

    Parameters
    ----------
    homes : sequence of QWidget
        Whatever lies within them is ours; the first one in a dock of the picture's window.
    """

    def __init__(self, homes: Sequence[QWidget], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._homes = homes
        self._keys: list[QShortcut] = []
        for home in homes:
            home.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._on_focus)

    def close(self) -> None:
        """Mind it no longer."""
        QApplication.instance().focusChanged.disconnect(self._on_focus)
        for key in self._keys:
            key.setEnabled(False)
            key.deleteLater()
        self._keys = []

    def go(self) -> None:
        """Give the keyboard to the picture."""
        if (main := self._main()) is not None:
            picture = main.findChild(QOpenGLWidget) or main.centralWidget()  # napari has no public name for it
            picture.activateWindow()  # a dock may be a window of its own
            picture.setFocus()

    def walk(self, by: int) -> None:
        """Give the keyboard to the home after the one that has it, by -1 the one before; the picture is one of them."""
        stops = [None, *(home for home in self._homes if not home.visibleRegion().isEmpty())]
        held = QApplication.focusWidget()
        at = next((place for place, home in enumerate(stops) if home is not None and home.isAncestorOf(held)), 0)
        home = stops[(at + by) % len(stops)]
        stop = None if home is None else next(_stops_in(home), None)
        if stop is None:
            self.go()
        else:
            stop.activateWindow()
            stop.setFocus(Qt.FocusReason.TabFocusReason)
            bring_into_view(stop)

    def _main(self) -> QMainWindow | None:
        dock = dock_of(self._homes[0])
        main = None if dock is None else dock.parentWidget()
        return main if isinstance(main, QMainWindow) else None

    def _listen(self) -> None:
        """In all of the window: there may be no layer yet that hears a key over the picture."""
        main = self._main()
        if main is not None and not self._keys:
            self._keys = [QShortcut(QKeySequence(key), main, partial(self.walk, by)) for key, by in WALKS.items()]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape, and the Enter that ends typing: what a field has no use for comes up to here."""
        # PyQt takes an event for another that lay at the same address, if somebody has kept that one
        is_key = event.type() == QEvent.Type.KeyPress
        if is_key and isinstance(event, QKeyEvent) and self._ends(cast(QWidget, watched), event):
            self.go()
            return True
        if event.type() == QEvent.Type.Show:
            self._listen()
        return super().eventFilter(watched, event)

    def _ends(self, home: QWidget, event: QKeyEvent) -> bool:
        held = home.window().focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            return self._is_ours(held) and not isinstance(held, HeatMap)  # whose keys are those of the picture
        return is_enter(event) and isinstance(held, QLineEdit | QAbstractSpinBox)

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, BY_MOUSE) and QApplication.mouseButtons() and self._is_ours(now):
            self.go()

    def _is_ours(self, widget: QWidget | None) -> bool:
        return widget is not None and any(home.isAncestorOf(widget) for home in self._homes)


def _stops_in(home: QWidget) -> Iterator[QWidget]:
    """Where the keyboard may be in a home: where it was, then the rows of tracks, then the others in their order."""
    found: list[QWidget | None] = [home.focusWidget(), home.findChild(HeatMap)]
    after = home.nextInFocusChain()
    while after is not None and after is not home:
        found.append(after)
        after = after.nextInFocusChain()
    for one in found:
        if one is not None and home.isAncestorOf(one) and one.isVisible() and one.isEnabled() \
                and one.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(one, QScrollArea):
            yield one
