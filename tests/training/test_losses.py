"""Losses: the numbers that one gets by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from napari_cotracker.model.cotracker import Guess
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import Clips
from napari_cotracker.training.losses import DISCOUNT, Targets, match_loss, window_loss
from napari_cotracker.training.unroll import Footage, Window

STRIDE = 4


def targets(visible: list[bool], xy: tuple[float, float] = (100, 80), t: int = 0, size: int = 256) -> Targets:
    """One point at rest."""
    place = torch.tensor(xy, dtype=torch.float32).expand(1, len(visible), 2)
    return Targets(place, torch.tensor([visible]), torch.tensor([float(t)]), (size, size))


def window(truth: Targets, error: list[tuple[float, float]], *, start: int = 0, visibility: float = 0.0,
           confidence: float = 0.0, known: bool = True) -> Window:
    """An answer that is off by so much in every frame from `start` on, after one iteration."""
    xy = (truth.xy[:, :1] + torch.tensor([error])) / STRIDE
    logits = torch.ones(1, len(error))
    return Window(start, [Guess(xy, visibility * logits, confidence * logits)], torch.tensor([known]))


def losses(windows: Window | list[Window], truth: Targets, hidden_weight: float = 3.0) -> dict[str, float]:
    found = window_loss([windows] if isinstance(windows, Window) else windows, truth, STRIDE, hidden_weight)
    assert set(found) == {"position", "visibility", "confidence"}
    return {name: float(value) for name, value in found.items()}


def test_a_small_error_counts_by_its_square_and_a_large_one_by_its_size() -> None:
    truth = targets([True, True])
    small = 0.05 * (0.5 * 9 + 0.5 * 16) / 2  # mean of x and y
    large = 0.05 * (6 * (10 - 3) + 6 * (30 - 3)) / 2
    assert losses(window(truth, [(3, -4), (3, -4)]), truth)["position"] == pytest.approx(small)
    assert losses(window(truth, [(10, 30), (-10, 30)]), truth)["position"] == pytest.approx(large)
    assert losses(window(truth, [(0, 0), (10, 30)]), truth)["position"] == pytest.approx(large / 2)


def test_errors_are_measured_in_pixels_of_256() -> None:
    whole, half = targets([True]), targets([True], xy=(50, 40), size=128)
    assert half.scale == 2
    assert losses(window(whole, [(8, 2)]), whole)["position"] == pytest.approx(
        losses(window(half, [(4, 1)]), half)["position"])


def test_hidden_points_count_a_fifth() -> None:
    truth = targets([True, False])
    assert losses(window(truth, [(0, 0), (3, 4)]), truth)["position"] == pytest.approx(0.01 * 6.25)
    assert losses(window(truth, [(3, 4), (0, 0)]), truth)["position"] == pytest.approx(0.05 * 6.25)


@pytest.mark.parametrize(("x", "counts"), [(500, True), (520, False), (-250, True), (-260, False)])
def test_the_place_of_hidden_points_far_outside_teaches_nothing(x: float, counts: bool) -> None:
    truth = targets([False], xy=(x, 80))
    assert bool(truth.is_near.all()) == counts
    assert (losses(window(truth, [(50, 50)]), truth)["position"] > 0) == counts


def test_visibility_is_an_entropy_in_which_hidden_frames_weigh_more() -> None:
    truth = targets([True, False])
    answer = window(truth, [(0, 0), (0, 0)], visibility=2.0)
    right, wrong = math.log1p(math.exp(-2)), math.log1p(math.exp(2))
    assert losses(answer, truth, 1.0)["visibility"] == pytest.approx((right + wrong) / 2)
    assert losses(answer, truth, 3.0)["visibility"] == pytest.approx((right + 3 * wrong) / 4)


def test_confidence_says_whether_a_visible_point_is_within_six_pixels() -> None:
    truth = targets([True, True, False])
    sure = window(truth, [(4, 4), (5, 5), (90, 90)], confidence=1.5)
    right, wrong = math.log1p(math.exp(-1.5)), math.log1p(math.exp(1.5))
    assert losses(sure, truth)["confidence"] == pytest.approx((right + wrong) / 2)


def test_confidence_does_not_move_positions() -> None:
    truth = targets([True])
    answer = window(truth, [(7, 0)])
    xy = answer.states[0].xy.requires_grad_()
    confidence = answer.states[0].confidence.clone().requires_grad_()
    state = replace(answer.states[0], confidence=confidence)
    window_loss([replace(answer, states=[state])], truth, STRIDE, 3.0)["confidence"].backward()
    assert xy.grad is None
    assert confidence.grad is not None


def test_early_iterations_count_less_for_positions_only() -> None:
    truth = targets([True])
    near, far = (window(truth, [error], visibility=1.0).states[0] for error in ((0.0, 0.0), (3.0, 4.0)))
    one = 0.05 * 6.25
    known = torch.tensor([True])
    early, late = losses(Window(0, [far, near], known), truth), losses(Window(0, [near, far], known), truth)
    assert early["position"] == pytest.approx(DISCOUNT * one / 2)
    assert late["position"] == pytest.approx(one / 2)
    assert early["visibility"] == pytest.approx(late["visibility"]) == pytest.approx(math.log1p(math.exp(-1)))


def test_sliding_windows_do_not_answer_for_frames_before_the_query() -> None:
    truth = targets([True, False, True, True, True, True], t=2)
    after = window(truth, [(3, 4)] * 4, start=2)
    for early in ([(0.0, 0.0), (0.0, 0.0)], [(90.0, 0.0), (0.0, 90.0)]):
        before = window(truth, [*early, (3, 4), (3, 4)], visibility=0.0)
        assert losses([before, after], truth)["position"] == pytest.approx(0.05 * 6.25)
        assert losses([before, after], truth)["visibility"] == pytest.approx(math.log(2))


def test_one_window_answers_for_all_frames() -> None:
    truth = targets([True, True, True, True], t=2)
    assert losses(window(truth, [(3, 4), (3, 4), (0, 0), (0, 0)]), truth)["position"] == pytest.approx(0.05 * 6.25 / 2)


def test_tracks_whose_query_lies_ahead_and_repeated_last_frames_do_not_count() -> None:
    truth = targets([True] * 5, t=4)
    unknown = window(truth, [(90, 90)] * 4, known=False)
    padded = window(truth, [(90, 90), (90, 90), (3, 4), (90, 90)], start=2)
    found = losses([unknown, padded], truth)
    assert found["position"] == pytest.approx(0.05 * 6.25 / 2)  # the mean over windows
    assert math.isfinite(found["confidence"])


def test_targets_are_rows_of_tracks() -> None:
    chance = Chance(0)
    xy, visible = chance.uniform((2, 5, 3, 2)), chance.coin((2, 5, 3), 0.5)
    queries = torch.cat([chance.integers((2, 3, 1), 0, 5).float(), torch.zeros(2, 3, 2)], -1)
    truth = Targets.of(Clips(torch.zeros(2, 5, 3, 32, 64, dtype=torch.uint8), queries, xy, visible))
    assert truth.size == (32, 64)
    for clip in range(2):
        for track in range(3):
            row = track * 2 + clip
            assert torch.equal(truth.xy[row], xy[clip, :, track])
            assert torch.equal(truth.visible[row], visible[clip, :, track])
            assert float(truth.t[row]) == float(queries[clip, track, 0])
    assert torch.equal(truth.cut(slice(1, 3)).xy, truth.xy[:, 1:3])


def spread_points(apart: int = 16) -> Clips:
    """Points at rest on a grid, on feature pixels."""
    axis = torch.arange(0, 64, apart, dtype=torch.float32)
    xy = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).flatten(0, 1)
    xy = xy.expand(1, 4, -1, -1)
    queries = torch.cat([torch.zeros(1, xy.shape[2], 1), xy[:, 0]], -1)
    return Clips(torch.zeros(1, 4, 3, 64, 64, dtype=torch.uint8), queries, xy, torch.ones(xy.shape[:3]).bool())


def footage(features: Tensor) -> Footage:
    return Footage([F.normalize(features, dim=-1)])


def test_matching_falls_when_features_of_one_point_agree() -> None:
    clips, chance = spread_points(), Chance(1)
    still = chance.normal((1, 1, 16, 16, 32)).expand(-1, 4, -1, -1, -1)
    other = chance.normal((1, 4, 16, 16, 32))
    alike, unlike = (float(match_loss(footage(maps), clips, STRIDE)) for maps in (still, other))
    assert alike < 0.1
    assert unlike > 1
    flat = float(match_loss(footage(torch.ones(1, 4, 16, 16, 32)), clips, STRIDE))
    assert flat == pytest.approx(math.log(16), abs=1e-3)


def test_matching_asks_only_about_visible_points_that_are_apart() -> None:
    clips = spread_points()
    same = footage(torch.ones(1, 4, 16, 16, 8))
    half = clips.visible.clone()
    half[..., 8:] = False
    assert float(match_loss(same, replace(clips, visible=half), STRIDE)) == pytest.approx(math.log(8), abs=1e-3)
    crowded = replace(clips, xy=clips.xy / 16, queries=clips.queries / 16)  # all within two feature pixels
    assert float(match_loss(same, crowded, STRIDE)) == pytest.approx(0, abs=1e-3)
    nobody = replace(clips, visible=torch.zeros_like(clips.visible))
    assert float(match_loss(same, nobody, STRIDE)) == 0


def test_matching_teaches_the_features() -> None:
    maps = Chance(2).normal((1, 4, 16, 16, 8)).requires_grad_()
    match_loss(footage(maps), spread_points(), STRIDE).backward()  # type: ignore[no-untyped-call]
    assert maps.grad is not None
    assert bool(torch.isfinite(maps.grad).all())
    assert float(maps.grad.abs().sum()) > 0
