"""Data sets of every layout, and files that only look like one."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from napari_cotracker import read_tracks
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.samples import sample_clip, sample_truth
from napari_cotracker.core.tracks import State
from napari_cotracker.evaluation.datasets import TAP_VID, clip_of_tracks, find_truth, read_clips
from napari_cotracker.evaluation.pictures import EncodedFrames
from tests.evaluation.tapvid import FRAMES, HEIGHT, WIDTH, encoded, entry


def written(content: Any, tmp_path: Path) -> Path:
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps(content))
    return path


LAYOUTS = {
    "DAVIS": {"goat": entry(), "swan": entry()},
    "RGB-Stacking": [entry(), entry()],
    "RoboTAP": {"goat": encoded(entry(), "JPEG"), "swan": encoded(entry())},
    "Kinetics": [{**encoded(entry()), "video": np.array(encoded(entry())["video"])}] * 2,
    "Kinetics of objects": [{**encoded(entry()), "video": np.array([*encoded(entry())["video"]], object)}] * 2,
    "frames in a list": ({**entry(), "video": list(entry()["video"])},) * 2,
    "other numbers": [{**entry(), "points": entry()["points"].astype(float), "occluded": entry()["occluded"] * 1}] * 2,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_tap_vid_is_read(layout: str, tmp_path: Path) -> None:
    clips = read_clips(written(LAYOUTS[layout], tmp_path))
    names = ["goat", "swan"] if isinstance(LAYOUTS[layout], dict) else ["data 0", "data 1"]
    assert [clip.name for clip in clips] == names
    for clip in clips:
        assert (clip.size, clip.video.shape) == ((WIDTH, HEIGHT), (FRAMES, HEIGHT, WIDTH, 3))
        assert clip.xy.shape == (FRAMES, 2, 2)  # the point that is never visible is gone
        assert_array_equal(np.flatnonzero(~clip.visible[:, 1]), [0, 1, 2, 5, 6, 7, 8])
        assert clip.visible[:, 0].all()
        assert np.asarray(clip.video[3]).dtype == np.uint8
        assert isinstance(clip.video, EncodedFrames) == (layout.startswith(("RoboTAP", "Kinetics")))


def test_fractions_count_from_edge_to_edge(tmp_path: Path) -> None:
    (clip,) = read_clips(written([entry()], tmp_path))
    assert_allclose(clip.xy[0], [[10, 6], [WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5]], atol=1e-5)
    assert_allclose(TAP_VID.from_ours([10, 20], (1920, 1080)), [10.5 / 1920, 20.5 / 1080])
    small = clip.resized((256, 256))
    assert small.size == (256, 256) and small.video is clip.video
    # what TAP-Vid calls raster coordinates is half a pixel more
    assert_allclose(small.xy[0] + 0.5, entry()["points"][:2, 0] * 256, atol=1e-4)
    assert_allclose(small.resized(clip.size).xy, clip.xy, atol=1e-9)


def with_point(key: str, value: Any) -> dict[str, Any]:
    given = entry()
    given["points"] = given["points"].copy()
    given["points"][0, 0] = value
    return given | {key: given[key]}


WRONG = {
    "no clip": ([], "expected clips in a dict or a list"),
    "a number": (5, "got int"),
    "an array": (np.zeros(3), r"got an array float64 \(3,\)"),
    "a list of numbers": ([1, 2], "expected points, occluded and video in clip 'data 0' of .*, got int"),
    "a clip alone": (entry(), "expected points, occluded and video in clip 'points'"),
    "no video": ([{key: entry()[key] for key in ("points", "occluded")}],
                 "expected the film's pictures in clip .*-O video=yes"),
    "an empty video": ([entry() | {"video": np.zeros((0, 8, 8, 3), np.uint8)}], r"got an array uint8 \(0, 8, 8, 3\)"),
    "a grey video": ([entry() | {"video": entry()["video"][..., 0]}], r"expected a video \(T, H, W, 3\) of uint8"),
    "floats": ([entry() | {"video": entry()["video"] / 255.0}], "got an array float64"),
    "a text as video": ([entry() | {"video": "film.mp4"}], "got str of 8"),
    "mixed frames": ([entry() | {"video": [b"x", entry()["video"][0]]}], "got list of 2"),
    "frames of two sizes": ([entry() | {"video": [np.zeros((4, k, 3), np.uint8) for k in (4, 5)]}], "got list of 2"),
    "nested lists": ([entry() | {"video": [[[[0]]]]}], "got list of 1"),
    "no pictures": ([entry() | {"video": [b"x"] * FRAMES}], "JPEG or PNG picture as frame 0"),
    "fewer frames": ([entry() | {"video": entry()["video"][1:]}], r"expected points \(N, 11, 2\) as fractions"),
    "other points": ([entry() | {"occluded": entry()["occluded"][1:]}], r"got .* and an array bool \(2, 12\)"),
    "frames first": ([entry() | {"points": entry()["points"].transpose(1, 0, 2)}], "expected points"),
    "points as lists": ([entry() | {"points": entry()["points"].tolist()}], "got list of 3 and"),
    "one number as points": ([entry() | {"points": np.array(0.5)}], "expected points"),
    "whole numbers": ([entry() | {"points": entry()["points"].astype(int)}], "expected points"),
    "texts as occluded": ([entry() | {"occluded": entry()["occluded"].astype(str)}], "expected points"),
    "pixels": ([entry() | {"points": entry()["points"] * WIDTH}], "fractions of the picture"),
    "NaN": ([with_point("points", np.nan)], "expected visible points on the picture"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_pickle_of_something_else_is_a_clear_error(case: str, tmp_path: Path) -> None:
    content, message = WRONG[case]
    with pytest.raises(FormatError, match=message) as caught:
        read_clips(written(content, tmp_path))
    assert "\n" not in str(caught.value)


def test_a_clip_in_which_nothing_is_visible_has_no_points(tmp_path: Path) -> None:
    hidden, goat = read_clips(written([entry() | {"occluded": np.ones((3, FRAMES), bool)}, entry()], tmp_path))
    assert hidden.xy.shape == (FRAMES, 0, 2) and hidden.visible.shape == (FRAMES, 0)
    assert goat.xy.shape == (FRAMES, 2, 2)


def test_a_torn_or_hostile_pickle_is_a_clear_error(tmp_path: Path) -> None:
    path = written([entry()], tmp_path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(FormatError, match="is damaged or holds something else"):
        read_clips(path)
    with pytest.raises(FormatError, match="refused to load"):
        read_clips(written({"goat": entry() | {"video": shutil.rmtree}}, tmp_path))


def test_sizes_are_checked(tmp_path: Path) -> None:
    wide = {"points": np.full((1, 1, 2), 0.5), "occluded": np.zeros((1, 1), bool),
            "video": np.zeros((1, 1, 20_000, 3), np.uint8)}
    with pytest.raises(FormatError, match="at most 16384 pixels a side"):
        read_clips(written([wide], tmp_path))


def test_true_tracks_lie_beside_their_film(tmp_path: Path) -> None:
    truth = read_tracks(sample_truth("street"))
    clip = clip_of_tracks(sample_truth("street"), truth)
    assert (clip.name, clip.video, clip.size) == ("street", sample_clip("street"), truth.size)
    assert_array_equal(clip.xy, truth.xy)
    assert_array_equal(clip.visible, truth.states() == State.VISIBLE)
    unseen = truth.state.copy()
    unseen[:, 3] = State.OCCLUDED
    fewer = clip_of_tracks(sample_truth("street"), replace(truth, state=unseen))
    assert_array_equal(fewer.xy, np.delete(truth.xy, 3, 1))
    with pytest.raises(FormatError, match=r"expected a film beside .*street\.mp4"):
        clip_of_tracks(tmp_path / "street.npz", truth)
    with pytest.raises(FormatError, match="convert IN OUT --video FILM"):
        clip_of_tracks(sample_truth("street"), replace(truth, meta={}))


def test_a_data_set_is_a_file_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"expected a TAP-Vid pickle .* an empty one"):
        find_truth(tmp_path)
    with pytest.raises(FormatError, match="nothing of that name"):
        find_truth(tmp_path / "gone")
    for name in ("b.npz", "a.npz", "a.mp4", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in find_truth(tmp_path)] == ["a.npz", "b.npz"]
    assert find_truth(tmp_path / "b.npz") == (tmp_path / "b.npz",)
    for name in ("0001_of_0010.pkl", "0000_of_0010.PKL"):
        (tmp_path / name).touch()
    assert [path.name for path in find_truth(tmp_path)] == ["0000_of_0010.PKL", "0001_of_0010.pkl"]
