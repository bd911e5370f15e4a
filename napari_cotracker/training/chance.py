"""Random numbers from one seeded source, on the device where they are needed."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import torch
from torch import Tensor

Shape = Sequence[int]
MASK = (1 << 64) - 1  # torch takes no larger seeds


class Chance:
    """A seeded source of random tensors, and of single numbers.

    Single numbers decide what is done, so they never come from a GPU: asking it for one would wait until
    all that it still has to do is done.

    Parameters
    ----------
    seed : int
    device : str or torch.device
    """

    def __init__(self, seed: int, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        self.generator = torch.Generator(device=self.device).manual_seed(seed & MASK)
        self.dice = random.Random(seed)

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
        return self.dice.uniform(low, high)

    def log_number(self, low: float, high: float) -> float:
        """One number between two limits, evenly in the logarithm."""
        return math.exp(self.number(math.log(low), math.log(high)))

    def whole(self, low: int, high: int) -> int:
        """One whole number from `low` to `high` - 1."""
        return self.dice.randrange(low, high)

    def happens(self, probability: float) -> bool:
        """Whether something of a probability happens."""
        return self.dice.random() < probability

    def order(self, count: int) -> list[int]:
        """The numbers from 0 to `count` - 1 in any order."""
        return self.dice.sample(range(count), count)
