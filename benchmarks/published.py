"""The published data flow of CoTracker3, written plainly: what our speed and memory are measured against.

Same weights and same results as `napari_cotracker.model`, computed the way the paper's program does it:
the whole clip through the encoder as one batch, planar tensors and instance norm, patches by a
five-dimensional ``grid_sample``, correlations by ``einsum``, attention with an explicit softmax, dense
layers by ``F.linear``, both halves of every sliding window encoded again, nothing kept between calls.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from napari_cotracker.model import CoTracker3
from napari_cotracker.model.cotracker import interpolate_embedding


class PublishedFlow:
    """The network of a `CoTracker3` object, run the plain way."""

    def __init__(self, model: CoTracker3) -> None:
        self.w = {key: value.contiguous() for key, value in model.state_dict().items()}
        self.embedding = model.time_emb
        self.config = model.config

    def track_clip(self, video: Tensor, queries: Tensor, iters: int) -> tuple[Tensor, Tensor, Tensor]:
        """The offline model: (T, 3, H, W), (N, 3) to model pixels and probabilities."""
        pyramid = self.features(video)
        templates = self.supports(pyramid, queries)
        length, count = len(video), len(queries)
        xy = (queries[:, 1:] / self.config.stride).expand(length, count, 2)
        zeros = torch.zeros(length, count)
        return self.output(*self.refine(pyramid, templates, (xy, zeros, zeros), iters))

    def track_stream(self, video: Tensor, queries: Tensor, iters: int) -> tuple[Tensor, Tensor, Tensor]:
        """The online model: every chunk of 16 frames is encoded whole."""
        window, step, stride = self.config.window, self.config.window // 2, self.config.stride
        length, count = len(video), len(queries)
        t = queries[:, 0].long()
        rest = (queries[:, 1:] / stride).expand(window, count, 2)
        zeros = torch.zeros(window, count)
        state = tuple(torch.zeros(length + window, *shape) for shape in ((count, 2), (count,), (count,)))
        templates = None
        for start in range(0, max(length - step, 1), step):
            chunk = video[start : start + window]
            real = len(chunk)
            chunk = torch.cat([chunk, chunk[-1:].expand(window - real, -1, -1, -1)])
            pyramid = self.features(chunk)
            inside = (t >= (start + step if start else 0)) & (t < start + window)
            local = torch.cat([(t - start).clamp(0, window - 1)[:, None].float(), queries[:, 1:]], 1)
            fresh = [k * inside[:, None, None] for k in self.supports(pyramid, local)]
            templates = fresh if templates is None else [a + b for a, b in zip(templates, fresh, strict=True)]
            guess = [rest, zeros, zeros]
            if start:
                known = t < start + step
                for index, part in enumerate(state):
                    last = part[start + step - 1].expand(step, *part.shape[1:])
                    carried = torch.cat([part[start : start + step], last])
                    mask = known[None, :, None] if part.ndim == 3 else known[None]
                    guess[index] = torch.where(mask, carried, guess[index])
            solved = self.refine(pyramid, templates, tuple(guess), iters)
            for part, values in zip(state, solved, strict=True):
                part[start : start + real] = values[:real]
        return self.output(*(part[:length] for part in state))

    def output(self, xy: Tensor, visibility: Tensor, confidence: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Feature pixels and logits to model pixels and probabilities."""
        return xy * self.config.stride, visibility.sigmoid(), confidence.sigmoid()

    # ---------------------------------------------------------------- encoder
    def features(self, video: Tensor) -> list[Tensor]:
        """Pyramid of (T, C, h, w), the whole clip as one batch."""
        x = 2 * (video / 255.0) - 1
        size = (video.shape[2] // 4, video.shape[3] // 4)
        x = F.relu(F.instance_norm(self.conv(x, "conv1", 2, 3)))
        maps = []
        for stage, stride in (("layer1", 1), ("layer2", 2), ("layer3", 2), ("layer4", 2)):
            x = self.block(self.block(x, f"{stage}.0", stride), f"{stage}.1", 1)
            maps.append(F.interpolate(x, size, mode="bilinear", align_corners=True))
        x = F.relu(F.instance_norm(self.conv(torch.cat(maps, 1), "conv2", 1, 1)))
        x = self.conv(x, "conv3", 1, 0)
        pyramid = [x / x.square().sum(1, keepdim=True).clamp_min(1e-12).sqrt()]
        for _ in range(self.config.levels - 1):
            pyramid.append(F.avg_pool2d(pyramid[-1], 2, 2))
        return pyramid

    def conv(self, x: Tensor, name: str, stride: int, padding: int) -> Tensor:
        """A convolution of the encoder."""
        return F.conv2d(x, self.w[f"fnet.{name}.weight"], self.w[f"fnet.{name}.bias"], stride, padding)

    def block(self, x: Tensor, name: str, stride: int) -> Tensor:
        """A residual block of the encoder."""
        y = F.relu(F.instance_norm(self.conv(x, f"{name}.conv1", stride, 1)))
        y = F.relu(F.instance_norm(self.conv(y, f"{name}.conv2", 1, 1)))
        if stride > 1:
            x = F.instance_norm(self.conv(x, f"{name}.downsample.0", stride, 0))
        return F.relu(x + y)

    # ------------------------------------------------------------ correlation
    def offsets(self) -> Tensor:
        """(7, 7, 2) tap offsets, x slow."""
        steps = torch.arange(-self.config.radius, self.config.radius + 1.0)
        return torch.stack(torch.meshgrid(steps, steps, indexing="ij"), -1)

    def sample(self, volume: Tensor, t: Tensor, xy: Tensor) -> Tensor:
        """(C, T, h, w) read at (..., 2) positions of frames t by five-dimensional interpolation: (..., C)."""
        _, length, h, w = volume.shape
        extent = torch.tensor([max(w - 1, 1), max(h - 1, 1), max(length - 1, 1)])
        grid = 2 * torch.cat([xy, t[..., None].expand(*xy.shape[:-1], 1)], -1) / extent - 1
        shape = grid.shape[:-1]
        out = F.grid_sample(
            volume[None], grid.view(1, 1, 1, -1, 3), mode="bilinear", padding_mode="border", align_corners=True
        )
        return out.view(volume.shape[0], *shape).movedim(0, -1)

    def supports(self, pyramid: list[Tensor], queries: Tensor) -> list[Tensor]:
        """Templates (N, 49, C) of every level."""
        out = []
        for level, maps in enumerate(pyramid):
            xy = queries[:, None, None, 1:] / self.config.stride / 2**level + self.offsets()
            t = queries[:, 0].view(-1, 1, 1).expand(xy.shape[:-1])
            out.append(self.sample(maps.transpose(0, 1), t, xy).flatten(1, 2))
        return out

    def correlation(self, pyramid: list[Tensor], templates: list[Tensor], xy: Tensor) -> Tensor:
        """Correlation embeddings (T, N, levels · width)."""
        out = []
        for level, (maps, template) in enumerate(zip(pyramid, templates, strict=True)):
            length, count = xy.shape[:2]
            centre = xy[:, :, None, None] / 2**level + self.offsets()
            grid = self.normalised(centre, maps.shape).view(length, 1, count * self.config.taps, 1, 3)
            patches = F.grid_sample(maps[:, :, None], grid, mode="bilinear", padding_mode="border", align_corners=True)
            patches = patches.view(length, -1, count, self.config.taps).permute(0, 2, 3, 1)
            volume = torch.einsum("tnuc,njc->tnuj", patches, template)
            flat = volume.reshape(length, count, -1)
            hidden = F.gelu(F.linear(flat, self.w["corr_mlp.fc1.weight"], self.w["corr_mlp.fc1.bias"]))
            out.append(F.linear(hidden, self.w["corr_mlp.fc2.weight"], self.w["corr_mlp.fc2.bias"]))
        return torch.cat(out, -1)

    @staticmethod
    def normalised(xy: Tensor, shape: torch.Size) -> Tensor:
        """Pixel positions to the -1 … 1 of a volume of depth one."""
        scaled = 2 * xy / torch.tensor([max(shape[3] - 1, 1), max(shape[2] - 1, 1)]) - 1
        return torch.cat([scaled, torch.zeros_like(scaled[..., :1])], -1)

    # ------------------------------------------------------------- refinement
    def refine(self, pyramid: list[Tensor], templates: list[Tensor], state: tuple[Tensor, ...],
               iters: int) -> tuple[Tensor, Tensor, Tensor]:
        """Positions (T, N, 2) and logits after the iterations."""
        xy, visibility, confidence = state
        length = len(xy)
        time = interpolate_embedding(self.embedding, length)[0][:, None]
        for _ in range(iters):
            matched = self.correlation(pyramid, templates, xy)
            tokens = torch.cat([visibility[..., None], confidence[..., None], matched, self.motion(xy)], -1) + time
            delta = self.transformer(tokens.transpose(0, 1)).transpose(0, 1)
            xy, visibility, confidence = xy + delta[..., :2], visibility + delta[..., 2], confidence + delta[..., 3]
        return xy, visibility, confidence

    def motion(self, xy: Tensor) -> Tensor:
        """Encoded relative motion (T, N, 84)."""
        height, width = self.config.model_resolution
        unit = torch.tensor([width, height]) / self.config.stride
        ahead = F.pad(xy[:-1] - xy[1:], (0, 0, 0, 0, 0, 1)) / unit
        behind = F.pad(xy[1:] - xy[:-1], (0, 0, 0, 0, 1, 0)) / unit
        z = torch.cat([ahead, behind], -1)
        waves = (z[..., None, :] * 2.0 ** torch.arange(10)[:, None]).flatten(-2)
        return torch.cat([z, waves.sin(), (waves + math.pi / 2).sin()], -1)

    def transformer(self, tokens: Tensor) -> Tensor:
        """(N, T, 1110) to (N, T, 4)."""
        points = self.linear(tokens, "input_transform")
        virtual = self.w["updateformer.virtual_tracks"][0].expand(-1, tokens.shape[1], -1)
        x = torch.cat([points, virtual])
        count = len(points)
        for stage in range(self.config.depth):
            x = self.self_block(x, f"time_blocks.{stage}")
            points, virtual = x[:count].transpose(0, 1), x[count:].transpose(0, 1)
            virtual = self.cross_block(virtual, points, f"space_virtual2point_blocks.{stage}")
            virtual = self.self_block(virtual, f"space_virtual_blocks.{stage}")
            points = self.cross_block(points, virtual, f"space_point2virtual_blocks.{stage}")
            x = torch.cat([points, virtual], 1).transpose(0, 1)
        return torch.cat([self.linear(x[:count], "flow_head"), self.linear(x[:count], "vis_conf_head")], -1)

    def linear(self, x: Tensor, name: str) -> Tensor:
        """A dense layer of the transformer."""
        return F.linear(x, self.w[f"updateformer.{name}.weight"], self.w[f"updateformer.{name}.bias"])

    def self_block(self, x: Tensor, name: str) -> Tensor:
        """Self-attention and MLP."""
        normed = F.layer_norm(x, x.shape[-1:], eps=1e-6)
        return self.mlp(x + self.attention(normed, normed, f"{name}.attn"), name)

    def cross_block(self, x: Tensor, context: Tensor, name: str) -> Tensor:
        """Cross-attention and MLP."""
        scale, shift = (self.w[f"updateformer.{name}.norm_context.{part}"] for part in ("weight", "bias"))
        context = F.layer_norm(context, context.shape[-1:], scale, shift)
        normed = F.layer_norm(x, x.shape[-1:], eps=1e-6)
        return self.mlp(x + self.attention(normed, context, f"{name}.cross_attn"), name)

    def mlp(self, x: Tensor, name: str) -> Tensor:
        """The block's MLP, with its residual."""
        hidden = F.gelu(self.linear(F.layer_norm(x, x.shape[-1:], eps=1e-6), f"{name}.mlp.fc1"), approximate="tanh")
        return x + self.linear(hidden, f"{name}.mlp.fc2")

    def attention(self, x: Tensor, context: Tensor, name: str) -> Tensor:
        """Multi-head attention with an explicit softmax."""
        heads = self.config.heads
        q = self.linear(x, f"{name}.to_q").unflatten(-1, (heads, -1)).transpose(1, 2)
        keys, values = self.linear(context, f"{name}.to_kv").chunk(2, -1)
        k, v = (part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in (keys, values))
        weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        return self.linear((weights @ v).transpose(1, 2).flatten(-2), f"{name}.to_out")
