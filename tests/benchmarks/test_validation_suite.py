"""The validation clips show their material where the truth says, and hide it where the truth says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.validation import creatures, mesh, pictures, solids, suite
from benchmarks.validation.camera import Camera
from benchmarks.validation.film import LOOKS
from benchmarks.validation.texture import photo, six, speckled
from benchmarks.validation.world import World
from napari_cotracker.core.tracks import State

GREY = np.full((64, 64, 3), 0.5, np.float32)
STONE = speckled((192, 128), ["#808080", "#202020", "#e0e0e0"], 1, 150)
AHEAD = Camera(lambda t: np.array([0.0, -4.0, 0.0]), lambda t: np.zeros(3), lambda t: 300.0)


def front(name, centre, half, **more):
    return mesh.rectangle(name, centre, (half, 0, 0), (0, 0, half), texture=GREY, **more)


def centroid(white, black):
    """Where a marker is that is white in one picture and black in the other, and how much of it is seen."""
    seen = (white - black).sum(-1).astype(np.float64)
    y, x = np.indices(seen.shape)
    total = seen.sum()
    return (np.array([(x * seen).sum(), (y * seen).sum()]) / total if total > 1 else None), total


def marked(world, k, uv, t):
    """Both pictures of a world with a marker on its k-th mesh."""
    def exposed(grey):
        meshes = list(world.meshes)
        meshes[k] = meshes[k].with_marker(uv, 2.0, grey)
        return replace(world, meshes=meshes).expose(t)

    return centroid(exposed(1.0), exposed(0.0))


def tumbling():
    def roll(t):
        return mesh.turn((1, 0.4, 0.2), 0.05 * t), (0.02 * t - 0.3, 0.01 * t, 0.1)

    box = mesh.box("box", (0.7, 0.6, 0.65), texture=STONE, place=mesh.rigid(roll), points=20)
    ball = mesh.ball("ball", 0.5, 16, texture=STONE, points=20, place=mesh.rigid(
        lambda t: (mesh.turn((0, 0, 1), 0.06 * t), (0.9, 0.0, -0.6))))
    return World("tumbling", 30, (25, 1), [front("wall", (0, 3, 0), 4.0), box, ball], AHEAD)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("t", [3.0, 22.0])
def test_a_dot_on_a_solid_is_where_the_track_says(k, t):
    world = tumbling()
    spots = world.candidates(k)
    xy, seen = world.locate(spots.face, spots.weights, t)
    # a whole dot has to be seen, so take the point in the middle of what is seen
    middle = xy[seen].mean(0)
    best = np.where(seen, np.linalg.norm(xy - middle, axis=1), np.inf).argmin()
    found, _ = marked(world, k, spots.uv[best], t)
    np.testing.assert_allclose(found, xy[best], atol=0.1)


def test_a_dot_on_cloth_is_where_the_track_says():
    world = solids.flag()
    k = next(i for i, one in enumerate(world.meshes) if one.name == "banner")
    spots = world.candidates(k)
    xy, seen = world.locate(spots.face, spots.weights, 20.0)
    free = np.flatnonzero(seen & (np.abs(spots.uv - (0.3, 0.45)) < 0.1).all(1))  # left of the mast in front
    found, _ = marked(world, k, spots.uv[free[0]], 20.0)
    np.testing.assert_allclose(found, xy[free[0]], atol=0.1)


@pytest.mark.parametrize(("build", "name", "near"), [
    (creatures.mice, "mouse 0", (0, 0)), (pictures.face, "face", (4, 44)), (pictures.lattice, "cloth", (135, 140)),
])
def test_a_dot_on_a_flat_layer_is_where_the_track_says(build, name, near):
    film, t = build(), 9.0
    level = next(k for k, layer in enumerate(film.scene.layers) if layer.name == name)
    layers = film.scene.layers[: level + 1]  # nothing in front, so that the whole dot is seen
    uv = np.array(near, np.float64)
    pictures_of = [replace(film, scene=replace(film.scene, layers=[*layers[:-1], layers[-1].with_marker(uv, 1.2, grey)],
                                               finish=lambda light: light)) for grey in (1.0, 0.0)]
    white, black = (np.mean([one.scene.expose(t + dt, [(x, y)], (0.0,)) for x, y, dt in LOOKS], 0)
                    for one in pictures_of)
    found, total = centroid(white, black)
    xy, _ = film.locate(level, uv[None], t)
    assert total > 5
    np.testing.assert_allclose(found, xy[0], atol=0.1)


def test_hidden_behind_another_thing_to_a_fraction_of_a_pixel():
    cards = [front("rear", (0, 1, 0), 1.5), front("near", (0.5, 0, 0), 0.5)]
    world = World("cards", 1, (25, 1), cards, AHEAD)
    edge = 127.5  # the near card begins on the optical axis
    for x, expected in ((edge - 30, True), (edge - 0.2, True), (edge + 0.2, False), (edge + 30, False)):
        across = (x - edge) / 300 * 5.0 / 3.0 / 2 + 0.5  # along the rear card, which is 5 away and 3 wide
        face, weights = place_on(world, 0, (across, 0.45))
        xy, seen = world.locate(face, weights, 0.0)
        assert xy[0, 0] == pytest.approx(edge + (x - edge) / 2, abs=1e-6)
        assert seen[0] == expected


def place_on(world, k, uv):
    """Face and weights of a texture coordinate on a rectangle of one cell."""
    corners = world.meshes[k].uv[world.meshes[k].faces]
    for number, triangle in enumerate(corners):
        weights = np.linalg.solve(np.vstack([triangle.T, np.ones(3)]), [*uv, 1])
        if (weights >= 0).all():
            return np.array([number + 2 * k]), weights[None]
    raise AssertionError


def test_what_is_turned_away_is_hidden():
    spun = mesh.ball("ball", 0.8, 12, texture=STONE, points=30,
                     place=mesh.rigid(lambda t: (mesh.turn((0, 0, 1), t), (0.0, 0.0, 0.0))))
    world = World("ball", 1, (25, 1), [spun], AHEAD)
    spots = world.candidates(0)
    _, before = world.locate(spots.face, spots.weights, 0.0)
    _, after = world.locate(spots.face, spots.weights, np.pi)
    assert before.any() and after.any()
    assert not (before & after).any()
    towards = spots.home[:, 1] < -0.5  # the half that faces the camera
    assert before[towards].all() and not after[towards].any()


def test_what_is_outside_or_behind_the_camera_is_not_seen():
    world = World("behind", 1, (25, 1), [front("rear", (0, -6, 0), 0.5, points=4),
                                         front("aside", (9, 0, 0), 0.5, points=4)], AHEAD)
    for k in range(2):
        spots = world.candidates(k)
        xy, seen = world.locate(spots.face, spots.weights, 0.0)
        assert np.isfinite(xy).all() and not seen.any()


def test_a_hidden_dot_does_not_show():
    rear, near = front("rear", (0, 1, 0), 1.5), front("near", (0, 0, 0), 0.6)
    seen = [marked(World("dot", 1, (25, 1), meshes, AHEAD), 0, (0.5, 0.5), 0.0)[1] for meshes in ([rear], [rear, near])]
    assert seen[0] > 5
    assert abs(seen[1]) < 1e-3


@pytest.mark.parametrize("build", [solids.tumble, creatures.mice])
def test_frames_are_always_the_same(build):
    np.testing.assert_array_equal(build().shoot(7), build().shoot(7))


def test_the_truth_of_a_clip():
    film = suite.CLIPS["lattice"]()
    tracks = suite.truth(film)
    again = suite.truth(film)
    np.testing.assert_array_equal(tracks.xy, again.xy)
    assert 40 <= len(tracks) <= 80 and tracks.n_frames == film.n_frames
    assert np.isfinite(tracks.xy).all()
    assert set(np.unique(tracks.visibility)) <= {0.0, 1.0}
    np.testing.assert_array_equal(tracks.visibility == 1, tracks.state == State.VISIBLE)
    first = (tracks.visibility == 1).argmax(0)
    np.testing.assert_array_equal(tracks.queries.t, first)
    np.testing.assert_array_equal(tracks.queries.xy, tracks.xy[first, np.arange(len(tracks))])


def test_only_photographs_kept_for_validation_are_used():
    assert six(photo("brick"), side=16).shape == (32, 48, 3)
    with pytest.raises(ValueError, match="brick"):
        photo("astronaut")


def test_every_clip_is_described():
    readme = (Path(suite.__file__).parent / "README.md").read_text()
    assert [name for name in suite.CLIPS if f"`{name}`" not in readme] == []
