"""Label images, read by imageio, tifffile and scikit-image."""

from __future__ import annotations

import csv
from dataclasses import replace

import imageio.v3 as imageio
import numpy as np
import pytest
from skimage.measure import regionprops

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import label_images
from tests.formats.samples import plain_tracks
from tests.formats.stories import every_state, of_cells, random_tracks, the_point


def wrote(folder, tracks, **options):
    notes = label_images.write(folder / "out", tracks, label_images.LabelImagesOptions(**options))
    files = sorted((folder / "out/labels").iterdir())
    return [file.name for file in files], [imageio.imread(file) for file in files], notes


def test_the_known_point(tmp_path):
    names, (image,), notes = wrote(tmp_path, the_point(), radius=1)
    assert names == ["000000.png"] and image.dtype == np.uint16 and image.shape == (1080, 1920)
    y, x = np.nonzero(image)
    assert sorted(zip(x.tolist(), y.tolist(), strict=True)) == [(9, 20), (10, 19), (10, 20), (10, 21), (11, 20)]
    assert image.max() == 1 and notes == []
    image = wrote(tmp_path, the_point(), radius=0)[1][0]
    assert np.argwhere(image).tolist() == [[20, 10]]


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_regions_are_the_visible_tracks(kind, tmp_path):
    tracks = random_tracks(5, 12)
    _, images, notes = wrote(tmp_path, tracks, format=kind)
    seen = tracks.states() == State.VISIBLE
    assert len(images) == 5 and notes == []
    for t, image in enumerate(images):
        regions = {region.label - 1: region for region in regionprops(image)}
        assert sorted(regions) == np.flatnonzero(seen[t]).tolist()
        for n, region in regions.items():
            distance = np.hypot(*(region.centroid[::-1] - tracks.xy[t, n]))
            assert distance < 0.3 or min(*tracks.xy[t, n], *(np.subtract((1919, 1079), tracks.xy[t, n]))) < 4
            for y, x in region.coords:
                assert np.hypot(*(tracks.xy[t, n] - (x, y))) <= 3


def test_every_state(tmp_path):
    _, images, _ = wrote(tmp_path, every_state())
    assert [bool(image.any()) for image in images] == [True, True, False, False, False, False, True, True]


def test_names_and_numbers(tmp_path):
    tracks = replace(plain_tracks(), names=("mouse 1/nose", 'a,"b"', "Fühler"),
                     meta={**plain_tracks().meta, "runs": [{"model": "m", "licence": "CC0"}]})
    names, _, _ = wrote(tmp_path, tracks)
    assert names == [f"{n:06d}.png" for n in range(1001, 1007)]
    with (tmp_path / "out/names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["label"], row["track_id"], row["name"]) for row in rows] == [
        ("1", "4", "mouse 1/nose"), ("2", "7", 'a,"b"'), ("3", "9", "Fühler")]
    assert "m (CC0)" in (tmp_path / "out/made_by.txt").read_text()
    assert wrote(tmp_path, tracks, first=5)[0][0] == "000005.png"


def test_every_point_keeps_its_middle_where_discs_overlap(tmp_path):
    tracks = of_cells([[[50, 50], [51, 50], [50.2, 49.9]]], names=("a", "b", "c"))
    _, (image,), notes = wrote(tmp_path, tracks)
    assert image[50, 51] == 2 and image[50, 50] == 3 and image[50, 48] == 3
    assert notes == ["Discs overlap in 1 frame; the later track is on top.",
                     "1 point left out, for another has the same pixel or they are off the picture."]


def test_discs_are_cut_at_the_edge(tmp_path):
    tracks = of_cells([[[0, 0], [1919.4, 1079.4], [-9, 5]]], state=np.full((1, 3), State.VISIBLE))
    _, (image,), notes = wrote(tmp_path, tracks)
    assert image[0, 0] == 1 and image[0, 3] == 1 and image[1079, 1919] == 2
    assert notes[-1].startswith("1 point left out")


def test_there_are_only_so_many_numbers(tmp_path):
    many = of_cells(np.ones((1, 65_536, 2)), size=(4, 4))
    with pytest.raises(FormatError, match="at most 65,535 tracks"):
        wrote(tmp_path, many)
    _, (image,), _ = wrote(tmp_path, many, format="tiff")
    assert image.dtype == np.uint32 and image.max() == 65_536
