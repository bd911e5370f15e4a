"""Settings of the CoTracker3 trackers; plain values, so that no process needs torch to hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SELF_SUPPORTING = 25  # tracks that need no helpers (measured: from six on, helpers change nothing)
Device = str  # "auto", "cpu", "cuda", "cuda:1", "mps"
Precision = Literal["auto", "float32", "half"]


@dataclass(frozen=True)
class CoTracker3Settings:
    """How to run CoTracker3.

    Parameters
    ----------
    checkpoint : str
        Weights file, official ``.pth`` or our ``.safetensors``.
    device : str
        ``auto`` is cuda, else mps, else cpu.
    iters : int
        Refinement iterations per window.
    support_grid : int
        g × g helper points join the attention where fewer than `SELF_SUPPORTING` tracks are followed, and are removed
        from the answer; 0 for none.
    resolution : (height, width), optional
        Size at which the network sees the frames, multiples of 8; None is the checkpoint's own.
    precision : {"auto", "float32", "half"}
        Arithmetic of the heavy layers; ``auto`` is half on CUDA, for the hybrid on processors that
        multiply bfloat16, too, and float32 elsewhere.
    feature_precision : {"half", "float32"}
        How features are kept between runs.
    memory_budget : int
        Bytes of memory that cached features may take.
    disk_budget : int
        Bytes of disk that cached features may take in the user's cache folder; 0 for none.
    fast : bool
        Sliding windows start from extrapolated motion and, where no track begins, are refined twice only.
    compile : bool
        On CUDA, compile the network with ``torch.compile``: the first windows take a minute or more.
    redetects : bool
        Lost points are looked for in the whole picture when a window of the online mode starts; not under ``parity``.
    parity : bool
        Follow the published predictor exactly: windows and support grid from frame 0, float32 features.
    """

    checkpoint: str = ""
    device: Device = "auto"
    iters: int = 6
    support_grid: int = 6
    resolution: tuple[int, int] | None = None
    precision: Precision = "auto"
    feature_precision: Literal["half", "float32"] = "half"
    memory_budget: int = 512 << 20
    disk_budget: int = 8 << 30
    fast: bool = False
    compile: bool = False
    redetects: bool = False
    parity: bool = False

    @property
    def keeps_float32(self) -> bool:
        """Whether features are kept unrounded."""
        return self.parity or self.feature_precision == "float32"
