"""Building blocks of the panel: they fold, wrap, say their names, and fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from napari.settings import get_settings
from qtpy.QtCore import Qt
from qtpy.QtGui import QColor, QPalette
from qtpy.QtTest import QTest
from qtpy.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from napari_cotracker.ui.sections import (
    Section,
    ask_for_file,
    ask_for_new_file,
    bring_into_view,
    button,
    choice,
    form,
    hint,
    row,
    tip,
)

from .mouse import settle


def header_of(section: Section) -> QPushButton:
    return section.findChild(QPushButton)


@pytest.fixture
def section(qtbot: Any) -> Section:
    made = Section("Points")
    qtbot.addWidget(made)
    made.body.addWidget(QLabel("inside"))
    made.show()
    return made


def test_a_section_folds_by_mouse_and_by_keyboard(section: Section) -> None:
    inside = section.findChild(QLabel)
    assert inside.isVisible()
    QTest.mouseClick(header_of(section), Qt.MouseButton.LeftButton)
    assert not inside.isVisible()
    assert not section.is_open
    QTest.keyClick(header_of(section), Qt.Key.Key_Space)
    assert inside.isVisible()


def test_a_folded_section_still_shows_its_note(section: Section) -> None:
    section.note("32")
    section.open(False)
    assert header_of(section).text().endswith("Points · 32")
    section.note("")
    assert header_of(section).text().endswith("Points")
    assert header_of(section).accessibleName() == "Points"


def test_fields_of_different_forms_begin_at_one_line(qtbot: Any) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    column, fields = QVBoxLayout(whole), []
    for text in ("Grid", "Model"):
        lines = form()
        fields.append(choice(text, "", {1: "one"}))
        lines.addRow(text, fields[-1])
        column.addLayout(lines)
    whole.resize(300, 100)
    whole.show()
    assert fields[0].x() == fields[1].x()
    assert fields[0].geometry().right() == fields[1].geometry().right()


def test_labels_lead_to_their_fields() -> None:
    lines, field = form(), choice("model", "which", {"a": "A"})
    lines.addRow("Model", field)
    assert lines.labelForField(field).buddy() is field


def test_hints_are_quiet_but_readable_in_every_theme(qtbot: Any) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    shown = hint("a quiet line")
    QVBoxLayout(whole).addWidget(shown)
    whole.show()
    for window, text in (("#23242b", "#f0f1f2"), ("#ebe7e6", "#1e1e21")):
        whole.setStyleSheet(f"QWidget {{ background-color: {window}; color: {text} }}")
        settle()
        colour = shown.palette().color(QPalette.ColorRole.WindowText)
        assert contrast(colour, QColor(window)) >= 4.5
        assert contrast(colour, QColor(window)) < contrast(QColor(text), QColor(window))
    assert shown.isEnabled()


def contrast(a: QColor, b: QColor) -> float:
    """As the accessibility guidelines for the web count it."""
    def luminance(colour: QColor) -> float:
        parts = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour.getRgbF()]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_controls_say_what_they_are(qtbot: Any) -> None:
    pressed: list[tuple[()]] = []
    made = button("Open…", "Open a film", lambda *given: pressed.append(given))
    qtbot.addWidget(made)
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)
    assert pressed == [()]
    assert (made.toolTip(), made.accessibleDescription()) == ("Open a film", "Open a film")
    field = choice("mode", "which way", {"a": "A", "b": "B"})
    assert [field.itemData(place) for place in range(2)] == ["a", "b"]
    assert (field.accessibleName(), field.toolTip()) == ("mode", "which way")
    assert tip(made, "open", "x") is made


def test_items_lie_side_by_side() -> None:
    layout = row(QLabel("a"), 1, row(QLabel("b")))
    assert layout.count() == 3
    assert layout.itemAt(2).layout() is not None


def test_what_is_hidden_comes_into_view(qtbot: Any) -> None:
    area, inside = QScrollArea(widgetResizable=True), QWidget()
    qtbot.addWidget(area)
    column, folded, tall, deep = QVBoxLayout(inside), Section("Track", is_open=False), QWidget(), QLabel("deep")
    tall.setFixedHeight(1500)
    column.addWidget(tall)
    folded.body.addWidget(deep)
    column.addWidget(folded)
    area.setWidget(inside)
    area.resize(300, 300)
    area.show()
    settle()
    assert deep.visibleRegion().isEmpty()
    bring_into_view(deep)
    settle(0.05)
    assert folded.is_open
    assert not deep.visibleRegion().isEmpty()


def test_a_file_is_asked_for_without_blocking(qtbot: Any, tmp_path: Path) -> None:
    parent, taken = QWidget(), []
    qtbot.addWidget(parent)
    parent.show()
    (tmp_path / "a.csv").write_text("t,x,y")
    dialog = ask_for_file(parent, "A table", taken.append, "Tables (*.csv)")
    assert dialog.isVisible()
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(tmp_path / "a.csv"))
    dialog.accept()
    settle(0.05)
    assert taken == [str(tmp_path / "a.csv")]
    assert not parent.children(), "closed dialogs do not gather"


def test_the_name_of_a_new_file_is_asked_for_and_gets_its_ending(qtbot: Any, tmp_path: Path) -> None:
    parent, taken = QWidget(), []
    qtbot.addWidget(parent)
    parent.show()
    dialog = ask_for_new_file(parent, "Save", taken.append, str(tmp_path / "film.cotracker"), "Sessions (*.cotracker)")
    assert dialog.selectedFiles() == [str(tmp_path / "film.cotracker")]
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(tmp_path / "mine"))
    dialog.accept()
    settle(0.05)
    assert taken == [str(tmp_path / "mine.cotracker")]
    assert not parent.children()


# the whole panel


@pytest.mark.parametrize(("theme", "size"), [("dark", 9), ("light", 9), ("dark", 14)])
def test_all_text_of_the_panel_fits(window: Any, theme: str, size: int) -> None:
    appearance = get_settings().appearance
    before = appearance.theme, appearance.font_size
    try:
        appearance.theme, appearance.font_size = theme, size
        panel = window.panel
        window.add()
        unfold(panel)
        settle(0.1)
        for part in (panel.video, panel.place, panel.track.form, panel.inspect, panel.correct, panel.propagate,
                     panel.export, panel.history, panel.key_help):
            room = part.parentWidget().contentsRect().width() if part is panel.track.form else viewport_of(part) - 16
            assert part.minimumSizeHint().width() <= room, part
            assert not cut_texts(part), part
    finally:
        appearance.theme, appearance.font_size = before


def unfold(panel: QWidget) -> None:
    for part in panel.findChildren(Section):
        part.open()
    panel.key_help.show()
    panel.place.naming.names.setPlainText("nose, left ear")


def viewport_of(part: QWidget) -> int:
    above = part
    while not isinstance(above, QScrollArea):
        above = above.parentWidget()
    return above.viewport().width()


def cut_texts(part: QWidget) -> list[str]:
    """Texts that have less room than they need."""
    found = []
    for one in part.findChildren(QWidget):
        if not one.isVisible():
            continue
        is_plain = isinstance(one, QLabel) and not one.wordWrap()
        if (is_plain or isinstance(one, QAbstractButton)) and one.width() < one.minimumSizeHint().width():
            found.append(one.text())
        if isinstance(one, QLabel) and one.wordWrap() and one.height() < one.heightForWidth(one.width()):
            found.append(one.text())
        if isinstance(one, QComboBox) and one.width() < one.fontMetrics().horizontalAdvance(one.currentText()) + 36:
            found.append(one.currentText())
    return found
