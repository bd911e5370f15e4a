"""Who works with the keyboard sees where it is, in every theme."""

import pytest
from napari.settings import get_settings
from napari.utils.theme import get_theme
from qtpy.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
)

from .mouse import settle
from .windows import Window


def test_one_sees_where_the_keyboard_is(shown: Window) -> None:
    shown.add()
    button = shown.panel.place.grid_button
    QApplication.setActiveWindow(shown.viewer.window._qt_window)
    shown.panel.place.within.setFocus()
    settle(0.1)
    before = button.grab().toImage()
    button.setFocus()
    settle(0.1)
    assert button.grab().toImage() != before


def test_the_frame_is_in_the_theme_s_colour_of_text(window: Window) -> None:
    window.viewer.theme = "light"
    settle()
    for widget in (window.panel, window.panel.timeline.bar, window.panel.table):
        assert get_theme("light").text.as_hex() in widget.styleSheet()


@pytest.mark.parametrize("size", [14, 18])
def test_fields_and_tables_are_written_as_large_as_buttons(window: Window, size: int) -> None:
    appearance = get_settings().appearance
    before = appearance.font_size
    panel = window.panel
    kinds = (QLineEdit, QPlainTextEdit, QAbstractItemView, QHeaderView)
    texts = [one for home in (panel, panel.table) for kind in kinds for one in home.findChildren(kind)
             if not isinstance(one.parentWidget(), QAbstractSpinBox)]  # for whose letters napari's style sees
    rows = [one for home in (panel, panel.table) for one in home.findChildren(QTableView)]
    assert len(texts) > 10
    assert len(rows) > 1
    heights = [one.verticalHeader().defaultSectionSize() for one in rows]
    names = panel.table.view.columnWidth(1)
    try:
        appearance.font_size = size
        settle(0.1)
        for one in (*texts, panel.undo_button):
            one.ensurePolished()
        wanted = panel.undo_button.fontInfo().pointSizeF()
        assert wanted > size - 1
        small = [one for one in texts if one.fontInfo().pointSizeF() != wanted]
        assert not small, [(type(one).__name__, one.accessibleName()) for one in small]
        assert all(one.verticalHeader().defaultSectionSize() > one.fontMetrics().height() for one in rows)
        assert panel.table.view.columnWidth(1) > 1.2 * names
    finally:
        appearance.font_size = before
    settle(0.1)
    assert [one.verticalHeader().defaultSectionSize() for one in rows] == heights
    assert panel.table.view.columnWidth(1) == names
