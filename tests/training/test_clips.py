"""Drawn clips: the tracks are those of what the pictures show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.training import clips as drawing
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import Clips, ClipSizes
from napari_cotracker.training.motion import Motion
from napari_cotracker.training.scene import Look, Stage, sample_look, sample_motion
from tests.training.drawn import SIZES, SmallWorkshop, at_query, coded_textures, drawn, workshop

LAYERS = 13
WAVELENGTH = 150.0  # pixels of the material in which the code's cosine repeats
MIXED = [ClipSizes(2, 8, 24, (64, 64)), ClipSizes(1, 12, 40, (48, 80), 0.4, (2, 6)), ClipSizes(3, 4, 8, (96, 64), 1.0)]


@pytest.mark.parametrize("sizes", MIXED)
def test_a_batch_has_the_sizes_asked_for(sizes: ClipSizes) -> None:
    clips = drawn(1, sizes)
    b, t, n = sizes.clips, sizes.length, sizes.tracks
    assert (clips.video.dtype, clips.video.shape) == (torch.uint8, (b, t, 3, *sizes.size))
    assert (clips.queries.dtype, clips.queries.shape) == (torch.float32, (b, n, 3))
    assert (clips.xy.dtype, clips.xy.shape) == (torch.float32, (b, t, n, 2))
    assert (clips.visible.dtype, clips.visible.shape) == (torch.bool, (b, t, n))
    assert len(clips) == b
    assert bool(torch.isfinite(clips.xy).all())


def test_clips_follow_from_the_seed() -> None:
    first, second = (SmallWorkshop(Chance(4)).make(Chance(5), SIZES) for _ in range(2))
    for part in ("video", "queries", "xy", "visible"):
        assert torch.equal(getattr(first, part), getattr(second, part))
    assert not torch.equal(first.video, drawn(6).video)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(MIXED))
def test_every_track_passes_through_its_query_and_is_seen_there(seed: int, sizes: ClipSizes) -> None:
    clips = workshop().make(Chance(seed), sizes)
    assert bool(at_query(clips.visible, clips).all())
    assert float((at_query(clips.xy, clips) - clips.queries[..., 1:]).abs().max()) < 1e-3
    frames = clips.queries[..., 0]
    assert torch.equal(frames, frames.round())
    assert 0 <= int(frames.min()) <= int(frames.max()) < sizes.length


@pytest.mark.parametrize(("share", "expected"), [(1.0, 1.0), (0.6, 0.65), (0.0, 0.125)])
def test_the_share_of_queries_on_the_first_frame(share: float, expected: float) -> None:
    sizes = replace(SIZES, tracks=200, first=share)
    first = torch.cat([drawn(seed, sizes).queries[..., 0] == 0 for seed in range(2)])
    # which points are kept depends on the layer, so the share is not met to the point
    assert abs(float(first.float().mean()) - expected) < 0.08


def test_most_points_are_seen_but_by_no_means_all() -> None:
    seen = torch.stack([drawn(seed).visible.float().mean() for seed in range(12)])
    assert 0.65 < float(seen.mean()) < 0.95
    assert float(seen.min()) < 0.9


def test_points_outside_of_the_picture_are_not_visible() -> None:
    outside = 0
    for seed in range(12):
        clips = drawn(seed)
        beyond = ((clips.xy < -0.5) | (clips.xy > 63.5)).any(-1)
        assert not bool((beyond & clips.visible).any())
        outside += int(beyond.sum())
    assert outside > 50


def test_points_are_found_on_small_things_more_often_than_their_area_says() -> None:
    layer = torch.cat([torch.zeros(1, 900), torch.ones(1, 100)], 1).long()
    fit = torch.ones(1, 1000, dtype=torch.bool)
    fit[:, 950:] = False
    seen = torch.ones(1, 6, 1000, dtype=torch.bool)
    picked = drawing.preferred(Chance(1), ground(layer, fit), seen, ClipSizes(1, 6, 100, (64, 64)))
    assert len(set(picked[0].tolist())) == 100
    assert 0.15 < float((picked >= 900).float().mean()) < 0.5
    assert int(picked.max()) < 950


def test_points_that_hide_and_show_are_preferred_to_those_that_are_always_or_never_seen() -> None:
    visible = torch.ones(1, 6, 900, dtype=torch.bool)
    visible[:, 2:4, 300:600], visible[:, :, 600:] = False, False
    layer, fit = torch.zeros(1, 900).long(), torch.ones(1, 900, dtype=torch.bool)
    sizes = ClipSizes(1, 6, 100, (64, 64), hiding=2.5)
    picked = drawing.preferred(Chance(1), ground(layer, fit), visible, sizes)[0]
    assert 0.5 < float(((picked >= 300) & (picked < 600)).float().mean()) < 1


def test_points_at_edges_are_preferred() -> None:
    layer, fit = torch.zeros(1, 900).long(), torch.ones(1, 900, dtype=torch.bool)
    at_edge, seen = torch.arange(900)[None] < 60, torch.ones(1, 6, 900, dtype=torch.bool)
    picked = drawing.preferred(Chance(1), ground(layer, fit, at_edge), seen, ClipSizes(1, 6, 100, (64, 64)))[0]
    assert 30 < int((picked < 60).sum()) < 60


def test_each_candidate_has_another_place_some_pixels_beside_it() -> None:
    asked = drawing.Candidates.draw(Chance(1), ClipSizes(2, 6, 20, (128, 128)))
    far = (asked.beside - asked.spot).norm(dim=-1)
    assert float(far.min()) > 0.74
    assert float(far.max()) < 3.01
    assert float((asked.beside - asked.spot).mean(1).abs().max()) < 0.5


def ground(layer: torch.Tensor, fit: torch.Tensor, is_edge: torch.Tensor | None = None) -> drawing.Ground:
    return drawing.Ground(layer, torch.zeros_like(fit) if is_edge is None else is_edge, fit)


def test_parts_of_a_batch_can_be_put_together_again() -> None:
    clips = drawn(2)
    joined = Clips.join([clips.map(lambda part, i=i: part[i : i + 1]) for i in range(len(clips))])  # type: ignore[misc]
    for part in ("video", "queries", "xy", "visible"):
        assert torch.equal(getattr(joined, part), getattr(clips, part))


# What the pictures show. A layer's colour tells the place on its material (red, green) and which layer it is
# (blue); light, lens and sensor are left out, edges are sharp, haze draws nothing.


@dataclass
class Scene:
    """A drawn batch, its clean pictures, and how it moves."""

    clips: Clips
    pictures: Tensor
    motion: Motion
    steps: int

    def colours(self, shift: tuple[float, float] = (0, 0)) -> Tensor:
        """(B, T, N, 3) the pictures at the tracks, or beside them."""
        pictures = self.pictures.flatten(0, 1)
        h, w = pictures.shape[-2:]
        xy = (self.clips.xy + torch.tensor(shift)).flatten(0, 1)
        grid = (2 * xy / torch.tensor([w - 1, h - 1]) - 1)[:, None]
        found = F.grid_sample(pictures, grid, align_corners=True, padding_mode="border")[:, :, 0]
        return found.transpose(1, 2).unflatten(0, self.pictures.shape[:2])

    def around(self) -> Tensor:
        """(9, B, T, N) which layer is seen at the tracks and beside them."""
        return torch.stack([
            (self.colours((dx, dy))[..., 2] * LAYERS).round() for dx in (-1.5, 0, 1.5) for dy in (-1.5, 0, 1.5)
        ])

    @property
    def own(self) -> Tensor:
        """(B, 1, N) each track's layer, as seen at its query."""
        nearest = at_query((self.colours()[..., 2] * LAYERS).round(), self.clips)
        return nearest[:, None].long()

    @property
    def clear(self) -> Tensor:
        """(B, N) whether nothing else is seen around the query."""
        around = torch.stack([at_query(one, self.clips) for one in self.around()])
        return (around == around[:1]).all(0)


