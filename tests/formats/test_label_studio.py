"""Tasks of Label Studio, shown as its editor shows them."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import label_studio
from tests.formats.samples import plain_tracks
from tests.formats.stories import every_state, of_cells, random_tracks, the_point

KEYS = ["frame", "time", "enabled", "rotation", "x", "y", "width", "height"]


def wrote(folder, tracks, **options):
    path = folder / "t.json"
    notes = label_studio.write(path, tracks, label_studio.LabelStudioOptions(**options))
    (task,) = json.loads(path.read_text(encoding="utf-8"))
    assert task.keys() == {"data", "meta", options.get("made_as", "annotations")}
    return task, notes


def regions(task, kind="annotations"):
    (answer,) = task[kind]
    ids = [region["id"] for region in answer["result"]]
    assert len(set(ids)) == len(ids)
    for region in answer["result"]:
        assert region["type"] == "videorectangle" and region["from_name"] == "box" and region["to_name"] == "video"
        frames = [key["frame"] for key in region["value"]["sequence"]]
        assert frames == sorted(set(frames)) and frames[0] >= 1 and frames[-1] <= region["value"]["framesCount"]
        assert all(list(key) == KEYS for key in region["value"]["sequence"])
    return answer["result"]


def shown(region, size):
    """{0-based frame: the middle of the rectangle in our pixels}: between keyframes while they are enabled."""
    found, keys = {}, region["value"]["sequence"]
    for k, key in enumerate(keys):
        after = keys[k + 1] if k + 1 < len(keys) and key["enabled"] else key
        end = after["frame"] if after is not key else key["frame"] + 1
        for frame in range(key["frame"], end):
            share = (frame - key["frame"]) / max(after["frame"] - key["frame"], 1)
            corner = np.array([key[a] + share * (after[a] - key[a]) for a in "xy"])
            middle = corner + np.array([key["width"], key["height"]]) / 2
            found[frame - 1] = middle / 100 * size - 0.5
    return found


def test_the_known_point(tmp_path):
    task, notes = wrote(tmp_path, the_point(), box=1)
    (region,) = regions(task)
    assert region["value"]["labels"] == ["p"] and region["value"]["framesCount"] == 1
    (key,) = region["value"]["sequence"]
    assert (key["frame"], key["time"], key["enabled"]) == (1, 0.04, False)
    # the pixel itself: from 10 to 11 of 1920 and from 20 to 21 of 1080
    assert [key[a] for a in ("x", "y", "width", "height")] == pytest.approx(
        [1000 / 1920, 2000 / 1080, 100 / 1920, 100 / 1080], rel=1e-8)
    assert "1 × 1 px" in notes[0] and len(notes) == 1


def test_every_state(tmp_path):
    task, _ = wrote(tmp_path, every_state())
    (region,) = regions(task)
    assert [(key["frame"], key["enabled"]) for key in region["value"]["sequence"]] == [
        (1, True), (2, False), (7, True), (8, False)]
    assert sorted(shown(region, (1920, 1080))) == [0, 1, 6, 7]


@pytest.mark.parametrize(("how", "tolerance"), [("every", 0.5), ("within-tolerance", 0.5), ("within-tolerance", 90)])
def test_what_the_editor_shows_is_what_was_tracked(how, tolerance, tmp_path):
    tracks = random_tracks()
    task, notes = wrote(tmp_path, tracks, keyframes=how, tolerance=tolerance)
    seen = tracks.states() == State.VISIBLE
    for region in regions(task):
        n = int(region["id"].removeprefix("track")) - 1
        cells = shown(region, (1920, 1080))
        assert sorted(cells) == np.flatnonzero(seen[:, n]).tolist()
        for t, xy in cells.items():
            assert np.hypot(*(xy - tracks.xy[t, n])) <= (1e-4 if how == "every" else tolerance + 1e-4)
            assert how != "every" or (np.float32(xy) == tracks.xy[t, n]).all()
    assert any("between" in note for note in notes) == (tolerance == 90)


def test_lines_that_are_far_off_are_told(tmp_path):
    t = np.arange(11.0)
    _, notes = wrote(tmp_path, of_cells(np.stack([t, (t - 5) ** 2], -1)[:, None]), keyframes="anchors")
    assert "up to 25 px" in notes[1]


def test_interface_labels_and_film(tmp_path):
    tracks = replace(plain_tracks(), meta={**plain_tracks().meta, "video": {"path": "/f/mice.mp4"},
                                           "runs": [{"model": "m", "licence": "CC0"}]})
    task, _ = wrote(tmp_path, tracks)
    assert task["data"]["video"] == "mice.mp4" and task["meta"]["made_by"].endswith("m (CC0)")
    interface = ElementTree.fromstring(task["meta"]["labeling_interface"])
    assert [label.get("value") for label in interface.iter("Label")] == list(tracks.names)
    assert interface.find("Video").get("framerate") == "25"
    task, _ = wrote(tmp_path, tracks, label="point", made_as="predictions", video="/data/upload/1/a.mp4")
    assert [region["meta"]["text"] for region in regions(task, "predictions")] == [[name] for name in tracks.names]
    assert task["predictions"][0]["model_version"] and task["data"]["video"] == "/data/upload/1/a.mp4"


def test_the_film_must_be_known(tmp_path):
    with pytest.raises(FormatError, match="frames per second"):
        wrote(tmp_path, of_cells([[[1, 2]]], fps=None))
