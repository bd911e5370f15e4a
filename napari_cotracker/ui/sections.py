"""Building blocks of the panel: sections that fold, rows of a form, hints, fields with their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qtpy.QtCore import QEvent, QSignalBlocker, Qt, QTimer
from qtpy.QtGui import QKeyEvent, QPalette
from qtpy.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from .shades import QUIET, mix

GAP = 6
HEADER_STYLE = ("QPushButton { border: none; font-weight: 600; padding: 4px 0; text-align: left; "
                "background: transparent } QPushButton:focus { text-decoration: underline }")
LABEL_STYLE = "min-width: 4.8em"  # the same in every form, so that fields of all sections begin at one line


class Section(QWidget):
    """A titled part of the panel that folds away.

    Parameters
    ----------
    title : str
    is_open : bool
    """

    def __init__(self, title: str, is_open: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._note = title, ""
        self._header = QPushButton(checkable=True, checked=is_open)
        self._header.setStyleSheet(HEADER_STYLE)
        self._header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        tip(self._header, title, "Show or hide this part")
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

    def note(self, text: str) -> None:
        """Say something short beside the title, which is seen even while the section is folded."""
        self._note = text
        self._fold(self.is_open)

    def _fold(self, is_open: bool) -> None:
        title = f"{self._title} · {self._note}" if self._note else self._title
        self._header.setText(f"{'▾' if is_open else '▸'}  {title}")
        self._body.setVisible(is_open)


class Form(QFormLayout):
    """Labels and fields; the fields take the width that labels leave."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(GAP)
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)

    def addRow(self, text: str, field: QWidget | QLayout) -> None:
        """One more line; an empty text leaves the label's place free."""
        label = QLabel(text)
        label.setStyleSheet(LABEL_STYLE)
        if isinstance(field, QWidget):
            label.setBuddy(field)
        super().addRow(label, field)


class Hint(QLabel):
    """A quiet line of text that wraps."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setWordWrap(True)
        self.setMinimumWidth(40)

    def changeEvent(self, event: QEvent) -> None:
        """Stay quiet in another theme: a colour between its text and its background."""
        super().changeEvent(event)
        parent = self.parentWidget()
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and parent is not None:
            palette = parent.palette()
            window, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
            style = f"color: {mix(window, text, QUIET).name()}"
            if style != self.styleSheet():
                self.setStyleSheet(style)


def form() -> Form:
    """An empty form."""
    return Form()


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


def hint(text: str = "") -> Hint:
    """A quiet line of text that wraps."""
    return Hint(text)


def button(text: str, tip: str, pressed: Callable[[], object] | None = None) -> QPushButton:
    """A push button with a tooltip, which screen readers get as well."""
    made = QPushButton(text)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    made.setToolTip(tip)
    made.setAccessibleDescription(tip)
    if pressed is not None:
        made.clicked.connect(lambda _: pressed())  # Qt's word on the button's state is not for them
    return made


def choice(name: str, text: str, items: Mapping[Any, str] | None = None) -> QComboBox:
    """A list to choose from, of values and their texts, which takes the width that there is.

    Parameters
    ----------
    name : str
        For screen readers.
    text : str
        The tooltip.
    items : mapping, optional
    """
    made = QComboBox()
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    for value, label in (items or {}).items():
        made.addItem(label, value)
    tip(made, name, text)
    return made


def refill(box: QComboBox, items: Mapping[Any, str]) -> bool:
    """Other items in a list; says whether what was chosen is still there, and thus chosen still."""
    chosen = box.currentData()
    with QSignalBlocker(box):
        box.clear()
        for value, text in items.items():
            box.addItem(text, value)
        box.setCurrentIndex(list(items).index(chosen) if chosen in items else 0)
    return chosen in items


def choose_item(box: QComboBox, value: Any) -> None:
    """An entry by what it stands for, which Qt cannot compare if it is a layer."""
    box.setCurrentIndex(next(k for k in range(box.count()) if box.itemData(k) == value))


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


def ask_for_file(parent: QWidget, title: str, taken: Callable[[str], object], kinds: str = "") -> QFileDialog:
    """Show a dialog for one file that is there; it does not block the window, and goes when it is closed."""
    dialog = QFileDialog(parent, title, filter=kinds)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(taken)
    dialog.open()
    return dialog


def ask_for_new_file(parent: QWidget, title: str, taken: Callable[[str], object], proposed: str, kinds: str
                     ) -> QFileDialog:
    """Show a dialog for the name of a file to write; otherwise as `ask_for_file`."""
    dialog = QFileDialog(parent, title, proposed, kinds)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(kinds.partition("*.")[2].rstrip(")"))
    dialog.selectFile(proposed)
    dialog.fileSelected.connect(taken)
    dialog.open()
    return dialog


def is_sign(event: QKeyEvent) -> bool:
    """Whether a key writes something: where nothing is typed, it is meant for the picture."""
    text = event.text().strip()
    return bool(text) and text.isprintable()


def is_enter(event: QKeyEvent) -> bool:
    """Whether it is one of the two keys."""
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def bring_into_view(widget: QWidget) -> None:
    """Unfold what a widget lies in, and scroll to it once it is laid out."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, Section):
            above.open()
        if isinstance(above, QScrollArea):
            clock = QTimer(widget, singleShot=True)  # as a child it goes with the widget
            clock.timeout.connect(lambda area=above: _scroll_to(area, widget))
            clock.timeout.connect(clock.deleteLater)
            clock.start()
        above = above.parentWidget()


def _scroll_to(area: QScrollArea, widget: QWidget) -> None:
    """As little as shows the widget; of one that is too tall, its beginning."""
    area.ensureWidgetVisible(widget, 0, GAP)
    inside, viewport = area.widget(), area.viewport()
    if inside is not None and viewport is not None and widget.height() > viewport.height():
        area.verticalScrollBar().setValue(widget.mapTo(inside, widget.rect().topLeft()).y() - GAP)
