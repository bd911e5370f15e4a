"""Names of points: written, taken from a file, told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QFileDialog, QLineEdit

from napari_cotracker.core.tracks import Tracks
from napari_cotracker.tasks.export import write_tracks

from .mouse import settle, wait_until
from .windows import Window


def labels(path: Path, names: tuple[str, ...]) -> str:
    """A file of tracks with these names and an edge."""
    xy = np.full((4, len(names), 2), 5, np.float32)
    scores = np.ones(xy.shape[:2], np.float32)
    meta = {"skeleton": [["nose", "tail"]], "keypoints": ["nose", "ear", "tail"]}
    write_tracks(path, Tracks(np.arange(len(names)), xy, scores, scores, names=names, meta=meta))
    return str(path)


def test_names_of_a_file_are_taken_with_its_edges(window: Window, tmp_path: Path) -> None:
    window.add()
    section = window.panel.place.naming
    window.press(section.file_button)
    dialog = section.findChild(QFileDialog)
    path = labels(tmp_path / "film1.npz", ("m1/tail", "m1/nose", "m2/nose"))
    dialog.findChild(QLineEdit, "fileNameEdit").setText(path)
    dialog.accept()
    wait_until(lambda: bool(window.panel.naming.names))
    assert section.names.toPlainText() == "nose, ear, tail"
    assert section.individuals.text() == "m1, m2"
    assert section.edges.text() == "nose – tail"
    assert window.panel.told.text() == "6 names and 1 edge from film1.npz"
    assert window.panel.naming.next == "m1/nose"


@pytest.mark.parametrize(("name", "content", "said"), [("a.npz", b"PK", "looks like none"),
                                                       ("gone.csv", None, "gone.csv")])
def test_a_file_without_names_is_one_sentence_and_the_list_stays(window: Window, tmp_path: Path, name: str,
                                                                 content: Any, said: str) -> None:
    window.add()
    section = window.panel.place.naming
    QTest.keyClicks(section.names, "nose")
    if content is not None:
        (tmp_path / name).write_bytes(content)
    section.read_file(str(tmp_path / name))
    wait_until(lambda: said in window.panel.told.text())
    assert "\n" not in window.panel.told.text()
    assert section.names.toPlainText() == "nose"


def test_an_edge_to_a_name_that_is_not_there_is_told(window: Window) -> None:
    window.add()
    section = window.panel.place.naming
    QTest.keyClicks(section.names, "nose, tail")
    QTest.keyClicks(section.edges, "nose - tial")
    settle()
    assert section.next_name.text().endswith("Edges: tial is not among the names.")
    section.edges.setText("nose - tail")
    assert "Edges" not in section.next_name.text()


def test_buttons_can_be_pressed_where_they_do_something(window: Window) -> None:
    window.add()
    section = window.panel.place.naming
    assert section.skip_button.isHidden() and section.again_button.isHidden()
    QTest.keyClicks(section.names, "nose")
    assert (section.skip_button.isEnabled(), section.again_button.isEnabled()) == (True, False)
    window.press(section.skip_button)
    assert (section.skip_button.isEnabled(), section.again_button.isEnabled()) == (False, True)
    window.press(section.again_button)
    assert window.panel.naming.next == "nose"


def test_every_control_has_a_name_and_a_tip(window: Window) -> None:
    section = window.panel.place.naming
    fields = [section.names, section.individuals, section.edges, section.group]
    buttons = [section.skip_button, section.again_button, section.last_button, section.file_button]
    assert all(field.accessibleName() and field.toolTip() for field in fields)
    assert all(button.text() and button.toolTip() for button in buttons)
