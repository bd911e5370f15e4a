"""Points to follow: tools, grids, names and groups, tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QFileDialog, QLineEdit, QPushButton

from napari_cotracker.ui.desk import Desk, Tool
from napari_cotracker.ui.naming import Naming
from napari_cotracker.ui.place_section import BOX, POLYGON, WHOLE, PlaceSection
from napari_cotracker.ui.sections import Section

from . import mouse
from .mouse import settle
from .workers import StubWorker

T, H, W = 6, 60, 80


class Bench:
    """The section over a viewer with a film."""

    def __init__(self, viewer: Any, qtbot: Any) -> None:
        self.viewer = viewer
        self.film = viewer.add_image(np.zeros((T, H, W)), name="film")
        self.desk, self.naming, self.said = Desk(viewer, StubWorker()), Naming(), []
        self.desk.told.connect(self.said.append)
        self.section = PlaceSection(self.desk, self.naming)
        qtbot.addWidget(self.section)
        self.section.show()

    def within(self, area: Any) -> None:
        self.section.within.setCurrentIndex(self.areas.index(area))

    @property
    def areas(self) -> list[Any]:
        return [self.section.within.itemData(place) for place in range(self.section.within.count())]

    @property
    def texts(self) -> list[str]:
        return [self.section.within.itemText(place) for place in range(self.section.within.count())]

    @property
    def session(self) -> Any:
        return self.desk.current.session

    def press(self, button: Any) -> None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        settle()

    def grid(self, columns: int, rows: int) -> None:
        self.section.columns.setValue(columns)
        self.section.rows.setValue(rows)
        self.press(self.section.grid_button)

    def close(self) -> None:
        self.section.let_go()
        self.desk.close()


@pytest.fixture
def bench(qtbot: Any) -> Iterator[Bench]:
    made = Bench(ViewerModel(), qtbot)
    yield made
    made.close()


# tools


def test_tools_are_taken_and_say_what_a_click_does(bench: Bench) -> None:
    for tool in (Tool.SELECT, Tool.CORRECT, Tool.PLACE):
        bench.press(bench.section.tool_buttons[tool])
        assert bench.desk.tool is tool
        assert [one for one, button in bench.section.tool_buttons.items() if button.isChecked()] == [tool]
        assert "click" in bench.section.advice.text()


def test_the_buttons_follow_a_tool_that_a_key_took(bench: Bench) -> None:
    bench.desk.pick(Tool.SELECT)
    assert bench.section.tool_buttons[Tool.SELECT].isChecked()


def test_the_tool_in_hand_gives_a_drawing_up_as_well(bench: Bench) -> None:
    bench.within(BOX)
    bench.press(bench.section.grid_button)
    assert len(bench.viewer.layers) == 2
    bench.press(bench.section.tool_buttons[Tool.PLACE])
    assert [layer.name for layer in bench.viewer.layers] == ["film"]


# grids


def test_a_grid_has_as_many_points_as_one_asks_for(bench: Bench) -> None:
    bench.viewer.dims.set_current_step(0, 3)
    bench.grid(5, 2)
    queries = bench.session.queries
    assert len(queries) == 10
    assert (queries.t == 3).all()
    assert len(np.unique(queries.xy[:, 0])) == 5
    assert len(np.unique(queries.xy[:, 1])) == 2
    assert bench.said[-1] == "10 points on frame 3; press Track to follow them"
    assert len(bench.session.anchors) == 0, "nobody looked at each of them"
    assert bench.session.undo_label


def test_one_point_is_told_as_one(bench: Bench) -> None:
    bench.grid(1, 1)
    assert bench.said[-1].startswith("1 point on")
    np.testing.assert_allclose(bench.session.queries.xy, [[(W - 1) / 2, (H - 1) / 2]])


def test_the_title_counts_points(bench: Bench) -> None:
    header = bench.section.findChild(QPushButton)
    assert header.text().endswith("Points")
    bench.grid(3, 2)
    bench.section.refresh()
    assert header.text().endswith("Points · 6")


def test_in_3d_a_grid_is_refused_in_words(bench: Bench) -> None:
    bench.viewer.dims.ndisplay = 3
    bench.grid(3, 3)
    assert "2-D view" in bench.said[-1]
    assert len(bench.session.ids) == 0


def test_a_grid_fills_the_users_labels(bench: Bench) -> None:
    labels = np.zeros((H, W), int)
    labels[10:30, 20:60] = 2
    layer = bench.viewer.add_labels(labels, name="cells")
    bench.within(layer)
    bench.grid(4, 4)
    xy = bench.session.queries.xy
    assert len(xy) == 16
    assert (xy >= (20, 10)).all()
    assert (xy < (60, 30)).all()


def test_empty_labels_are_told_in_words(bench: Bench) -> None:
    bench.within(bench.viewer.add_labels(np.zeros((H, W), int)))
    bench.grid(4, 4)
    assert "paint it first" in bench.said[-1]
    assert len(bench.viewer.layers) == 2, "no layer of ours without a point"


def test_areas_are_listed_as_they_come_go_and_are_renamed(bench: Bench) -> None:
    assert bench.areas == [WHOLE, BOX, POLYGON]
    layer = bench.viewer.add_labels(np.ones((H, W), int), name="cells")
    bench.viewer.add_points(np.zeros((2, 3)), name="dots")
    assert bench.texts[3:] == ["layer cells"]
    bench.within(layer)
    layer.name = "nuclei"
    assert bench.texts[3:] == ["layer nuclei"]
    assert bench.section.within.currentData() is layer
    bench.viewer.layers.remove(layer)
    assert bench.section.within.currentData() == WHOLE


def test_the_button_says_what_it_does(bench: Bench) -> None:
    assert bench.section.grid_button.text() == "Add grid"
    bench.within(POLYGON)
    assert bench.section.grid_button.text() == "Draw…"


def test_a_box_is_drawn_and_filled(make_napari_viewer: Any, qtbot: Any) -> None:
    viewer = make_napari_viewer(show=True)
    bench = Bench(viewer, qtbot)
    settle(0.2)
    bench.within(BOX)
    bench.grid(3, 2)
    mouse.drag(viewer, bench.film, [(20, 10), (50, 40)])
    settle(0.1)
    xy = bench.session.queries.xy
    assert len(xy) == 6
    np.testing.assert_allclose(xy[0], (25, 17.5), atol=1.5)
    assert [layer.name for layer in viewer.layers] == ["film", "film tails", "film points"]
    bench.close()


def test_closing_takes_the_drawing_away_and_hears_no_more(bench: Bench) -> None:
    bench.within(BOX)
    bench.press(bench.section.grid_button)
    bench.section.let_go()
    assert [layer.name for layer in bench.viewer.layers] == ["film"]
    bench.viewer.add_labels(np.ones((H, W), int), name="cells")
    assert len(bench.areas) == 3


# names and groups


def test_names_are_read_shown_skipped_and_begun_anew(bench: Bench) -> None:
    section = bench.section
    for folded in section.findChildren(Section):
        folded.open()
    assert not section.naming.skip_button.isVisible()
    QTest.keyClicks(section.naming.names, "nose, tail")
    assert bench.naming.names == ["nose", "tail"]
    assert section.naming.next_name.text() == "Next: nose (1 of 2)"
    bench.press(section.naming.skip_button)
    assert section.naming.next_name.text() == "Next: tail (2 of 2)"
    bench.press(section.naming.again_button)
    assert bench.naming.next == "nose"
    section.naming.names.clear()
    assert not section.naming.skip_button.isVisible()


def test_tab_leaves_the_names(bench: Bench) -> None:
    QTest.keyClick(bench.section.naming.names, Qt.Key.Key_Tab)
    assert bench.section.naming.names.toPlainText() == ""


def test_new_points_join_the_group(bench: Bench) -> None:
    bench.section.naming.group.setText("  left hand ")
    bench.grid(2, 1)
    bench.section.naming.group.clear()
    bench.grid(1, 1)
    assert [row.group for row in bench.session.rows] == ["left hand", "left hand", ""]


# tables


@pytest.fixture
def table(tmp_path: Path) -> Any:
    def write(text: str) -> str:
        path = tmp_path / "points.csv"
        path.write_text(text)
        return str(path)
    return write


def test_a_table_becomes_points(bench: Bench, table: Any) -> None:
    bench.section.read_table(table("t,x,y,name\n0,10,20,nose\n4,30.5,40,tail\n"))
    queries = bench.session.queries
    assert queries.names == ("nose", "tail")
    np.testing.assert_array_equal(queries.to_array(), np.float32([[0, 10, 20], [4, 30.5, 40]]))
    assert bench.said == ["2 points from points.csv; press Track to follow them"]


@pytest.mark.parametrize(("text", "word"), [
    ("x,y\n1,2\n", "t"), ("t,x,y\n0,one,2\n", "one"), ("t,x,y\n0,nan,2\n", "nan"), ("t,x,y\n", "none"),
    ("", "points.csv"), ("t,x,y\n99,1,2\n", "99"), ("t,x,y\n0,inf,2\n", "inf"),
])
def test_a_wrong_table_is_one_sentence(bench: Bench, table: Any, text: str, word: str) -> None:
    bench.section.read_table(table(text))
    (said,) = bench.said
    assert word in said
    assert "\n" not in said
    assert len(bench.session.ids) == 0


def test_a_table_that_is_gone_is_one_sentence(bench: Bench, tmp_path: Path) -> None:
    bench.section.read_table(str(tmp_path / "gone.csv"))
    assert len(bench.said) == 1
    assert "gone.csv" in bench.said[0]


def test_the_dialog_reads_what_is_chosen(bench: Bench, table: Any) -> None:
    path = table("t,x,y\n0,1,2\n")
    bench.press(bench.section.import_button)
    dialog = bench.section.findChild(QFileDialog)
    dialog.findChild(QLineEdit, "fileNameEdit").setText(path)
    dialog.accept()
    settle(0.1)
    assert bench.said == ["1 point from points.csv; press Track to follow them"]


# without a video, and for everybody


def test_without_a_video_it_is_switched_off(bench: Bench) -> None:
    bench.viewer.layers.clear()
    assert not bench.section.isEnabled()
    bench.section.add_grid()
    bench.section.read_table("nothing.csv")
    assert bench.said == []


def test_every_control_has_a_name_and_a_tip(bench: Bench) -> None:
    section = bench.section
    fields = [section.columns, section.rows, section.within, section.naming.names, section.naming.group]
    buttons = [*section.tool_buttons.values(), section.grid_button, section.import_button, section.naming.skip_button,
               section.naming.again_button]
    assert all(field.accessibleName() and field.toolTip() for field in fields)
    assert all(button.text() and button.toolTip() for button in buttons)
