"""Who works with the keyboard sees where it is, in every theme."""

from napari.utils.theme import get_theme
from qtpy.QtWidgets import QApplication

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
