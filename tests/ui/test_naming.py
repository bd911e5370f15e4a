"""Keypoint names are given in order."""

from __future__ import annotations

from napari_cotracker.ui.naming import Naming


def test_names_are_given_in_order_and_then_no_more() -> None:
    naming = Naming()
    naming.read("nose, left ear,\n right ear ;; tail\n")
    assert naming.names == ["nose", "left ear", "right ear", "tail"]
    assert naming.progress == "Next: nose (1 of 4)"
    assert [naming.take() for _ in range(5)] == ["nose", "left ear", "right ear", "tail", ""]
    assert naming.progress.startswith("All 4 names")


def test_a_name_can_be_left_out_and_the_list_begun_anew() -> None:
    naming, heard = Naming(), []
    naming.changed.connect(lambda: heard.append(naming.next))
    naming.read("nose,tail")
    naming.skip()
    assert naming.take() == "tail"
    naming.start_over()
    assert naming.take() == "nose"
    assert heard == ["nose", "tail", "", "nose", "tail"]


def test_without_a_list_points_are_not_named() -> None:
    naming = Naming()
    naming.read(" ,\n")
    assert (naming.take(), naming.progress, naming.names) == ("", "", [])
