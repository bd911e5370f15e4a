"""Unrolled windows: training computes what tracking computes."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import Tensor

from napari_cotracker.model import CoTracker3
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.loop import initialise
from napari_cotracker.training.options import TINY
from napari_cotracker.training.unroll import Window, by_track, encode, unroll

ITERS = 2


@cache
def network() -> CoTracker3:
    """A network with random weights whose answers move by pixels."""
    model = initialise(TINY, 1)
    with torch.no_grad():
        for head in (model.updateformer.flow_head, model.updateformer.vis_conf_head):
            head.weight.mul_(30)
    return model


def batch(length: int, clips: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Videos, and queries of which the first half is on frame 0."""
    chance, tracks = Chance(seed), 6
    video = chance.integers((clips, length, 3, 40, 48), 0, 256).to(torch.uint8)
    t = chance.integers((clips, tracks), 0, length)
    t[:, : tracks // 2] = 0
    return video, torch.cat([t[..., None].float(), chance.uniform((clips, tracks, 2), 2, 38)], -1)


def unrolled(video: Tensor, queries: Tensor, whole: bool) -> list[Window]:
    return list(unroll(network(), encode(network(), video), queries, ITERS, whole))


def as_output(window: Window, iteration: int = -1) -> tuple[Tensor, Tensor, Tensor]:
    """A window's answer in the form of the tracking functions."""
    state = window.states[iteration]
    xy = (state.xy * TINY.stride).transpose(0, 1)
    return xy.detach(), state.visibility.T.sigmoid().detach(), state.confidence.T.sigmoid().detach()


def assert_same(got: tuple[Tensor, ...], expected: tuple[Tensor, ...]) -> None:
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-4)


@pytest.mark.parametrize("length", [5, 12])
def test_one_window_over_all_frames_is_what_tracking_a_clip_computes(length: int) -> None:
    video, queries = batch(length, 1)
    with torch.no_grad():
        expected = network().track_clip(video[0].float(), queries[0], ITERS)
    windows = unrolled(video, queries, whole=True)
    assert [window.start for window in windows] == [0]
    assert len(windows[0].states) == ITERS
    assert bool(windows[0].known.all())
    assert float((expected[0] - queries[0, :, 1:]).abs().max()) > 0.5  # it does move
    assert_same(as_output(windows[0]), expected)


@pytest.mark.parametrize("length", [8, 12, 19])
def test_sliding_windows_are_what_tracking_a_stream_computes(length: int) -> None:
    video, queries = batch(length, 1)
    with torch.no_grad():
        expected = network().track_stream(video[0].float(), queries[0], ITERS)
    windows = unrolled(video, queries, whole=False)
    half = TINY.window // 2
    assert [window.start for window in windows] == list(range(0, half * len(windows), half))
    for window in windows:
        last = window is windows[-1]
        frames = length - window.start if last else half
        part = slice(window.start, window.start + frames)
        assert_same(tuple(x[:frames] for x in as_output(window)), tuple(x[part] for x in expected))


@pytest.mark.parametrize("whole", [True, False])
def test_a_batch_is_its_clips_one_by_one(whole: bool) -> None:
    video, queries = batch(12, 3)
    together = unrolled(video, queries, whole)
    for clip in range(3):
        alone = unrolled(video[clip : clip + 1], queries[clip : clip + 1], whole)
        for joint, one in zip(together, alone, strict=True):
            assert torch.equal(joint.known[clip::3], one.known)
            for iteration in range(ITERS):
                rows = tuple(x[:, clip::3] for x in as_output(joint, iteration))
                assert_same(rows, as_output(one, iteration))


def test_a_track_is_known_from_the_window_of_its_query_on() -> None:
    video, queries = batch(16, 1)
    queries[0, :, 0] = torch.tensor([0, 7, 8, 11, 12, 15])
    known = [window.known.tolist() for window in unrolled(video, queries, whole=False)]
    assert known == [[True, True] + [False] * 4, [True] * 4 + [False] * 2, [True] * 6]


@pytest.mark.parametrize("whole", [True, False])
def test_gradients_reach_every_parameter(whole: bool) -> None:
    model = initialise(TINY, 2)
    video, queries = batch(12, 2)
    windows = list(unroll(model, encode(model, video), queries, ITERS, whole))
    total = torch.stack([part.square().mean() for window in windows for state in window.states
                         for part in state.parts()]).sum()
    total.backward()  # type: ignore[no-untyped-call]
    slopes = {name: p.grad for name, p in model.named_parameters()}
    assert [name for name, slope in slopes.items() if slope is None or not bool(torch.isfinite(slope).all())] == []
    assert [name for name, slope in slopes.items() if slope is not None and not bool(slope.any())] == []


def test_no_gradient_goes_from_a_window_to_the_one_before() -> None:
    model = initialise(TINY, 3)
    video, queries = batch(12, 1)
    first, second = unroll(model, encode(model, video), queries, 1, whole=False)
    second.states[-1].xy.sum().backward(retain_graph=True)  # type: ignore[no-untyped-call]
    before = model.updateformer.flow_head.bias.grad
    assert before is not None
    # each point and frame of the second window counts once, and none of the first
    assert float(before[0]) == pytest.approx(second.states[-1].xy[..., 0].numel(), rel=1e-4)
    assert first.states[-1].xy.requires_grad


def test_features_of_a_batch_are_those_of_the_encoder() -> None:
    video, _ = batch(3, 2)
    footage = encode(network(), video)
    assert footage.shape == (2, 3)
    expected = network().encode(video[1].float())
    torch.testing.assert_close(footage.pyramid[0][1], expected, atol=1e-4, rtol=0)
    assert [level.shape[2:4] for level in footage.pyramid] == [(10, 12), (5, 6)]
    torch.testing.assert_close(footage.window(2, 2)[0][1], footage.pyramid[0][0, 2])


def test_rows_are_tracks_of_all_clips_in_turn() -> None:
    values = torch.tensor([[1, 2, 3], [10, 20, 30]])
    assert by_track(values).tolist() == [1, 10, 2, 20, 3, 30]
