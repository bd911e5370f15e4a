"""Clips of solid bodies in a room, drawn by casting rays, with their exact tracks.

They stand beside the flat layers of `clips`: here things turn out of the picture's plane, come near, hide parts of
themselves, throw shadows and shine, and the camera sees all in perspective.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..model.layers import constant
from .bodies import Bodies, Hit
from .camera import film
from .chance import Chance
from .clips import Candidates, Clips, ClipSizes, Ground, preferred
from .eye import Eye
from .motion import unwrap
from .scene import UNIT, Stage, expose, sample_times
from .space import Finish, Light, sample_bodies, sample_eye, sample_finish, sample_light, sample_speed

LOOKS = ((-0.33, -0.1), (0.08, 0.33), (0.25, -0.23))  # places within a pixel, and moments of an exposure
LEVELS = 5  # each texture at so many sizes, halved each time
MOST_RAYS = 4_000_000  # cast at once
GRAZING = 0.04  # cosine below which a surface is too aslant to place a point on
HIDES = 1e-3  # of a point's distance: what is nearer by more than that hides it
FAINTEST = 0.1


@dataclass(frozen=True)
class _Set:
    """A scene with all that is needed to see it."""

    stage: Stage
    eye: Eye
    bodies: Bodies
    finish: Finish
    light: Light
    has_shadows: bool
    has_mirrors: bool


class Studio:
    """Textures at several sizes, and the drawing of clips with them.

    Parameters
    ----------
    textures : (n, 3, S, S)
        As `clips.Workshop` has them.
    """

    def __init__(self, textures: Tensor) -> None:
        self._count, self._side = len(textures), textures.shape[-1]
        levels = [textures]
        for level in range(1, LEVELS):
            small = F.avg_pool2d(textures, 2**level)
            levels.append(F.interpolate(small, textures.shape[-2:], mode="bilinear", align_corners=False))
        # one above the other, all of one texture next to each other: between sizes, too, is interpolated
        self._volume = torch.stack(levels, 1).flatten(0, 1).transpose(0, 1)[None]

    def make(self, chance: Chance, sizes: ClipSizes) -> Clips:
        """A batch of clips."""
        times = sample_times(chance, sizes.clips, sizes.length)
        exposure = chance.number(0.3, 1.0) / UNIT if chance.happens(0.2) else 0.0
        moments, middle = expose(times, len(LOOKS), exposure)
        layers = chance.whole(sizes.layers[0], sizes.layers[1] + 1)
        stage = Stage(chance, moments, sizes.size, layers)
        speed = sample_speed(stage)
        eye = sample_eye(stage, speed)
        bodies = sample_bodies(stage, eye, speed)
        scene = _Set(stage, eye, bodies, sample_finish(stage, bodies, eye, self._count), sample_light(stage),
                     chance.happens(0.5), chance.happens(0.4))
        video = film(self._paint(scene, sizes.length), Stage(chance, times, sizes.size, stage.layers))
        return Clips(video, *_choose(chance, sizes, eye.at(middle), bodies.at(middle)))

    def _paint(self, scene: _Set, length: int) -> Tensor:
        """(B, T, 3, H, W) the mean of all looks at every frame."""
        (h, w), clips = scene.stage.size, scene.stage.shape[0]
        device = scene.eye.place.device
        x, y = torch.meshgrid(*(torch.arange(n, device=device) for n in (w, h)), indexing="xy")
        grid = torch.stack([x, y], -1).float().view(h * w, 2)
        picture = torch.zeros(clips, length, h * w, 3, device=device)
        steps, many = len(LOOKS), max(1, MOST_RAYS // (clips * length))
        for step, shift in enumerate(LOOKS):
            frames = (torch.arange(length, device=device) * steps + step).expand(clips, -1)
            eye, bodies, way = scene.eye.at(frames), scene.bodies.at(frames), scene.light.way[:, step::steps]
            places = grid + constant(shift, device)
            for start in range(0, h * w, many):
                xy = places[start : start + many].expand(clips, length, -1, -1)
                picture[:, :, start : start + many] += self._see(scene, eye, bodies, way, eye.rays(xy)) / steps
        shown: Tensor = picture.transpose(2, 3).unflatten(3, (h, w))
        return shown

    def _see(self, scene: _Set, eye: Eye, bodies: Bodies, light: Tensor, rays: Tensor) -> Tensor:
        """(B, T, P, 3) the colours that rays bring."""
        hit = bodies.trace(eye.origin, rays)
        found = torch.isfinite(hit.length)
        length = torch.where(found, hit.length, 1.0)
        straight = F.normalize(rays, dim=-1)
        slant = (straight * hit.normal).sum(-1)
        colour = self._material(scene.finish, hit, length / eye.focal[..., None], slant)
        sun = light[:, :, None]
        falls = (hit.normal * sun).sum(-1).clamp_min(0)
        bright = torch.ones_like(falls)
        if scene.has_shadows:
            lifted = eye.origin + length[..., None] * rays + hit.normal * 1e-2
            bright = 1.0 - bodies.shades(lifted, sun.expand_as(rays)).float()
        ambient = scene.light.ambient[:, None, None]
        shade = ambient + 1.3 * (1 - ambient) * falls * bright
        clips = torch.arange(len(rays), device=rays.device)[:, None, None]
        gloss, sharpness = (values[clips, hit.slot] for values in (scene.finish.gloss, scene.finish.sharpness))
        bounce = straight - 2 * slant[..., None] * hit.normal
        shine = gloss * bright * (bounce * sun).sum(-1).clamp_min(1e-6) ** sharpness
        lit = colour * shade[..., None] + shine[..., None]
        if scene.has_mirrors:
            mirror = scene.finish.mirror[clips, hit.slot]
            lit = torch.lerp(lit, self._around(scene.finish, bounce), mirror[..., None])
        sky = 0.5 + scene.finish.tint[:, 0, None, None]
        return torch.where(found[..., None], lit, sky)

    def _material(self, finish: Finish, hit: Hit, spread: Tensor, slant: Tensor) -> Tensor:
        """(B, T, P, 3) what surfaces look like in white light; `spread` is how wide a pixel is there."""
        clips = torch.arange(len(spread), device=spread.device)[:, None, None]
        density = finish.density[clips, hit.slot]
        fine = (density * spread / slant.abs().clamp_min(FAINTEST).sqrt()).clamp_min(1e-6).log2()
        at = hit.spot * (density / self._side)[..., None] + finish.offset[clips, hit.slot, hit.face]
        colour = self._look_up(finish.texture[clips, hit.slot, hit.face], at, fine)
        contrast, tint = finish.contrast[clips, hit.slot], finish.tint[clips, hit.slot]
        return (colour - 0.5) * contrast[..., None] + 0.5 + tint

    def _around(self, finish: Finish, ways: Tensor) -> Tensor:
        """(B, T, P, 3) what mirrors show in some directions: what the room's first side does, out of focus."""
        at = (unwrap(ways) + 1) / 2
        texture = finish.texture[:, 0, 0, None, None].expand(ways.shape[:-1])
        return self._look_up(texture, at, torch.full_like(at[..., 0], 1.5))

    def _look_up(self, texture: Tensor, at: Tensor, level: Tensor) -> Tensor:
        """(B, T, P, 3) textures at places in their sides, which repeat, halved so many times."""
        across = 2 * torch.remainder(at, 1) - 1
        depth = texture * LEVELS + level.clamp(0, LEVELS - 1)
        grid = torch.cat([across, (depth * (2 / (self._count * LEVELS - 1)) - 1)[..., None]], -1)
        found = F.grid_sample(self._volume, grid.flatten(0, -2)[None, :, None, None], align_corners=True,
                              padding_mode="border")
        colours: Tensor = found[0, :, :, 0, 0].T.unflatten(0, at.shape[:-1])
        return colours


def _choose(chance: Chance, sizes: ClipSizes, eye: Eye, bodies: Bodies) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, positions and visibility of points that are seen on their query frame."""
    asked = Candidates.draw(chance, sizes)
    then = eye.at(asked.t)
    way = then.rays(torch.stack([asked.spot, asked.beside], 2))
    hit = bodies.at(asked.t).trace(then.origin, way)
    slant = (F.normalize(way, dim=-1) * hit.normal).sum(-1)[..., 0]
    fit = torch.isfinite(hit.length[..., 0]) & (slant < -GRAZING)
    slot, unit = hit.slot[..., 0], hit.unit[:, :, 0]
    is_edge = (hit.slot[..., 1] != slot) | (hit.face[..., 1] != hit.face[..., 0])
    xy, depth = eye.project(bodies.to_world(slot, unit))
    before, _ = bodies.first(eye.origin, eye.rays(xy))
    inside = ((xy > -0.5) & (xy < asked.limit - 0.5)).all(-1)
    visible = inside & (before > depth * (1 - HIDES)) & torch.isfinite(before)
    return asked.keep(preferred(chance, Ground(slot, is_edge, fit), visible, sizes), xy, visible)
