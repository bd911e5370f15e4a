"""Keypoint names are given in order, each to one track."""

from __future__ import annotations

from napari_cotracker.core.skeleton import Skeleton
from napari_cotracker.ui.naming import Naming


def named(text: str, individuals: str = "") -> Naming:
    naming = Naming()
    naming.read(text)
    naming.read_individuals(individuals)
    return naming


def test_names_are_given_in_order_and_then_no_more() -> None:
    naming = named("nose, left ear,\n right ear ;; tail\n")
    assert naming.names == ["nose", "left ear", "right ear", "tail"]
    assert naming.progress == "Next: nose (1 of 4)"
    given: list[str] = []
    while naming.next:
        given.append(naming.next)
        naming.mark(given)
    assert given == ["nose", "left ear", "right ear", "tail"]
    assert naming.progress.startswith("All 4 names")
    assert "Individuals" in naming.progress, "how to go on with another animal is said"


def test_every_individual_gets_every_name() -> None:
    naming = named("nose, tail", "m1, m2")
    naming.mark(["m1/nose", "m1/tail"])
    assert naming.progress == "Next: m2/nose (3 of 4)"
    naming.mark(naming.names)
    assert "Individuals" not in naming.progress


def test_a_name_can_be_left_out_and_gone_back_to() -> None:
    naming, heard = named("nose,tail"), []
    naming.changed.connect(lambda: heard.append(naming.next))
    naming.skip()
    naming.mark(["tail"])
    assert naming.progress == "All 2 names are given or left out; further points are numbered."
    naming.skip()
    naming.start_over()
    assert heard == ["tail", "", "nose"]
    assert naming.left_out == []


def test_without_a_list_points_are_not_named() -> None:
    naming = named(" ,\n")
    naming.skip()
    assert (naming.next, naming.progress, naming.names, naming.left_out, naming.is_begun) == ("", "", [], [], False)


def test_a_name_whose_track_is_gone_is_the_next_one_again() -> None:
    naming = named("nose,left ear,tail")
    naming.mark(["nose", "left ear", "tail"])
    naming.mark(["left ear", "tail"])
    assert naming.next == "nose"


def test_a_name_that_is_taken_already_is_not_given_twice() -> None:
    naming = Naming()
    naming.mark(["nose", "point 3"])
    naming.read("nose, tail")
    assert naming.next == "tail"
    assert naming.is_begun


def test_a_list_of_another_time_goes_on_where_it_was_left() -> None:
    naming, heard = Naming(), []
    naming.restored.connect(lambda: heard.append(naming.group))
    naming.restore(Skeleton(("nose", "ear", "tail")), ["ear"], "cat")
    naming.mark(["nose"])
    assert (naming.next, naming.group, heard) == ("tail", "cat", ["cat"])
    naming.begin()
    assert naming.next == "nose", "another film has the same list from its beginning"


def test_a_name_that_left_the_list_is_not_left_out_when_it_is_back() -> None:
    naming = named("nose, tail")
    naming.skip()
    naming.read("tail")
    naming.read("nose, tail")
    assert naming.next == "nose"


def test_only_what_the_user_changes_is_to_be_noted() -> None:
    naming, edits = Naming(), []
    naming.edited.connect(lambda: edits.append(1))
    naming.mark(["nose"])
    naming.restore(Skeleton(("nose",)))
    naming.begin()
    assert edits == []
    naming.take_over(Skeleton(("nose",)))
    naming.read_edges("nose – tail")
    naming.skip()
    naming.group = "a"
    naming.group = "a"
    assert len(edits) == 4
    assert naming.skeleton.edges == (("nose", "tail"),)
