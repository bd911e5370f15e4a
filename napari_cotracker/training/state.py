"""What a run keeps between commands: enough to go on at the same step, in files small enough to carry.

Weights lie in float32 in two halves, the square root of Adam's second moment in bfloat16, the moving
average in float16: four files of under 15 MiB each for the largest network that may ship. Adam's first moment is
left out; it is back after some twenty steps. ``run.json`` is written last and names the others, so that an
interrupted write leaves the state before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..core.errors import TrackingError
from ..core.files import replacing

INDEX = "run.json"
FORMAT = "napari-cotracker-training"
Tensors = dict[str, Tensor]


@dataclass
class RunState:
    """A run at one step.

    Parameters
    ----------
    options : mapping
        Plain values of its `TrainOptions`.
    seed, step : int
    seconds, total : float
        Spent so far, and planned for the whole course.
    weights, average : dict of str to Tensor
    second_moment : dict of str to Tensor
        Of AdamW, by parameter; matrices have none (see `muon`).
    history : list of mapping
        What was noted along the way: losses and scores.
    """

    options: Mapping[str, Any]
    seed: int
    total: float
    step: int = 0
    seconds: float = 0.0
    weights: Tensors = field(default_factory=dict)
    average: Tensors = field(default_factory=dict)
    second_moment: Tensors = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)


def save_state(folder: Path, state: RunState) -> None:
    """Write a run's state over the one before.

    Raises
    ------
    TrackingError
        If the folder cannot be written.
    """
    from safetensors.torch import save

    names = sorted(state.weights)
    middle = _middle(state.weights, names)
    roots = {name: value.sqrt().to(torch.bfloat16) for name, value in state.second_moment.items()}
    parts = {
        "weights-1": {name: state.weights[name] for name in names[:middle]},
        "weights-2": {name: state.weights[name] for name in names[middle:]},
        "moment": roots, "average": {name: value.half() for name, value in state.average.items()},
    }
    files = {part: f"{part}-{state.step:07d}.safetensors" for part in parts}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrackingError(f"cannot make the folder {str(folder)!r}: {error.strerror}; choose another") from error
    for part, tensors in parts.items():
        with replacing(folder / files[part], TrackingError) as path:
            path.write_bytes(save({k: v.detach().cpu().contiguous() for k, v in tensors.items()}))
    index = {"format": FORMAT, "options": state.options, "seed": state.seed, "step": state.step,
             "seconds": state.seconds, "total": state.total, "files": files, "history": state.history}
    with replacing(folder / INDEX, TrackingError) as path:
        path.write_text(json.dumps(index, indent=1), encoding="utf-8")
    for old in folder.glob("*-[0-9]*.safetensors"):
        if old.name not in files.values() and old.name.rsplit("-", 1)[0] in files:
            with suppress(OSError):  # held open by somebody, on Windows: it goes with the next one
                old.unlink()


def load_state(folder: Path) -> RunState | None:
    """The state of the run in a folder; None where there is none yet.

    Raises
    ------
    TrackingError
        If it is damaged or not ours.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if not (folder / INDEX).is_file():
        return None
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        if index["format"] != FORMAT or not isinstance(index["options"]["network"], dict):
            raise ValueError(f"format {index['format']!r}")
        parts = {part: load_file(folder / Path(name).name) for part, name in index["files"].items()}
        return RunState(
            index["options"], int(index["seed"]), float(index["total"]), int(index["step"]), float(index["seconds"]),
            {**parts["weights-1"], **parts["weights-2"]},
            {name: value.float() for name, value in parts["average"].items()},
            {name: value.float().square() for name, value in parts["moment"].items()}, list(index["history"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise TrackingError(
            f"expected a training run in {str(folder)!r}, but it is damaged ({type(error).__name__}: {error}); "
            "name another folder, or go on from a weights file with --from"
        ) from error


def _middle(tensors: Tensors, names: list[str]) -> int:
    """Where to cut a list of names so that both parts are about as large."""
    total, sum_ = sum(value.numel() for value in tensors.values()), 0
    for index, name in enumerate(names):
        sum_ += tensors[name].numel()
        if 2 * sum_ >= total:
            return index + 1
    return len(names)
