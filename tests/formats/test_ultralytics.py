"""Folders for Ultralytics, by a parser that refuses what Ultralytics refuses."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import ultralytics
from tests.formats.samples import plain_tracks
from tests.formats.stories import every_state, of_cells, random_tracks, the_point


def wrote(folder, tracks, pictures=None, **options):
    notes = ultralytics.write(folder / "pose", tracks, ultralytics.UltralyticsOptions(**options), pictures)
    config = yaml.safe_load((folder / "pose" / "data.yaml").read_text(encoding="utf-8"))
    assert config["train"] == config["val"] == "./images" and list(config["names"]) == [0]
    assert len(config["kpt_names"][0]) == config["kpt_shape"][0]
    labels = {file.stem: strictly(file, config["kpt_shape"]) for file in sorted((folder / "pose/labels").iterdir())}
    return config, labels, notes


def strictly(file, shape):
    rows = [line.split(" ") for line in file.read_text(encoding="ascii").splitlines()]
    assert rows and all(len(row) == 5 + shape[0] * 3 for row in rows)
    values = np.array(rows, float)
    assert set(values[:, 0]) == {0}
    assert values.min() >= 0
    points = values[:, 5:].reshape(len(rows), shape[0], 3)
    assert values[:, 1:5].max() <= 1 and points[..., :2].max() <= 1
    assert (values[:, 3:5] > 0).all() and len(np.unique(values, axis=0)) == len(values)
    low, high = values[:, 1:3] - values[:, 3:5] / 2, values[:, 1:3] + values[:, 3:5] / 2
    assert low.min() >= -1e-8 and high.max() <= 1 + 1e-8
    for k in range(len(rows)):
        seen = points[k, points[k, :, 2] > 0, :2]
        assert (seen >= low[k] - 1e-8).all() and (seen <= high[k] + 1e-8).all()
    assert not points[points[..., 2] == 0].any()
    return values[:, 1:5], points


def test_the_known_point(tmp_path):
    config, labels, notes = wrote(tmp_path, the_point(), margin=0)
    box, points = labels["frame_000000"]
    np.testing.assert_allclose(box, [[10.5 / 1920, 20.5 / 1080, 1 / 1920, 1 / 1080]], rtol=1e-8)
    np.testing.assert_allclose(points, [[[10.5 / 1920, 20.5 / 1080, 2]]], rtol=1e-8)
    assert config["kpt_shape"] == [1, 3] and config["kpt_names"] == {0: ["p"]}
    assert notes[1] == ("The 1 labelled pictures are not in the folder; put them into 'images' under the names of the "
                        "labels, such as frame_000000.png.")


def test_every_state(tmp_path):
    _, labels, notes = wrote(tmp_path, every_state())
    assert {int(name[-6:]): points[0, 0, 2] for name, (_, points) in labels.items()} == {0: 2, 1: 2, 2: 1, 6: 2, 7: 2}
    assert notes[0] == "1 position outside the picture left out."


def test_a_visible_point_beyond_the_edge_would_be_refused(tmp_path):
    tracks = of_cells([[[-3, 5]], [[5, 5]]], state=np.full((2, 1), State.VISIBLE))
    _, labels, notes = wrote(tmp_path, tracks)
    assert list(labels) == ["frame_000001"] and notes[0] == "1 position outside the picture left out."
    assert (tracks.xy[0] == (-3, 5)).all()


def test_individuals_and_numbers(tmp_path):
    config, labels, _ = wrote(tmp_path, plain_tracks(), pattern="img%04d.jpg", category="mouse: the animal")
    assert config["names"][0] == "mouse: the animal" and config["kpt_names"] == {0: ["nose", "tail"]}
    assert list(labels) == [f"img{n}" for n in range(1001, 1007)]
    assert [len(points) for _, points in labels.values()] == [1, 1, 2, 2, 2, 2]
    np.testing.assert_allclose(labels["img1003"][1][1], [[53 / 96, 39.5 / 64, 2], [0, 0, 0]], rtol=1e-8)


def test_numbers_are_exact(tmp_path):
    tracks = random_tracks()
    _, labels, _ = wrote(tmp_path, tracks)
    seen, there = tracks.states() == State.VISIBLE, np.isfinite(tracks.xy).all(-1)
    for t, (_, points) in enumerate(labels.values()):
        np.testing.assert_array_equal(points[0, :, 2], np.where(seen[t], 2, np.where(there[t], 1, 0)))
        xy = points[0, :, :2] * (1920, 1080) - 0.5
        np.testing.assert_array_equal(np.float32(xy[there[t]]), tracks.xy[t, there[t]])


def test_pictures_lie_beside_their_labels(tmp_path):
    import cv2

    picture = np.zeros((64, 96, 3), np.uint8)
    picture[0, 0] = 200, 100, 50
    _, labels, notes = wrote(tmp_path, plain_tracks(), pictures=lambda t: picture)
    assert [file.stem for file in sorted((tmp_path / "pose/images").iterdir())] == list(labels)
    assert len(notes) == 1
    found = cv2.imread(str(tmp_path / "pose/images/frame_001001.png"))
    assert found[0, 0].tolist() == [50, 100, 200]
    wrote(tmp_path, plain_tracks(), pictures=lambda t: picture, images=False)
    assert not list((tmp_path / "pose/images").iterdir())


def test_sleap_reads_every_keypoint_half_a_pixel_off(tmp_path):
    sleap_io = pytest.importorskip("sleap_io")
    tracks = plain_tracks()
    wrote(tmp_path, tracks, pictures=lambda t: np.zeros((64, 96, 3), np.uint8))
    labels = sleap_io.load_ultralytics(str(tmp_path / "pose"))
    assert len(labels) == 6
    third = sorted(labels, key=lambda frame: str(frame.video.filename))[2]
    found = [instance.numpy() - 0.5 for instance in third.instances]
    np.testing.assert_allclose(found[0], tracks.xy[2, :2], atol=1e-4)
    np.testing.assert_allclose(found[1], [tracks.xy[2, 2], (np.nan, np.nan)], atol=1e-4)


def test_two_pictures_of_one_name_are_refused(tmp_path):
    with pytest.raises(FormatError, match="names differ"):
        wrote(tmp_path, plain_tracks(), pattern="%d/img.png")
