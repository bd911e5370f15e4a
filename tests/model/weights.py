"""Deterministic weights for parity tests, from integers alone.

Every value follows from the key's name, its flat index and a seed by SplitMix64, so it is the same on
every platform and with every version of numpy and torch. The goldens beside this file were computed
by the published network with these weights.
"""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parent / "golden"
_STEP = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1

# (pattern, kind, gain), the first match wins. fan: deviation gain / sqrt(fan in); fanc: the same with
# every output row centred; abs: deviation gain; one: the same about 1.
_RULES = [
    (r"norm_context\.weight$", "one", 0.10),
    (r"norm_context\.bias$", "abs", 0.10),
    (r"virual_tracks$", "abs", 1.0),
    (r"^fnet\.conv3\.weight$", "fanc", 2**0.5),
    (r"^fnet\..*weight$", "fan", 2**0.5),
    (r"^corr_mlp\.fc1\.weight$", "fanc", 8.0),
    (r"^corr_mlp\.fc2\.weight$", "fan", 2.0),
    (r"input_transform\.weight$", "fan", 1.0),
    (r"flow_head\.weight$", "fan", 0.15),
    (r"vis_conf_head\.weight$", "fan", 0.12),
    (r"(to_q|to_kv)\.weight$", "fan", 2.0),
    (r"space_point2virtual_blocks\..*(to_out|fc2)\.weight$", "fan", 0.5),
    (r"\.weight$", "fan", 1.0),
    (r"\.bias$", "abs", 0.05),
]


def make_weights(mode: str, seed: int) -> dict[str, np.ndarray]:
    """A state dict with the official names; `mode` is ``online`` or ``offline``."""
    table = json.loads((GOLDEN / f"state_dict_{mode}.json").read_text())
    return {key: make_array(key, tuple(shape), seed) for key, shape in table.items()}


def make_array(key: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """One tensor of the rule."""
    if key == "time_emb":
        half = shape[2] // 2
        rate = 1.0 / 10000.0 ** (np.arange(half) / (shape[2] / 2))
        angle = np.arange(shape[1])[:, None] * rate
        return np.concatenate([np.sin(angle), np.cos(angle)], 1)[None].astype(np.float32)
    kind, gain = next((kind, gain) for pattern, kind, gain in _RULES if re.search(pattern, key))
    bits = _hash(key, int(np.prod(shape)), seed)
    fan_in = float(np.prod(shape[1:]))
    if kind == "fanc":
        rows = bits.reshape(shape[0], -1)
        mean = rows.sum(1, keepdims=True).astype(np.float64) / float(rows.shape[1])
        unit = ((rows.astype(np.float64) - mean) * 2.0**-23 * np.sqrt(3.0)).reshape(-1)
    else:
        unit = (2 * bits + 1 - (1 << 24)).astype(np.float64) * 2.0**-24 * np.sqrt(3.0)
    scale = gain / np.sqrt(fan_in) if kind.startswith("fan") else gain
    value = unit * scale + (1.0 if kind == "one" else 0.0)
    return value.astype(np.float32).reshape(shape)


def _mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def _hash(key: str, count: int, seed: int) -> np.ndarray:
    base = _mix((zlib.crc32(key.encode()) * (1 << 32) + seed) & _MASK)
    with np.errstate(over="ignore"):
        z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_STEP) + np.uint64(base)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.int64)
