"""The long clips are long, move at a moderate pace, and show their material where the truth says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.long_clips import CLIPS, loop, render
from napari_cotracker.evaluation.datasets import clip_of_tracks, find_truth
from napari_cotracker.tasks.export import read_tracks


@pytest.mark.parametrize("name", CLIPS)
def test_clips_are_long_and_nothing_jumps(name: str) -> None:
    film = CLIPS[name]()
    assert film.n_frames >= 1000
    for level, layer in enumerate(film.scene.layers):
        if layer.points:
            spots = layer.origin + np.array([[10.0, 10.0], [layer.texture.shape[1] / layer.density / 2, 40.0]])
            xy = np.stack([film.scene.layers[level].forward(spots, float(t)) for t in range(film.n_frames)])
            assert np.linalg.norm(np.diff(xy, axis=0), axis=-1).max() < 5
            assert np.abs(xy - 128).max() < 400


def test_a_loop_stays_about_its_centre() -> None:
    pose = loop(3, (100, 50), (40, 20), 1.0)
    x, y, *_ = np.array([pose(t) for t in range(5000)]).T
    assert np.abs(x - 100).max() <= 40 and np.abs(y - 50).max() <= 20 and x.std() > 10


@pytest.mark.parametrize(("name", "level", "t"), [("tiles", 2, 700), ("turntable", 1, 400)])
def test_a_dot_is_where_the_track_says(name: str, level: int, t: int) -> None:
    film = CLIPS[name]()
    *behind, layer = film.scene.layers[: level + 1]  # nothing in front, so that the whole dot is seen
    middle = np.array([4.0, -3.0])
    (place,), _ = film.locate(level, middle[None], float(t))
    pictures = [replace(film.scene, layers=[*behind, layer.with_marker(middle, 2.0, grey)]).expose(float(t))
                for grey in (0.0, 1.0)]
    change = (pictures[1] - pictures[0]).sum(-1).astype(np.float64)
    y, x = np.indices(change.shape)
    found = np.array([(x * change).sum(), (y * change).sum()]) / change.sum()
    assert np.abs(found - place).max() < 0.25


def test_the_files_are_a_data_set(tmp_path: Path) -> None:
    film = CLIPS["visitors"]()
    short = replace(film, scene=replace(film.scene, n_frames=5))
    assert render(short, tmp_path).startswith("visitors: 5 frames, ")
    (path,) = find_truth(tmp_path)
    clip = clip_of_tracks(path, read_tracks(path))
    assert clip.video == tmp_path / "visitors.mp4" and clip.visible.shape[0] == 5 and clip.visible.any(0).all()
