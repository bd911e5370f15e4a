"""Timeline and table beneath the picture, which is fitted into what is left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.settings import get_settings
from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QDockWidget, QLabel, QWidget

from napari_cotracker.ui.docking import LEFT, LOW, RIGHT, SIDES, TIMELINE_HEIGHT, Docking, dock_of

from .mouse import settle, wait_until


@pytest.fixture
def viewer(make_napari_viewer: Any) -> Any:
    made = make_napari_viewer(show=True)
    made.window._qt_window.resize(1000, 800)
    made.add_image(np.zeros((48, 64)))
    settle(0.2)
    return made


def docked(viewer: Any, timeline: QWidget | None = None) -> tuple[Docking, QWidget, QWidget]:
    timeline, table = timeline or QWidget(), QWidget()
    docking = Docking(viewer, timeline, table)
    wait_until(lambda: dock_of(timeline) is not None and dock_of(table) is not None)
    settle(0.3)
    return docking, timeline, table


def test_the_timeline_lies_before_the_table_and_the_picture_fits(viewer: Any) -> None:
    whole = viewer.scene.camera.zoom
    docking, timeline, table = docked(viewer)
    dock = dock_of(timeline)
    assert isinstance(dock, QDockWidget)
    assert dock_of(table) in viewer.window._qt_window.tabifiedDockWidgets(dock)
    assert (timeline.visibleRegion().isEmpty(), table.visibleRegion().isEmpty()) == (False, True)
    assert abs(dock.height() - TIMELINE_HEIGHT) < 60
    assert viewer.scene.camera.zoom < whole, "it takes room from the picture, which is fitted in again"
    docking.end(QWidget())


def test_on_a_low_screen_the_window_grows_no_higher_than_it(viewer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.ui.docking.LOW", 100_000)
    viewer.add_points(np.zeros((1, 2)))  # its controls are the highest of napari's
    window, beside = viewer.window._qt_window, QWidget()
    viewer.window.add_dock_widget(beside, area="right")
    settle(0.1)
    before = [window.corner(corner) for corner in SIDES]
    docking, timeline, _ = docked(viewer)
    window.resize(1000, 640)
    settle(0.2)
    assert window.height() == 640
    assert dock_of(timeline).x() > viewer.window._qt_viewer.dockLayerList.geometry().right()
    assert dock_of(timeline).geometry().right() < dock_of(beside).x()
    assert dock_of(beside).geometry().bottom() >= dock_of(timeline).geometry().bottom()
    docking.end(QWidget())
    assert [window.corner(corner) for corner in SIDES] == before


class Wide(QWidget):
    """A timeline that needs much of a screen."""

    def minimumSizeHint(self) -> QSize:
        return QSize(self.screen().availableGeometry().width() - 560, 20)


def test_the_timeline_keeps_the_width_that_it_needs(viewer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.ui.docking.LOW", 100_000)
    window, beside = viewer.window._qt_window, QWidget()
    beside.setMinimumWidth(330)
    viewer.window.add_dock_widget(beside, area="right")
    settle(0.1)
    docking, _, _ = docked(viewer, Wide())
    assert (window.corner(LEFT), window.corner(RIGHT)) == (SIDES[LEFT], Qt.DockWidgetArea.BottomDockWidgetArea)
    docking.end(QWidget())


@pytest.mark.parametrize("size", [9, 14])
def test_whether_a_screen_is_low_is_a_matter_of_its_letters(viewer: Any, size: int) -> None:
    appearance = get_settings().appearance
    before = appearance.font_size
    try:
        appearance.font_size = size
        docking, timeline, _ = docked(viewer)
        letter = QLabel(timeline)
        letter.ensurePolished()
        lines = letter.screen().availableGeometry().height() / letter.fontMetrics().lineSpacing()
        reaches_down = viewer.window._qt_window.corner(LEFT) == SIDES[LEFT]
        assert reaches_down == (lines < LOW)
        docking.end(QWidget())
    finally:
        appearance.font_size = before


def test_a_view_that_the_user_has_moved_is_left_alone(viewer: Any) -> None:
    timeline, table = QWidget(), QWidget()
    docking = Docking(viewer, timeline, table)
    viewer.scene.camera.zoom = 33.0
    settle(0.4)
    assert viewer.scene.camera.zoom == 33.0
    docking.end(QWidget())


def test_widgets_are_handed_over_in_the_end(viewer: Any) -> None:
    docking, timeline, table = docked(viewer)
    viewer.window.remove_dock_widget(table)
    heir = QWidget()
    docking.end(heir)
    assert timeline.parent() is heir
    assert table.parent() is heir
    assert dock_of(timeline) is None


def test_what_is_over_before_it_began_docks_nothing(viewer: Any) -> None:
    timeline, table = QWidget(), QWidget()
    Docking(viewer, timeline, table).end(None)
    settle(0.3)
    assert dock_of(timeline) is dock_of(table) is None
