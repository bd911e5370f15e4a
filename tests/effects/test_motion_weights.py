"""What cells count."""

import numpy as np

from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.effects.motion_weights import frames_seen, weights_of


def track(visibility, **more):
    visibility = np.array(visibility, np.float32)[:, None]
    xy = np.full((len(visibility), 1, 2), 5, np.float32)
    return Tracks(np.arange(1), xy, visibility, np.ones_like(visibility), **more)


def test_sure_cells_count_more_and_hidden_ones_nothing():
    weights = weights_of(track([0.9, 0.7, 0.2]), taper=1)[:, 0]
    np.testing.assert_allclose(weights, [0.9, 0.7, 0])


def test_tracks_come_and_go_softly_but_not_at_the_ends_of_the_clip():
    weights = weights_of(track([1, 1, 1, 1, 0, 1, 1, 1, 1]))[:, 0]
    np.testing.assert_allclose(weights, np.array([3, 3, 2, 1, 0, 1, 2, 3, 3]) / 3)


def test_what_a_person_placed_counts_in_full():
    source = np.array([[Source.PREDICTED], [Source.HUMAN]], np.uint8)
    state = np.full((2, 1), State.VISIBLE, np.uint8)
    np.testing.assert_allclose(weights_of(track([0.5, 0.5], source=source, state=state))[:, 0], [0.5, 1])


def test_files_without_scores_count_in_full():
    state = np.full((2, 1), State.VISIBLE, np.uint8)
    np.testing.assert_array_equal(weights_of(track([np.nan, np.nan], state=state)), 1)


def test_frames_to_the_next_gap():
    seen = np.array([[1, 1, 0, 1, 1, 1, 0]], bool).T
    assert frames_seen(seen)[:, 0].tolist() == [2, 1, 0, 1, 2, 1, 0]
