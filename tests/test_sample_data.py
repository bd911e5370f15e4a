"""The sample clips are what their script draws, and their tracks are where the drawn material is."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.core.samples import sample_clip, sample_names, sample_truth
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats import npz

SCRIPT = Path(__file__).parents[1] / "sample_data" / "render.py"
each = pytest.mark.parametrize("name", ["insects", "street", "cells"])


@pytest.fixture(scope="module")
def render():
    spec = importlib.util.spec_from_file_location("render", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = before


@pytest.fixture(scope="module")
def scenes(render):
    return {name: render.build(name) for name in render.NAMES}


@pytest.fixture(scope="module")
def truths():
    return {name: npz.read(sample_truth(name)) for name in sample_names()}


def decoded(name):
    import av

    with av.open(str(sample_clip(name))) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (1, 1)
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]


@each
def test_the_film_shows_what_is_drawn(name, scenes):
    scene, frames = scenes[name], decoded(name)
    assert sample_clip(name).stat().st_size < 1.5e6
    assert len(frames) == scene.n_frames
    assert frames[0].shape == (scene.size[1], scene.size[0], 3)
    for t in (scene.n_frames // 2, scene.n_frames - 1):
        drawn = scene.shoot(t)
        np.testing.assert_array_equal(drawn, scene.shoot(t))
        errors = [np.square(frame.astype(np.float32) - drawn).mean() for frame in frames[t - 2 :]]
        assert np.argmin(errors) == 2
        assert 10 * np.log10(255**2 / errors[2]) > 28


@each
def test_the_tracks_are_complete_and_consistent(name, truths, scenes):
    tracks, scene = truths[name], scenes[name]
    assert 40 <= len(tracks) <= 60
    assert (tracks.n_frames, tracks.size) == (scene.n_frames, scene.size)
    assert len(set(tracks.names)) == len(tracks)
    assert np.isfinite(tracks.xy).all()
    assert (tracks.confidence == 1).all()
    assert (tracks.source == Source.IMPORTED).all()
    np.testing.assert_array_equal(tracks.visibility == 1, tracks.state == State.VISIBLE)
    outside = ((tracks.xy < -0.5) | (tracks.xy > np.array(tracks.size) - 0.5)).any(-1)
    np.testing.assert_array_equal(tracks.state == State.OUT_OF_FRAME, outside)
    first = tracks.visibility.argmax(0)
    np.testing.assert_array_equal(tracks.queries.t, first)
    np.testing.assert_array_equal(tracks.queries.xy, tracks.xy[first, np.arange(len(tracks))])


def test_there_is_something_hidden_and_something_outside(truths):
    for name in ("insects", "street"):
        assert (truths[name].state == State.OCCLUDED_LOCATED).mean() > 0.04
    for tracks in truths.values():
        assert (tracks.state == State.OUT_OF_FRAME).mean() > 0.02
        assert (tracks.visibility.mean(0) >= 0.3).all()


@each
def test_the_material_is_where_the_tracks_say(name, scenes, truths):
    scene, tracks = scenes[name], truths[name]
    for n, (level, u, v) in enumerate(tracks.meta["material"]):
        layer = scene.layers[level]
        assert tracks.groups[n] == layer.name.partition("/")[0]
        for t in range(n % 7, scene.n_frames, 7):
            xy = layer.forward(np.array([[u, v]]), float(t))
            np.testing.assert_allclose(tracks.xy[t, n], xy[0], atol=1e-3)
            np.testing.assert_allclose(layer.inverse(xy, float(t)), [[u, v]], atol=1e-6)
            hidden = scene.hidden(level, xy, float(t))[0]
            assert hidden == (tracks.state[t, n] == State.OCCLUDED_LOCATED) or tracks.state[t, n] == State.OUT_OF_FRAME


def marked(scene, n, tracks, t, above, **exposure):
    """How a white dot instead of a black one on the material of track `n` changes frame `t`."""
    level, u, v = tracks.meta["material"][n]
    pictures = []
    for grey in (0.0, 1.0):
        layers = list(scene.layers if above else scene.layers[: level + 1])
        layers[level] = layers[level].with_marker(np.array([u, v]), 0.8, grey)
        pictures.append(replace(scene, layers=layers).expose(float(t), **exposure))
    return np.abs(pictures[1] - pictures[0]).sum(-1)


def wide_ones(tracks):
    """Tracks on things that do not cut the dot, as narrow legs and the rims of wheels do."""
    return [n for n, name in enumerate(tracks.names) if not name.startswith("wheel") and "/leg" not in name]


def well_inside(tracks, n):
    """Frames in which track `n` is visible, away from the edges of the picture."""
    xy = tracks.xy[:, n]
    clear = ((xy > 8) & (xy < np.array(tracks.size) - 9)).all(-1)
    return np.flatnonzero(clear & (tracks.state[:, n] == State.VISIBLE))


@each
def test_a_dot_on_the_material_appears_at_the_track(name, scenes, truths):
    scene, tracks = scenes[name], truths[name]
    wide, errors = wide_ones(tracks), []
    for n in wide[:: len(wide) // 5]:
        frames = well_inside(tracks, n)
        t = int(frames[len(frames) // 2])
        change = marked(scene, n, tracks, t, above=False, times=[0])
        y, x = np.mgrid[: change.shape[0], : change.shape[1]]
        change[np.hypot(x - tracks.xy[t, n, 0], y - tracks.xy[t, n, 1]) > 8] = 0
        centre = np.array([(change * x).sum(), (change * y).sum()]) / change.sum()
        errors.append(np.hypot(*(centre - tracks.xy[t, n])))
    assert np.median(errors) < 0.03
    assert max(errors) < 0.15


@pytest.mark.parametrize("name", ["insects", "street"])
def test_a_dot_is_seen_where_the_track_is_visible_only(name, scenes, truths):
    scene, tracks = scenes[name], truths[name]
    hidden = (tracks.state == State.OCCLUDED_LOCATED).sum(0)
    for n in sorted(wide_ones(tracks), key=lambda n: -hidden[n])[:2]:
        covered = np.flatnonzero(tracks.state[:, n] == State.OCCLUDED_LOCATED)
        seen = [np.median([marked(scene, n, tracks, int(t), above=True, places=[(0, 0)], times=[0]).sum()
                           for t in frames[:: len(frames) // 3 + 1]])
                for frames in (covered, well_inside(tracks, n))]
        assert seen[0] < 0.35 * seen[1], tracks.names[n]


def test_rendering_again_gives_the_same_tracks(render, scenes, tmp_path):
    scene = scenes["cells"]
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        npz.write(tmp_path / folder / "cells.npz", render.truth(scene, render.choose(scene)), NoOptions())
    again = (tmp_path / "a" / "cells.npz").read_bytes()
    assert again == (tmp_path / "b" / "cells.npz").read_bytes()
    got, shipped = npz.read(tmp_path / "a" / "cells.npz"), npz.read(sample_truth("cells"))
    assert got.names == shipped.names
    np.testing.assert_allclose(got.xy, shipped.xy, atol=1e-3)
    np.testing.assert_array_equal(got.state, shipped.state)
