"""Labels as sleap-io writes them, and damaged ones."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source
from napari_cotracker.formats import sleap, sleap_reading
from tests.formats.samples import plain_tracks

sio = pytest.importorskip("sleap_io")
GOLDEN = Path(__file__).parent / "golden" / "sleap.slp"


def made_by_sleap(path, instances, **more):
    skeleton = sio.Skeleton(["a", "b"])
    video = sio.Video("v.mp4", open_backend=False)
    made = [make(skeleton) for make in instances]
    frame = sio.LabeledFrame(video=video, frame_idx=more.get("frame", 3), instances=made)
    names = {id(each.track): each.track for each in made if each.track is not None}
    sio.save_slp(sio.Labels([frame], tracks=list(names.values()), skeletons=[skeleton], videos=[video]), str(path),
                 embed=False)
    return path


def user(x, track=None):
    points = np.array([[x, 1], [np.nan, np.nan]])
    return lambda skeleton: sio.Instance.from_numpy(points, skeleton=skeleton, track=track)


def predicted(x, track=None):
    return lambda skeleton: sio.PredictedInstance.from_numpy(
        np.array([[x, 2], [x, 3]]), skeleton=skeleton, point_scores=np.array([0.5, 1.5]), score=1, track=track)


def test_a_users_instance_counts_where_there_is_a_prediction_as_well(tmp_path):
    track = sio.Track("t")
    got = sleap.read(made_by_sleap(tmp_path / "a.slp", [user(10, track), predicted(20, track)]))
    assert got.names == ("t/a",) and got.n_frames == 4
    assert got.xy[3].tolist() == [[10, 1]] and got.source[3].tolist() == [Source.IMPORTED]


def test_instances_without_a_track_are_told_apart_by_their_order(tmp_path):
    got = sleap.read(made_by_sleap(tmp_path / "a.slp", [user(10), user(30), predicted(20)]))
    assert got.names == ("instance 1/a", "instance 2/a")
    assert got.xy[3].tolist() == [[10, 1], [30, 1]]
    got = sleap.read(made_by_sleap(tmp_path / "a.slp", [predicted(20)]))
    assert got.names == ("a", "b") and got.confidence[3].tolist() == [0.5, 1]
    assert got.source[3].tolist() == [Source.PREDICTED] * 2


def changed(path, source, **attributes):
    path.write_bytes(source.read_bytes())
    with h5py.File(path, "a") as file:
        file["metadata"].attrs.update(attributes)
    return path


def test_old_files_count_from_the_corner_of_the_pixel(tmp_path):
    path = changed(tmp_path / "old.slp", GOLDEN, format_id=1.0)
    got = sleap.read(path)
    np.testing.assert_allclose(got.xy[0, 0], plain_tracks().xy[0, 0] - 0.5)
    with pytest.raises(FormatError, match="before 3, got 3"):
        sleap.read(changed(tmp_path / "new.slp", GOLDEN, format_id=3.0))


def test_no_tracks_may_be_a_list_of_floats(tmp_path):
    """Older versions of sleap-io let h5py guess the type of an empty list."""
    made_by_sleap(tmp_path / "a.slp", [user(10), user(30)])
    with h5py.File(tmp_path / "a.slp", "r+") as file:
        del file["tracks_json"]
        file["tracks_json"] = []
    assert sleap.read(tmp_path / "a.slp").names == ("instance 1/a", "instance 2/a")
    with h5py.File(tmp_path / "a.slp", "r+") as file:
        del file["tracks_json"]
        file["tracks_json"] = [1.5]
    with pytest.raises(FormatError, match=r"tracks_json.*float64"):
        sleap.read(tmp_path / "a.slp")


def test_absurd_frames_and_several_films_are_refused(tmp_path):
    with pytest.raises(FormatError, match="claim"):
        sleap.read(made_by_sleap(tmp_path / "a.slp", [predicted(20)], frame=10**12))
    path = tmp_path / "b.slp"
    path.write_bytes(GOLDEN.read_bytes())
    with h5py.File(path, "a") as file:
        frames = file["frames"][()]
        frames["video"][2] = 1
        file["frames"][...] = frames
    with pytest.raises(FormatError, match="one film"):
        sleap.read(path)


def test_links_between_nodes_are_told_from_symmetries(tmp_path):
    nodes = [{"id": 1}, {"id": 0}, {"id": 2}]
    spelled = {"py/reduce": [{"py/type": "x"}, {"py/tuple": [1]}]}
    links = [{"source": 0, "target": 1, "type": spelled}, {"source": 1, "target": 2, "type": {"py/id": 1}},
             {"source": 0, "target": 2, "type": {"py/reduce": [{"py/type": "x"}, {"py/tuple": [2]}]}},
             {"source": 2, "target": 0, "type": {"py/id": 2}}]
    found = sleap_reading._skeleton({"nodes": [{"name": name} for name in "abc"],
                                     "skeletons": [{"nx_graph": {"nodes": nodes, "links": links}}]})
    assert found == (["b", "a", "c"], [["a", "b"], ["b", "c"]])
