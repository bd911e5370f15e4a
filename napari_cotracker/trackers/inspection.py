"""What this computer and a weights file have to offer, as plain values for those who may not import torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import TrackingError


def torch_trouble() -> str:
    """Why torch cannot be loaded: it is missing, or its libraries do not fit this computer. Empty if it can."""
    try:
        import torch  # noqa: F401
    except (ImportError, OSError) as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ""


def require_torch() -> None:
    """Refuse what cannot be done without torch.

    Raises
    ------
    TrackingError
        If it cannot be loaded.
    """
    if trouble := torch_trouble():
        raise TrackingError(f"torch is needed and cannot be loaded ({trouble}); install the build for your computer, "
                            "see docs/installation.md. To track, `--model lucas-kanade` works without it")


def devices() -> list[dict[str, Any]]:
    """Where torch can run here: ``name`` as typed after ``--device``, ``title``, ``memory`` in bytes.

    The first is the one that ``auto`` takes; there is none without torch.
    """
    if torch_trouble():
        return []
    import psutil
    import torch

    found: list[dict[str, Any]] = []
    for number in range(torch.cuda.device_count()):
        card = torch.cuda.get_device_properties(number)
        found.append({"name": f"cuda:{number}", "title": card.name, "memory": card.total_memory})
    if torch.backends.mps.is_available():
        found.append({"name": "mps", "title": "Apple graphics", "memory": psutil.virtual_memory().total})
    threads = torch.get_num_threads()
    return [*found, {"name": "cpu", "title": f"{threads} threads", "memory": psutil.virtual_memory().total}]


def describe_checkpoint(path: Path) -> dict[str, Any]:
    """Configuration, number of parameters, metadata and hash of a weights file.

    Raises
    ------
    CheckpointError
        If it is missing, damaged or of another network; the message says which.
    TrackingError
        If torch cannot be loaded.
    """
    require_torch()
    from ..model.checkpoint import describe
    from .weights import sha256

    return {**describe(path), "sha256": sha256(path)}
