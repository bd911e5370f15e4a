"""Tables of Points layers, read by napari."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import csv, napari_points, napari_tracks
from tests.formats.samples import plain_tracks
from tests.formats.stories import every_state, random_tracks, the_point, worst_error


def wrote(folder, tracks):
    assert napari_points.write(folder / "t.points.csv", tracks, NoOptions()) == []
    return (folder / "t.points.csv").read_text(encoding="utf-8").splitlines()


def table(folder, *lines):
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return napari_points.read(folder / "t.csv")


def test_the_known_point(tmp_path):
    assert wrote(tmp_path, the_point()) == [
        "index,axis-0,axis-1,axis-2,track_id,name,visibility,confidence,state,source",
        "0,0,20,10,0,p,1,1,visible,predicted"]


def test_every_state(tmp_path):
    rows = [line.split(",") for line in wrote(tmp_path, every_state())[1:]]
    assert [(row[1], *row[-2:]) for row in rows] == [
        ("0", "visible", "human"), ("1", "visible", "predicted"), ("2", "occluded_located", "human"),
        ("4", "out_of_frame", "predicted"), ("6", "visible", "verified"), ("7", "visible", "predicted")]
    got = napari_points.read(tmp_path / "t.points.csv")
    expected = every_state()
    there = np.isfinite(expected.xy).all(-1)
    np.testing.assert_array_equal(got.states()[there], expected.states()[there])
    np.testing.assert_array_equal(got.source[there], expected.source[there])
    assert (got.states()[~there] == State.UNKNOWN).all()


def test_round_trip_is_exact(tmp_path):
    tracks = random_tracks()
    wrote(tmp_path, tracks)
    got = napari_points.read(tmp_path / "t.points.csv")
    assert worst_error(got, tracks) == 0
    for name in ("ids", "xy", "visibility", "confidence"):
        np.testing.assert_array_equal(getattr(got, name), getattr(tracks, name))


def test_naparis_own_reader_and_writer(tmp_path):
    builtins = pytest.importorskip("napari_builtins.io")
    tracks = plain_tracks()
    wrote(tmp_path, tracks)
    data, meta, kind = builtins.csv_to_layer_data(str(tmp_path / "t.points.csv"))
    assert kind == "points" and data.shape == (16, 3)
    there = np.isfinite(tracks.xy).all(-1)
    for n, id in enumerate(tracks.ids):
        rows = meta["properties"]["track_id"] == id
        frames = np.flatnonzero(there[:, n])
        np.testing.assert_array_equal(data[rows], np.column_stack([frames, tracks.xy[frames, n, ::-1]]))
        assert set(meta["properties"]["name"][rows]) == {tracks.names[n]}
    builtins.napari_write_points(str(tmp_path / "own.csv"), data, meta)
    np.testing.assert_array_equal(napari_points.read(tmp_path / "own.csv").xy, tracks.xy)
    builtins.napari_write_points(str(tmp_path / "own.csv"), data, {})
    bare = napari_points.read(tmp_path / "own.csv")
    assert len(bare) == 16 and (np.isfinite(bare.xy[..., 0]).sum(0) == 1).all()


def test_points_of_one_name_are_one_track(tmp_path):
    got = table(tmp_path, "index,axis-0,axis-1,axis-2,name", "0,0,1,2,a", "1,0,3,4,b", "2,1,5,6,a")
    assert got.names == ("a", "b") and got.xy[1, 0].tolist() == [6, 5]


@pytest.mark.parametrize(("lines", "words"), [
    (("index,axis-0,axis-1", "0,1,2"), "axis-2 missing"),
    (("index,axis-0,axis-1,axis-2,axis-3", "0,1,2,3,4"), "three axes"),
    (("index,axis-0,axis-1,axis-2", "0,1.5,2,3"), "line 2: expected a whole number in column 'axis-0', got '1.5'"),
    (("index,axis-0,axis-1,axis-2", "0,-1,2,3"), "line 2: expected a frame number"),
    (("index,axis-0,axis-1,axis-2,track_id", "0,9999999,2,3,1", "0,1,2,3,2"), "largest number in column 'axis-0'"),
])
def test_what_is_wrong_is_said(lines, words, tmp_path):
    if "largest" in words:
        lines = (*lines, *(f"0,0,2,3,{k}" for k in range(3, 20)))
    with pytest.raises(FormatError, match=words):
        table(tmp_path, *lines)


def test_tables_are_told_apart(tmp_path):
    for name, module in (("a", csv), ("b", napari_points), ("c", napari_tracks)):
        module.write(tmp_path / name, plain_tracks(), NoOptions())
    for module, expected in ((csv, "a"), (napari_points, "b"), (napari_tracks, "c")):
        assert [name for name in "abc" if module.sniff(tmp_path / name)] == [expected]
