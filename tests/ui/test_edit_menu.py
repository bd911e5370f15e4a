"""The menu of edits under real clicks: on a row of the timeline, on the table, beneath the button."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt
from qtpy.QtGui import QAction
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QComboBox, QInputDialog, QLineEdit, QMenu, QPushButton, QWidget

from napari_cotracker.core.tracks import Source, State
from napari_cotracker.ui.edit_menu import EditMenu

from .benches import Bench
from .mouse import settle, wait_until
from .timelines import ask_for_menu, cell, drag, make_timeline
from .windows import Window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench()


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(400, 300)
    with qtbot.waitExposed(parent):
        parent.show()
    yield parent
    for menu in parent.findChildren(QMenu):
        menu.close()


@pytest.fixture
def edit_menu(bench: Bench, parent: QWidget) -> EditMenu:
    return EditMenu(bench.actions, parent)


def entries(menu: QMenu) -> dict[str, QAction]:
    """Those of the menu and of what unfolds beside it."""
    found: dict[str, QAction] = {}
    for action in menu.actions():
        found |= {action.text(): action} if action.text() else {}
        inner = action.menu()
        found |= entries(inner) if isinstance(inner, QMenu) else {}
    return found


def entry(menu: QMenu, start: str) -> QAction:
    (found,) = (action for text, action in entries(menu).items() if text.startswith(start))
    return found


def click(menu: QMenu, start: str) -> None:
    """Press an entry of an open menu with the mouse."""
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry(menu, start)).center())
    settle()


def open_menus(parent: QWidget) -> list[QMenu]:
    return [menu for menu in parent.findChildren(QMenu) if menu.isVisible()]


def test_every_edit_is_in_it_and_says_what_will_happen(bench: Bench, edit_menu: EditMenu) -> None:
    bench.select(1, 2)
    bench.span.choose(12, 30)
    texts = list(entries(edit_menu.build()))
    assert texts == [
        "Hide 2 tracks, frames 12–30", "Show 2 tracks, frames 12–30", "It is right: 2 tracks, frames 12–30",
        "Interpolate 2 tracks, frames 12–30", "Straight", "Curved", "Smooth 2 tracks, frames 12–30",
        "Copy 2 tracks from frame 15 to frames 12–30", "Take the other answer for 2 tracks", "From the anchor before",
        "From the anchor after", "Starts at frame 15: 2 tracks", "Gone from frame 15 on: 2 tracks",
        "Clear 2 tracks, frames 12–30", "Split 2 tracks at frame 15", "Merge 2 tracks into one",
        "Swap 2 tracks, frames 12–30", "Go to the first frame of 2 tracks", "Rename 2 tracks…",
        "Put 2 tracks into a group…", "Delete 2 tracks"]
    bench.actions.retrack = lambda ids, frames: None
    assert "Track 2 tracks again, frames 12–30" in entries(edit_menu.build())


def test_what_makes_no_sense_is_disabled_and_says_why(bench: Bench, edit_menu: EditMenu) -> None:
    bench.select(1)
    menu = edit_menu.build()
    assert menu.toolTipsVisible()
    for start, reason in (("Merge", "two tracks or more"), ("Swap", "two tracks or more"),
                          ("Interpolate", "No anchors before and after"), ("Straight", "choose frames"),
                          ("Take the other", "no separate answer")):
        assert not entry(menu, start).isEnabled()
        assert reason.casefold() in entry(menu, start).toolTip().casefold()
    for start in ("Hide", "Show", "It is right", "Smooth", "Copy", "Starts", "Gone", "Clear", "Split", "Rename", "Put",
                  "Delete", "Go to"):
        assert entry(menu, start).isEnabled(), start
        assert entry(menu, start).toolTip()
    bench.select()
    menu = edit_menu.build()
    assert not any(action.isEnabled() for action in entries(menu).values())
    assert entry(menu, "Delete").toolTip() == "Select tracks first: click their points or their rows"
    bench.current = None
    assert entry(edit_menu.build(), "Hide").toolTip() == "Open a video first"


def test_a_table_asks_for_the_tracks_that_it_shows(bench: Bench, edit_menu: EditMenu, parent: QWidget) -> None:
    bench.select(0, 1, 2)
    bench.current = bench
    n = len(bench.session.ids)
    click(edit_menu.popup(QPoint(10, 10), np.array([1])), "Delete")
    assert bench.session.ids.tolist() == [id for id in range(n) if id != 1]
    assert bench.selection.ids.tolist() == [0, 2], "what is not seen stays selected"
    assert entry(edit_menu.popup(QPoint(10, 10), np.array([0, 3])), "Rename").isEnabled(), "one of two is meant"
    edit_menu.ask_group()
    (dialog,) = parent.findChildren(QInputDialog)
    dialog.setTextValue("mine")
    dialog.accept()
    settle()
    assert [row.id for row in bench.session.rows if row.group == "mine"] == [0]
    assert not entry(edit_menu.popup(QPoint(10, 10)), "Rename").isEnabled(), "elsewhere all that are selected are"


def test_names_and_keys_are_shown_as_they_are(bench: Bench, edit_menu: EditMenu) -> None:
    bench.session.rename(1, "salt & pepper")
    bench.select(1)
    edit_menu.keys["hide"] = "O"
    assert "Hide salt && pepper, frame 15\tO" in entries(edit_menu.build())


@pytest.mark.parametrize(("start", "ids", "label"), [
    ("Hide", (1, 2), "hide 2 tracks, frames 12–30"), ("Show", (1,), "show point 1, frames 12–30"),
    ("It is right", (1,), "approve point 1, frames 12–30"), ("Smooth", (1,), "smooth point 1, frames 12–30"),
    ("Copy", (1,), "paste point 1 from frame 15 to frames 12–30"), ("Starts", (1,), "start point 1 at frame 15"),
    ("Gone", (1,), "end point 1 at frame 14"), ("Clear", (1,), "clear point 1, frames 12–30"),
    ("Split", (1,), "split point 1 at frame 15"), ("Merge", (1, 2), "merge point 2 into point 1"),
    ("Swap", (1, 2), "swap point 1 and point 2, frames 12–30"), ("Delete", (1, 2), "delete 2 tracks"),
])
def test_a_click_does_it_and_one_undo_takes_it_back(bench: Bench, edit_menu: EditMenu, start: str, ids: tuple[int, ...],
                                                    label: str) -> None:
    bench.select(*ids)
    bench.span.choose(12, 30)
    before, rows = bench.session.cells.copy(), bench.session.rows
    click(edit_menu.popup(QPoint(20, 20)), start)
    assert bench.labels == [label]
    bench.session.undo()
    assert not before.differs(bench.session.cells).any()
    assert bench.session.rows == rows


@pytest.mark.parametrize("kind", ["Straight", "Curved"])
def test_interpolation_unfolds(bench: Bench, edit_menu: EditMenu, parent: QWidget, kind: str) -> None:
    bench.select(1)
    bench.span.choose(12, 30)
    menu = edit_menu.popup(QPoint(20, 20))
    click(menu, "Interpolate")
    inner = entry(menu, "Interpolate").menu()
    assert isinstance(inner, QMenu)
    wait_until(inner.isVisible)
    click(inner, kind)
    assert bench.labels == ["interpolate point 1, frames 12–30"]
    assert (bench.session.cells.source[13:30, 1] == Source.INTERPOLATED).all()
    wait_until(lambda: not open_menus(parent))


def test_it_goes_when_it_is_closed(edit_menu: EditMenu, parent: QWidget) -> None:
    edit_menu.popup(QPoint(20, 20)).close()
    wait_until(lambda: not parent.findChildren(QMenu))


def answer(parent: QWidget, kind: type[QWidget], text: str) -> None:
    """Type into the dialog that is open, and accept."""
    (dialog,) = parent.findChildren(QInputDialog)
    wait_until(dialog.isVisible)
    (field,) = dialog.findChildren(kind)
    line = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait_until(lambda: not parent.findChildren(QInputDialog))


def test_names_and_groups_are_asked_for(bench: Bench, edit_menu: EditMenu, parent: QWidget) -> None:
    bench.select(1)
    click(edit_menu.popup(QPoint(20, 20)), "Rename")
    answer(parent, QLineEdit, "nose")
    bench.select(1, 2)
    click(edit_menu.popup(QPoint(20, 20)), "Put")
    answer(parent, QComboBox, "face")
    assert [(row.name, row.group) for row in bench.session.rows][1:3] == [("nose", "face"), ("point 2", "face")]
    assert len(bench.labels) == 2
    bench.select()
    edit_menu.ask_name()
    edit_menu.ask_group()
    assert not parent.findChildren(QInputDialog)


def test_the_button_opens_it(edit_menu: EditMenu, parent: QWidget) -> None:
    button = edit_menu.button()
    button.setParent(parent)
    button.show()
    QTest.mouseClick(button, LEFT)
    wait_until(lambda: len(open_menus(parent)) == 1)
    assert isinstance(button, QPushButton)
    assert button.accessibleName()


def test_from_a_drag_on_the_ruler_to_hidden_frames(qtbot: QtBot) -> None:
    bench = Bench()
    timeline, bench.selection = make_timeline(qtbot, bench.session)
    bench.span.deleteLater()
    bench.span = bench.actions.span = timeline.span
    timeline.frame_requested.connect(bench.go_to)
    edit_menu = EditMenu(bench.actions, timeline)
    timeline.menu_requested.connect(edit_menu.popup)
    ruler = timeline.ruler
    drag(ruler, *(QPoint(round(ruler.x_of(frame + 0.5)), 8) for frame in (12, 30)))
    row = timeline.visible_order.tolist().index(4)
    ask_for_menu(timeline.heatmap, cell(timeline, row, 20))
    assert bench.selection.one == 4
    (menu,) = open_menus(timeline)
    click(menu, "Hide point 4, frames 12–30")
    assert np.flatnonzero(bench.session.cells.state[:, 4] == State.OCCLUDED).tolist() == list(range(12, 31))
    bench.selection.set([3, 4])
    ask_for_menu(timeline.heatmap, cell(timeline, row, 20))
    assert bench.selection.ids.tolist() == [3, 4], "a right click within the selection keeps it"
    assert len(open_menus(timeline)) == 1
    open_menus(timeline)[0].close()
    timeline.activateWindow()
    timeline.heatmap.setFocus()
    wait_until(timeline.heatmap.hasFocus)
    QTest.keyClick(timeline.heatmap, Qt.Key.Key_Escape)
    ask_for_menu(timeline.heatmap, cell(timeline, row, 25))
    assert bench.frame == 25, "without chosen frames it is about the one that was clicked"
    (menu,) = open_menus(timeline)
    assert entry(menu, "Show 2 tracks, frame 25")
    menu.close()


def test_in_the_real_window_without_a_traceback(window: Window) -> None:
    """Every entry that can be pressed is pressed, on a session with a bit of everything."""
    window.add()
    ids = window.project.place(0, [[5, 5], [9, 9], [20, 20]])
    window.session.correct(int(ids[0]), 9, (8, 8))
    from napari_cotracker.ui.edit_actions import EditActions

    actions = EditActions(window.desk, window.panel.timeline.span)
    menu = EditMenu(actions, window.panel)
    undo: Callable[[], str] = window.session.undo
    for chosen in ((), ids[:1], ids[:2], ids):
        for span in (None, (2, 8)):
            actions.span.clear() if span is None else actions.span.choose(*span)
            window.project.selection.set(chosen)
            for text in list(entries(menu.build())):
                window.project.selection.set(chosen)
                action = entries(menu.build())[text]
                if action.isEnabled() and not text.startswith(("Rename", "Put", "Interpolate", "Go to")):
                    action.trigger()
                    assert window.panel.told.text().startswith(("done:", "nothing")), text
                    undo()
    QApplication.processEvents()
