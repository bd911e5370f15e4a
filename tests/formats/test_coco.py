"""COCO keypoints, read by pycocotools."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import coco
from tests.formats.samples import plain_tracks
from tests.formats.stories import every_state, random_tracks, the_point, worst_error


def wrote(folder, tracks, **options):
    notes = coco.write(folder / "t.json", tracks, coco.CocoOptions(**options))
    return json.loads((folder / "t.json").read_text(encoding="utf-8")), notes


def test_the_known_point(tmp_path):
    content, notes = wrote(tmp_path, the_point())
    assert content["images"] == [{"id": 1, "file_name": "frame_000000.png", "width": 1920, "height": 1080}]
    (annotation,) = content["annotations"]
    assert annotation["keypoints"] == [10, 20, 2]
    assert annotation["bbox"] == [0, 10, 21, 21]  # pixels 0 … 20 and 10 … 30
    assert annotation["area"] == 441 and annotation["num_keypoints"] == 1
    assert notes == ["Boxes are those of the labelled points with 10 px on every side; nobody drew an outline."]


def test_every_state_has_its_flag(tmp_path):
    content, notes = wrote(tmp_path, every_state(), pictures="every")
    flags = {a["image_id"] - 1: a["keypoints"][2] for a in content["annotations"]}
    assert flags == {0: 2, 1: 2, 2: 1, 6: 2, 7: 2}
    assert len(content["images"]) == 8
    assert notes[0] == "1 position outside the picture is not labelled."
    got = coco.read(tmp_path / "t.json")
    v, o, u = State.VISIBLE, State.OCCLUDED_LOCATED, State.UNKNOWN
    assert got.states()[:, 0].tolist() == [v, v, o, u, u, u, v, v]
    assert got.xy[2, 0].tolist() == [120, 200]


def test_pictures_have_the_plates_numbers_or_those_asked_for(tmp_path):
    content, _ = wrote(tmp_path, plain_tracks(), pattern="a_%06d.jpg")
    assert [image["file_name"] for image in content["images"]][:2] == ["a_001001.jpg", "a_001002.jpg"]
    content, _ = wrote(tmp_path, plain_tracks(), first=1)
    assert content["images"][0]["file_name"] == "frame_000001.png"
    tracks = plain_tracks()
    empty = replace(tracks, xy=np.where(np.arange(6)[:, None, None] == 3, np.nan, tracks.xy))
    content, _ = wrote(tmp_path, empty)
    assert len(content["images"]) == 5  # a picture that nobody labelled is no picture without animals
    got = coco.read(tmp_path / "t.json")
    assert got.frame_numbers.tolist() == list(range(1001, 1007)) and np.isnan(got.xy[3]).all()


def test_individuals_keypoints_and_skeleton(tmp_path):
    tracks = plain_tracks()
    content, _ = wrote(tmp_path, replace(tracks, meta={**tracks.meta, "skeleton": [["nose", "tail"], ["nose", "ear"]]}),
                       category="100 % mouse")
    (category,) = content["categories"]
    assert category["keypoints"] == ["nose", "tail"] and category["skeleton"] == [[1, 2]]
    assert category["name"] == "100 % mouse"
    second = [a for a in content["annotations"] if a["attributes"]["name"] == "mouse 2"]
    assert [a["track_id"] for a in second] == [2] * 4
    assert second[0]["keypoints"] == [52.5, 39, 2, 0, 0, 0] and second[0]["num_keypoints"] == 1
    assert coco.read(tmp_path / "t.json").meta["skeleton"] == [("nose", "tail")]


def test_the_licence_of_the_model_is_told(tmp_path):
    content, _ = wrote(tmp_path, the_point(runs=[{"model": "m", "licence": "CC-BY-NC-4.0"}]))
    assert content["info"]["contributor"].endswith("tracked by m (CC-BY-NC-4.0)")


def test_round_trip_is_exact(tmp_path):
    tracks = random_tracks()
    wrote(tmp_path, tracks)
    got = coco.read(tmp_path / "t.json")
    assert worst_error(got, tracks) == 0
    np.testing.assert_array_equal(got.xy, tracks.xy)
    np.testing.assert_array_equal(got.states(), tracks.states())


def test_pycocotools_reads_and_evaluates_it(tmp_path):
    pytest.importorskip("pycocotools")
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    names = [f"mouse {i}/{k}" for i in range(2) for k in ("nose", "ear", "tail")]
    tracks = replace(random_tracks(12, 6), names=tuple(names))
    wrote(tmp_path, tracks)
    truth = COCO(str(tmp_path / "t.json"))
    for t in range(12):
        loaded = truth.loadAnns(truth.getAnnIds(imgIds=[t + 1]))
        assert len(loaded) == 2
        for annotation in loaded:
            column = 3 * (annotation["track_id"] - 1)
            xyv = np.reshape(annotation["keypoints"], (3, 3))
            there = np.isfinite(tracks.xy[t, column : column + 3]).all(-1)
            np.testing.assert_array_equal(xyv[:, 2] > 0, there)
            np.testing.assert_allclose(xyv[there, :2], tracks.xy[t, column : column + 3][there], atol=1e-4)
            assert annotation["num_keypoints"] == there.sum()
    results = [{**a, "score": 1.0} for a in truth.dataset["annotations"]]
    evaluation = COCOeval(truth, truth.loadRes(results), "keypoints")
    evaluation.params.kpt_oks_sigmas = np.full(3, 0.05)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1)


def test_a_pattern_has_one_place_for_the_number(tmp_path):
    with pytest.raises(FormatError, match="pattern"):
        wrote(tmp_path, the_point(), pattern="img.png")


def test_keypoints_that_nobody_labelled_are_in_the_category_all_the_same(tmp_path):
    tracks = replace(plain_tracks(), meta={**plain_tracks().meta, "keypoints": ["ear", "nose", "tail"]})
    content, _ = wrote(tmp_path, tracks)
    assert content["categories"][0]["keypoints"] == ["ear", "nose", "tail"]
    assert content["annotations"][0]["keypoints"][:3] == [0, 0, 0]
    back = coco.read(tmp_path / "t.json")
    assert sorted(back.names) == sorted(tracks.names)
    content, _ = wrote(tmp_path, back)
    assert content["categories"][0]["keypoints"] == ["ear", "nose", "tail"]
