"""CoTracker3: the network, written from the paper (Karaev et al. 2024, arXiv 2410.11831).

The network holds no memory of who called it: what one sliding window hands to the next is a
`WindowState` (see `streaming`). Inside, positions are in feature pixels (model pixels / stride) and
tensors are track-major, (N, T, ...).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import MOTION_OCTAVES, CoTracker3Config
from .correlation import CPU_CHUNK, GPU_CHUNK, sample_templates, volumes
from .encoder import Encoder, build_pyramid, normalise_features
from .layers import Linear, Mlp, Pace, constant
from .transformer import CrossBlock, SelfBlock, UpdateTransformer

# Tokens that go through the transformer together: bounds memory, results do not depend on it.
CPU_TOKENS = 2048
GPU_TOKENS = 1 << 17


@dataclass(frozen=True)
class Guess:
    """The state that the network refines.

    Parameters
    ----------
    xy : (N, T, 2) float32
        Positions in feature pixels.
    visibility, confidence : (N, T) float32
        Logits.
    """

    xy: Tensor
    visibility: Tensor
    confidence: Tensor

    @classmethod
    def at_rest(cls, xy: Tensor, length: int) -> Guess:
        """Every point stays at its query position (N, 2), with even odds."""
        zeros = torch.zeros(len(xy), length, device=xy.device)
        return cls(xy[:, None].expand(-1, length, -1).contiguous(), zeros, zeros)

    def parts(self) -> tuple[Tensor, Tensor, Tensor]:
        """The three tensors."""
        return self.xy, self.visibility, self.confidence

    def join(self, other: Guess) -> Guess:
        """The tracks of both, these first."""
        return Guess(*map(torch.cat, zip(self.parts(), other.parts(), strict=True)))

    def map(self, function: Callable[[Tensor], Tensor]) -> Guess:
        """The same function on all three tensors."""
        return Guess(*map(function, self.parts()))


@dataclass(frozen=True)
class Ends:
    """What is known of tracks that have a known cell at either end of a stretch of frames.

    Parameters
    ----------
    templates : (N, L, taps, C)
        What each track looks like at its far end.
    share : (N, T) float32
        How much of the matching that template counts in each frame, 0 … 1.
    held : (N, T) bool
        Cells that are known and stay as they are.
    """

    templates: Tensor
    share: Tensor
    held: Tensor


class CoTracker3(nn.Module):
    """The network; the same for sliding windows and for whole clips."""

    def __init__(self, config: CoTracker3Config | None = None) -> None:
        super().__init__()
        self.config = config or CoTracker3Config()
        c = self.config
        self.fnet = Encoder(c).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.updateformer = UpdateTransformer(c)
        self.corr_mlp = Mlp(c.taps * c.taps, c.corr_hidden, c.corr_out, "gelu")
        self.time_emb: Tensor
        self.register_buffer("time_emb", time_embedding(c.window, c.token_width), persistent=False)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.updateformer.virtual_tracks.device

    def use_precision(self, dtype: torch.dtype) -> CoTracker3:
        """Keep the heavy layers' weights in `dtype`; positions, logits, norms and sums stay in float32."""
        self.fnet.to(dtype)
        for module in (self.corr_mlp, self.updateformer):
            for name, layer in module.named_modules():
                if isinstance(layer, Linear) and not name.endswith("head"):
                    layer.to(dtype)
        return self

    def compile_blocks(self, backend: str = "inductor") -> CoTracker3:
        """Compile the encoder, the correlation MLP and every attention block (``torch.compile``).

        Pays on GPUs after the first windows, which take minutes; needs a C++ compiler. What lies
        between the blocks stays as it is, so that a run can still be stopped there.
        """
        blocks = [m for m in self.updateformer.modules() if isinstance(m, SelfBlock | CrossBlock)]
        for block in (self.fnet, self.corr_mlp, *blocks):
            block.compile(dynamic=block is not self.fnet, backend=backend)
        return self

    def encode(self, frames: Tensor) -> Tensor:
        """Features of some frames.

        Parameters
        ----------
        frames : (B, 3, H, W) float, 0 … 255
            H and W multiples of the stride.

        Returns
        -------
        (B, H/stride, W/stride, C) float32, unit length.
        """
        h, w = frames.shape[-2:]
        if h % self.config.stride or w % self.config.stride:
            raise ValueError(f"expected a frame size in multiples of {self.config.stride}, got {w} × {h}")
        scaled = 2 * (frames.float() / 255.0) - 1.0
        weight = self.fnet.conv1.weight
        x = scaled.to(weight.dtype).contiguous(memory_format=torch.channels_last)
        return normalise_features(self.fnet(x))

    def pyramid(self, features: Tensor) -> list[Tensor]:
        """Feature pyramid of (T, h, w, C) features."""
        return build_pyramid(features, self.config.levels)

    def templates(self, pyramid: Sequence[Tensor], frames: Tensor, xy: Tensor) -> Tensor:
        """(N, L, taps, C) templates of points at (N, 2) feature pixels on the given frames of a pyramid."""
        return sample_templates(pyramid, frames, xy, self.config.radius)

    def pace(self) -> Pace:
        """How much to compute at a time on this device."""
        return Pace(CPU_TOKENS if self.device.type == "cpu" else GPU_TOKENS)

    def refine(self, pyramid: Sequence[Tensor], templates: Tensor, guess: Guess, iters: int,
               pace: Pace | None = None, *, clips: int = 1, ends: Ends | None = None) -> Iterator[Guess]:
        """Improve a guess; yields the state after every iteration.

        Parameters
        ----------
        pyramid : L tensors (clips · T, h, w, C)
        templates : (N · clips, L, taps, C)
        guess : Guess of N · clips tracks over T frames
        iters : int
        pace : Pace, optional
            How much to compute at a time.
        clips : int
            Clips that are treated together but share nothing: their frames lie one after the other, their
            tracks in turn (track 0 of every clip, then track 1).
        ends : Ends, optional
            For tracks between two known cells: what both their templates match is mixed after it was embedded.
        """
        pace = pace or self.pace()
        embedding = interpolate_embedding(self.time_emb, guess.xy.shape[1])
        for _ in range(iters):
            guess = Guess(guess.xy.detach(), guess.visibility, guess.confidence)  # no gradient through positions
            points = self._project(pyramid, templates, guess, embedding, pace=pace, clips=clips, ends=ends)
            of_clips = points.view(len(points) // clips, -1, points.shape[-1])
            delta = self.updateformer(of_clips, pace, clips).float().view(*points.shape[:2], 4)
            delta = delta if ends is None else delta.masked_fill(ends.held[..., None], 0)
            guess = Guess(guess.xy + delta[..., :2], guess.visibility + delta[..., 2], guess.confidence + delta[..., 3])
            yield guess

    def solve(self, pyramid: Sequence[Tensor], templates: Tensor, guess: Guess, iters: int) -> Guess:
        """The last state of `refine`."""
        return deque(self.refine(pyramid, templates, guess, iters), maxlen=1).pop()

    def _project(self, pyramid: Sequence[Tensor], templates: Tensor, guess: Guess, embedding: Tensor, *,
                 pace: Pace, clips: int, ends: Ends | None) -> Tensor:
        """Tokens of all points, already through the transformer's first layer (they are three times as wide before)."""
        height, width = self.config.model_resolution
        unit = constant((width / self.config.stride, height / self.config.stride), guess.xy.device)
        motion = encode_motion(guess.xy, unit)
        parts = []
        for rows, matched in self._match(pyramid, templates, guess.xy, pace=pace, clips=clips, ends=ends):
            pace.check()
            logits = torch.stack([guess.visibility[rows], guess.confidence[rows]], -1)
            parts.append(self.updateformer.input_transform(torch.cat([logits, matched, motion[rows]], -1) + embedding))
        return torch.cat(parts).float()

    def _match(self, pyramid: Sequence[Tensor], templates: Tensor, xy: Tensor, *, pace: Pace, clips: int,
               ends: Ends | None) -> Iterator[tuple[slice, Tensor]]:
        """Embedded correlations of all levels, (n, T, L · C), a few tracks at a time."""
        # in training everything is kept for the gradients anyway, and many small pieces keep a GPU waiting
        most = CPU_CHUNK if self.device.type == "cpu" else pace.tokens if torch.is_grad_enabled() else GPU_CHUNK
        chunk = min(pace.tokens, most)
        dtype = self.corr_mlp.fc1.weight.dtype
        near = volumes(pyramid, templates, xy, dtype, chunk, clips=clips)
        far = volumes(pyramid, ends.templates, xy, dtype, chunk, clips=clips) if ends else None
        for rows, volume in near:
            matched = self.corr_mlp(volume).flatten(2).float()
            if ends is not None and far is not None:
                other = self.corr_mlp(next(far)[1]).flatten(2).float()
                matched = torch.lerp(matched, other, ends.share[rows][..., None])
            yield rows, matched

    def track_clip(self, video: Tensor, queries: Tensor, iters: int = 6) -> tuple[Tensor, Tensor, Tensor]:
        """Track points through a clip as one window, forward and backward from their queries.

        Parameters
        ----------
        video : (T, 3, H, W) float, 0 … 255
        queries : (N, 3) float
            t, x, y in pixels of `video`.
        iters : int

        Returns
        -------
        xy : (T, N, 2) float32
        visibility, confidence : (T, N) float32
            Probabilities.
        """
        from .streaming import check_inputs, encode_clip, to_output

        check_inputs(video, queries)
        pyramid = self.pyramid(encode_clip(self, video))
        xy = queries[:, 1:].float().to(self.device) / self.config.stride
        templates = self.templates(pyramid, queries[:, 0].long().to(self.device), xy)
        solved = self.solve(pyramid, templates, Guess.at_rest(xy, len(video)), iters)
        return to_output(solved, self.config.stride)

    def track_stream(self, video: Tensor, queries: Tensor, iters: int = 6) -> tuple[Tensor, Tensor, Tensor]:
        """Track points with a sliding window, as the published online network does from frame 0.

        Arguments and results as in `track_clip`; values before a track's query are not meaningful.
        """
        from .streaming import track_windows

        return track_windows(self, video, queries, iters)


def time_embedding(length: int, width: int) -> Tensor:
    """(1, length, width) sines and cosines of the frame number, computed in double precision."""
    half = width // 2
    rate = 1.0 / 10000.0 ** (torch.arange(half, dtype=torch.float64) / (width / 2))
    angle = torch.arange(length, dtype=torch.float64)[:, None] * rate
    return torch.cat([angle.sin(), angle.cos()], 1)[None].float()


def interpolate_embedding(embedding: Tensor, length: int) -> Tensor:
    """Stretch a (1, L, C) time embedding to a window of another length."""
    if embedding.shape[1] == length:
        return embedding
    return F.interpolate(embedding.transpose(1, 2), length, mode="linear").transpose(1, 2)


def encode_motion(xy: Tensor, unit: Tensor) -> Tensor:
    """(N, T, 84) sines and cosines of the displacement to the next and from the previous frame.

    Parameters
    ----------
    xy : (N, T, 2) feature pixels
    unit : (2,)
        Width and height of the working picture in feature pixels.
    """
    step = F.pad(xy[:, 1:] - xy[:, :-1], (0, 0, 1, 1))
    z = torch.cat([-step[:, 1:] / unit, step[:, :-1] / unit], -1)
    octaves = 2.0 ** torch.arange(MOTION_OCTAVES, device=xy.device)
    waves = (octaves[:, None] * z[..., None, :]).flatten(-2)
    return torch.cat([z, waves.sin(), (waves + 0.5 * math.pi).sin()], -1)
