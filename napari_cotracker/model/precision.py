"""What arithmetic a GPU has, and which of it training uses."""

from __future__ import annotations

import torch

AMPERE = 8  # compute capability of NVIDIA's first GPUs with bfloat16 products


def gpu_multiplies_bfloat16(device: torch.device) -> bool:
    """Whether a GPU has bfloat16 products; torch's own question counts those that are imitated, slowly."""
    return torch.version.hip is not None or torch.cuda.get_device_properties(device).major >= AMPERE


def training_dtype(device: torch.device) -> torch.dtype:
    """In which heavy layers are trained: bfloat16 on GPUs that multiply it, float32 elsewhere.

    Not float16, in which small gradients vanish unless losses are scaled.
    """
    return torch.bfloat16 if device.type == "cuda" and gpu_multiplies_bfloat16(device) else torch.float32
