"""track-4dgs, read by torch as the program reads it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.formats import track_4dgs
from tests.formats.samples import plain_tracks
from tests.formats.stated import SEEN, THERE, stated_tracks


def write(folder, tracks):
    notes = track_4dgs.write(folder / "t", tracks, NoOptions())
    query, track = (torch.load(folder / "t" / name, weights_only=True) for name in ("query.pt", "0.pt"))
    return query, track, notes


def checked(query, track):
    """What version 1.4.12 checks when it makes its Query and Track of the files."""
    views, count, two = query["points"].shape
    frames = len(track["points"])
    assert (views, two) == (1, 2) and query["points"].dtype == track["points"].dtype == torch.float32
    assert query["frame_indices"].shape == query["in_image"].shape == (1, count)
    assert query["frame_indices"].dtype == torch.int64 and query["in_image"].dtype == torch.bool
    assert track["points"].shape == (frames, count, 2)
    assert all(track[name].shape == (frames, count) for name in ("visibility", "confidence", "mask"))
    assert track["confidence"].dtype == track["visibility"].dtype == torch.float32
    assert track["mask"].dtype == torch.bool
    assert ((query["frame_indices"] >= 0) & (query["frame_indices"] < frames)).all()


def test_every_state(tmp_path):
    query, track, notes = write(tmp_path, stated_tracks())
    checked(query, track)
    assert track["points"][0].tolist() == [[10, 20], [1900, 1000.25]] and notes == []
    assert (track["visibility"] * track["confidence"] > 0.5)[:, 0].tolist() == SEEN
    assert track["mask"][:, 0].tolist() == THERE
    assert torch.isfinite(track["points"]).all()
    assert (tmp_path / "t" / "names.txt").read_text().splitlines()[1:] == ["nose", "tail"]


def test_queries_are_where_tracks_were_started(tmp_path):
    tracks = plain_tracks()
    query, track, _ = write(tmp_path, tracks)
    checked(query, track)
    assert query["frame_indices"].tolist() == [[0, 0, 2]]
    np.testing.assert_array_equal(query["points"][0], tracks.queries.xy)
    assert query["in_image"].all()
    np.testing.assert_array_equal(track["points"][2:], tracks.xy[2:])


def test_without_queries_it_is_where_they_are_first_seen(tmp_path):
    tracks = replace(plain_tracks(), queries=None)
    query, _, _ = write(tmp_path, tracks)
    assert query["frame_indices"].tolist() == [[0, 0, 2]]
    late = Queries(np.array([99]), np.zeros((1, 2), np.float32), tracks.ids[:1], ("x",))
    assert write(tmp_path, replace(tracks, queries=late))[0]["frame_indices"].tolist() == [[0, 0, 2]]


def test_tracks_without_a_point_are_left_out(tmp_path):
    tracks = plain_tracks()
    xy = tracks.xy.copy()
    xy[:, 1] = np.nan
    _, track, notes = write(tmp_path, replace(tracks, xy=xy))
    assert track["points"].shape == (6, 2, 2)
    assert notes == ["Tracks without any point were left out: 1."]
    with pytest.raises(FormatError, match="at least one track"):
        write(tmp_path, tracks.select(slice(0)))


def test_round_trip_of_random_points(tmp_path):
    xy = np.random.default_rng(0).uniform(0, 1920, (50, 20, 2)).astype(np.float32)
    ones = np.ones((50, 20))
    _, track, _ = write(tmp_path, Tracks(np.arange(20), xy, ones, ones))
    np.testing.assert_array_equal(track["points"], xy)
    assert track_4dgs.sniff(tmp_path / "t") and not track_4dgs.sniff(tmp_path)
