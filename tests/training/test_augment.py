"""Augmentation: the picture and the tracks change together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from napari_cotracker.training.augment import ask_early, augment, erase, mirror, reverse, transpose
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import Clips
from tests.training.drawn import at_query

SEEDS = st.integers(0, 10**6)
PARTS = ("video", "queries", "xy", "visible")


def random_clips(seed: int, size: tuple[int, int] = (24, 24)) -> Clips:
    """Noise, and points on pixel centres of it that are all visible."""
    chance, (b, t, n) = Chance(seed), (2, 6, 40)
    xy = torch.stack([chance.integers((b, t, n), 0, size[1]), chance.integers((b, t, n), 0, size[0])], -1).float()
    frames = chance.integers((b, n), 0, t)
    queries = torch.cat([frames[..., None].float(), xy[torch.arange(b)[:, None], frames, torch.arange(n)]], -1)
    video = chance.integers((b, t, 3, *size), 0, 256).to(torch.uint8)
    return Clips(video, queries, xy, torch.ones(b, t, n, dtype=torch.bool))


def values(clips: Clips) -> Tensor:
    """(B, T, N, 3) the pixels at the tracks."""
    x, y = clips.xy.long().unbind(-1)
    b, t, _ = x.shape
    return clips.video[torch.arange(b)[:, None, None], torch.arange(t)[:, None], :, y, x]


@pytest.mark.parametrize("change", [mirror, transpose, reverse])
@pytest.mark.parametrize("size", [(24, 24), (16, 32)])
def test_twice_is_as_before(change: Callable[[Clips], Clips], size: tuple[int, int]) -> None:
    clips = random_clips(1, size)
    once, twice = change(clips), change(change(clips))
    assert not torch.equal(once.queries, clips.queries)
    for part in PARTS:
        assert torch.equal(getattr(twice, part), getattr(clips, part))


@pytest.mark.parametrize("change", [mirror, transpose])
@pytest.mark.parametrize("size", [(24, 24), (16, 32)])
def test_the_same_pixels_stay_under_the_tracks(change: Callable[[Clips], Clips], size: tuple[int, int]) -> None:
    clips = random_clips(2, size)
    changed = change(clips)
    assert torch.equal(values(changed), values(clips))
    assert torch.equal(at_query(changed.xy, changed), changed.queries[..., 1:])


def test_time_turns_for_pictures_tracks_and_queries() -> None:
    clips = random_clips(3)
    turned = reverse(clips)
    assert torch.equal(values(turned), values(clips).flip(1))
    assert torch.equal(at_query(turned.xy, turned), turned.queries[..., 1:])
    assert torch.equal(turned.queries[..., 1:], clips.queries[..., 1:])


@settings(max_examples=20)
@given(SEEDS)
def test_erased_boxes_hide_exactly_the_points_under_them(seed: int) -> None:
    clips = random_clips(seed)
    erased = erase(clips, Chance(seed + 1))
    covered = (erased.video != clips.video).any(2)  # noise hardly anywhere has the mean's colour
    x, y = clips.xy.long().unbind(-1)
    under = covered[torch.arange(2)[:, None, None], torch.arange(6)[:, None], y, x]
    assert torch.equal(erased.visible, ~under)
    assert bool(at_query(erased.visible, erased).all())
    assert torch.equal(at_query(values(erased), erased), at_query(values(clips), clips))
    assert not bool(covered[:, 0].any())


def test_erasing_hides_something_and_leaves_what_it_was_given() -> None:
    clips = random_clips(4)
    video = clips.video.clone()
    hidden = [int((~erase(clips, Chance(seed)).visible).sum()) for seed in range(30)]
    assert max(hidden) > 5
    assert torch.equal(clips.video, video)
    assert bool(clips.visible.all())


def test_what_was_hidden_stays_hidden() -> None:
    clips = random_clips(5)
    unseen = Clips(clips.video, clips.queries, clips.xy, torch.zeros_like(clips.visible))
    assert not bool(erase(unseen, Chance(1)).visible.any())


@settings(max_examples=20)
@given(SEEDS, st.sampled_from([(24, 24), (16, 32)]))
def test_all_together_keep_the_colours_under_visible_points(seed: int, size: tuple[int, int]) -> None:
    clips = random_clips(1, size)
    changed = augment(clips, Chance(seed))
    assert changed.video.shape == clips.video.shape
    assert torch.equal(at_query(changed.xy, changed), changed.queries[..., 1:])
    before, after = values(clips).sort(-1).values, values(changed).sort(-1).values
    same = (before == after).all(-1), (before == after.flip(1)).all(-1)
    assert bool((same[0] | ~changed.visible).all()) or bool((same[1] | ~changed.visible.flip(1)).all())


def test_augmentation_follows_from_its_seed() -> None:
    clips = random_clips(6)
    first, again = augment(clips, Chance(9)), augment(clips, Chance(9))
    for part in PARTS:
        assert torch.equal(getattr(first, part), getattr(again, part))
    videos = [augment(clips, Chance(seed)).video for seed in range(6)]
    assert sum(torch.equal(video, clips.video) for video in videos) < 3


def test_queries_of_clips_that_may_not_be_reversed_never_move_to_later_frames() -> None:
    clips = random_clips(7)
    for seed in range(12):
        assert bool((augment(clips, Chance(seed), reverses=False).queries[..., 0] <= clips.queries[..., 0]).all())


def test_some_points_are_asked_for_where_they_first_show() -> None:
    clips = random_clips(9)
    hidden = Chance(1).coin(clips.visible.shape, 0.5)
    rows = clips.queries[..., 0].long()
    hidden.scatter_(1, rows[:, None], False)
    clips = replace(clips, visible=~hidden)
    asked = ask_early(clips, Chance(2)).queries
    first = clips.visible.int().argmax(1)
    moved = asked[..., 0] != clips.queries[..., 0]
    assert torch.equal(asked[~moved], clips.queries[~moved])
    assert torch.equal(asked[..., 0][moved], first[moved].float())
    there = clips.xy.gather(1, first[:, None, :, None].expand(-1, 1, -1, 2))[:, 0]
    assert torch.equal(asked[..., 1:][moved], there[moved])
    could = first != rows
    assert 0.2 < float(moved[could].float().mean()) < 0.6
