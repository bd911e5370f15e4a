"""Where and in which precision to compute."""

from __future__ import annotations

import torch

from ..core.errors import TrackingError
from ..model.precision import gpu_multiplies_bfloat16


def pick_device(name: str) -> torch.device:
    """The device a name means: ``auto`` is cuda, else mps, else cpu.

    Raises
    ------
    TrackingError
        If the name is unknown or this machine has no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise TrackingError(f"expected device auto, cpu, cuda or mps, got {name!r}") from None
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(device.type, False):
        usable = [kind for kind, yes in there.items() if yes]
        raise TrackingError(f"expected a device that this machine has ({', '.join(usable)}), got {name!r}; or use auto")
    return device


def pick_dtype(precision: str, device: torch.device) -> torch.dtype:
    """Arithmetic of the heavy layers.

    bfloat16 where the hardware multiplies it, float16 on older GPUs, float32 where half precision
    would be slower.
    """
    if precision not in ("auto", "float32", "half"):
        raise TrackingError(f"expected precision auto, float32 or half, got {precision!r}")
    if precision == "float32" or (precision == "auto" and device.type != "cuda"):
        return torch.float32
    if device.type == "cuda":
        return torch.bfloat16 if gpu_multiplies_bfloat16(device) else torch.float16
    if device.type == "mps":
        return torch.float16
    return torch.bfloat16 if multiplies_bfloat16() else torch.float32


def multiplies_bfloat16() -> bool:
    """Whether this processor has bfloat16 products (AVX512-BF16 or AMX)."""
    check = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    has = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(check and check()) and bool(has and has())


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on a GPU or not."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(
        sign in text for sign in ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")
    )


def give_back_memory(device: torch.device) -> None:
    """Let a GPU have what torch keeps of its memory for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()


def available_memory(device: torch.device) -> int:
    """Bytes that can still be taken."""
    import psutil

    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # torch's, to be given anew
        return int(torch.cuda.mem_get_info(device)[0]) + unused
    return int(psutil.virtual_memory().available)
