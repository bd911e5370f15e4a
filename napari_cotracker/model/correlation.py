"""Four-dimensional correlation between a track's template and its neighbourhood in every frame.

Positions are in pixels of level 0 (image pixels / stride). Level i is read at position / 2^i without
a half-pixel shift: pooling does move pixel centres, but the network was trained with that bias.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from .layers import constant, dense

# Tokens whose correlations are computed together: small enough that a processor's cache holds them.
CPU_CHUNK = 192
GPU_CHUNK = 16384
# Tracks whose templates are sampled together.
TEMPLATE_CHUNK = 512


def gather_patches(level: Tensor, frames: Tensor, corner: Tensor, side: int) -> Tensor:
    """Square patches of feature vectors, clamped to the border.

    Parameters
    ----------
    level : (T, h, w, C)
    frames : (..., ) int64
        The frame of each patch.
    corner : (..., 2) int64
        Its first x and y.
    side : int
        Pixels along each side.

    Returns
    -------
    (..., side · side, C), x offset slow and y offset fast: the published weights expect this order.
    """
    length, h, w, channels = level.shape
    steps = torch.arange(side, device=level.device)
    x = (corner[..., 0, None] + steps).clamp_(0, w - 1)
    y = (corner[..., 1, None] + steps).clamp_(0, h - 1)
    rows = frames.clamp(0, length - 1)[..., None, None] * (h * w) + y[..., None, :] * w + x[..., :, None]
    return level.reshape(-1, channels).index_select(0, rows.reshape(-1)).view(*corner.shape[:-1], side * side, channels)


def interpolate_patches(grid: Tensor, fraction: Tensor) -> Tensor:
    """(..., s, s, K) values at integer offsets (x slow) to (..., s-1, s-1, K) at a fraction between them."""
    fx = fraction[..., 0, None, None, None].to(grid.dtype)
    fy = fraction[..., 1, None, None, None].to(grid.dtype)
    along_x = torch.lerp(grid[..., :-1, :, :], grid[..., 1:, :, :], fx)
    return torch.lerp(along_x[..., :-1, :], along_x[..., 1:, :], fy)


def split_position(xy: Tensor, level: int, radius: int, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Integer corner of the patch around positions of level 0, and the fraction beyond it.

    Positions far outside a level of `size` (height, width) are drawn in, where every tap already reads
    the border; this keeps integers in range whatever the network predicts.
    """
    margin = radius + 2
    upper = constant((size[1] + margin, size[0] + margin), xy.device)
    scaled = torch.nan_to_num(xy / 2**level).clamp_min(-margin).minimum(upper)
    corner = scaled.floor()
    return corner.long() - radius, scaled - corner


def sample_templates(pyramid: Sequence[Tensor], frames: Tensor, xy: Tensor, radius: int) -> Tensor:
    """What each track looks like on its query frame.

    Parameters
    ----------
    pyramid : L tensors (T, h, w, C)
    frames : (N,) int64
        Query frames, counted within the pyramid.
    xy : (N, 2)
        Query positions in pixels of level 0.

    Returns
    -------
    (N, L, taps, C) in the pyramid's precision
    """
    side = 2 * radius + 2
    shape = (len(xy), len(pyramid), (side - 1) ** 2, pyramid[0].shape[-1])
    templates = torch.empty(shape, dtype=pyramid[0].dtype, device=xy.device)
    for rows in torch.arange(len(xy), device=xy.device).split(TEMPLATE_CHUNK):
        for index, level in enumerate(pyramid):
            corner, fraction = split_position(xy[rows], index, radius, (level.shape[1], level.shape[2]))
            patches = gather_patches(level, frames[rows], corner, side).float()
            grid = patches.view(len(rows), side, side, -1)
            templates[rows, index] = interpolate_patches(grid, fraction).flatten(1, 2).to(templates.dtype)
    return templates


def correlate(level: Tensor, index: int, templates: Tensor, xy: Tensor, dtype: torch.dtype, *,
              clips: int = 1) -> Tensor:
    """Correlation volumes of some tracks on one level.

    Parameters
    ----------
    level : (T, h, w, C)
    index : int
        Which level it is.
    templates : (n, taps, C)
    xy : (n, T, 2)
        Positions in pixels of level 0.
    dtype : torch.dtype
        Precision of the products.
    clips : int
        How many clips of T frames lie one after the other in `level`; rows go through the clips in turn.

    Returns
    -------
    (n, T, taps · taps): target tap slow, template tap fast.

    Notes
    -----
    Interpolation is linear, so it is done after the products: eight by eight integer positions are
    read once instead of four corners for each of the 49 taps.
    """
    n, length = xy.shape[:2]
    taps = templates.shape[1]
    radius = (int(taps**0.5) - 1) // 2
    side = 2 * radius + 2
    corner, fraction = split_position(xy, index, radius, (level.shape[1], level.shape[2]))
    first = torch.arange(n, device=xy.device)[:, None] % clips * length
    frames = torch.arange(length, device=xy.device) + first
    patches = _cast(gather_patches(level, frames, corner, side), dtype)
    products = _match(patches.view(n, length * side * side, -1), _cast(templates, dtype))
    return interpolate_patches(products.view(n, length, side, side, taps), fraction).reshape(n, length, taps * taps)


def _cast(x: Tensor, dtype: torch.dtype) -> Tensor:
    # float16 to bfloat16 goes through a slow loop in torch; by way of float32 it is vectorised
    return x.float().to(dtype) if x.dtype == torch.float16 and dtype == torch.bfloat16 else x.to(dtype)


def _match(patches: Tensor, templates: Tensor) -> Tensor:
    """(n, M, C) and (n, taps, C) to (n, M, taps)."""
    if patches.device.type == "cpu" and patches.dtype == torch.float32 and not torch.is_grad_enabled():
        return torch.stack([dense(p, k, None) for p, k in zip(patches, templates, strict=True)])
    return torch.bmm(patches, templates.transpose(1, 2))


def volumes(pyramid: Sequence[Tensor], templates: Tensor, xy: Tensor, dtype: torch.dtype,
            chunk: int, *, clips: int = 1) -> Iterator[tuple[slice, Tensor]]:
    """Correlation volumes of all levels, a few tracks at a time.

    Parameters
    ----------
    templates : (N, L, taps, C)
    xy : (N, T, 2)
    chunk : int
        Tokens (tracks × frames) per step.
    clips : int
        As in `correlate`.

    Yields
    ------
    rows : slice
        Which tracks.
    volume : (n, T, L, taps · taps)
    """
    step = clips * max(1, chunk // max(1, clips * xy.shape[1]))
    for start in range(0, len(xy), step):
        rows = slice(start, min(start + step, len(xy)))
        parts = [
            correlate(level, index, templates[rows, index], xy[rows], dtype, clips=clips)
            for index, level in enumerate(pyramid)
        ]
        yield rows, torch.stack(parts, 2)
