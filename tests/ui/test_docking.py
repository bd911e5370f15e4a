"""The timeline and the table lie beneath the picture, and go with the panel."""

from __future__ import annotations

from napari_cotracker.ui.docking import dock_of

from .mouse import settle, wait_until
from .windows import Window


def test_the_timeline_lies_in_front_of_the_table(shown: Window) -> None:
    wait_until(lambda: dock_of(shown.panel.timeline) is not None)
    settle(0.2)
    timeline, table = dock_of(shown.panel.timeline), dock_of(shown.panel.table)
    assert timeline is not None and table is not None
    main = timeline.parentWidget()
    assert table in main.tabifiedDockWidgets(timeline)  # type: ignore[union-attr]
    assert not timeline.visibleRegion().isEmpty() and table.visibleRegion().isEmpty()


def test_both_go_with_the_panel(window: Window) -> None:
    docks = window.viewer.window.dock_widgets
    assert {"CoTracker timeline", "CoTracker tracks"} <= set(docks)
    window.close()
    assert not {"CoTracker timeline", "CoTracker tracks"} & set(window.viewer.window.dock_widgets)
    assert window.panel.timeline.parent() is window.panel


def test_a_dock_that_the_user_closed_is_no_trouble(window: Window) -> None:
    window.viewer.window.remove_dock_widget(window.panel.table)
    window.close()
    assert "CoTracker timeline" not in window.viewer.window.dock_widgets


def test_a_panel_that_closes_at_once_docks_nothing(window: Window) -> None:
    from napari_cotracker.ui.docking import Docking
    from napari_cotracker.ui.table import TracksTable
    from napari_cotracker.ui.timeline import Timeline

    before = set(window.viewer.window.dock_widgets)
    docking = Docking(window.viewer, Timeline(), TracksTable(), window.panel)
    docking.end(None)
    settle(0.2)
    assert set(window.viewer.window.dock_widgets) == before
