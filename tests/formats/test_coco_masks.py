"""Masks as COCO has them."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from napari_cotracker.core.errors import MissingExtraError
from napari_cotracker.formats.coco_masks import coco_masks


def test_masks_come_back_by_the_official_reader(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 3, (3, 12, 17))
    frames[2] = 0
    with coco_masks(tmp_path / "m.json", ["a.png", "b.png", "c.png"], "test") as add:
        for t, labels in enumerate(frames):
            add(t, labels)
    coco = COCO(str(tmp_path / "m.json"))
    assert [image["file_name"] for image in coco.loadImgs([1, 2, 3])] == ["a.png", "b.png", "c.png"]
    found = np.zeros_like(frames)
    for note in coco.loadAnns(coco.getAnnIds()):
        mask = coco.annToMask(note) > 0
        found[note["image_id"] - 1][mask] = note["track_id"]
        assert note["area"] == mask.sum()
    np.testing.assert_array_equal(found, frames)
    assert json.loads((tmp_path / "m.json").read_text())["info"]["contributor"] == "test"


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools", None)
    with pytest.raises(MissingExtraError, match=r"pycocotools is needed .* -m pip install "), coco_masks(
            tmp_path / "m.json", [], ""):
        pass
    assert list(tmp_path.iterdir()) == []
