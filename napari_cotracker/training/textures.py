"""What drawn things are made of: square textures of many kinds.

Each kind is a function of a `Brush` to a (3, S, S) picture in 0 … 1. They stand for what people film:
fur, bedding, cells under a microscope, brick, cloth, print, and photographs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from .chance import Chance

MANY_PHOTOS = 50


class Brush:
    """A square of S × S pixels to draw on, and the chance that moves the hand."""

    def __init__(self, side: int, chance: Chance, photos: Sequence[Tensor] = ()) -> None:
        self.side, self.chance, self.photos = side, chance, photos
        axis = torch.arange(side, device=chance.device, dtype=torch.float32)
        self.y, self.x = torch.meshgrid(axis, axis, indexing="ij")

    def noise(self, channels: int, roughness: float) -> Tensor:
        """(channels, S, S) fractal noise with zero mean and unit variance; smoother with more `roughness`."""
        side, device = self.side, self.chance.device
        fy, fx = torch.fft.fftfreq(side, device=device)[:, None], torch.fft.rfftfreq(side, device=device)
        radius = torch.sqrt(fx**2 + fy**2).clamp_min(1.0 / side)
        shape = (channels, side, side // 2 + 1)
        spectrum = torch.complex(self.chance.normal(shape), self.chance.normal(shape)) * radius**-roughness
        picture: Tensor = torch.fft.irfft2(spectrum, s=(side, side))
        picture = picture - picture.mean((1, 2), keepdim=True)
        return picture / (picture.std((1, 2), keepdim=True) + 1e-6)

    def colour(self) -> Tensor:
        """(3, 1, 1) any colour; greyish ones as often as vivid ones."""
        grey, vivid = self.chance.uniform((1, 1, 1)), self.chance.uniform((3, 1, 1))
        return torch.lerp(grey.expand(3, 1, 1), vivid, self.chance.number(0, 1))

    def blend(self, weight: Tensor) -> Tensor:
        """Two colours mixed by a (1, S, S) weight."""
        return torch.lerp(self.colour(), self.colour(), weight)

    def grain(self, strength: float) -> Tensor:
        """Noise to lay over a picture: fine, often hardly to be seen, now and then four times as strong."""
        return self.speckle(self.chance.number(0.2, 1.4)) * strength * self.chance.log_number(0.5, 4.0)

    def speckle(self, roughness: float) -> Tensor:
        """(3, S, S) noise that is more light and dark than colour, as that of most things is."""
        noise = self.noise(3, roughness)
        grey = noise.mean(0, keepdim=True) * math.sqrt(3)
        return torch.lerp(grey.expand_as(noise), noise, self.chance.number(0, 1) ** 2)

    def away(self, centres: Tensor) -> tuple[Tensor, Tensor]:
        """(n, S, S) distances in x and y to (n, 2) places, around the edges of the square."""
        dx, dy = self.offset(centres)
        return dx.abs(), dy.abs()

    def offset(self, centres: Tensor) -> tuple[Tensor, Tensor]:
        """(n, S, S) in x and y from (n, 2) places, around the edges of the square."""
        half = self.side / 2
        dx, dy = self.x - centres[:, 0, None, None], self.y - centres[:, 1, None, None]
        return (dx + half) % self.side - half, (dy + half) % self.side - half

    def topmost(self, covers: Tensor) -> Tensor:
        """(S, S) which of (n, S, S) things lies uppermost, counted from 1; 0 where there is none."""
        order = torch.arange(1, len(covers) + 1, device=covers.device)[:, None, None]
        return (covers * order).amax(0)

    def places(self, n: int) -> Tensor:
        """(n, 2) random places."""
        return self.chance.uniform((n, 2), 0, self.side)


def clouds(brush: Brush) -> Tensor:
    """Colour noise, from sand to marble."""
    return brush.colour() + brush.speckle(brush.chance.number(0.6, 1.6)) * brush.chance.number(0.06, 0.28)


def patches(brush: Brush) -> Tensor:
    """Two colours with ragged borders, as fur or foliage."""
    edge = brush.chance.number(0.8, 5.0)
    return brush.blend(torch.sigmoid(brush.noise(1, brush.chance.number(0.7, 1.8)) * edge)) + brush.grain(0.04)


def leaves(brush: Brush) -> Tensor:
    """Discs of every size lying over one another, the statistics of natural pictures."""
    chance = brush.chance
    n = chance.whole(50, 160)
    radius = chance.log_uniform((n,), 2.0, brush.side / 5).sort(descending=True).values
    dx, dy = brush.away(brush.places(n))
    covers = dx**2 + dy**2 < radius[:, None, None] ** 2
    top = brush.topmost(covers)
    colours = chance.uniform((3, n + 1))
    return colours[:, top] + brush.grain(0.04)


def cells(brush: Brush) -> Tensor:
    """A mosaic, with or without mortar: pebbles, scales, tissue."""
    chance = brush.chance
    n = chance.whole(12, 90)
    dx, dy = brush.away(brush.places(n))
    distance, nearest = (dx**2 + dy**2).topk(2, dim=0, largest=False)
    picture = chance.uniform((3, n))[:, nearest[0]]
    if chance.happens(0.5):
        joint = (distance[1].sqrt() - distance[0].sqrt() < chance.number(1, 4)).float()
        picture = torch.lerp(picture, brush.colour().expand_as(picture), joint)
    return picture + brush.grain(0.03)


def stripes(brush: Brush) -> Tensor:
    """Repeating bands or checks, straight or warped: cloth, tiles, fences."""
    chance = brush.chance
    warp = brush.noise(2, 1.8) * chance.number(0.0, 5.0)
    angle = chance.number(0, math.pi)
    c, s = math.cos(angle), math.sin(angle)
    wave = torch.sin((brush.x * c + brush.y * s + warp[0]) * (2 * math.pi / chance.log_number(6, 60)))
    if chance.happens(0.6):
        across = (-brush.x * s + brush.y * c + warp[1]) * (2 * math.pi / chance.log_number(6, 60))
        wave = wave * torch.sin(across)
    return brush.blend(torch.sigmoid(wave[None] * chance.number(1.0, 6.0))) + brush.grain(0.05)


def spots(brush: Brush) -> Tensor:
    """Soft dots on a field, as under a fluorescence microscope."""
    chance = brush.chance
    n = chance.whole(20, 120)
    dx, dy = brush.away(brush.places(n))
    width, height = chance.log_uniform((n, 1, 1), 1.2, 8.0), chance.log_uniform((n, 1, 1), 0.1, 1.0)
    light = (height * torch.exp(-(dx**2 + dy**2) / (2 * width**2))).sum(0).clamp(0, 1.3)
    return brush.colour() * light + 0.35 * brush.colour() * (1 - light) + brush.noise(1, 1.2) * 0.03


def print_(brush: Brush) -> Tensor:
    """Rows of small marks, as letters on a page, a sign or a number plate."""
    chance = brush.chance
    pixel = chance.whole(1, 4)
    rows, columns = brush.side // (9 * pixel) + 1, brush.side // (6 * pixel) + 1
    glyphs = F.pad(chance.coin((rows, columns, 7, 5), 0.45).float(), (0, 1, 0, 2))
    glyphs = glyphs * chance.coin((rows, columns, 1, 1), 0.85)
    page = glyphs.permute(0, 2, 1, 3).reshape(rows * 9, columns * 6)
    page = page.repeat_interleave(pixel, 0).repeat_interleave(pixel, 1)[: brush.side, : brush.side]
    return brush.blend(page[None]) + brush.grain(0.03)


def courses(brush: Brush) -> Tensor:
    """Bricks, slabs or boards in rows, no two of quite the same colour."""
    chance = brush.chance
    height, width = chance.log_number(8, 40), chance.log_number(14, 120)
    row = (brush.y / height).long()
    along = brush.x / width + 0.5 * (row % 2) + chance.number(0, 1)
    column = along.long()
    shades = chance.normal((3, 997)) * chance.number(0.02, 0.12)
    tone = shades.mean(0) + chance.number(0, 1) * (shades - shades.mean(0))
    across, down = along.frac() * width, (brush.y / height).frac() * height
    edge = torch.minimum(torch.minimum(across, width - across), torch.minimum(down, height - down))
    joint = torch.sigmoid((chance.number(0.3, 2.5) - edge) * 2)
    stone = brush.colour() + tone[:, (row * 131 + column * 17) % 997] + brush.grain(0.06)
    return torch.lerp(stone, brush.colour().expand_as(stone), joint * chance.number(0.2, 1.0))


def fibres(brush: Brush) -> Tensor:
    """Noise drawn out in one direction: wood, straw, hair, brushed metal."""
    chance = brush.chance
    lean, bend = chance.number(-0.3, 0.3), brush.noise(1, 2.2)[0] * chance.number(0, 6)
    from_side = brush.x + brush.y * lean + bend
    strands = brush.speckle(chance.number(0.2, 1.0))
    shrink = chance.log_number(6, 40)
    at = torch.stack([from_side / brush.side * 2 - 1, brush.y / brush.side * 2 / shrink - 1 / shrink], -1)
    drawn = F.grid_sample(strands[None], at[None], padding_mode="reflection", align_corners=False)[0]
    return brush.colour() + drawn * chance.number(0.06, 0.25) + brush.grain(0.03)


def litter(brush: Brush) -> Tensor:
    """Small things strewn over a ground: chips, grass, seeds, rubble."""
    chance = brush.chance
    picture, n = brush.colour() + brush.grain(0.06), chance.whole(60, 200)
    heading, length = chance.uniform((n, 1, 1), 0, math.pi), chance.log_uniform((n, 1, 1), 3.0, 14.0)
    width = length * chance.log_uniform((n, 1, 1), 0.12, 0.7)
    dx, dy = brush.offset(brush.places(n))
    along, beside = dx * heading.cos() + dy * heading.sin(), dy * heading.cos() - dx * heading.sin()
    top = brush.topmost((along / length) ** 2 + (beside / width) ** 2 < 1)
    ground, own = brush.colour(), chance.number(0.1, 0.6)
    colours = torch.lerp(ground[:, 0].expand(3, n + 1), chance.uniform((3, n + 1)), own)
    return torch.where(top > 0, colours[:, top] + brush.grain(0.03), picture)


def fade(brush: Brush) -> Tensor:
    """Hardly any texture: a slow gradient with a little grain, as walls and skin."""
    return brush.blend(torch.sigmoid(brush.noise(1, 2.4) * brush.chance.number(0.3, 1.0))) + brush.grain(0.02)


def photo(brush: Brush) -> Tensor:
    """A crop of a photograph."""
    chance = brush.chance
    picture = brush.photos[chance.whole(0, len(brush.photos))]
    h, w = picture.shape[1:]
    most = min(h, w)
    side = int(chance.log_number(min(brush.side * 0.6, most * 0.5), most))
    y, x = chance.whole(0, h - side + 1), chance.whole(0, w - side + 1)
    crop = picture[None, :, y : y + side, x : x + side].to(chance.device)
    crop = F.interpolate(crop, (brush.side, brush.side), mode="area" if side > brush.side else "bilinear")[0]
    if chance.happens(0.5):
        crop = crop.flip(2)
    return torch.stack([crop[channel] for channel in chance.order(3)])


DRAWN = (clouds, patches, leaves, cells, stripes, spots, print_, fade, courses, fibres, litter)


def worn(brush: Brush) -> Tensor:
    """One kind over another where a ragged mask lets it through: surfaces with detail of several sizes."""
    chance = brush.chance
    below, above = (DRAWN[chance.whole(0, len(DRAWN))](brush) for _ in range(2))
    mask = torch.sigmoid(brush.noise(1, chance.number(1.0, 2.0)) * chance.number(1.0, 8.0) + chance.number(-1.5, 1.5))
    return torch.lerp(below, above, mask * chance.number(0.3, 1.0))


def draw_textures(count: int, side: int, chance: Chance, photos: Sequence[Tensor] = ()) -> Tensor:
    """(count, 3, side, side) textures of mixed kinds in 0 … 1; a quarter from photographs where there are any, half
    where there are many."""
    brush = Brush(side, chance, photos)
    real = 0.0 if not photos else 0.25 if len(photos) < MANY_PHOTOS else 0.5
    pictures = []
    for _ in range(count):
        if chance.happens(real):
            picture = photo(brush)
        else:
            picture = worn(brush) if chance.happens(0.3) else DRAWN[chance.whole(0, len(DRAWN))](brush)
        pictures.append(1 - picture if chance.happens(0.15) else picture)
    return torch.stack(pictures).clamp_(0, 1)


def load_photos(more: Sequence[NDArray[np.float32]] = ()) -> list[Tensor]:
    """Photographs that scikit-image carries and whose licence is free, and `more` ones of (h, w, 3): (3, h, w) in
    0 … 1 each.

    All are CC0 or in the public domain, by their docstrings. Brick, grass, coffee and rocket are left out:
    validation clips show them.
    """
    from skimage import data

    names = ("astronaut", "chelsea", "camera", "gravel", "hubble_deep_field", "immunohistochemistry", "retina", "coins")
    pictures = []
    for name in names:
        picture = torch.from_numpy(getattr(data, name)()).float() / 255
        colour = picture.permute(2, 0, 1) if picture.ndim == 3 else picture.expand(3, -1, -1)
        pictures.append(colour.contiguous())
    return pictures + [torch.from_numpy(picture).permute(2, 0, 1).contiguous() for picture in more]
