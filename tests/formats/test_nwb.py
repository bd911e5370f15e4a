"""NWB with ndx-pose: what pynwb reads, and finds valid."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats import nwb
from tests.formats.samples import plain_tracks

pynwb = pytest.importorskip("pynwb")
pytest.importorskip("ndx_pose")


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
        "size": (1920, 1080), "fps": (30000, 1001), "video": {"path": "films/v.mp4"}, "skeleton": [["nose", "tail"]],
        "runs": [{"model": "a model", "licence": "a licence"}], **meta})


def put(path, what=None, **options):
    return nwb.write(path, tracks() if what is None else what, nwb.Options(**options))


@pytest.fixture
def opened(tmp_path):
    readers = []

    def read(name="a.nwb"):
        readers.append(pynwb.NWBHDF5IO(str(tmp_path / name), "r", load_namespaces=True))
        return readers[-1].read()

    yield read
    for reader in readers:
        reader.close()


def test_pynwb_finds_the_points(tmp_path, opened):
    put(tmp_path / "a.nwb")
    found = opened()
    behavior = found.processing["behavior"]
    assert set(behavior.data_interfaces) == {"Skeletons", "mouse", "fly"}
    mouse = behavior["mouse"]
    assert set(mouse.pose_estimation_series) == {"nose", "tail"}
    nose = mouse["nose"]
    np.testing.assert_array_equal(nose.data[:, 0], [10, 10, np.nan, 10, np.nan])
    np.testing.assert_array_equal(nose.data[[0, 1, 3], 1], 20)
    np.testing.assert_allclose(nose.confidence[:], [0.9, 0, 0, 0, 0])
    assert nose.rate == pytest.approx(30000 / 1001) and nose.starting_time == 0 and nose.unit == "pixels"
    assert "centre of the top-left pixel" in nose.reference_frame and "1.0 where a person" in nose.confidence_definition
    tail = mouse["tail"]
    assert tail.data[:].tolist() == [[110, 120]] * 5 and tail.confidence[0] == 1
    assert (tail.reference_frame, tail.confidence_definition, tail.rate) == (
        nose.reference_frame, nose.confidence_definition, nose.rate)
    assert "'mouse/tail', number 6" in tail.description and "number 5" in nose.description
    assert tail.object_id != nose.object_id
    assert mouse.skeleton.nodes[:].tolist() == ["nose", "tail"] and mouse.skeleton.edges[:].tolist() == [[0, 1]]
    assert behavior["fly"].skeleton.nodes[:].tolist() == ["nose"]
    assert "a model (a licence)" in mouse.scorer and mouse.source_software == "napari-cotracker"
    film = mouse.source_video
    assert film.external_file[0] == "films/v.mp4" and film.dimension[:].tolist() == [1920, 1080]


def test_pynwb_finds_nothing_wrong(tmp_path):
    put(tmp_path / "a.nwb", start="2026-01-31T12:00:00+01:00")
    assert not pynwb.validate(path=str(tmp_path / "a.nwb"))
    put(tmp_path / "b.nwb", plain_tracks())
    assert not pynwb.validate(path=str(tmp_path / "b.nwb"))


def test_the_time_of_the_recording_is_asked_for(tmp_path, opened):
    assert "not known" in put(tmp_path / "a.nwb")[-1]
    assert opened().session_start_time.year == 1970
    assert put(tmp_path / "b.nwb", start="2026-01-31T12:00:00", identifier="mine", description="Reaching.") == []
    found = opened("b.nwb")
    assert found.session_start_time == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert (found.identifier, found.session_description) == ("mine", "Reaching.")
    with pytest.raises(FormatError, match="expected a time such as"):
        put(tmp_path / "c.nwb", start="yesterday")


def test_names_that_nwb_does_not_take_are_changed(tmp_path, opened):
    notes = put(tmp_path / "a.nwb", tracks(names=("a:b", "a_b", "c")))
    assert notes[0] == "2 names were changed for NWB, such as 'a:b' to 'a_b'."
    assert set(opened().processing["behavior"]["PoseEstimation"].pose_estimation_series) == {"a_b", "a_b 2", "c"}


def test_what_is_missing_is_said(tmp_path):
    with pytest.raises(FormatError, match="frames per second"):
        put(tmp_path / "a.nwb", tracks(fps=None))
    with pytest.raises(FormatError, match="at least one track"):
        put(tmp_path / "a.nwb", tracks().select(slice(0)))
    assert list(tmp_path.iterdir()) == []


def test_random_tracks_come_back(tmp_path, opened):
    rng = np.random.default_rng(0)
    xy = (rng.random((20, 12, 2)) * (1919, 1079)).astype(np.float32)
    put(tmp_path / "a.nwb", Tracks(np.arange(12), xy, np.ones((20, 12)), np.ones((20, 12)), meta={"fps": (25, 1)}))
    poses = opened().processing["behavior"]["PoseEstimation"]
    for n in range(12):
        np.testing.assert_array_equal(poses[f"point {n}"].data[:], xy[:, n])


def test_frames_at_irregular_times_have_timestamps(tmp_path, opened):
    times = [0, 0.04, 0.1, 0.5, 0.52]
    put(tmp_path / "a.nwb", tracks(times=times))
    for part in ("nose", "tail"):
        series = opened().processing["behavior"]["mouse"][part]
        assert series.rate is None
        np.testing.assert_array_equal(series.timestamps[:], times)
    np.testing.assert_array_equal(opened().acquisition["film"].timestamps[:], times)
    assert not pynwb.validate(path=str(tmp_path / "a.nwb"))
    put(tmp_path / "b.nwb", tracks(times=times[:3]))  # of another film
    assert opened("b.nwb").processing["behavior"]["mouse"]["nose"].rate == pytest.approx(30000 / 1001)
