"""Steps recorded once and played back: a GPU runs the thousands of kernels of a step faster than Python names them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .clips import Clips

Compute = Callable[[Clips], dict[str, Tensor]]
WARM_UPS = 3  # times a step runs as usual before it is recorded, so that libraries have made their choices


def differentiate(compute: Compute, clips: Clips, weights: Iterable[nn.Parameter]) -> dict[str, Tensor]:
    """Add the gradients of a step's ``total`` to those of the weights; gives its losses."""
    losses = compute(clips)
    weights = list(weights)
    slopes = torch.autograd.grad(losses["total"], weights, allow_unused=True)
    for weight, slope in zip(weights, slopes, strict=True):
        if slope is not None:
            weight.grad = slope.clone() if weight.grad is None else weight.grad.add_(slope)
    return {name: value.detach() for name, value in losses.items()}


@dataclass(frozen=True)
class _Recording:
    graph: Any
    clips: Clips
    losses: dict[str, Tensor]


class Replay:
    """Recordings of the steps of one network.

    A recording holds for clips of one size, and for everything else that `compute` does not read from tensors,
    which the key names. All share the memory of what lies between; so only the losses of the last one hold.
    Recordings for clips of other sizes are freed when one is made: a course does not come back to them.

    Parameters
    ----------
    weights : iterable of nn.Parameter
        Their ``grad`` is written in place from the first recording on.
    record : callable, optional
        Takes a function without arguments and gives something whose ``replay()`` does the same again; by default a
        CUDA graph.
    """

    def __init__(self, weights: Iterable[nn.Parameter],
                 record: Callable[[Callable[[], None]], Any] | None = None) -> None:
        self._weights = list(weights)
        self._record = record or _CudaGraphs().record
        self._recordings: dict[Hashable, _Recording] = {}

    def run(self, key: Hashable, clips: Clips, compute: Compute,
            hush: Callable[[], None] = lambda: None) -> dict[str, Tensor]:
        """Losses of a step; the weights' gradients are then those of this step alone.

        Before a step is recorded, `hush` is called: from then on no other thread may ask for GPU memory.
        """
        if key not in self._recordings:
            hush()
            size = clips.video.shape
            self._recordings = {k: one for k, one in self._recordings.items() if one.clips.video.shape == size}
            self._recordings[key] = self._make(clips, compute)
        recording = self._recordings[key]
        for name, held in vars(recording.clips).items():
            held.copy_(getattr(clips, name))
        recording.graph.replay()
        return recording.losses

    def _make(self, clips: Clips, compute: Compute) -> _Recording:
        slopes = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in self._weights]
        for weight, slope in zip(self._weights, slopes, strict=True):
            weight.grad = slope
        held, losses = clips.map(torch.clone), {}

        def step() -> None:
            torch._foreach_zero_(slopes)
            losses.update(differentiate(compute, held, self._weights))

        graph = self._record(step)
        return _Recording(graph, held, losses)


class _CudaGraphs:
    """CUDA graphs with common memory."""

    def __init__(self) -> None:
        torch.backends.cudnn.benchmark = True  # sizes stay the same: the fastest way is worth a search
        self._pool = torch.cuda.graph_pool_handle()
        self._stream = torch.cuda.Stream()

    def record(self, step: Callable[[], None]) -> torch.cuda.CUDAGraph:
        """Run a function some times, then record it."""
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            for _ in range(WARM_UPS):
                step()
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"):
            step()
        return graph
