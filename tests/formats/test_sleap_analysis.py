"""SLEAP's analysis arrays: what sleap-io reads of ours, and what we read of its."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.losses import losses
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats import sleap_analysis as analysis
from tests.formats.samples import plain_tracks

sio = pytest.importorskip("sleap_io")


def tracks(names=("mouse/nose", "mouse/tail", "fly/nose")):
    """The point (10, 20) in every state; a person placed a tail."""
    xy = np.full((5, 3, 2), (10, 20), np.float32) + np.arange(3, dtype=np.float32)[:, None] * 100
    xy[[2, 4], 0] = xy[3:, 2] = np.nan
    state = np.full((5, 3), State.VISIBLE, np.uint8)
    state[:, 0] = [State.VISIBLE, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN]
    source = np.where(np.isfinite(xy).all(-1), Source.PREDICTED, Source.NONE).astype(np.uint8)
    source[0, 1] = Source.HUMAN
    scores = np.full((5, 3), 0.75, np.float32)
    return Tracks(np.array([5, 6, 9]), xy, scores, scores, state, source, names=names, meta={
        "size": (1920, 1080), "fps": (30000, 1001), "video": {"path": "films/v.mp4"}, "skeleton": [["nose", "tail"]],
        "runs": [{"model": "a model", "licence": "a licence"}]})


def put(path, what=None):
    return analysis.write(path, tracks() if what is None else what, NoOptions())


def test_the_arrays_lie_as_sleap_writes_them(tmp_path):
    assert put(tmp_path / "a.h5") == []
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["tracks"].shape == (2, 2, 2, 5) and file["tracks"].dtype == "f8"
        assert file["tracks"][0, :, 0, 0].tolist() == [10, 20]
        assert file["tracks"][0, :, 1, 4].tolist() == [110, 120]
        assert np.isnan(file["tracks"][0, :, 0, 1:]).all()  # hidden, out of the picture, not tracked
        assert file["track_occupancy"][()].tolist() == [[1, 1]] * 3 + [[1, 0]] * 2
        assert file["point_scores"][0, 0, 0] == 0.75 and np.isnan(file["point_scores"][0, 1, 0])  # proof-read
        assert file["track_names"][()].tolist() == [b"mouse", b"fly"]
        assert file["node_names"][()].tolist() == [b"nose", b"tail"]
        assert file["edge_inds"][()].tolist() == [[0, 1]] and file["video_path"][()] == b"films/v.mp4"
        assert "a model (a licence)" in json.loads(file["provenance"][()])["made_by"]


def test_sleap_io_finds_the_points(tmp_path):
    put(tmp_path / "a.h5")
    labels = sio.load_analysis_h5(str(tmp_path / "a.h5"))
    assert [track.name for track in labels.tracks] == ["mouse", "fly"]
    assert labels.skeleton.node_names == ["nose", "tail"] and labels.skeleton.edge_names == [("nose", "tail")]
    np.testing.assert_array_equal(labels[0][0].numpy(), [[10, 20], [110, 120]])
    assert [frame.frame_idx for frame in labels] == [0, 1, 2, 3, 4]
    assert labels[0][1].points["score"][0] == 0.75


def test_what_comes_back(tmp_path):
    put(tmp_path / "a.h5")
    got = analysis.read(tmp_path / "a.h5")
    assert got.names == ("mouse/nose", "mouse/tail", "fly/nose") and got.n_frames == 5
    seen = tracks().states() == State.VISIBLE
    np.testing.assert_array_equal(got.xy[seen], tracks().xy[seen])
    assert np.isnan(got.xy[~seen]).all()
    assert got.source[:2, 1].tolist() == [Source.IMPORTED, Source.PREDICTED]
    assert (got.size, got.meta["fps"], got.meta["skeleton"]) == ((1920, 1080), (30000, 1001), [["nose", "tail"]])
    assert any("not visible are left out" in loss for loss in losses(tracks(), analysis.FORMAT.keeps))


@pytest.mark.parametrize("preset", ["standard", "matlab"])
def test_files_of_sleap_io_are_read(preset, tmp_path):
    put(tmp_path / "a.h5")
    labels = sio.load_analysis_h5(str(tmp_path / "a.h5"))
    sio.save_analysis_h5(labels, str(tmp_path / "b.h5"), preset=preset)
    got = analysis.read(tmp_path / "b.h5")
    np.testing.assert_array_equal(got.xy, analysis.read(tmp_path / "a.h5").xy)


def test_old_files_do_not_name_their_axes(tmp_path):
    put(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "a") as file:
        for name in analysis.DIMS:
            del file[name].attrs["dims"]
        for name in ("edge_names", "edge_inds", "provenance"):
            del file[name]
        file.attrs.clear()
    assert analysis.read(tmp_path / "a.h5").names == ("mouse/nose", "mouse/tail", "fly/nose")


def test_one_animal_has_no_track(tmp_path):
    put(tmp_path / "a.h5", tracks(names=("nose", "tail", "ear")))
    assert sio.load_analysis_h5(str(tmp_path / "a.h5")).tracks == []
    assert analysis.read(tmp_path / "a.h5").names == ("nose", "tail", "ear")


def test_tracks_without_a_position_are_found_again(tmp_path):
    xy = np.full((2, 3, 2), 5, np.float32)
    xy[:, 2] = np.nan
    what = Tracks(np.arange(3), xy, np.ones((2, 3)), np.ones((2, 3)), names=("a/x", "a/y", "b/x"))
    put(tmp_path / "a.h5", what)
    assert analysis.read(tmp_path / "a.h5").names == ("a/x", "a/y", "b/x")  # and no b/y


@pytest.mark.parametrize(("dims", "said"), [
    ('["frame", "track"]', "axes"), ('["xy","track","node","frame"]', "expected"), ("3", "axes"), ("{", "damaged")])
def test_axes_that_do_not_fit_are_refused(dims, said, tmp_path):
    put(tmp_path / "a.h5", tracks(names=("a", "b", "c")))
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file["tracks"].attrs["dims"] = dims
    with pytest.raises(FormatError, match=said):
        analysis.read(tmp_path / "a.h5")


def test_random_tracks_come_back(tmp_path):
    rng = np.random.default_rng(0)
    xy = (rng.random((40, 30, 2)) * (1919, 1079)).astype(np.float32)
    put(tmp_path / "a.h5", Tracks(np.arange(30), xy, np.ones((40, 30)), np.ones((40, 30))))
    np.testing.assert_array_equal(analysis.read(tmp_path / "a.h5").xy, xy)


def test_the_plain_tracks_are_six_frames(tmp_path):
    put(tmp_path / "a.h5", plain_tracks())
    assert analysis.read(tmp_path / "a.h5").n_frames == 6
