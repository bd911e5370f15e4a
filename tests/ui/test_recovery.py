"""What is offered to go on with: sessions of this very video, and no others."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.editing.places import Unsaved
from napari_cotracker.ui.recovery import is_of, offer_words, offers_for

from .mouse import settle, wait_until
from .windows import Window


@pytest.mark.parametrize(("noted", "own", "same"), [
    ({"path": "/a.mp4", "name": "a", "fingerprint": "1"}, {"path": "/b.mp4", "name": "b", "fingerprint": "1"}, True),
    ({"path": "/a.mp4", "name": "a", "fingerprint": "1"}, {"path": "/a.mp4", "name": "a", "fingerprint": "2"}, False),
    ({"path": "/a.mp4", "name": "a"}, {"path": "/a.mp4", "name": "a", "fingerprint": "2"}, True),
    ({"path": None, "name": "a"}, {"path": None, "name": "a", "fingerprint": None}, True),
    ({"path": None, "name": "a"}, {"path": None, "name": "b", "fingerprint": None}, False),
    ({}, {"path": None, "name": "a", "fingerprint": None}, False),
])
def test_the_content_counts_and_else_the_place(noted: dict[str, Any], own: dict[str, Any], same: bool) -> None:
    assert is_of(noted, own) == same


def test_an_offer_says_how_much_and_of_when() -> None:
    yesterday = (datetime.now() - timedelta(days=1)).replace(hour=18, minute=3)
    assert offer_words(Unsaved(Path(), yesterday, 42)) == "42 steps, yesterday 18:03"
    assert offer_words(Unsaved(Path(), yesterday, 1)).startswith("1 step,")
    assert offer_words(Unsaved(Path(), yesterday, 0, tracks=55)).startswith("55 tracks,"), "brought in, and that is all"


def test_sessions_of_this_video_are_offered_once_they_are_closed(window: Window) -> None:
    layer = window.add()
    window.project.place(0, [[1, 1]])
    assert offers_for(window.project) == [], "this one is open"
    path = window.project.file.path
    window.viewer.layers.remove(layer)
    window.add(name="another")
    assert offers_for(window.project) == []
    window.viewer.layers.clear()
    window.add(np.zeros((7, 48, 64)), name="film")
    assert offers_for(window.project) == [], "of the same name, but shorter"
    window.viewer.layers.clear()
    window.add()
    assert [offer.path for offer in offers_for(window.project)] == [path]


def test_a_film_is_known_wherever_it_was_moved(window: Window, film: Path, tmp_path: Path) -> None:
    window.panel.video.open_path(str(film))
    wait_until(lambda: window.project.is_indexed)
    window.project.place(0, [[1, 1]])
    window.viewer.layers.clear()
    (tmp_path / "elsewhere").mkdir()
    moved = film.rename(tmp_path / "elsewhere" / "renamed.mp4")
    window.panel.video.open_path(str(moved))
    settle()
    assert len(offers_for(window.project)) == 1