def coded_scene(patch: pytest.MonkeyPatch, seed: int, sizes: ClipSizes, solid: str = "") -> Scene:
    """A batch drawn as always, with coded textures in place of the bank's; all things rolled, or balls, if asked."""
    seen: dict[str, Tensor] = {}
    kept: list[tuple[Motion, int]] = []

    def plain_look(stage: Stage, *banks: int) -> Look:
        look = sample_look(stage, *banks)
        number = torch.arange(stage.layers).expand(stage.shape)
        density = torch.full_like(look.density, 2 * 128 / WAVELENGTH)
        return replace(
            look, texture=number, softness=torch.full_like(look.softness, 0.02),
            contrast=torch.ones_like(look.contrast), tint=torch.zeros_like(look.tint),
            flicker=torch.ones_like(look.flicker), density=density, opacity=look.is_solid.float(),
        )

    def kept_motion(stage: Stage) -> Motion:
        motion = sample_motion(stage)
        if solid:
            motion.radius[:, 1:] = solid == "rolled"
            motion.girth[:, 1:] = solid == "ball"
            motion = replace(motion, turn=3 * motion.turn)
        kept.append((motion, stage.times.shape[1] // sizes.length))
        return motion

    def kept_film(pictures: Tensor, stage: Stage) -> Tensor:
        seen["pictures"] = pictures
        return (pictures * 255).to(torch.uint8)

    patch.setattr(drawing, "sample_look", plain_look)
    patch.setattr(drawing, "sample_motion", kept_motion)
    patch.setattr(drawing, "film", kept_film)
    patch.setattr(Motion, "shade", lambda self, plane: torch.ones_like(plane[..., 0]))
    coder = SmallWorkshop(Chance(seed))
    coder.textures = coded_textures(LAYERS)
    clips = coder.make(Chance(seed), sizes)
    return Scene(clips, seen["pictures"], *kept[0])


@pytest.fixture(scope="module")
def scenes() -> Iterator[list[Scene]]:
    with pytest.MonkeyPatch.context() as patch:
        yield [coded_scene(patch, seed, replace(SIZES, tracks=60)) for seed in range(16)]


def sharp(scenes: list[Scene], least: int = 8) -> list[Scene]:
    found = [scene for scene in scenes if scene.steps == 1]
    assert len(found) >= least
    return found


def test_a_visible_point_shows_what_its_query_shows(scenes: list[Scene]) -> None:
    error = torch.cat([displacement(scene) for scene in sharp(scenes)])
    assert len(error) > 3000
    assert float(error.quantile(0.97)) < 0.1  # many points lie on small things, whose edges the picture mixes
    assert float(error.median()) < 0.01


def displacement(scene: Scene) -> Tensor:
    """By how many pixels visible points are off their query's colour, where nothing else is seen around them.

    It is the smallest shift that explains the gap by the picture's slopes.
    """
    colour = scene.colours()
    gap = (colour - at_query(colour, scene.clips)[:, None])[..., :2]
    slope_x, slope_y = (
        (scene.colours(ahead) - scene.colours(back))[..., :2] / 2
        for ahead, back in (((1, 0), (-1, 0)), ((0, 1), (0, -1)))
    )
    weak = 0.1 * math.pi / WAVELENGTH
    shift = torch.linalg.pinv(torch.stack([slope_x, slope_y], -1), atol=weak) @ gap[..., None]
    same = (scene.around() == scene.own).all(0) & scene.clips.visible & scene.clear[:, None]
    return shift[..., 0].norm(dim=-1)[same]


def test_almost_every_visible_point_shows_its_own_layer(scenes: list[Scene]) -> None:
    shown = []
    for scene in sharp(scenes):
        here = (scene.colours()[..., 2] * LAYERS).round()
        shown.append((here == scene.own)[scene.clips.visible & scene.clear[:, None]])
    # the rest lies within a pixel of an edge, where the picture mixes both
    assert float(torch.cat(shown).float().mean()) > 0.97


def test_a_hidden_point_lies_under_something_nearer(scenes: list[Scene]) -> None:
    under = []
    for scene in sharp(scenes):
        around = scene.around()
        inside = ((scene.clips.xy > 2) & (scene.clips.xy < 61)).all(-1)
        flat = scene.motion.radius.gather(1, scene.own[:, 0]) == 0
        clear = (around == around[:1]).all(0) & inside & (flat & scene.clear)[:, None]
        under.append((around[4] > scene.own)[clear & ~scene.clips.visible])
    assert len(torch.cat(under)) > 80
    # something thinner than a pixel may hide a point and leave no pixel to itself
    assert float(torch.cat(under).float().mean()) > 0.97


@pytest.mark.parametrize("solid", ["rolled", "ball"])
def test_the_turned_away_side_is_hidden_and_the_front_is_not(monkeypatch: pytest.MonkeyPatch, solid: str) -> None:
    scenes = [coded_scene(monkeypatch, seed, replace(SIZES, tracks=60), solid) for seed in range(6)]
    away = 0
    for scene in sharp(scenes, 3):
        inside = ((scene.clips.xy > 2) & (scene.clips.xy < 61)).all(-1)
        here = (scene.colours()[..., 2] * LAYERS).round()
        away += int((inside & ~scene.clips.visible & (here == scene.own) & (scene.own > 0)).sum())
    assert away > 30
    error = torch.cat([displacement(scene) for scene in sharp(scenes, 3)])
    assert len(error) > 500
    assert float(error.quantile(0.92)) < 0.1  # near the rim a pixel of the picture mixes seven of the material


def test_blurred_clips_keep_the_truth_of_mid_exposure(scenes: list[Scene]) -> None:
    blurred = [scene for scene in scenes if scene.steps > 1]
    assert blurred
    assert float(torch.cat([displacement(scene) for scene in blurred]).median()) < 0.05
