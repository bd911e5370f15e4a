"""Weights files: the published ``.pth`` layouts, and our own ``.safetensors``.

Published files are pickles of tensors, raw or under ``model`` / ``state_dict``, with or without a
``module.`` prefix; they spell one key ``virual_tracks`` and carry a buffer ``time_emb`` that follows
from a formula. Ours carry their sizes as JSON in the metadata entry ``config``.
"""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..core.errors import CheckpointError
from .config import OFFLINE_WINDOW, ONLINE_WINDOW, CoTracker3Config
from .cotracker import CoTracker3, time_embedding

FORMAT = "napari-cotracker-weights"
OLD_MAGIC = (0x1950A86A20F9469CFC6C).to_bytes(10, "little")  # of torch before 1.6, after two or three bytes of pickle
MAX_BYTES = 2 << 30
MOST_MISSING = 2  # times what a file holds, up to which what is missing in it is told by name
_OFFICIAL_NAMES = {"updateformer.virual_tracks": "updateformer.virtual_tracks"}


def load_checkpoint(path: str | Path, *, window: int | None = None) -> CoTracker3:
    """The network in a weights file, in evaluation mode on the CPU.

    Parameters
    ----------
    path : str or Path
        An official ``.pth`` or one of our ``.safetensors`` files.
    window : int, optional
        Length of the time embedding, where the file should not decide: 16 for the online networks,
        60 for the offline ones.

    Raises
    ------
    CheckpointError
        If the file is missing, damaged, unsafe to open, or of another network.
    """
    path = Path(path)
    tensors, config = _read(path)
    if window is not None:
        config = replace(config, window=window)
    held = sum(tensor.numel() for tensor in tensors.values())
    if config.n_parameters > MOST_MISSING * held:  # sizes are read from the file: they may not fill the memory
        raise CheckpointError(
            f"{path.name!r} holds {held:,} numbers, and a network of its sizes {config.n_parameters:,}; fetch it again"
        )
    with torch.random.fork_rng(devices=[]):
        model = CoTracker3(config)  # under torch.device("meta") it would load torch's compiler: seconds
    model.load_state_dict(_checked(path, tensors, dict(model.state_dict())), assign=True)
    model.time_emb = time_embedding(config.window, config.token_width)
    model.fnet.to(memory_format=torch.channels_last)
    return model.eval().requires_grad_(False)


def save_checkpoint(path: str | Path, model: CoTracker3, metadata: Mapping[str, str] | None = None) -> None:
    """Write a network as float16 ``.safetensors`` with its sizes (and other strings) in the metadata."""
    from safetensors.torch import save

    tensors = {k: v.detach().to("cpu", torch.float16).contiguous() for k, v in model.state_dict().items()}
    entries = {**(metadata or {}), "format": FORMAT, "config": json.dumps(model.config.to_dict())}
    path = Path(path)
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(save(tensors, entries))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_window(path: str | Path) -> int:
    """Length of a file's time embedding: 16 is an online network, 60 an offline one."""
    return _read(Path(path))[1].window


def describe(path: str | Path) -> dict[str, Any]:
    """Facts about a weights file, as plain values: sizes, parameters, metadata."""
    path = Path(path)
    model = load_checkpoint(path)
    window = model.config.window
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "parameters": sum(p.numel() for p in model.parameters()),
        "mode": "online" if window == ONLINE_WINDOW else "offline",
        "config": model.config.to_dict(),
        **({"metadata": metadata} if (metadata := _metadata(path)) else {}),
    }


