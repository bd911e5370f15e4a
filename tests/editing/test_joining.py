"""What tracks from a file know beside their cells."""

from __future__ import annotations

from napari_cotracker.editing.joining import joined_facts


def test_edges_and_keypoints_of_both_are_known_each_once() -> None:
    here = {"skeleton": [["nose", "tail"]], "keypoints": ["nose", "tail"]}
    theirs = {"skeleton": [("nose", "tail"), ("nose", "ear")], "keypoints": ["ear", "nose"], "size": (3, 4)}
    assert joined_facts(here, theirs) == {"skeleton": [["nose", "tail"], ["nose", "ear"]],
                                          "keypoints": ["nose", "tail", "ear"]}


def test_where_nothing_is_new_nothing_is_to_be_noted() -> None:
    here = {"skeleton": [["nose", "tail"]], "runs": [{"model": "m"}]}
    assert joined_facts(here, {"skeleton": [["nose", "tail"]], "runs": [{"model": "m"}]}) == {}
    assert joined_facts({}, {}) == {}


def test_a_model_is_named_once() -> None:
    made = {"model": "m", "licence": "BSD"}
    assert joined_facts({"runs": [made]}, {"runs": [made, {"model": "n"}]}) == {"runs": [made, {"model": "n"}]}
