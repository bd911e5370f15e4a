"""COCO keypoints as others write them, and damaged ones."""

from __future__ import annotations

import json

import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import coco


def from_json(folder, **changes):
    content = {"images": [{"id": "a", "file_name": "x.png"}, {"id": "b", "file_name": "y.png"}],
               "categories": [{"id": 1, "name": "ant", "keypoints": ["head", "tip"]}],
               "annotations": [{"image_id": "b", "category_id": 1, "keypoints": [1, 2, 2, 3, 4, 1]},
                               {"image_id": "b", "category_id": 1, "keypoints": [5, 6, 2, 0, 0, 0]}]}
    (folder / "t.json").write_text(json.dumps({**content, **changes}), encoding="utf-8")
    return coco.read(folder / "t.json")


def test_what_others_write(tmp_path):
    got = from_json(tmp_path)
    assert got.names == ("ant 1/head", "ant 1/tip", "ant 2/head")
    assert got.frame_numbers.tolist() == [1] and got.xy[0].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert got.states()[0].tolist() == [State.VISIBLE, State.OCCLUDED_LOCATED, State.VISIBLE]
    assert got.size is None


@pytest.mark.parametrize(("changes", "words"), [
    ({"annotations": []}, "annotations with keypoints, got none"),
    ({"annotations": [{"image_id": "c", "category_id": 1, "keypoints": []}]}, "got image_id 'c'"),
    ({"annotations": [{"image_id": "a", "category_id": 2, "keypoints": []}]}, "categories that are listed, got 2"),
    ({"annotations": [{"image_id": "a", "category_id": 1, "keypoints": [1, 2]}]}, "x, y, v for each of 2 keypoints"),
    ({"annotations": [{"image_id": "a", "category_id": 1, "keypoints": [1, 2, 3, 1, 2, 2]}]}, "v as 0, 1 or 2"),
    ({"annotations": [{"image_id": "a", "category_id": 1, "keypoints": [10**400, 2, 2, 1, 2, 2]}]}, "numbers x, y, v"),
    ({"annotations": [{"image_id": "a", "category_id": 1, "keypoints": [float("nan"), 2, 2, 1, 2, 2]}]}, "finite"),
    ({"annotations": [{"image_id": "a", "category_id": 1, "track_id": 5, "keypoints": [1, 2, 2, 1, 2, 2]}] * 2},
     "one point of 'head' in frame 0, got 2"),
    ({"annotations": [{"image_id": "a", "category_id": 1, "keypoints": [[1], 2, 2, 1, 2, 2]}]}, "numbers x, y, v"),
    ({"annotations": [{"image_id": "a", "category_id": 1, "keypoints": [1, "2", 2, 1, 2, 2]}]}, "numbers x, y, v"),
    ({"images": {}}, "list of objects under 'images'"),
])
def test_what_is_wrong_is_said(changes, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        from_json(tmp_path, **changes)


def test_few_points_cannot_claim_the_memory(tmp_path):
    images = [{"id": "a", "file_name": "0.png"}, {"id": "b", "file_name": "9999999.png"}]
    with pytest.raises(FormatError, match="claim 10000000 frames"):
        from_json(tmp_path, images=images, annotations=[
            {"image_id": i, "category_id": 1, "keypoints": [1, 2, 2, 3, 4, 1]} for i in "ab"])


def test_a_file_of_brackets_is_refused(tmp_path):
    (tmp_path / "t.json").write_text('{"images": ' + "[" * 200_000)
    with pytest.raises(FormatError, match="expected JSON"):
        coco.read(tmp_path / "t.json")
