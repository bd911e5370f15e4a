"""Textures: every kind is a picture, and photographs come from where anybody may take them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from napari_cotracker.training.chance import Chance
from napari_cotracker.training.textures import DRAWN, Brush, draw_textures, load_photos, photo, worn

SIDE = 40
PHOTO = torch.linspace(0, 1, 3 * 50 * 60).view(3, 50, 60)


@pytest.mark.parametrize("kind", [*DRAWN, photo, worn])
@pytest.mark.parametrize("seed", range(4))
def test_every_kind_is_a_picture_with_something_on_it(kind: Callable[[Brush], Tensor], seed: int) -> None:
    picture = kind(Brush(SIDE, Chance(seed), [PHOTO]))
    assert picture.shape == (3, SIDE, SIDE)
    assert bool(torch.isfinite(picture).all())
    assert float(picture.std((1, 2)).max()) > 0.005
    assert torch.equal(picture, kind(Brush(SIDE, Chance(seed), [PHOTO])))


def test_a_bank_is_mixed_bounded_and_follows_from_its_seed() -> None:
    bank = draw_textures(20, SIDE, Chance(1), [PHOTO])
    assert bank.shape == (20, 3, SIDE, SIDE)
    assert 0 <= float(bank.min()) < float(bank.max()) <= 1
    assert len({float(picture.mean()) for picture in bank}) == 20
    assert float((bank.std((2, 3)).amax(1) > 0.01).float().mean()) > 0.9
    assert torch.equal(bank, draw_textures(20, SIDE, Chance(1), [PHOTO]))
    assert not torch.equal(bank, draw_textures(20, SIDE, Chance(2), [PHOTO]))


@pytest.mark.parametrize("roughness", [0.4, 1.0, 2.4])
def test_noise_has_zero_mean_and_unit_variance(roughness: float) -> None:
    noise = Brush(SIDE, Chance(2)).noise(3, roughness)
    torch.testing.assert_close(noise.mean((1, 2)), torch.zeros(3), atol=1e-4, rtol=0)
    torch.testing.assert_close(noise.std((1, 2)), torch.ones(3), atol=1e-3, rtol=0)


def test_distances_go_around_the_edges() -> None:
    dx, dy = Brush(10, Chance(0)).away(torch.tensor([[9.0, 0.0]]))
    assert dx[0, 0, :3].tolist() == [1, 2, 3]
    assert dy[0, 8:, 0].tolist() == [2, 1]


def test_photographs_are_colour_pictures_and_none_is_of_the_validation_clips() -> None:
    pytest.importorskip("skimage")
    from skimage import data

    photos = load_photos()
    assert len(photos) == 8
    for picture in photos:
        assert picture.ndim == 3
        assert picture.shape[0] == 3
        assert 0 <= float(picture.min()) < float(picture.max()) <= 1
    sizes = {tuple(picture.shape[1:]) for picture in photos}
    assert tuple(data.astronaut().shape[:2]) in sizes
    assert tuple(data.coffee().shape[:2]) not in sizes
    for name in ("brick", "grass"):
        kept_back = torch.from_numpy(getattr(data, name)()).float() / 255
        assert not any(torch.equal(picture[0], kept_back) for picture in photos)
