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
    QTest.keyClicks(window.panel.place.naming.names, names)
    QTest.keyClicks(window.panel.place.naming.group, group)
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
    assert (place.naming.names.toPlainText(), place.naming.group.text()) == ("nose, left ear", "cat")
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
    window.panel.place.naming.names.clear()
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
        other.set_setting(NAMES, {"names": ["paw"], "group": ""})
    QTest.keyClicks(window.panel.place.naming.names, "nose")
    resume(window.desk, tmp_path / "other.cotracker")
    assert window.panel.naming.names == ["nose"]


def test_until_something_is_placed_another_plane_of_a_stack_can_be_chosen(window: Window) -> None:
    window.add(np.zeros((4, 3, 48, 64)), axis_labels=("t", "c", "y", "x"))
    typed(window, "nose")
    window.viewer.dims.set_point(1, 2)
    settle()
    assert window.project.held == {1: 2}
    assert window.session.facts["video"]["plane"][0]["index"] == 2


@pytest.mark.parametrize("noted", [3, [], {}, {"names": "nose", "group": ""}, {"names": [1], "group": ""},
                                   {"names": ["a"], "left_out": [3], "group": ""}, {"names": ["a"]},
                                   {"names": ["a"], "individuals": "m1", "group": ""},
                                   {"names": ["a"], "edges": [["a"]], "group": ""},
                                   {"names": ["a"], "edges": {"a": "b"}, "group": ""}])
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
        QTest.keyClicks(window.panel.place.naming.names, "nose")
        settle(0.1)
        window.desk.attempt(lambda: window.panel.hands.place(0, [[5, 5]]))
        assert not len(window.session.ids)
        assert window.panel.naming.next == "nose", "a click that is refused uses no name up"
    assert NAMES not in Session.open(tmp_path / "a.cotracker").settings


def test_with_steps_those_count() -> None:
    from datetime import datetime

    assert offer_words(Unsaved(Path(), datetime.now(), 2, has_names=True)).startswith("2 steps,")


# from film to film


def two_films(window: Window) -> tuple[Any, Any]:
    """Two videos in one window, of which the first has all names of its list."""
    first = window.add()
    window.viewer.reset_view()
    window.panel.place.naming.open()
    typed(window, "nose, tail")
    for place in ((10, 10), (20, 20)):
        click(window.viewer, first, place)
    settle(0.1)
    second = window.add(name="second")
    return first, second


def test_the_next_film_has_the_same_list_from_its_beginning(shown: Window) -> None:
    first, second = two_films(shown)
    assert shown.panel.naming.progress == "Next: nose (1 of 2)"
    assert shown.session.path is None, "to look at a film begins no session"
    settle(0.1)
    assert shown.session.path is None
    click(shown.viewer, second, (30, 30))
    assert [row.name for row in shown.session.rows] == ["nose"]
    wait_until(lambda: NAMES in shown.session.settings)
    shown.desk.choose(first)
    assert shown.panel.naming.progress.startswith("All 2 names are given")
    shown.desk.choose(second)
    assert shown.panel.naming.next == "tail"


def test_what_is_left_out_is_of_one_film(shown: Window) -> None:
    _, second = two_films(shown)
    shown.press(shown.panel.place.naming.skip_button)
    assert shown.panel.naming.next == "tail"
    third = shown.add(name="third")
    assert shown.panel.naming.next == "nose"
    shown.desk.choose(second)
    assert shown.panel.naming.next == "tail"
    shown.viewer.layers.remove(third)


def test_another_window_offers_the_list_of_the_last_one(another: Opener) -> None:
    first = another()
    first.add()
    typed(first, "nose, tail")
    QTest.keyClicks(first.panel.place.naming.individuals, "m1, m2")
    QTest.keyClicks(first.panel.place.naming.edges, "nose - tail")
    settle(0.1)
    first.close()
    window = another()
    window.add()
    section = window.panel.place.naming
    assert window.panel.naming.names == [], "points of another kind are not called so by themselves"
    assert not section.last_button.isHidden()
    assert section.last_button.toolTip().endswith("m1/nose, m1/tail, m2/nose, m2/tail")
    window.press(section.last_button)
    assert window.panel.naming.next == "m1/nose"
    assert (section.individuals.text(), section.edges.text()) == ("m1, m2", "nose – tail")
    assert section.last_button.isHidden()


def test_who_never_had_a_list_is_offered_none(window: Window) -> None:
    window.add()
    assert window.panel.place.naming.last_button.isHidden()


def test_a_session_has_its_own_list_where_that_of_another_film_was_carried_on(shown: Window, tmp_path: Path) -> None:
    two_films(shown)
    with Session.create(tmp_path / "flies.cotracker", 20, (64, 48)) as other:
        other.set_setting(NAMES, {"names": ["wing", "leg"], "left_out": ["wing"], "group": "fly"})
    resume(shown.desk, tmp_path / "flies.cotracker")
    assert shown.panel.naming.next == "leg"
    assert shown.panel.place.naming.group.text() == "fly"


def test_a_list_that_is_written_after_points_were_named_goes_on_behind_them(window: Window) -> None:
    window.add()
    window.project.place(0, [[5, 5]], ("nose",))
    typed(window, "nose, tail")
    assert window.panel.naming.next == "tail"


def test_exports_know_the_keypoints_and_edges_of_the_list(window: Window) -> None:
    window.add()
    section = window.panel.place.naming
    QTest.keyClicks(section.individuals, "m1, m2")
    QTest.keyClicks(section.edges, "nose - tail")
    typed(window, "nose, ear, tail")
    window.project.place(0, [[5, 5]], ("m1/tail",))
    meta = window.session.tracks.meta
    assert meta["keypoints"] == ["nose", "ear", "tail"]
    assert meta["skeleton"] == [["nose", "tail"]]
    section.edges.clear()
    wait_until(lambda: not window.session.tracks.meta["skeleton"])


def test_the_skeleton_of_labels_that_were_imported_stays_beneath_a_list(window: Window) -> None:
    window.add()
    window.session.describe(keypoints=["tail", "nose", "ear"], skeleton=[["tail", "nose"]])
    typed(window, "nose, paw")
    meta = window.session.tracks.meta
    assert meta["keypoints"] == ["tail", "nose", "ear", "paw"]
    assert meta["skeleton"] == [["tail", "nose"]]


def test_labels_with_names_of_the_list_are_given_and_undone(window: Window) -> None:
    window.add()
    typed(window, "nose, tail")
    window.project.place(0, [[5, 5], [6, 6]], ("tail", "nose"))
    assert window.panel.naming.next == ""
    window.panel.undo()
    assert window.panel.naming.next == "nose"