def _read(path: Path) -> tuple[dict[str, Tensor], CoTracker3Config]:
    if not path.exists():
        raise CheckpointError(f"expected a weights file, but {str(path)!r} does not exist")
    if not path.is_file():
        raise CheckpointError(f"expected a weights file, got the folder {str(path)!r}")
    size = path.stat().st_size
    if not 0 < size <= MAX_BYTES:
        raise CheckpointError(
            f"expected a weights file of 1 byte to {MAX_BYTES >> 30} GiB, but {path.name!r} has {size} bytes"
        )
    try:
        return _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    except OSError as error:
        raise CheckpointError(f"cannot read {path.name!r}: {error.strerror or error}") from error


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], CoTracker3Config]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        metadata = _metadata(path)
        tensors = load_file(path)
    except SafetensorError as error:
        raise CheckpointError(f"{path.name!r} is no complete safetensors file ({error}); fetch it again") from error
    try:
        values = json.loads(metadata.get("config", ""))
    except (json.JSONDecodeError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise CheckpointError(
            f"expected the network's sizes under 'config' in the metadata of {path.name!r}, got {sorted(metadata)}"
        )
    return tensors, CoTracker3Config.from_dict(values)


def _metadata(path: Path) -> dict[str, str]:
    if path.suffix != ".safetensors":
        return {}
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return dict(file.metadata() or {})


def _refuse_old(path: Path) -> None:
    with path.open("rb") as file:
        is_old = OLD_MAGIC in file.read(32)
    if is_old:
        new = path.with_name(f"{path.stem} new.pth")
        raise CheckpointError(
            f"{path.name!r} was written by torch before 1.6 (or so that it could read it), which is no zip archive; "
            f"write it anew, in Python: torch.save(torch.load({str(path)!r}, weights_only=True), {str(new)!r})"
        )


def _read_pickle(path: Path) -> tuple[dict[str, Tensor], CoTracker3Config]:
    # a truncated zip archive lacks its directory, which torch would report as a mystery
    if not zipfile.is_zipfile(path):
        _refuse_old(path)
        raise CheckpointError(
            f"{path.name!r} is no torch weights file or is cut off ({path.stat().st_size} bytes); fetch it again"
        )
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(f"{path.name!r} holds more than tensors and was not opened, to be safe") from error
    except OSError:
        raise
    except Exception as error:  # damaged pickles make torch stumble in any way
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise CheckpointError(f"{path.name!r} is damaged ({reason}); fetch it again") from error
    tensors = _unwrap(path, content)
    embedding = tensors.pop("time_emb", None)
    window = OFFLINE_WINDOW if embedding is None and "offline" in path.name else ONLINE_WINDOW
    if embedding is not None:
        width = CoTracker3Config().token_width
        if embedding.ndim != 3 or embedding.shape[0] != 1 or embedding.shape[2] != width:
            raise CheckpointError(
                f"expected time_emb of shape (1, frames, {width}) in {path.name!r}, got {tuple(embedding.shape)}"
            )
        window = int(embedding.shape[1])
    return tensors, CoTracker3Config(window=window)


def _unwrap(path: Path, content: object) -> dict[str, Tensor]:
    for key in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not content or not all(isinstance(v, Tensor) for v in content.values()):
        raise CheckpointError(f"expected a dictionary of tensors in {path.name!r}, got {type(content).__name__}")
    odd = [str(key) for key, v in content.items() if v.is_nested or v.layout != torch.strided or v.is_meta]
    if odd:
        raise CheckpointError(f"expected plain dense tensors in {path.name!r}, got sparse, nested or empty ones: "
                              f"{_list(odd)}; save the network's own state_dict")
    plain = {str(key).removeprefix("module."): value for key, value in content.items()}
    return {_OFFICIAL_NAMES.get(key, key): value for key, value in plain.items()}


def _checked(path: Path, found: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What was found in float32, if it is what was expected."""
    problems = []
    if missing := sorted(set(expected) - set(found)):
        problems.append(f"missing {_list(missing)}")
    if unexpected := sorted(set(found) - set(expected)):
        problems.append(f"unexpected {_list(unexpected)}")
    misshapen = [
        f"{key} {tuple(found[key].shape)} instead of {tuple(expected[key].shape)}"
        for key in sorted(set(found) & set(expected))
        if found[key].shape != expected[key].shape
    ]
    if misshapen:
        problems.append(f"misshapen {_list(misshapen)}")
    if problems:
        raise CheckpointError(f"{path.name!r} is not a CoTracker3 network of the expected sizes: {'; '.join(problems)}")
    # in float32, for 8 bits cannot be asked and what fits into 64 may be too large for 32
    weights = {key: value.to(torch.float32) for key, value in found.items() if value.is_floating_point()}
    broken = [key for key in found if key not in weights or not torch.isfinite(weights[key]).all()]
    if broken:
        raise CheckpointError(f"{path.name!r} has weights that are no finite numbers: {_list(broken)}")
    return weights


def _list(names: list[str], most: int = 6) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{len(names)} ({', '.join(names[:most])}{rest})"
