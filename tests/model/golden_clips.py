"""Goldens and the networks they were computed with."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from napari_cotracker.model import CoTracker3, load_checkpoint
from tests.model.weights import GOLDEN, make_weights

SEED = 25
FOLDER = TemporaryDirectory(prefix="weights-")  # of this process, with which it goes


@cache
def official_file(mode: str) -> Path:
    """A file in the layout of the official ones, with the rule's weights."""
    path = Path(FOLDER.name) / f"scaled_{mode}.pth"
    torch.save({key: torch.from_numpy(value) for key, value in make_weights(mode, SEED).items()}, path)
    return path


@cache
def network(mode: str) -> CoTracker3:
    """The network of `official_file`."""
    return load_checkpoint(official_file(mode))


def golden(name: str) -> dict[str, np.ndarray]:
    """All arrays of a golden file."""
    with np.load(GOLDEN / f"{name}.npz", allow_pickle=False) as file:
        return dict(file)


def as_video(frames: np.ndarray) -> torch.Tensor:
    """(T, H, W, 3) uint8 to (T, 3, H, W) float."""
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float()
