"""Clips by chance with their exact tracks: what the network is trained on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ..model.layers import constant
from .camera import film
from .chance import Chance
from .motion import Motion
from .scene import UNIT, Look, Stage, expose, sample_look, sample_motion, sample_times
from .shapes import BALL, REACH, draw_outlines
from .textures import draw_textures

SHUTTER_STEPS = 3  # pictures within one exposure, where there is motion blur
BEHIND = 1.2  # how much less, in the logarithm, points of the background are wanted than those of a thing
CANDIDATES = 8  # points looked at for each that is kept
BESIDE = 1.5, 6.0  # px of 256 to a place beside a point, which tells whether it lies at an edge


@dataclass(frozen=True)
class Clips:
    """B clips of T frames with N tracks each.

    Parameters
    ----------
    video : (B, T, 3, H, W) uint8
    queries : (B, N, 3) float32
        t, x, y; the point is visible there.
    xy : (B, T, N, 2) float32
        Pixels, integers are pixel centres; known also where the point is hidden or outside.
    visible : (B, T, N) bool
    """

    video: Tensor
    queries: Tensor
    xy: Tensor
    visible: Tensor

    def __len__(self) -> int:
        return len(self.video)

    def map(self, function: Callable[[Tensor], Tensor]) -> Clips:
        """The same function on every part."""
        return Clips(*(function(getattr(self, f.name)) for f in fields(self)))

    @staticmethod
    def join(parts: Sequence[Clips]) -> Clips:
        """All clips of several batches of one size."""
        return Clips(*(torch.cat([getattr(part, f.name) for part in parts]) for f in fields(Clips)))


@dataclass(frozen=True)
class ClipSizes:
    """What a batch is like.

    Parameters
    ----------
    clips, length, tracks : int
        B, T and N.
    size : (height, width)
    first : float
        Share of the points whose query is on the first frame.
    layers : (fewest, most)
        The background included.
    hiding : float
        How much more, in the logarithm, points are wanted that hide for a while.
    edges : float
        How much more, in the logarithm, points are wanted that have something else right beside them.
    """

    clips: int
    length: int
    tracks: int
    size: tuple[int, int]
    first: float = 0.6
    layers: tuple[int, int] = (5, 13)
    hiding: float = 0.5
    edges: float = 2.5


@dataclass(frozen=True)
class Candidates:
    """Where points might be asked for: (B, C) frames, (B, C, 2) pixels inside a picture of `limit`, its (2,) width
    and height, and (B, C, 2) other pixels, each beside one of them."""

    t: Tensor
    spot: Tensor
    limit: Tensor
    beside: Tensor

    @classmethod
    def draw(cls, chance: Chance, sizes: ClipSizes) -> Candidates:
        """More of them than are wanted."""
        shape = sizes.clips, CANDIDATES * sizes.tracks
        t = chance.integers(shape, 0, sizes.length) * ~chance.coin(shape, sizes.first)
        limit = constant((sizes.size[1], sizes.size[0]), t.device)
        spot = chance.uniform((*shape, 2)) * (limit - 3) + 1
        way, far = chance.uniform(shape, 0, 2 * math.pi), chance.log_uniform(shape, *BESIDE) * limit.mean() / 256
        return cls(t, spot, limit, spot + torch.stack([way.cos(), way.sin()], -1) * far[..., None])

    def keep(self, picked: Tensor, xy: Tensor, visible: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, positions and visibility of (B, N) of them, as `Clips` has them, out of those of all."""
        cells = picked[:, None].expand(-1, xy.shape[1], -1)
        queries = torch.cat([self.t[..., None], self.spot], -1).float()
        places = picked[..., None].expand(-1, -1, 3)
        return queries.gather(1, places), xy.gather(2, cells[..., None].expand(-1, -1, -1, 2)), visible.gather(2, cells)


@dataclass(frozen=True)
class Ground:
    """What lies at candidates, (B, C) each: on which layer or body, whether something else is right beside them, and
    whether a point can be placed there at all."""

    layer: Tensor
    is_edge: Tensor
    fit: Tensor


