"""Words that can be clicked."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QEvent

from napari_cotracker.ui.links import Links


def test_words_say_what_they_stand_for(qtbot: Any) -> None:
    links = Links()
    qtbot.addWidget(links)
    heard: list[str] = []
    links.clicked.connect(heard.append)
    links.show_words([("Doubtful:", ""), ("3–5", "3"), ("<b>", "go 7")])
    assert links.words == [("Doubtful:", ""), ("3–5", "3"), ("<b>", "go 7")]
    assert links.text().count("<a ") == 2
    assert "&lt;b&gt;" in links.text()
    links.linkActivated.emit("3")
    assert heard == ["3"]


def test_they_have_the_colour_of_the_text_in_any_theme(qtbot: Any) -> None:
    links = Links()
    qtbot.addWidget(links)
    links.show_words([("3", "3")])
    palette = links.palette()
    palette.setColor(palette.ColorRole.WindowText, palette.color(palette.ColorRole.WindowText).fromRgb(1, 2, 3))
    links.setPalette(palette)
    links.changeEvent(QEvent(QEvent.Type.PaletteChange))
    assert "#010203" in links.text()


def test_words_that_wrap_get_the_height_they_need(qtbot: Any) -> None:
    links = Links()
    qtbot.addWidget(links)
    links.resize(120, 20)
    links.show_words([("3", "3")])
    one = links.minimumHeight()
    links.show_words([(f"{t}", f"{t}") for t in range(100, 140)])
    assert links.minimumHeight() > 3 * one
    links.show_words([("3", "3")])
    assert links.minimumHeight() == one
