"""The row of choices above the timeline."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QEvent, QSize, Qt, Signal
from qtpy.QtGui import QFont, QResizeEvent
from qtpy.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from ..core.heat import QUANTITIES
from .legend import Legend
from .shades import Shades

SPACE = 8
ORDERS = {
    "worst first": "Tracks with the most doubtful frames on top",
    "id": "In the order in which the tracks were made",
    "position": "Neighbours in the picture stay neighbours here",
    "name": "By group, then by name",
}


class TimelineBar(QWidget):
    """Order, quantity, which tracks, legend and help; the words before lists give way to the legend's scale.

    Attributes
    ----------
    changed : Signal
        Something else was chosen.
    help_requested : Signal
    """

    changed = Signal()
    help_requested = Signal()

    def __init__(self, shades: Shades, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order_box = self._choice("Order of the tracks", list(ORDERS))
        for k, tip in enumerate(ORDERS.values()):
            self.order_box.setItemData(k, tip, Qt.ItemDataRole.ToolTipRole)
        self.quantity_box = self._choice("Score that is shown", QUANTITIES)
        self.only_box = QCheckBox("only selected")
        self.only_box.setToolTip("Show only the tracks that are selected")
        self.only_box.toggled.connect(lambda _: self.changed.emit())
        self.legend = Legend(shades)
        self.help_button = QToolButton()
        self.help_button.setText("?")
        self.help_button.setAutoRaise(True)
        self.help_button.setToolTip("Keys and mouse")
        self.help_button.setAccessibleName("Help: keys and mouse")
        self.help_button.clicked.connect(lambda _: self.help_requested.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(SPACE)
        self._captions: list[QLabel] = []
        for label, box in (("Order", self.order_box), ("Show", self.quantity_box)):
            caption = QLabel(label)
            caption.setBuddy(box)
            self._captions.append(caption)
            row.addWidget(caption)
            row.addWidget(box)
            row.addSpacing(8)
        row.addWidget(self.only_box)
        row.addSpacing(8)
        row.addWidget(self.legend, 1)
        row.addWidget(self.help_button)

    @property
    def order(self) -> str:
        """One of `ORDERS`."""
        return self.order_box.currentText()

    @property
    def quantity(self) -> str:
        """One of `QUANTITIES`."""
        return self.quantity_box.currentText()

    @property
    def only_selected(self) -> bool:
        """Whether other tracks are left out."""
        return self.only_box.isChecked()

    def caption_font(self) -> QFont:
        """The font of plain text: a theme's style sheet sets it for labels, not for widgets that paint themselves."""
        self._captions[0].ensurePolished()
        return self._captions[0].font()

    def minimumSizeHint(self) -> QSize:
        """Without the words before the lists."""
        hint = super().minimumSizeHint()
        return QSize(hint.width() - sum(self._width_of(one) for one in self._captions if not one.isHidden()),
                     hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Letters of another size change what there is room for."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """The lists say by themselves what they are about; colours do not."""
        needed = self.minimumSizeHint().width() + sum(map(self._width_of, self._captions)) + self.legend.least()
        for caption in self._captions:
            if caption.isHidden() != (self.width() < needed):
                caption.setHidden(self.width() < needed)

    def _width_of(self, caption: QLabel) -> int:
        return caption.sizeHint().width() + SPACE

    def set_shades(self, shades: Shades) -> None:
        """Follow another theme."""
        for widget in (self.legend, self.help_button):  # a theme's style sheet sets no font for these
            widget.setFont(self.caption_font())
        self.legend.show_quantity(self.quantity, shades)

    def _choice(self, name: str, values: Sequence[str]) -> QComboBox:
        box = QComboBox()
        box.addItems(list(values))
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.currentIndexChanged.connect(lambda _: self.changed.emit())
        return box
