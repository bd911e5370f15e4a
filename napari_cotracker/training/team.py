"""Several processes that train one network together, each on clips of its own (started by ``torchrun``).

On a processor two processes of one thread each are faster than one of two threads as soon as anything
else runs: threads wait for one another at every layer, processes once a step.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
from torch import Tensor, nn


class Team:
    """This process's place among those that train together; a team of one needs no setting up.

    Parameters
    ----------
    device : torch.device
        Where to train; with several processes on GPUs, each takes one of its own.
    """

    def __init__(self, device: torch.device) -> None:
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        if device.type == "cuda" and self.size > 1:
            device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        self.device = device
        self.take_device()
        if self.size > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")

    def take_device(self) -> None:
        """Make this process's GPU the calling thread's: streams and recordings belong to that one."""
        if self.device.type == "cuda" and self.device.index is not None:
            torch.cuda.set_device(self.device)

    @property
    def leads(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def share_of(self, batch: int) -> int:
        """How many clips of a batch are this process's."""
        return max(1, batch // self.size)

    def agree(self, parameters: Iterable[nn.Parameter], seconds: float, stops: bool) -> tuple[float, bool]:
        """Average all gradients; gives the leader's seconds, and whether anybody wants to stop."""
        if self.size == 1:
            return seconds, stops
        slopes = []
        for parameter in parameters:
            if parameter.grad is None:  # another process may have one
                parameter.grad = torch.zeros_like(parameter)
            slopes.append(parameter.grad)
        note = torch.tensor([seconds if self.leads else 0.0, float(stops)], device=slopes[0].device)
        everything = torch.cat([*(slope.flatten() for slope in slopes), note])
        torch.distributed.all_reduce(everything)
        start = 0
        for slope in slopes:
            slope.copy_(everything[start : start + slope.numel()].view_as(slope) / self.size)
            start += slope.numel()
        agreed: Tensor = everything[start:]
        return float(agreed[0]), bool(agreed[1] > 0)
