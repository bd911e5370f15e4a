"""Clips of solid bodies: the tracks are those of what the pictures show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.training import studio as drawing
from napari_cotracker.training.bodies import Bodies
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import Clips, ClipSizes
from napari_cotracker.training.eye import Eye
from napari_cotracker.training.scene import Stage
from napari_cotracker.training.space import Finish, Light, sample_finish, sample_light
from napari_cotracker.training.studio import Studio
from tests.training.drawn import SIZES, at_query, workshop

MIXED = [ClipSizes(2, 8, 24, (64, 64)), ClipSizes(1, 12, 40, (48, 80), 0.4, (2, 6)), ClipSizes(3, 4, 8, (96, 64), 1.0)]
PLAIN = ClipSizes(1, 8, 120, (96, 96))
SCALE = 1000


def studio() -> Studio:
    return Studio(workshop().textures)


@pytest.mark.parametrize("sizes", MIXED)
def test_a_batch_has_the_sizes_asked_for(sizes: ClipSizes) -> None:
    clips = studio().make(Chance(1), sizes)
    b, t, n = sizes.clips, sizes.length, sizes.tracks
    assert (clips.video.dtype, clips.video.shape) == (torch.uint8, (b, t, 3, *sizes.size))
    assert (clips.queries.dtype, clips.queries.shape) == (torch.float32, (b, n, 3))
    assert (clips.xy.dtype, clips.xy.shape) == (torch.float32, (b, t, n, 2))
    assert (clips.visible.dtype, clips.visible.shape) == (torch.bool, (b, t, n))
    assert bool(torch.isfinite(clips.xy).all())
    assert float(clips.video.float().std()) > 5


def test_clips_follow_from_the_seed_however_many_rays_are_cast_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = studio().make(Chance(5), SIZES)
    monkeypatch.setattr(drawing, "MOST_RAYS", 3000)
    second, third = (studio().make(Chance(seed), SIZES) for seed in (5, 6))
    for part in ("queries", "xy", "visible"):
        assert torch.equal(getattr(first, part), getattr(second, part))
    assert int((first.video.int() - second.video.int()).abs().max()) <= 1
    assert not torch.equal(first.video, third.video)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(MIXED))
def test_every_track_passes_through_its_query_and_is_seen_there(seed: int, sizes: ClipSizes) -> None:
    clips = studio().make(Chance(seed), sizes)
    assert bool(at_query(clips.visible, clips).all())
    assert float((at_query(clips.xy, clips) - clips.queries[..., 1:]).abs().max()) < 1e-2
    inside = ((clips.xy > -0.5) & (clips.xy < torch.tensor([sizes.size[1], sizes.size[0]]) - 0.5)).all(-1)
    assert not bool((clips.visible & ~inside).any())


def test_most_points_are_seen_but_by_no_means_all() -> None:
    seen = torch.stack([studio().make(Chance(seed), SIZES).visible.float().mean() for seed in range(8)])
    assert 0.5 < float(seen.mean()) < 0.95


@pytest.fixture(scope="module")
def plain() -> Iterator[list[Clips]]:
    """Clips in even light, of matt things with soft textures, without what lens and sensor add."""

    def matt(stage: Stage, bodies: Bodies, eye: Eye, textures: int) -> Finish:
        finish = sample_finish(stage, bodies, eye, textures)
        none = torch.zeros_like(finish.gloss)
        return replace(finish, gloss=none, mirror=none, contrast=none + 1, density=0.3 * finish.density)

    def even(stage: Stage) -> Light:
        return replace(sample_light(stage), ambient=torch.ones(stage.shape[0]))

    def exact(pictures: Tensor, stage: Stage) -> Tensor:
        return (pictures * SCALE).to(torch.int32)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "sample_finish", matt)
        patch.setattr(drawing, "sample_light", even)
        patch.setattr(drawing, "film", exact)
        soft = F.avg_pool2d(F.pad(workshop().textures, (3,) * 4, mode="circular"), 7, 1)
        yield [Studio(soft).make(Chance(seed), PLAIN) for seed in range(6)]


def differences(clips: Clips) -> tuple[Tensor, Tensor]:
    """(T, N) how far the picture at a track is from that at its query, and from that at another one's."""
    h, w = clips.video.shape[-2:]
    grid = (2 * clips.xy[0] / torch.tensor([w - 1, h - 1]) - 1)[:, None]
    colour = F.grid_sample(clips.video[0] / SCALE, grid, align_corners=True)[:, :, 0].transpose(1, 2)[None]
    asked = at_query(colour, clips)
    other = asked[:, torch.randperm(asked.shape[1], generator=torch.Generator().manual_seed(0))]
    own, strange = ((colour - what[:, None]).abs().mean(-1)[0] for what in (asked, other))
    return own, strange


def test_visible_points_show_what_their_query_shows(plain: list[Clips]) -> None:
    own, strange = (torch.cat([differences(clips)[n][clips.visible[0]] for clips in plain]) for n in (0, 1))
    assert len(own) > 2000
    assert float(own.median()) < 0.004
    assert float(own.quantile(0.85)) < 0.05  # the rest lies at edges, where the picture mixes both sides
    assert float(strange.median()) > 0.1


def test_hidden_points_inside_of_the_picture_show_something_else(plain: list[Clips]) -> None:
    shown = []
    for clips in plain:
        inside = ((clips.xy[0] > 1) & (clips.xy[0] < 94)).all(-1)
        shown.append(differences(clips)[0][inside & ~clips.visible[0]])
    hidden = torch.cat(shown)
    assert len(hidden) > 100
    assert float(hidden.median()) > 0.05


def test_far_textures_are_smoothed_and_near_ones_are_not() -> None:
    fine = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    maker = Studio(fine)
    at = torch.rand(1, 1, 500, 2, generator=torch.Generator().manual_seed(2))
    which = torch.zeros(1, 1, 500, dtype=torch.int64)
    spread = [float(maker._look_up(which, at, torch.full((1, 1, 500), level)).std()) for level in (0.0, 1.0, 2.5, 9.0)]
    assert spread == sorted(spread, reverse=True)
    assert spread[-1] < 0.25 * spread[0]
