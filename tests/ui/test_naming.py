"""Keypoint names are given in order."""

from __future__ import annotations

from napari_cotracker.ui.naming import Naming


def test_names_are_given_in_order_and_then_no_more() -> None:
    naming = Naming()
    naming.read("nose, left ear,\n right ear ;; tail\n")
    assert naming.names == ["nose", "left ear", "right ear", "tail"]
    assert naming.progress == "Next: nose (1 of 4)"
    given = []
    for id in range(5):
        given.append(naming.next)
        naming.give(("film", id))
    assert given == ["nose", "left ear", "right ear", "tail", ""]
    assert len(naming.given) == 4, "the fifth point got none"
    assert naming.progress.startswith("All 4 names")


def test_a_name_can_be_left_out_and_the_list_begun_anew() -> None:
    naming, heard = Naming(), []
    naming.changed.connect(lambda: heard.append(naming.next))
    naming.read("nose,tail")
    naming.skip()
    assert naming.next == "tail"
    naming.give()
    naming.start_over()
    assert heard == ["nose", "tail", "", "nose"]


def test_without_a_list_points_are_not_named() -> None:
    naming = Naming()
    naming.read(" ,\n")
    assert (naming.next, naming.progress, naming.names) == ("", "", [])


def test_the_name_of_a_point_that_goes_is_the_next_one_again_and_is_given_again() -> None:
    naming = Naming()
    naming.read("nose,left ear,right ear,tail")
    nose, ear = ("film", 0), ("film", 1)
    naming.give(nose)
    naming.skip()
    naming.give(ear)
    naming.take_back(nose)
    assert naming.next == "tail", "another point was named after it"
    naming.take_back(ear)
    assert naming.next == "right ear"
    naming.take_back(nose)
    assert naming.next == "nose", "with the name that was left out after it"
    naming.give_again(nose)
    naming.give_again(ear)
    assert (naming.next, naming.given) == ("tail", [nose, None, ear])


def test_what_was_undone_is_not_given_again_once_another_point_has_the_name() -> None:
    naming = Naming()
    naming.read("nose,tail")
    naming.give(("film", 0))
    naming.take_back(("film", 0))
    naming.give(("film", 1))
    naming.give_again(("film", 0))
    assert naming.given == [("film", 1)]


def test_a_list_of_another_time_goes_on_where_it_was_left() -> None:
    naming, heard = Naming(), []
    naming.restored.connect(lambda: heard.append(naming.group))
    naming.restore(["nose", "tail"], [("film", 3), ("film", 4), ("film", 5)], "cat")
    assert (naming.names, naming.next, naming.progress[:12], heard) == (["nose", "tail"], "", "All 2 names ", ["cat"])
    naming.take_back(("film", 4))
    assert naming.next == "tail"
