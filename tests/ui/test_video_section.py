"""Which video: the list follows the viewer, and a wrong file is one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QFileDialog, QLineEdit

from napari_cotracker.ui.desk import Desk
from napari_cotracker.ui.video_section import OPEN_HINT, VideoSection

from .mouse import settle
from .workers import StubWorker


@pytest.fixture
def section(qtbot: Any) -> Iterator[VideoSection]:
    desk = Desk(ViewerModel(), StubWorker())
    made = VideoSection(desk)
    made.desk, made.said = desk, []
    desk.told.connect(made.said.append)
    qtbot.addWidget(made)
    made.show()
    yield made
    desk.close()


def add(section: VideoSection, name: str, *shape: int) -> Any:
    return section.desk.viewer.add_image(np.zeros(shape or (5, 20, 30)), name=name)


def listed(section: VideoSection) -> list[str]:
    return [section.layers.itemText(place) for place in range(section.layers.count())]


def choose(section: VideoSection, place: int) -> None:
    """As the user does with the keyboard."""
    section.layers.setFocus()
    section.layers.setCurrentIndex(place)
    section.layers.activated.emit(place)


def test_without_a_video_it_says_how_to_open_one(section: VideoSection) -> None:
    assert section.facts.text() == OPEN_HINT
    assert not section.layers.isEnabled()
    assert section.layers.placeholderText()
    assert section.open_button.isEnabled()


def test_only_layers_with_frames_are_listed(section: VideoSection) -> None:
    add(section, "picture", 20, 30)
    section.desk.viewer.add_labels(np.zeros((5, 20, 30), int), name="labels")
    add(section, "film")
    add(section, "stack", 5, 4, 20, 30)
    assert listed(section) == ["film", "stack"]
    assert section.layers.currentText() == "stack"
    assert section.facts.text() == "5 frames · 30 × 20 · axis -3 = 0"


def test_choosing_makes_a_video_current(section: VideoSection) -> None:
    film = add(section, "film", 7, 10, 12)
    add(section, "other")
    choose(section, 0)
    assert section.desk.current.layer is film
    assert section.facts.text() == "7 frames · 12 × 10"


def test_the_list_follows_another_choice(section: VideoSection) -> None:
    film = add(section, "film")
    add(section, "other")
    section.desk.choose(film)
    assert section.layers.currentText() == "film"


def test_the_list_follows_a_layers_new_name(section: VideoSection) -> None:
    film = add(section, "film")
    add(section, "other")
    section.desk.choose(film)
    film.name = "take 2"
    assert listed(section) == ["take 2", "other"]
    assert section.layers.currentText() == "take 2"


def test_the_list_follows_removal_and_order(section: VideoSection) -> None:
    film, _ = add(section, "film"), add(section, "other")
    section.desk.viewer.layers.remove(film)
    assert listed(section) == ["other"]
    assert section.layers.currentText() == "other"
    section.desk.viewer.layers.clear()
    assert listed(section) == []
    assert section.facts.text() == OPEN_HINT


def test_a_layer_that_only_looks_like_a_video_is_refused_in_words(section: VideoSection) -> None:
    add(section, "film")
    add(section, "odd", 20, 30, 3)
    choose(section, listed(section).index("odd"))
    assert "looks like one colour picture" in section.said[-1]
    assert section.layers.currentText() == "film"
    assert section.desk.current.layer.name == "film"


def test_a_film_is_opened_and_current(section: VideoSection, film: Path) -> None:
    add(section, "before")
    section.open_path(str(film))
    assert section.desk.current.layer.name == "film.mp4"
    assert section.layers.currentText() == "film.mp4"
    settle(0.3)
    assert "64 × 48" in section.facts.text()


@pytest.mark.parametrize("content", [None, b"", b"not a film at all"], ids=["missing", "empty", "torn"])
def test_a_wrong_file_is_one_sentence(section: VideoSection, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "wrong.mp4"
    if content is not None:
        path.write_bytes(content)
    section.open_path(str(path))
    (said,) = section.said
    assert "wrong.mp4" in said
    assert "\n" not in said
    assert "Traceback" not in said
    assert len(section.desk.viewer.layers) == 0


def test_a_file_of_another_kind_is_one_sentence(section: VideoSection, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    section.open_path(str(tmp_path / "notes.txt"))
    assert len(section.said) == 1
    assert "notes.txt" in section.said[0]


def test_the_dialog_opens_what_is_chosen(section: VideoSection, film: Path) -> None:
    QTest.mouseClick(section.open_button, Qt.MouseButton.LeftButton)
    dialog = section.findChild(QFileDialog)
    assert not dialog.isHidden()
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(film))
    dialog.accept()
    settle()
    assert section.desk.current.layer.name == "film.mp4"


def test_controls_have_names_and_tips(section: VideoSection) -> None:
    assert section.layers.accessibleName()
    assert section.layers.toolTip()
    assert section.open_button.toolTip()


def test_names_are_followed_no_more_once_it_is_gone(qtbot: Any) -> None:
    desk = Desk(ViewerModel(), StubWorker())
    film = desk.viewer.add_image(np.zeros((5, 20, 30)), name="film")
    made = VideoSection(desk)
    made.deleteLater()
    qtbot.wait(50)
    film.name = "take 2"
    desk.close()
