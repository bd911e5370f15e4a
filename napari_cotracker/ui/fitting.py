"""Room for text in whatever font a theme or a user gives it."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, QSize, Qt, QTimer
from qtpy.QtWidgets import QFrame, QLabel, QScrollArea, QWidget


def row_height(view: QWidget) -> int:
    """Pixels of a row of text in a table."""
    return view.fontMetrics().height() + 8


class Room(QObject):
    """Keeps room for a number of lines of a label, in whatever font a theme gives it, so that nothing jumps."""

    def __init__(self, label: QLabel, lines: int) -> None:
        super().__init__(label)
        is_rich = label.textFormat() == Qt.TextFormat.RichText
        self._label, self._text = label, ("<br>" if is_rich else "\n").join("x" * lines)
        self._clock = QTimer(self, singleShot=True)
        self._clock.timeout.connect(self._measure)
        label.installEventFilter(self)
        self._measure()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Font and margins are known once the label itself has heard of its style."""
        if event.type() in (QEvent.Type.Polish, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._clock.start()
        return super().eventFilter(watched, event)

    def _measure(self) -> None:
        label, text = self._label, self._label.text()
        label.setMinimumHeight(0)  # Qt counts it in
        label.setText(self._text)
        label.setMinimumHeight(label.sizeHint().height())
        label.setText(text)


class Column(QScrollArea):
    """Scrolls up and down only, so that it has to be as wide as what lies in it needs, in a large font say.

    Parameters
    ----------
    width : int
        The least; up to twice as much is given.
    """

    def __init__(self, width: int) -> None:
        super().__init__(widgetResizable=True)
        self._least = width
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("sections")

    def minimumSizeHint(self) -> QSize:
        """Whatever is unfolded fits."""
        hint, inside = super().minimumSizeHint(), self.widget()
        needed = 0 if inside is None else inside.minimumSizeHint().width()
        needed += self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        return QSize(min(max(self._least, needed), 2 * self._least), hint.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What lies in it has changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
