"""Tables of Tracks layers."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.formats import napari_tracks
from tests.formats.samples import plain_tracks
from tests.formats.stories import every_state, random_tracks, the_point, worst_error


def wrote(folder, tracks):
    assert napari_tracks.write(folder / "t.tracks.csv", tracks, NoOptions()) == []
    return (folder / "t.tracks.csv").read_text(encoding="utf-8").splitlines()


def test_the_known_point(tmp_path):
    assert wrote(tmp_path, the_point()) == [
        "track_id,t,y,x,name,visibility,confidence,state,source", "0,0,20,10,p,1,1,visible,predicted"]


def test_every_state(tmp_path):
    wrote(tmp_path, every_state())
    got, expected = napari_tracks.read(tmp_path / "t.tracks.csv"), every_state()
    there = np.isfinite(expected.xy).all(-1)
    np.testing.assert_array_equal(got.states()[there], expected.states()[there])
    np.testing.assert_array_equal(got.source[there], expected.source[there])
    np.testing.assert_array_equal(got.xy, expected.xy)


def test_round_trip_is_exact(tmp_path):
    tracks = random_tracks()
    wrote(tmp_path, tracks)
    got = napari_tracks.read(tmp_path / "t.tracks.csv")
    assert worst_error(got, tracks) == 0
    np.testing.assert_array_equal(got.xy, tracks.xy)


@pytest.mark.usefixtures("napari_works")
def test_napari_makes_a_layer_of_it(tmp_path):
    from napari.layers import Tracks as Layer

    tracks = plain_tracks()
    wrote(tmp_path, tracks)
    table = np.loadtxt(tmp_path / "t.tracks.csv", delimiter=",", skiprows=1, usecols=range(4))
    layer = Layer(table)
    np.testing.assert_array_equal(layer.data, table)
    for n, id in enumerate(tracks.ids):
        rows = layer.data[layer.data[:, 0] == id]
        np.testing.assert_array_equal(tracks.xy[rows[:, 1].astype(int), n], rows[:, :1:-1])
