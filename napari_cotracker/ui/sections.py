"""Building blocks of the panel: sections that fold, rows of a form, hints."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

GAP = 6
HEADER_STYLE = ("QToolButton { border: none; font-weight: 600; padding: 4px 0; text-align: left; "
                "background: transparent }")


class Section(QWidget):
    """A titled part of the panel that folds away.

    Parameters
    ----------
    title : str
    is_open : bool
    """

    def __init__(self, title: str, is_open: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header = QToolButton(text=title, checkable=True, checked=is_open)
        self._header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._header.setStyleSheet(HEADER_STYLE)
        self._header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._header.toggled.connect(self._fold)
        self._body = QWidget()
        self.body = QVBoxLayout(self._body)
        self.body.setContentsMargins(12, 0, 0, 4)
        self.body.setSpacing(GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line())
        column.addWidget(self._header)
        column.addWidget(self._body)
        self._fold(is_open)

    @property
    def is_open(self) -> bool:
        """Whether its contents are shown."""
        return self._header.isChecked()

    def open(self, is_open: bool = True) -> None:
        """Show or hide its contents."""
        self._header.setChecked(is_open)

    def _fold(self, is_open: bool) -> None:
        self._header.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._body.setVisible(is_open)


def form() -> QFormLayout:
    """An empty form whose fields take the width that labels leave."""
    layout = QFormLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return layout


def row(*items: QWidget | QLayout | int) -> QHBoxLayout:
    """Widgets side by side; a number is a stretch."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GAP)
    for item in items:
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)
    return layout


def hint(text: str = "") -> QLabel:
    """A quiet line of text that wraps."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setMinimumWidth(40)
    label.setEnabled(False)  # drawn in the theme's quiet colour
    label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    return label


def button(text: str, tip: str, pressed: Callable[[], object] | None = None) -> QPushButton:
    """A push button with a tooltip, which screen readers get as well."""
    made = QPushButton(text)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    made.setToolTip(tip)
    made.setAccessibleDescription(tip)
    if pressed is not None:
        made.clicked.connect(lambda _: pressed())  # Qt's word on the button's state is not for them
    return made


def tip(widget: QWidget, name: str, text: str) -> QWidget:
    """Give a field its name for screen readers and a tooltip that says when to change it."""
    widget.setAccessibleName(name)
    widget.setToolTip(text)
    return widget


def line() -> QFrame:
    """A thin line between parts."""
    made = QFrame()
    made.setFrameShape(QFrame.Shape.HLine)
    made.setFixedHeight(1)
    made.setStyleSheet("background: rgba(128, 128, 128, 80); border: none")
    return made
