"""How far to trust an edit, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_cotracker.tasks.edit_settled import EditFacts
from napari_cotracker.ui.propagate_facts import FactsView, sentence_of


@pytest.fixture
def view(qtbot: Any) -> FactsView:
    made = FactsView()
    qtbot.addWidget(made)
    return made


def test_a_frame_is_told_in_one_line() -> None:
    facts = EditFacts("homography", "direct", 87, 93, 0.314, 0.944)
    assert sentence_of(facts) == "homography, 87 of 93 tracks, 0.31 px, 94 % of the area supported"
    held = EditFacts("similarity", "held", 0, 1, np.nan, 0.0)
    assert sentence_of(held) == "similarity, 0 of 1 track, 0 % of the area supported, held"
    assert sentence_of(EditFacts("", "direct", 3, 4, np.nan, 1.0)) == "3 of 4 tracks visible"


def test_doubt_is_a_sentence_of_its_own(view: FactsView) -> None:
    view.show_facts(EditFacts("affine", "direct", 5, 9, 4.2, 0.3, "Tracks miss."))
    assert view.doubt.isVisibleTo(view)
    assert view.doubt.text() == "Tracks miss."
    view.show_facts(EditFacts("affine", "direct", 5, 9, 0.2, 0.9))
    assert not view.doubt.isVisibleTo(view)
    view.show_trouble("It cannot be solved.")
    assert view.facts.text().startswith("affine")


def test_doubtful_frames_are_listed_in_stretches(view: FactsView) -> None:
    heard: list[int] = []
    view.frame_requested.connect(heard.append)
    assert not view.frames.isVisibleTo(view)
    view.show_doubts([9, 3, 4, 5])
    assert view.frames.words == [("Doubtful:", ""), ("3–5", "3"), ("9", "9")]
    view.frames.clicked.emit("9")
    assert heard == [9]
    view.show_doubts(range(0, 60, 2))
    assert view.frames.words[-1] == ("and 18 more", "24")
