"""Numbers of things in sentences."""

import numpy as np

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.core.words import are, as_label, counted, point_name, were


def test_one_is_one_and_all_else_is_many():
    assert [counted(n, "track") for n in (0, 1, 2000)] == ["0 tracks", "1 track", "2,000 tracks"]
    assert [are(n) for n in (0, 1, 2)] == ["are", "is", "are"]
    assert [were(n) for n in (0, 1, 2)] == ["were", "was", "were"]


def test_a_point_has_one_number():
    tracks = Tracks([7], np.zeros((2, 1, 2)), np.ones((2, 1)), np.ones((2, 1)))
    assert point_name(7) == tracks.names[0] == Queries([0], [[1, 1]], [7]).names[0] == "point 7"


def test_labels_can_be_held_by_every_file():
    assert as_label("Flügel/左") == "Flügel/左" and as_label(7) == "7"
    assert as_label("a\0b\ud800") == "a_b_"
