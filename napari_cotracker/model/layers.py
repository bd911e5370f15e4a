"""Layers that several parts of the network share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Activation = Literal["none", "gelu", "gelu_tanh"]
_ONEDNN = {"none": ("none", ""), "gelu": ("gelu", "none"), "gelu_tanh": ("gelu", "tanh")}


@cache
def _onednn_linear() -> Callable[..., Tensor] | None:
    """oneDNN's dense layer with the activation fused in, where this build of torch has it and it is right.

    torch hands float32 products to MKL, which on other makers' processors runs at less than half the
    speed of oneDNN (measured: 93 against 210 GFLOP/s on one core of an EPYC with AVX-512).
    """
    if not torch.backends.mkldnn.is_available() or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return None
    linear: Callable[..., Tensor] = torch.ops.mkldnn._linear_pointwise
    x, w = torch.linspace(-1, 1, 40).view(5, 8), torch.linspace(1, -1, 24).view(3, 8)
    try:
        with torch.inference_mode():
            plain = F.gelu(F.linear(x, w), approximate="tanh")
            fits = torch.allclose(linear(x, w, None, "gelu", [], "tanh"), plain, atol=1e-5)
    except (RuntimeError, NotImplementedError):
        return None
    return linear if fits else None


@cache
def _is_fused(dtype: torch.dtype) -> bool:
    """Whether oneDNN computes in this precision here; on processors without bfloat16 products it refuses them."""
    supports = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return dtype == torch.float32 or bool(dtype == torch.bfloat16 and supports and supports())


def dense(x: Tensor, weight: Tensor, bias: Tensor | None, activation: Activation = "none") -> Tensor:
    """``activation(x @ weight.T + bias)`` over the last axis, in the weight's precision."""
    x = x.to(weight.dtype)
    linear = _onednn_linear() if x.device.type == "cpu" and not _is_traced() else None
    if linear is not None and _is_fused(weight.dtype):
        kind, variant = _ONEDNN[activation]
        flat = x.reshape(-1, x.shape[-1])
        return linear(flat, weight, bias, kind, [], variant).view(*x.shape[:-1], weight.shape[0])
    y = F.linear(x, weight, bias)
    if activation == "none":
        return y
    return F.gelu(y, approximate="tanh" if activation == "gelu_tanh" else "none")


def _is_traced() -> bool:
    """Whether somebody needs to see what a layer does: autograd, or a compiler."""
    return torch.is_grad_enabled() or torch.compiler.is_compiling()


@lru_cache(maxsize=256)
def constant(values: tuple[float, ...], device: torch.device) -> Tensor:
    """A few fixed numbers on a device, float32.

    Kept, because handing numbers to a GPU waits until it has done all that was asked of it before.
    """
    with torch.inference_mode(False):
        return torch.tensor(values, dtype=torch.float32, device=device)


class Linear(nn.Linear):
    """A dense layer that computes in the precision of its weights."""

    def forward(self, input: Tensor, activation: Activation = "none") -> Tensor:
        return dense(input, self.weight, self.bias, activation)


class Mlp(nn.Module):
    """Two dense layers with a GELU between."""

    def __init__(self, width: int, hidden: int, out: int, activation: Activation) -> None:
        super().__init__()
        self.fc1 = Linear(width, hidden)
        self.fc2 = Linear(hidden, out)
        self.activation: Activation = activation

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(self.fc1(x, self.activation))
        return out


@dataclass(frozen=True)
class Pace:
    """How much to compute at a time, and what to call in between.

    Parameters
    ----------
    tokens : int
        Tokens (tracks × frames) treated together: bounds memory, results do not depend on it.
    check : callable
        Called between pieces of work; may raise to stop the computation.
    """

    tokens: int
    check: Callable[[], None] = lambda: None

    def rows(self, tokens_per_row: int) -> int:
        """How many rows to take at a time."""
        return max(1, self.tokens // max(1, tokens_per_row))

    def map(self, function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """``function(x)`` for (n, T, C) tokens, some rows at a time; for functions that treat rows alone."""
        parts = []
        for part in x.split(self.rows(x.shape[1])):
            self.check()
            parts.append(function(part))
        return parts[0] if len(parts) == 1 else torch.cat(parts)
