"""Names that were typed for points to come outlive a crash, and are given once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtTest import QTest

from napari_cotracker.editing.places import NAMES, Unsaved
from napari_cotracker.editing.session import Session
from napari_cotracker.ui import names_kept
from napari_cotracker.ui.recovery import offer_words, offers_for
from napari_cotracker.ui.session_opening import open_session, resume

from .mouse import click, settle, wait_until
from .windows import Opener, Window


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names_kept, "PAUSE_MS", 20)


def typed(window: Window, names: str, group: str = "") -> None:
    """On the keyboard, and what the session's file has of it then."""
    QTest.keyClicks(window.panel.place.names, names)
    QTest.keyClicks(window.panel.place.group, group)
    wait_until(lambda: NAMES in window.session.settings)
    settle(0.05)


def crashed(window: Window, folder: Path) -> Path:
    """What lies on the disk now, as if the window had gone this moment."""
    path = folder / "left.cotracker"
    session = window.session
    with Session.open(session.path, read_only=True) as now:
        now.copy_to(path)
    return path


def test_names_are_on_the_disk_before_any_point_is_placed(another: Opener, film: Path, tmp_path: Path) -> None:
    first = another()
    first.panel.video.open_path(str(film))
    wait_until(lambda: first.project.is_indexed)
    typed(first, "nose, left ear", "cat")
    left = crashed(first, tmp_path)
    first.close()
    window = another()
    open_session(window.desk, left)
    place = window.panel.place
    assert (window.panel.naming.names, window.panel.naming.next) == (["nose", "left ear"], "nose")
    assert (place.names.toPlainText(), place.group.text()) == ("nose, left ear", "cat")
    assert window.said[-1].endswith("; names for the next points are in the list again")


def test_such_a_session_is_offered_when_the_film_is_opened_again(another: Opener) -> None:
    first = another()
    first.add()
    typed(first, "nose")
    path = first.session.path
    first.close()
    window = another()
    window.add()
    (offer,) = offers_for(window.project)
    assert (offer.path, offer_words(offer).split(",")[0]) == (path, "names of points")
    resume(window.desk, offer.path)
    assert window.panel.naming.next == "nose"


def test_names_that_were_cleared_are_no_session_to_go_on_with(window: Window) -> None:
    layer = window.add()
    typed(window, "nose")
    window.panel.place.names.clear()
    wait_until(lambda: NAMES not in window.session.settings)
    window.viewer.layers.remove(layer)
    window.add()
    assert offers_for(window.project) == []


def test_the_list_goes_on_behind_the_points_that_have_their_names(shown: Window, tmp_path: Path, another: Opener
                                                                  ) -> None:
    layer = shown.add()
    shown.viewer.reset_view()
    typed(shown, "nose, left ear, tail")
    for place in ((10, 10), (20, 20)):
        click(shown.viewer, layer, place)
    settle(0.1)
    left = crashed(shown, tmp_path)
    window = another()
    window.add()
    resume(window.desk, left)
    assert window.panel.naming.next == "tail"
    window.panel.undo()
    assert window.panel.naming.next == "left ear", "it is known which point has it"


def test_undo_gives_a_name_back_and_redo_takes_it_again(shown: Window) -> None:
    layer = shown.add()
    shown.viewer.reset_view()
    typed(shown, "nose, left ear")
    click(shown.viewer, layer, (10, 10))
    shown.panel.undo()
    assert shown.panel.naming.next == "nose"
    shown.panel.redo()
    assert shown.panel.naming.next == "left ear"
    shown.session.delete(shown.session.ids)
    click(shown.viewer, layer, (12, 12))
    assert [row.name for row in shown.session.rows] == ["nose"]


def test_names_that_are_there_stay_when_a_session_has_others(another: Opener, tmp_path: Path) -> None:
    window = another()
    window.add()
    with Session.create(tmp_path / "other.cotracker", 20, (64, 48)) as other:
        other.set_setting(NAMES, {"names": ["paw"], "given": [], "group": ""})
    QTest.keyClicks(window.panel.place.names, "nose")
    resume(window.desk, tmp_path / "other.cotracker")
    assert window.panel.naming.names == ["nose"]


def test_until_something_is_placed_another_plane_of_a_stack_can_be_chosen(window: Window) -> None:
    window.add(np.zeros((4, 3, 48, 64)), axis_labels=("t", "c", "y", "x"))
    typed(window, "nose")
    window.viewer.dims.set_point(1, 2)
    settle()
    assert window.project.held == {1: 2}
    assert window.session.facts["video"]["plane"][0]["index"] == 2


@pytest.mark.parametrize("noted", [3, [], {}, {"names": "nose", "given": [], "group": ""}, {"names": [1], "given": [],
                                   "group": ""}, {"names": ["a"], "given": ["b"], "group": ""},
                                   {"names": ["a"], "given": [True], "group": ""}, {"names": ["a"], "given": []}])
def test_notes_that_make_no_sense_are_left_alone(window: Window, tmp_path: Path, noted: Any) -> None:
    window.add()
    with Session.create(tmp_path / "odd.cotracker", 20, (64, 48)) as session:
        session.set_setting(NAMES, noted)
    resume(window.desk, tmp_path / "odd.cotracker")
    assert window.session.path == tmp_path / "odd.cotracker"
    assert window.panel.naming.names == []


def test_a_session_that_is_only_looked_at_notes_none(another: Opener, tmp_path: Path) -> None:
    window = another()
    window.add()
    Session.create(tmp_path / "a.cotracker", 20, (64, 48)).close()
    with Session.open(tmp_path / "a.cotracker"):
        resume(window.desk, tmp_path / "a.cotracker")
        assert window.session.is_read_only
        QTest.keyClicks(window.panel.place.names, "nose")
        settle(0.1)
        window.desk.attempt(lambda: window.panel.hands.place(0, [[5, 5]]))
        assert not len(window.session.ids)
        assert window.panel.naming.next == "nose", "a click that is refused uses no name up"
    assert NAMES not in Session.open(tmp_path / "a.cotracker").settings


def test_with_steps_those_count() -> None:
    from datetime import datetime

    assert offer_words(Unsaved(Path(), datetime.now(), 2, has_names=True)).startswith("2 steps,")
