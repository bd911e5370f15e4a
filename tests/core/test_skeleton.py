"""Keypoints, individuals and edges that an annotator sets up once."""

from __future__ import annotations

import pytest

from napari_cotracker.core.skeleton import Skeleton, edges_in, edges_text, listed


def test_every_individual_has_every_keypoint() -> None:
    mice = Skeleton(("nose", "tail"), ("m1", "m2"))
    assert mice.names == ("m1/nose", "m1/tail", "m2/nose", "m2/tail")
    assert mice.points == ("nose", "tail")
    assert Skeleton(("nose", "tail")).names == ("nose", "tail")
    assert Skeleton().names == ()


def test_what_belongs_to_nobody_or_names_somebody_stays_as_it_is() -> None:
    mice = Skeleton(("nose", "/corner", "m3/scar"), ("m1", "m2"))
    assert mice.names == ("m1/nose", "m2/nose", "corner", "m3/scar")
    assert mice.points == ("nose", "corner", "scar")


def test_names_are_taken_from_text_each_once() -> None:
    assert listed("nose, left ear,\n right ear ;; nose\n\0") == ("nose", "left ear", "right ear", "_")
    assert listed(" ,\n") == ()


@pytest.mark.parametrize("text", ["nose – left ear, left ear – tail", "nose -> left ear; left ear -> tail",
                                  "nose - left ear\nleft ear - tail", "nose – left ear – tail", "nose→left ear→tail"])
def test_edges_are_taken_from_text(text: str) -> None:
    assert edges_in(text) == (("nose", "left ear"), ("left ear", "tail"))
    assert edges_in(edges_text(edges_in(text))) == edges_in(text)


def test_a_name_with_a_hyphen_is_one_name() -> None:
    assert edges_in("fore-paw - hind-paw") == (("fore-paw", "hind-paw"),)


def test_edges_to_nowhere_are_found() -> None:
    assert Skeleton(("nose", "m1/tail"), (), (("nose", "tail"), ("nose", "ear"))).strangers == ("ear",)


@pytest.mark.parametrize("names", [("nose", "tail"), ("m1/nose", "m1/tail", "m2/nose", "m2/tail"),
                                   ("m1/nose", "m2/nose", "corner")])
def test_the_names_of_tracks_say_it_all(names: tuple[str, ...]) -> None:
    assert Skeleton.of_names([*names, "point 7"]).names == names


def test_a_file_may_know_the_order_better_and_keypoints_that_nobody_has() -> None:
    found = Skeleton.of_names(["m1/tail", "m2/nose"], ["ear", "nose", "tail"], [["nose", "tail"], ["odd"]])
    assert found == Skeleton(("ear", "nose", "tail"), ("m1", "m2"), (("nose", "tail"),))


def test_numbered_points_say_nothing() -> None:
    assert Skeleton.of_names(["point 0", "point 1"]) == Skeleton()
