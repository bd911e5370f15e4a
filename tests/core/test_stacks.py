"""Which plane of a stack a session notes; what writes the note: tests/ui/test_noted.py."""

from __future__ import annotations

import pytest

from napari_cotracker.core.stacks import noted_plane, plane_in_words


@pytest.mark.parametrize("video", [
    None, "film", {}, {"plane": 3}, {"plane": [[0, 1]]}, {"plane": [{"axis": "c", "index": 1}]},
    {"plane": [{"axis": 0}]}, {"plane": [{"axis": True, "index": True}]},
])
def test_of_a_note_that_makes_no_sense_the_plane_is_not_known(video: object) -> None:
    assert noted_plane({"video": video}) == {}
    assert plane_in_words({"video": video}) == ""


def test_a_name_of_an_axis_may_be_anything() -> None:
    assert plane_in_words({"video": {"plane": [{"axis": 1, "index": 2, "label": None}]}}) == "None = 2"
    assert plane_in_words({"video": {"plane": [{"axis": 1, "index": 2}]}}) == "axis 1 = 2"
