"""The tails layer by itself."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_cotracker.ui.appearance import TailStyle
from napari_cotracker.ui.tails_layer import TailTracks

LIMITS = np.array([[0, 0, 0], [9, 99, 199.0]])


def tails_of(count: int, length: int) -> tuple[np.ndarray, np.ndarray, TailStyle]:
    places = np.zeros((count, length, 3), np.float32)
    places[..., 0] = np.arange(length)
    places[..., 1] = np.arange(count)[:, None]
    linked = np.ones((count, length), bool)
    linked[:, -1:] = False
    style = TailStyle(places[..., 1:], linked, np.full((count, length, 4), 0.5, np.float32))
    return np.arange(count) * 7, places, style


@pytest.fixture
def layer() -> TailTracks:
    layer = TailTracks(LIMITS)
    ViewerModel().add_layer(layer)
    return layer


def test_any_number_and_length_at_any_time(layer: TailTracks) -> None:
    for count, length in ((3, 5), (3, 2), (0, 4), (6, 5), (2, 15)):
        ids, places, style = tails_of(count, length)
        layer.fill(ids, places, style)
        if count:
            np.testing.assert_array_equal(layer.data[:, 0], np.repeat(ids, length))
            np.testing.assert_array_equal(layer.data[:, 1:], places.reshape(-1, 3))
            assert len(layer.track_colors) == len(layer.track_connex) == len(layer.data) == count * length
        assert layer.track_connex.sum() == count * (length - 1)


def test_what_has_the_same_shape_is_written_in_place(layer: TailTracks) -> None:
    ids, places, style = tails_of(3, 5)
    layer.fill(ids, places, style)
    data, heard = layer.data, []
    layer.events.rebuild_tracks.connect(lambda: heard.append(1))
    layer.fill(ids, places + 1, style)
    assert layer.data is data
    assert heard == [1]
    np.testing.assert_array_equal(layer.track_times, places[..., 0].reshape(-1) + 1)


def test_clearing_draws_nothing(layer: TailTracks) -> None:
    layer.fill(*tails_of(3, 5))
    layer.clear()
    assert not layer.track_connex.any()


def test_it_passes_for_a_tracks_layer_that_is_cheap_to_scrub(layer: TailTracks) -> None:
    assert layer._type_string == "tracks"
    assert layer.extent.data.tolist() == LIMITS.tolist()
    assert layer.get_value((0, 0, 0)) is None
