"""The camera: pictures stay pictures, and nothing moves in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from napari_cotracker.training import camera
from napari_cotracker.training.camera import film
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.scene import Stage
from tests.training.drawn import sampled_stage

PICTURES = Chance(0).uniform((2, 6, 3, 64, 96))


def filmed(seed: int, pictures: Tensor = PICTURES) -> Tensor:
    return film(pictures, sampled_stage(seed))


@pytest.mark.parametrize("seed", range(6))
def test_a_film_has_the_pictures_shape_in_eight_bits(seed: int) -> None:
    video = filmed(seed)
    assert video.shape == PICTURES.shape
    assert video.dtype == torch.uint8
    assert float(video.float().std()) > 2


def test_a_film_follows_from_the_seed() -> None:
    assert torch.equal(filmed(1), filmed(1))
    assert not torch.equal(filmed(1), filmed(2))


def test_the_pictures_given_stay_as_they_are() -> None:
    kept = PICTURES.clone()
    filmed(3)
    assert torch.equal(PICTURES, kept)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_filmed_stays_in_its_place(seed: int) -> None:
    dark = torch.full((2, 6, 3, 64, 96), 0.3)
    lit = dark.clone()
    lit[..., 20:40, 30:60] = 0.8
    difference = (filmed(seed, lit).float() - filmed(seed, dark).float()).abs().mean((0, 1, 2))
    inside, outside = difference[24:36, 36:54].mean(), difference[:12].mean()
    assert float(inside) > 10 * float(outside) + 5


@pytest.mark.parametrize("effect", [camera._light, camera._defocus])
@pytest.mark.parametrize("seed", range(5))
def test_light_and_focus_change_no_shape(effect: Callable[[Tensor, Stage], Tensor], seed: int) -> None:
    changed = effect(PICTURES, sampled_stage(seed))
    assert changed.shape == PICTURES.shape
    assert bool(torch.isfinite(changed).all())


@pytest.mark.parametrize("seed", range(5))
def test_grading_stays_in_range_and_keeps_grey_clips_grey(seed: int) -> None:
    graded = camera._grade(2 * PICTURES - 0.5, Chance(seed))
    assert 0 <= float(graded.min()) <= float(graded.max()) <= 1
    grey = camera._grade(PICTURES[:, :, :1].expand(-1, -1, 3, -1, -1), Chance(seed))
    torch.testing.assert_close(grey[:, :, 0], grey[:, :, 2])


def test_blur_keeps_the_mean_and_takes_the_contrast() -> None:
    spot = torch.zeros(1, 1, 1, 33, 33)
    spot[..., 16, 16] = 1
    blurred = camera._blur(spot, 1.4)
    assert float(blurred.sum()) == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(blurred, blurred.flip(-1))
    torch.testing.assert_close(blurred, blurred.transpose(-1, -2))
    assert float(camera._blur(PICTURES, 1.0).std()) < 0.5 * float(PICTURES.std())
    flat = torch.full((1, 2, 3, 16, 16), 0.4)
    torch.testing.assert_close(camera._blur(flat, 0.8), flat)


def test_noise_is_as_strong_in_one_frame_as_in_the_next() -> None:
    grey = torch.full((4, 6, 3, 32, 32), 0.5)
    strength = (camera._noise(grey, Chance(1)) - grey).std((2, 3, 4))
    assert float(strength.max()) < 0.1
    torch.testing.assert_close(strength, strength[:, :1].expand_as(strength), rtol=0.1, atol=1e-6)


def test_the_basis_of_the_blocks_is_orthonormal() -> None:
    basis, steps = camera._blocks(torch.device("cpu"))
    torch.testing.assert_close(basis @ basis.T, torch.eye(8), atol=1e-6, rtol=0)
    assert bool((steps.diff(dim=0) > 0).all())


class Always(Chance):
    """Everything that may happen does."""

    def happens(self, probability: float) -> bool:
        return True


def test_compression_changes_a_picture_by_less_than_its_coarsest_step() -> None:
    pictures = PICTURES * 255
    pressed = camera._compress(pictures, Always(1))
    assert pressed.shape == pictures.shape
    assert 0.5 < float((pressed - pictures).abs().mean()) < 60
    blocks = (pressed - pictures).unflatten(-1, (12, 8)).unflatten(-3, (8, 8)).mean((-3, -1))
    assert float(blocks.abs().max()) <= 8 * 2.5 / 2 / 8 + 1e-3  # the mean of a block moves by half a step at most


def test_compression_leaves_flat_blocks_flat_and_odd_sizes_alone() -> None:
    flat = torch.full((1, 1, 3, 16, 24), 77.0)
    pressed = camera._compress(flat, Always(2))
    assert float(pressed.std()) < 1e-3
    odd = flat[..., :15, :]
    assert camera._compress(odd, Always(2)) is odd


def test_motion_blurred_clips_are_filmed_at_their_own_times() -> None:
    lasting = sampled_stage(4, length=18)
    assert film(PICTURES, replace(lasting, times=lasting.times[:, 1::3])).shape == PICTURES.shape
