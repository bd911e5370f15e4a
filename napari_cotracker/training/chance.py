"""Random numbers from one seeded source, on the device where they are needed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

Shape = Sequence[int]


class Chance:
    """A seeded source of random tensors.

    Parameters
    ----------
    seed : int
    device : str or torch.device
    """

    def __init__(self, seed: int, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        self.generator = torch.Generator(device=self.device).manual_seed(seed)

    def uniform(self, shape: Shape, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Evenly between two limits."""
        return torch.rand(*shape, generator=self.generator, device=self.device) * (high - low) + low

    def log_uniform(self, shape: Shape, low: float, high: float) -> Tensor:
        """Evenly in the logarithm: each octave is as likely as the next."""
        return self.uniform(shape, math.log(low), math.log(high)).exp()

    def normal(self, shape: Shape) -> Tensor:
        """Zero mean, unit variance."""
        return torch.randn(*shape, generator=self.generator, device=self.device)

    def coin(self, shape: Shape, probability: float) -> Tensor:
        """True with a probability."""
        return self.uniform(shape) < probability

    def integers(self, shape: Shape, low: int, high: int) -> Tensor:
        """Whole numbers from `low` to `high` - 1."""
        return torch.randint(low, high, tuple(shape), generator=self.generator, device=self.device)

    def number(self, low: float, high: float) -> float:
        """One number between two limits."""
        return float(self.uniform((1,), low, high))

    def whole(self, low: int, high: int) -> int:
        """One whole number from `low` to `high` - 1."""
        return int(self.integers((1,), low, high))

    def happens(self, probability: float) -> bool:
        """Whether something of a probability happens."""
        return bool(self.coin((1,), probability))
