"""Datasets for movement: as xarray reads them, with what movement checks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats import movement
from tests.formats.samples import plain_tracks

xarray = pytest.importorskip("xarray")
GOLDEN = Path(__file__).parent / "golden" / "movement.nc"


def tracks(names=("mouse/nose", "mouse/tail", "fly/nose"), **meta):
    """The point (10, 20) in every state; a person placed a tail."""
    xy = np.full((5, 3, 2), (10, 20), np.float32) + np.arange(3, dtype=np.float32)[:, None] * 100
    xy[[2, 4], 0] = xy[3:, 2] = np.nan
    state = np.full((5, 3), State.VISIBLE, np.uint8)
    state[:, 0] = [State.VISIBLE, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN]
    source = np.where(np.isfinite(xy).all(-1), Source.PREDICTED, Source.NONE).astype(np.uint8)
    source[0, 1] = Source.HUMAN
    scores = np.full((5, 3), 0.9, np.float32)
    return Tracks(np.array([5, 6, 9]), xy, scores, np.ones((5, 3)), state, source, names=names, meta={
        "size": (1920, 1080), "fps": (30000, 1001), "video": {"path": "films/v.mp4"},
        "runs": [{"model": "a model", "licence": "a licence"}], **meta})


def put(path, what=None):
    return movement.write(path, tracks() if what is None else what, NoOptions())


def opened(path):
    with xarray.open_dataset(path) as found:
        return found.load()


def test_the_dataset_is_as_movement_wants_it(tmp_path):
    put(tmp_path / "a.nc")
    found = opened(tmp_path / "a.nc")
    assert found.position.dims == ("time", "space", "keypoint", "individual")
    assert found.confidence.dims == found.visible.dims == found.edited.dims == ("time", "keypoint", "individual")
    assert found.space.values.tolist() == ["x", "y"] and found.keypoint.values.tolist() == ["nose", "tail"]
    assert found.individual.values.tolist() == ["mouse", "fly"]
    np.testing.assert_allclose(found.time, np.arange(5) * 1001 / 30000)
    assert (found.attrs["ds_type"], found.attrs["time_unit"]) == ("poses", "seconds")
    assert found.attrs["fps"] == pytest.approx(30000 / 1001)
    assert found.attrs["source_software"] and found.attrs["source_file"]  # to_netcdf fails where they are None
    assert "a model (a licence)" in found.attrs["made_by"]
    nose = found.sel(individual="mouse", keypoint="nose")
    np.testing.assert_array_equal(nose.position[:, 0], [10, 10, np.nan, 10, np.nan])
    np.testing.assert_array_equal(nose.position[[0, 1, 3], 1], 20)
    np.testing.assert_allclose(nose.confidence, [0.9, 0, 0, 0, 0])
    assert nose.visible.values.tolist() == [True, False, False, False, False] and nose.visible.dtype == bool
    tail = found.sel(individual="mouse", keypoint="tail")
    assert tail.confidence.values[0] == 1 and tail.edited.values.tolist() == [True, False, False, False, False]
    assert found.sel(individual="fly", keypoint="tail").confidence.isnull().all()


def test_it_survives_xarray(tmp_path):
    put(tmp_path / "a.nc")
    opened(tmp_path / "a.nc").to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    for name in ("a.nc", "b.nc"):
        got = movement.read(tmp_path / name)
        where = [got.names.index(name) for name in tracks().names]
        np.testing.assert_array_equal(got.xy[:, where], tracks().xy)
        hidden = State.OCCLUDED_LOCATED
        assert got.states()[:, where[0]].tolist() == [State.VISIBLE, hidden, State.UNKNOWN, hidden, State.UNKNOWN]
        assert got.source[:2, where[1]].tolist() == [Source.IMPORTED, Source.PREDICTED]
        assert (got.size, got.meta["fps"]) == ((1920, 1080), (30000, 1001))


def test_one_animal_is_called_as_movement_does(tmp_path):
    put(tmp_path / "a.nc", tracks(names=("a", "b", "c"), fps=None))
    found = opened(tmp_path / "a.nc")
    assert found.individual.values.tolist() == ["id_0"] and found.attrs["time_unit"] == "frames"
    assert found.time.values.tolist() == [0, 1, 2, 3, 4] and "fps" not in found.attrs
    assert movement.read(tmp_path / "a.nc").names == ("a", "b", "c")


def test_plural_dimensions_of_earlier_versions_are_read(tmp_path):
    plural = opened(GOLDEN).rename(keypoint="keypoints", individual="individuals")
    plural.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert movement.sniff(tmp_path / "a.nc")
    got, expected = movement.read(tmp_path / "a.nc"), movement.read(GOLDEN)
    np.testing.assert_array_equal(got.xy, expected.xy)
    assert got.names == expected.names and len(got) == 3
    assert set(np.unique(got.source)) == {Source.NONE, Source.IMPORTED}


def test_axes_in_another_order_are_read(tmp_path):
    opened(GOLDEN).transpose("individual", "keypoint", "space", "time").to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    np.testing.assert_array_equal(movement.read(tmp_path / "a.nc").xy, movement.read(GOLDEN).xy)


def test_rows_find_their_frames_by_time(tmp_path):
    opened(GOLDEN).isel(time=[2, 5]).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    got = movement.read(tmp_path / "a.nc")
    assert got.n_frames == 6
    np.testing.assert_array_equal(got.xy[[2, 5]], movement.read(GOLDEN).xy[[2, 5]])
    opened(GOLDEN).assign_coords(time=np.arange(6) - 3.0).to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    assert movement.read(tmp_path / "b.nc").n_frames == 6
    opened(GOLDEN).assign_coords(time=np.arange(6) * 1e7).to_netcdf(tmp_path / "c.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match="check its times"):
        movement.read(tmp_path / "c.nc")


def test_missing_confidence_is_that_of_a_person(tmp_path):
    found = opened(GOLDEN)
    found["confidence"][:] = np.nan
    found.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    got = movement.read(tmp_path / "a.nc")
    assert (got.states()[np.isfinite(got.xy).all(-1)] == State.VISIBLE).all() and np.nanmin(got.confidence) == 1
    found.drop_vars("confidence").to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    assert len(movement.read(tmp_path / "b.nc")) == 3


def test_points_in_space_are_refused(tmp_path):
    flat = opened(GOLDEN)
    deep = xarray.concat([flat.position, flat.position.isel(space=[0]).assign_coords(space=["z"])], "space")
    xarray.Dataset({"position": deep}, attrs=flat.attrs).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match="x, y in a picture, got x, y, z"):
        movement.read(tmp_path / "a.nc")


def test_random_tracks_come_back(tmp_path):
    rng = np.random.default_rng(0)
    xy = (rng.random((40, 30, 2)) * (1919, 1079)).astype(np.float32)
    put(tmp_path / "a.nc", Tracks(np.arange(30), xy, np.ones((40, 30)), np.ones((40, 30)), meta={"size": (1920, 1080)}))
    np.testing.assert_array_equal(movement.read(tmp_path / "a.nc").xy, xy)


def test_tracks_without_a_position_are_found_again(tmp_path):
    what = plain_tracks()
    empty = Tracks(what.ids, what.xy[:1], what.visibility[:1], what.confidence[:1], names=what.names)
    put(tmp_path / "a.nc", empty)
    assert movement.read(tmp_path / "a.nc").names == what.names


def test_irregular_times_are_written_and_find_their_frames(tmp_path):
    times = [0.0, 0.04, 0.1, 0.5, 0.52, 0.6]
    first = movement.read(GOLDEN)
    put(tmp_path / "a.nc", Tracks(first.ids, first.xy, first.visibility, first.confidence, names=first.names,
                                  meta={"fps": (10, 1), "times": times}))
    np.testing.assert_array_equal(opened(tmp_path / "a.nc").time, times)
    np.testing.assert_array_equal(movement.read(tmp_path / "a.nc").xy, first.xy)
    opened(tmp_path / "a.nc").isel(time=[2, 5]).to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    np.testing.assert_array_equal(movement.read(tmp_path / "b.nc").xy[[2, 5]], first.xy[[2, 5]])
