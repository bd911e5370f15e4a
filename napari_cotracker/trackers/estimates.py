"""What a CoTracker3 run will cost: arithmetic only, so that the window can ask without loading torch.

Counts follow from the network's sizes; rates and the fixed part of memory were measured (see
``docs/performance.md``).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ..core.tracker import Estimate, TrackJob
from ..model.config import CoTracker3Config, read_sizes
from .settings import SELF_SUPPORTING, CoTracker3Settings

WORKSPACE_BYTES = 250 << 20
AT_ONCE = 4  # frames, at most, that a processor encodes at the same time
ENCODING_BYTES = 1000.0  # of layers, for every pixel of one that is encoded beside others, in the published sizes
# GFLOP per second by device and precision: two cores of a server, a recent GPU, a recent laptop
RATES = {
    ("cpu", "float32"): 270.0, ("cpu", "half"): 400.0, ("cuda", "float32"): 15_000.0, ("cuda", "half"): 60_000.0,
    ("mps", "float32"): 2_000.0, ("mps", "half"): 3_000.0,
}
NARROW = 2.2  # times the seconds, where layers are so small that a processor never gets going (measured)
WIDE = 256


def estimate(job: TrackJob, whole: bool) -> Estimate:
    """Peak memory and time of a job; `whole` means one window over all of it."""
    settings: CoTracker3Settings = job.settings
    sizes = read_sizes(settings.checkpoint)
    length, tracks = max(len(job.frames), 1), len(job.queries)
    tracks += settings.support_grid**2 if tracks < SELF_SUPPORTING or settings.parity else 0
    window = length if whole else sizes.window
    step = max(window // 2, 1)
    windows = 1 if whole else max(1, -(-(length - window) // step) + 1)
    height, width = settings.resolution or sizes.model_resolution
    area = height * width
    feature_bytes = 4 if settings.keeps_float32 else 2
    work = length * encoder_flop(sizes, area) + windows * settings.iters * window * (
        tracks * token_flop(sizes) + virtual_flop(sizes)
    )
    frame = area // sizes.stride**2 * sizes.latent * feature_bytes
    templates = tracks * sizes.levels * sizes.taps * sizes.latent * feature_bytes
    tokens = (tracks + sizes.virtual_tracks) * window * sizes.hidden * 4
    # features in the store and in the window with its pyramid; templates twice while some are added;
    # the residual stream, its successor and what lies between
    peak = WORKSPACE_BYTES + int(2.4 * window * frame)
    device = likely_device(settings.device)
    if device != "cuda":  # there the store is in another memory than the one that may be short
        peak += min(settings.memory_budget, length * frame)
    if device == "cpu":
        beside = min(AT_ONCE, os.cpu_count() or 1) - 1
        peak += int(beside * area * ENCODING_BYTES * sizes.encoder_widths[0] / 64)
    slower = NARROW if sizes.hidden < WIDE else 1.0
    return Estimate(peak + 2 * templates + 5 * tokens, slower * work / 1e9 / _rate(settings))


def encoder_flop(sizes: CoTracker3Config, area: int) -> float:
    """Operations to encode one frame of so many pixels."""
    a, b, c, d = sizes.encoder_widths
    inner, latent = 2 * sizes.latent, sizes.latent
    stages = (
        (4, 3 * a * 49 + 4 * a * a * 9),
        (16, a * b * 10 + 3 * b * b * 9),
        (64, b * c * 10 + 3 * c * c * 9),
        (256, c * d * 10 + 3 * d * d * 9),
        (16, (a + b + c + d) * inner * 9 + inner * latent),
    )
    return 2.0 * sum(area / shrink * products for shrink, products in stages)


def token_flop(sizes: CoTracker3Config) -> float:
    """Operations for one track in one frame and iteration."""
    taps, hidden = sizes.taps, sizes.hidden
    matching = (2 * sizes.radius + 2) ** 2 * taps * sizes.latent
    embedding = taps * taps * sizes.corr_hidden + sizes.corr_hidden * sizes.corr_out
    blocks = sizes.depth * (8 + 4 * sizes.mlp_ratio) * hidden * hidden
    return 2.0 * (sizes.levels * (matching + embedding) + sizes.token_width * hidden + blocks)


def virtual_flop(sizes: CoTracker3Config) -> float:
    """Operations for all virtual tracks in one frame and iteration."""
    return 2.0 * sizes.virtual_tracks * sizes.depth * (12 + 6 * sizes.mlp_ratio) * sizes.hidden**2


def size_of_area(area: float, size: tuple[int, int], smallest: int) -> tuple[int, int]:
    """(height, width) of about an area, with the aspect of a (width, height) picture, in multiples of 8."""
    scale = (area / (size[0] * size[1])) ** 0.5
    return max(smallest, round(size[1] * scale / 8) * 8), max(smallest, round(size[0] * scale / 8) * 8)


def likely_device(name: str) -> str:
    """The kind of device that a name will mean, guessed without loading torch."""
    if name != "auto":
        return name.split(":", maxsplit=1)[0]
    if sys.platform == "darwin":
        return "mps"
    has_gpu = shutil.which("nvidia-smi") or shutil.which("rocm-smi")
    return "cuda" if has_gpu and _torch_knows_gpus() else "cpu"


@cache
def _torch_knows_gpus() -> bool:
    """Whether the build of torch that is installed was made for GPUs (pip's is not, on Windows)."""
    spec = find_spec("torch")
    try:
        build = Path(spec.origin).with_name("version.py").read_text() if spec and spec.origin else ""
    except OSError:
        return False
    return re.search(r"^(cuda|hip)\b[^=]*= *['\"]", build, re.MULTILINE) is not None


def _rate(settings: CoTracker3Settings) -> float:
    device = likely_device(settings.device)
    half = settings.precision == "half" or (settings.precision == "auto" and device == "cuda")
    return RATES.get((device, "half" if half else "float32"), RATES["cpu", "float32"])
