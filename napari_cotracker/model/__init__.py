"""CoTracker3 as tensors in, tensors out, and its weights files."""

from .checkpoint import load_checkpoint, save_checkpoint
from .config import CoTracker3Config
from .cotracker import CoTracker3

__all__ = ["CoTracker3", "CoTracker3Config", "load_checkpoint", "save_checkpoint"]
