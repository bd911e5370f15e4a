"""SLEAP's labels: what sleap-io reads of ours, and what we read of its."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats import sleap
from tests.formats.samples import plain_tracks

sio = pytest.importorskip("sleap_io")


def tracks(names=("mouse/nose", "mouse/tail", "fly/nose")):
    """The point (10, 20) in every state; a person placed one tail and approved a hidden one."""
    xy = np.full((5, 3, 2), (10, 20), np.float32) + np.arange(3, dtype=np.float32)[:, None] * 100
    xy[[2, 4], 0] = xy[3:, 2] = np.nan
    state = np.full((5, 3), State.VISIBLE, np.uint8)
    state[:, 0] = [State.VISIBLE, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN]
    source = np.where(np.isfinite(xy).all(-1), Source.PREDICTED, Source.NONE).astype(np.uint8)
    source[0, 1], source[1, 0] = Source.HUMAN, Source.VERIFIED
    scores = np.full((5, 3), 0.75, np.float32)
    return Tracks(np.array([5, 6, 9]), xy, scores, scores, state, source, names=names, meta={
        "size": (1920, 1080), "fps": (30000, 1001), "video": {"path": "films/v.mp4"},
        "skeleton": [["nose", "tail"], ["nose", "ear"]], "runs": [{"model": "a model", "licence": "a licence"}]})


def put(path, what=None):
    return sleap.write(path, tracks() if what is None else what, NoOptions())


def test_sleap_finds_points_instances_and_film(tmp_path):
    notes = put(tmp_path / "a.slp")
    assert len(notes) == 1 and notes[0].startswith("2 predicted positions are part of a user's instance")
    labels = sio.load_slp(str(tmp_path / "a.slp"), open_videos=False)
    assert labels.skeleton.node_names == ["nose", "tail"] and labels.skeleton.edge_names == [("nose", "tail")]
    assert [track.name for track in labels.tracks] == ["mouse", "fly"]
    assert [frame.frame_idx for frame in labels] == [0, 1, 2, 3, 4]
    assert labels.video.filename == "films/v.mp4" and tuple(labels.video.shape) == (5, 1080, 1920, 3)
    assert labels.video.backend_metadata["fps"] == pytest.approx(30000 / 1001)
    assert "a model (a licence)" in labels.provenance["made_by"]
    kinds = [[type(each).__name__ for each in frame] for frame in labels]
    assert kinds == [["Instance", "PredictedInstance"]] * 2 + [["PredictedInstance"] * 2] + [["PredictedInstance"]] * 2
    first = labels[0][0]
    np.testing.assert_array_equal(first.points["xy"], [[10, 20], [110, 120]])
    assert first.points["complete"].tolist() == [False, True] and first.points["visible"].all()
    assert first.track.name == "mouse"
    hidden = labels[1][0]
    np.testing.assert_array_equal(hidden.points["xy"][0], [10, 20])
    assert hidden.points["visible"].tolist() == [False, True] and hidden.points["complete"].tolist() == [True, False]
    fly = labels[0][1]
    assert fly.points["score"].tolist() == [0.75, 0] and np.isnan(fly.points["xy"][1]).all()
    assert fly.score == pytest.approx(0.75)
    np.testing.assert_array_equal(labels[3][0].points["xy"], [[10, 20], [110, 120]])  # out of the picture
    assert labels[3][0].points["visible"].tolist() == [False, True]
    assert len(labels.user_labeled_frames) == 2


def test_what_comes_back(tmp_path):
    put(tmp_path / "a.slp")
    got = sleap.read(tmp_path / "a.slp")
    assert got.names == ("mouse/nose", "mouse/tail", "fly/nose")
    np.testing.assert_array_equal(got.xy, tracks().xy)
    hidden = State.OCCLUDED_LOCATED
    assert got.states()[:, 0].tolist() == [State.VISIBLE, hidden, State.UNKNOWN, hidden, State.UNKNOWN]
    assert got.source[:, 1].tolist() == [Source.IMPORTED] * 2 + [Source.PREDICTED] * 3
    assert got.confidence[:3, 2].tolist() == [0.75] * 3 and got.confidence[0, 1] == 1
    assert got.size == (1920, 1080) and got.meta["fps"] == (30000, 1001)
    assert got.meta["skeleton"] == [["nose", "tail"]]


def test_tracks_without_individual_are_an_instance_without_a_track(tmp_path):
    put(tmp_path / "a.slp", tracks(names=("nose", "tail", "ear")))
    labels = sio.load_slp(str(tmp_path / "a.slp"), open_videos=False)
    assert labels.tracks == [] and all(len(frame) == 1 and frame[0].track is None for frame in labels)
    assert labels.skeleton.edge_names == [("nose", "tail"), ("nose", "ear")]
    assert sleap.read(tmp_path / "a.slp").names == ("nose", "tail", "ear")


def test_the_film_is_asked_for_where_it_is_not_known(tmp_path):
    assert any("asks for" in note or "ask for 'a.mp4'" in note for note in put(tmp_path / "a.slp", plain_tracks()))
    put(tmp_path / "a.slp", replace(plain_tracks(), meta={}))
    assert sio.load_slp(str(tmp_path / "a.slp"), open_videos=False).video.filename == "a.mp4"
    assert sleap.read(tmp_path / "a.slp").size is None


def test_too_many_body_parts_are_refused_in_words(tmp_path):
    many = Tracks(np.arange(2000), np.zeros((1, 2000, 2)), np.ones((1, 2000)), np.ones((1, 2000)))
    with pytest.raises(FormatError, match=r"fewer body parts.*2,000"):
        put(tmp_path / "a.slp", many)
    assert list(tmp_path.iterdir()) == []


def test_random_tracks_come_back(tmp_path):
    rng = np.random.default_rng(0)
    xy = (rng.random((40, 30, 2)) * (1919, 1079)).astype(np.float32)
    xy[rng.random((40, 30)) < 0.3] = np.nan
    names = tuple(f"m{i}/{part}" for i in range(10) for part in "abc")
    put(tmp_path / "a.slp", Tracks(np.arange(30), xy, np.ones((40, 30)), np.ones((40, 30)), names=names))
    got = sleap.read(tmp_path / "a.slp")
    np.testing.assert_array_equal(got.xy[:, [got.names.index(name) for name in names]], xy)
    labels = sio.load_slp(str(tmp_path / "a.slp"), open_videos=False)
    assert np.abs(labels.numpy().reshape(40, 30, 2) - xy)[np.isfinite(xy)].max() == 0


def test_nodes_without_any_point_come_back_in_their_order_and_go_out_again(tmp_path):
    whole = replace(tracks(), meta={**tracks().meta, "keypoints": ["ear", "tail", "nose"]})
    put(tmp_path / "a.slp", whole)
    assert sio.load_slp(str(tmp_path / "a.slp"), open_videos=False).skeleton.node_names == ["ear", "tail", "nose"]
    back = sleap.read(tmp_path / "a.slp")
    assert sorted(back.names) == sorted(whole.names), "no track without a point"
    put(tmp_path / "b.slp", back)
    skeleton = sio.load_slp(str(tmp_path / "b.slp"), open_videos=False).skeleton
    assert skeleton.node_names == ["ear", "tail", "nose"]
    assert skeleton.edge_names == [("nose", "tail"), ("nose", "ear")]
