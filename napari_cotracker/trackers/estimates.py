"""What a CoTracker3 run will cost: arithmetic only, so that the window can ask without loading torch.

The constants were fitted to runs of the published sizes (see ``benchmarks/``); rates are per device.
"""

from __future__ import annotations

from ..core.tracker import Estimate, TrackJob
from .settings import CoTracker3Settings

WINDOW = 16
MODEL_BYTES = 110 << 20
WORKSPACE_BYTES = 260 << 20
TEMPLATE_VALUES = 4 * 49 * 128
TOKEN_BYTES = 384 * 4
VIRTUAL_TRACKS = 64
# seconds per operation on the kinds of device; a laptop's processor, a recent GPU
SECONDS_PER_GFLOP = {"cpu": 1 / 250, "cuda": 1 / 30_000, "mps": 1 / 2_000}
ENCODER_GFLOP = 51.8 / (384 * 512)
TOKEN_GFLOP = 0.0335
VIRTUAL_GFLOP = 1.9


def feature_bytes(settings: CoTracker3Settings) -> int:
    """Bytes of one frame's features as they are kept."""
    height, width = settings.resolution or (384, 512)
    precise = settings.feature_precision == "float32" or settings.parity
    return height * width // 16 * 128 * (4 if precise else 2)


def estimate(job: TrackJob, whole: bool) -> Estimate:
    """Peak memory and time of a job; `whole` means one window over all of it."""
    settings: CoTracker3Settings = job.settings
    frame = feature_bytes(settings)
    tracks = len(job.queries) + settings.support_grid**2
    length = max(len(job.frames), 1)
    at_once = length if whole else WINDOW
    tokens = (tracks + VIRTUAL_TRACKS) * at_once
    templates = tracks * TEMPLATE_VALUES * (4 if settings.feature_precision == "float32" else 2)
    kept = min(settings.memory_budget, length * frame)
    peak = MODEL_BYTES + WORKSPACE_BYTES + kept + int(2.4 * at_once * frame) + 2 * templates + 5 * tokens * TOKEN_BYTES
    windows = 1 if whole else max(1, -(-(length - WINDOW) // (WINDOW // 2)) + 1)
    height, width = settings.resolution or (384, 512)
    per_iteration = at_once * (tracks * TOKEN_GFLOP + VIRTUAL_GFLOP)
    work = length * height * width * ENCODER_GFLOP + windows * settings.iters * per_iteration
    device = settings.device.split(":")[0]
    return Estimate(peak_bytes=peak, seconds=work * SECONDS_PER_GFLOP.get(device, SECONDS_PER_GFLOP["cpu"]))