class Workshop:
    """Banks of outlines and textures, and the drawing of clips from them.

    Parameters
    ----------
    chance : Chance
    textures, side : int
        How many textures, and their side in pixels.
    photos : sequence of (3, h, w)
    """

    def __init__(self, chance: Chance, textures: int = 64, side: int = 256, photos: Sequence[Tensor] = ()) -> None:
        self.textures = draw_textures(textures, side, chance, photos)
        self.outlines = draw_outlines(textures, 64, chance)

    def make(self, chance: Chance, sizes: ClipSizes) -> Clips:
        """A batch of clips."""
        steps = SHUTTER_STEPS if chance.happens(0.2) else 1
        times = sample_times(chance, sizes.clips, sizes.length)
        moments, middle = expose(times, steps, chance.number(0.3, 1.0) / UNIT)
        layers = chance.whole(sizes.layers[0], sizes.layers[1] + 1)
        stage = Stage(chance, moments, sizes.size, layers)
        look = sample_look(stage, len(self.outlines), len(self.textures))
        motion = sample_motion(stage)
        motion = replace(
            motion, radius=motion.radius * look.half_size[..., 0] * 1.02, girth=motion.girth * look.half_size * 1.02
        )
        look = replace(look, outline=torch.where(motion.girth[..., 0] > 0, BALL, look.outline))
        light = self._paint(stage, motion, look).unflatten(1, (sizes.length, steps)).mean(2)
        video = film(light, replace(stage, times=times))
        return Clips(video, *self._choose(chance, sizes, motion.at(middle), look))

    def _paint(self, stage: Stage, motion: Motion, look: Look) -> Tensor:
        """(B, T, 3, H, W) the layers over one another, from back to front."""
        h, w = stage.size
        x, y = torch.meshgrid(*(torch.arange(n, device=stage.times.device) for n in (w, h)), indexing="xy")
        clips, length = stage.times.shape
        grid = torch.stack([x, y], -1).float().view(1, 1, 1, h * w, 2).expand(clips, 1, length, -1, -1)
        picture = torch.zeros(clips, 3, length, h * w, device=grid.device)
        for layer in range(stage.layers):
            one = motion.layer(layer)
            plane = one.to_plane(grid)
            covered = self.coverage(look, plane, slice(layer, layer + 1))[:, 0, None]
            covered = covered * look.opacity[:, layer, None, None, None]
            colour = self._colours(look, layer, one.to_material(plane)[:, 0]) * one.shade(plane)[:, 0, None]
            picture = torch.lerp(picture, colour, covered)
        return picture.view(clips, 3, length, h, w).transpose(1, 2)

    def coverage(self, look: Look, plane: Tensor, layers: slice = slice(None)) -> Tensor:
        """(B, K, T, P) how much of each place of some layers' planes is covered, 0 … 1."""
        outline, half = look.outline[:, layers], look.half_size[:, layers]
        grid = (plane / half[:, :, None, None] / REACH).flatten(0, 1)
        maps = self.outlines[outline.clamp_min(0).flatten()]
        depth = F.grid_sample(maps, grid, mode="bilinear", padding_mode="border", align_corners=True)[:, 0]
        depth = depth - 4 * (grid.abs() - 1).amax(-1).clamp_min(0)
        scale = 2 * half.amin(-1) / look.softness[:, layers]
        covered = torch.sigmoid(depth.unflatten(0, outline.shape) * scale[..., None, None])
        return torch.where((outline < 0)[..., None, None], 1.0, covered)

    def _colours(self, look: Look, layer: int, material: Tensor) -> Tensor:
        """(B, 3, T, P) the texture of a layer at (B, T, P, 2) of its material."""
        density = look.density[:, layer] * 2 / self.textures.shape[-1]
        grid = material * density[:, None, None, None] + look.offset[:, layer, None, None]
        pictures = self.textures[look.texture[:, layer]]
        # mirrored textures would look alike on both sides of their edges, which real ones do not
        grid = (grid + 1) % 2 - 1
        colour = F.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)
        contrast, tint = look.contrast[:, layer, None, None, None], look.tint[:, layer, :, None, None]
        return ((colour - 0.5) * contrast + 0.5 + tint) * look.flicker[:, layer, None, :, None]

    def _choose(self, chance: Chance, sizes: ClipSizes, motion: Motion, look: Look) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, positions and visibility of points that see the light on their query frame."""
        asked = Candidates.draw(chance, sizes)
        t, limit = asked.t, asked.limit
        (clips, n), then = t.shape, motion.at(t)
        both = torch.stack([asked.spot, asked.beside], 2)
        plane = then.to_plane(both[:, None].expand(-1, look.outline.shape[1], -1, -1, -1))
        covers = (self.coverage(look, plane) > 0.5) & look.is_solid[..., None, None]
        order = torch.arange(1, covers.shape[1] + 1, device=t.device)[:, None, None]
        layer, beside = (covers * order).argmax(1).unbind(-1)
        rows, columns = torch.arange(clips, device=t.device)[:, None], torch.arange(n, device=t.device)
        plane = plane[:, :, :, :1]
        faces = then.faces(plane)[rows, layer, columns, 0]
        material = then.to_material(plane)[rows, layer, columns, 0]
        xy, visible = self._follow(motion, look, layer, material, limit)
        return asked.keep(preferred(chance, Ground(layer, beside != layer, faces), visible, sizes), xy, visible)

    def _follow(self, motion: Motion, look: Look, layer: Tensor, material: Tensor, limit: Tensor
                ) -> tuple[Tensor, Tensor]:
        """Where (B, N, 2) material points are in every frame, and whether they are seen."""
        xy, facing = motion.gather(layer).to_picture(material[:, :, None, None])
        xy, facing = xy[:, :, :, 0].transpose(1, 2), facing[:, :, :, 0].transpose(1, 2)
        plane = motion.to_plane(xy[:, None].expand(-1, look.outline.shape[1], -1, -1, -1))
        covers = (self.coverage(look, plane) > 0.5) & look.is_solid[..., None, None]
        above = torch.arange(covers.shape[1], device=layer.device)[:, None, None] > layer[:, None, None]
        inside = ((xy > -0.5) & (xy < limit - 0.5)).all(-1)
        return xy, inside & facing & ~(covers & above).any(1)


def preferred(chance: Chance, ground: Ground, visible: Tensor, sizes: ClipSizes) -> Tensor:
    """(B, N) which of (B, C) candidates to keep: never unfit ones, and more often than there are of them those on
    small layers, those at edges and those that hide for a while, less often those of the background.

    People ask for corners, tips and rims, and a point that comes into view does so at an edge; what is right beside it
    there is what a tracker may follow in its place.
    """
    layer = ground.layer
    counts = (layer[:, :, None] == layer[:, None]).sum(2)
    gumbel = -torch.log(-torch.log(chance.uniform(layer.shape, 1e-6, 1 - 1e-6)))
    hidden = (~visible).float().mean(1)
    hides = (hidden > 0.08) & (hidden < 0.75)
    liking = gumbel - counts.log() - BEHIND * (layer == 0) + sizes.hiding * hides + sizes.edges * ground.is_edge
    return liking.masked_fill(~ground.fit, -torch.inf).topk(sizes.tracks, 1).indices
