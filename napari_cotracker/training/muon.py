"""The optimiser: Muon for matrices, AdamW for everything else.

Muon steps along the gradient's momentum made orthogonal, so that no direction of a matrix is left behind
(K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024); scaled as by Liu et al. 2025
(arXiv 2502.16982, section 2.2) its steps are as large as AdamW's, and one learning rate serves both. It keeps no
second moment, so a run that goes on after a pause is not thrown off. torch's own takes no convolutions and launches
each matrix by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from ..model.precision import training_dtype

MOMENTUM = 0.95
SCALE = 0.2  # root mean square of AdamW's steps in units of its rate
STEPS = 5
QUINTIC = (3.4445, -4.7750, 2.0315)
PLAIN = ("head", "virtual", "fnet.conv1")  # what meets the outside world steps by AdamW


class Muon:
    """Steps of all weights of a network.

    Parameters
    ----------
    named : iterable of (name, nn.Parameter)
    decay : float
        Weight decay.

    Attributes
    ----------
    adam : torch.optim.AdamW
        Of the weights that are no matrices.
    """

    def __init__(self, named: Iterable[tuple[str, nn.Parameter]], decay: float) -> None:
        self._decay = decay
        self._alike: dict[tuple[int, int], list[nn.Parameter]] = {}
        self._plain: dict[str, nn.Parameter] = {}
        for name, weight in named:
            if weight.ndim < 2 or any(part in name for part in PLAIN):
                self._plain[name] = weight
            else:
                self._alike.setdefault((weight.shape[0], weight.numel() // weight.shape[0]), []).append(weight)
        self._momentum: dict[tuple[int, int], Tensor] = {}
        self.adam = torch.optim.AdamW(self._plain.values(), 0.0, (0.9, 0.98), weight_decay=decay, eps=1e-8)

    def zero_grad(self) -> None:
        """Forget all gradients."""
        self.adam.zero_grad(set_to_none=True)
        for weights in self._alike.values():
            for weight in weights:
                weight.grad = None

    def second_moments(self) -> dict[str, Tensor]:
        """Of AdamW's weights, by name, as far as they have stepped."""
        state = self.adam.state
        return {name: state[weight]["exp_avg_sq"] for name, weight in self._plain.items() if weight in state}

    def restore(self, moments: Mapping[str, Tensor], step: int) -> None:
        """Take up second moments of a run that goes on; first ones start anew."""
        for name, weight in self._plain.items():
            if name in moments:
                self.adam.state[weight] = {
                    "step": torch.tensor(float(step)), "exp_avg": torch.zeros_like(weight),
                    "exp_avg_sq": moments[name].to(weight.device),
                }

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move all weights that have gradients; matrices of one shape together."""
        self.adam.param_groups[0]["lr"] = rate
        self.adam.step()
        for shape, weights in self._alike.items():
            slopes = torch.stack([
                (torch.zeros_like(weight) if weight.grad is None else weight.grad).reshape(shape) for weight in weights
            ])
            momentum = self._momentum.setdefault(shape, torch.zeros_like(slopes)).lerp_(slopes, 1 - MOMENTUM)
            ways = orthogonal(slopes.lerp(momentum, MOMENTUM))
            far = rate * SCALE * math.sqrt(max(shape))
            for weight, way in zip(weights, ways, strict=True):
                weight.mul_(1 - rate * self._decay).sub_(way.reshape(weight.shape), alpha=far)


def orthogonal(matrices: Tensor) -> Tensor:
    """(n, rows, columns) matrices with all singular values brought near 1, by Newton and Schulz's iteration."""
    a, b, c = QUINTIC
    is_tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if is_tall else matrices
    x = x.to(training_dtype(x.device))
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(STEPS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    even: Tensor = x.mT if is_tall else x
    return even.to(matrices.dtype)
