"""Speed and memory against the published data flow: same weights, same machine, one run.

    python benchmarks/speed.py            all cases, as a markdown table (some minutes)
    python benchmarks/speed.py stages     where our time goes, against what the machine can do

Every case runs in a process of its own, so that its peak memory is its own. The clip is the bundled
``insects`` (512 × 384, so that the network sees every pixel), the weights are random: speed and memory
do not depend on their values.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from napari_cotracker.core.queries import Queries, grid_queries
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.core.tracker import Control, TrackJob
from napari_cotracker.model import CoTracker3, save_checkpoint
from napari_cotracker.model.layers import dense
from napari_cotracker.tasks.open import open_video
from napari_cotracker.trackers.devices import multiplies_bfloat16

RESOLUTION = (384, 512)
ITERS = 6
WEIGHTS = Path(tempfile.gettempdir()) / "napari-cotracker-benchmark.safetensors"


def main() -> None:
    """Run everything, or one case in this process."""
    if not WEIGHTS.exists():
        torch.manual_seed(0)
        save_checkpoint(WEIGHTS, CoTracker3())
    if sys.argv[1:2] == ["case"]:
        print(json.dumps(CASES[sys.argv[2]]()))
    elif sys.argv[1:2] == ["stages"]:
        stages()
    else:
        compare()


# ---------------------------------------------------------------------------------------------- cases
def published(kind: str, length: int, columns: int) -> dict[str, float]:
    """The published data flow on the first `length` frames."""
    from published import PublishedFlow

    from napari_cotracker.model import load_checkpoint

    video = load(length)
    flow = PublishedFlow(load_checkpoint(WEIGHTS, window=16 if kind == "online" else 60))
    track = flow.track_stream if kind == "online" else flow.track_clip
    queries = torch.from_numpy(points(columns).to_array())

    def work() -> None:
        with torch.inference_mode():
            track(torch.from_numpy(video).permute(0, 3, 1, 2).float(), queries, ITERS)

    return measure(work)


def ours(kind: str, length: int, columns: int, precision: str = "float32", *, span: range | None = None,
         cached: bool = False, fast: bool = False) -> dict[str, float]:
    """Our tracker; with `cached`, features of the clip are at hand, as after a first run."""
    from napari_cotracker.core.registry import trackers
    from napari_cotracker.trackers.settings import CoTracker3Settings
    from napari_cotracker.videos.array import ArrayVideo

    settings = CoTracker3Settings(
        checkpoint=str(WEIGHTS), device="cpu", iters=ITERS, support_grid=0, resolution=RESOLUTION,
        precision=precision, disk_budget=0, fast=fast,  # type: ignore[arg-type]
    )
    tracker = trackers()[f"cotracker3-{kind}"].make(settings)
    video = ArrayVideo(load(length))
    job = TrackJob(video, points(columns, (span or range(1))[0]), span or range(length), settings=settings)
    if cached:
        everything = TrackJob(video, points(1), range(length), settings=settings)
        for _ in tracker.track(everything, Control()):
            pass
    return measure(lambda: [None for _ in tracker.track(job, Control())])


CASES: dict[str, Callable[[], dict[str, float]]] = {
    "online published float32": lambda: published("online", 48, 10),
    "online ours float32": lambda: ours("online", 48, 10, "float32"),
    "online ours bfloat16": lambda: ours("online", 48, 10, "half"),
    "online ours float32 fast": lambda: ours("online", 48, 10, "float32", fast=True),
    "online ours bfloat16 fast": lambda: ours("online", 48, 10, "half", fast=True),
    "offline published float32": lambda: published("offline", 48, 10),
    "offline ours float32": lambda: ours("offline", 48, 10, "float32"),
    "offline ours bfloat16": lambda: ours("offline", 48, 10, "half"),
    "16 points published": lambda: published("offline", 24, 4),
    "16 points cached": lambda: ours("offline", 24, 4, cached=True),
    "span published": lambda: published("offline", 48, 4),
    "span cached": lambda: ours("offline", 48, 4, span=range(16, 32), cached=True),
}
ROWS = [
    ("online, 48 frames, 100 points, float32", "online published float32", "online ours float32", 2.0),
    ("online, 48 frames, 100 points, bfloat16", "online published float32", "online ours bfloat16", 3.5),
    ("online, fast mode, float32", "online published float32", "online ours float32 fast", 2.0),
    ("online, fast mode, bfloat16", "online published float32", "online ours bfloat16 fast", 3.5),
    ("offline, 48 frames, 100 points, float32", "offline published float32", "offline ours float32", 1.5),
    ("offline, 48 frames, 100 points, bfloat16", "offline published float32", "offline ours bfloat16", 2.2),
    ("16 points on 24 frames, features cached", "16 points published", "16 points cached", 4.0),
    ("16 points on 16 of 48 frames, features cached", "span published", "span cached", 8.0),
]


def load(length: int) -> np.ndarray:
    """The first frames of the clip."""
    return np.array(open_video(sample_clip("insects")).read(range(length)))


def points(columns: int, frame: int = 0) -> Queries:
    """A square grid of points."""
    return grid_queries((512, 384), columns, frame)


def measure(work: Callable[[], Any]) -> dict[str, float]:
    """Wall and processor seconds, and peak memory above what the process had before."""
    reset_peak()
    base = status("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "mib": (status("VmHWM") - base) / 1024,
    }


def reset_peak() -> None:
    """Forget the process's peak so far (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def status(field: str) -> int:
    """A number of KiB from the process's status (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def compare() -> None:
    """All cases, as a table."""
    needed = sorted({name for row in ROWS for name in row[1:3]}, key=list(CASES).index)
    if not multiplies_bfloat16():
        needed = [name for name in needed if "bfloat16" not in name]
    results: dict[str, dict[str, float]] = {}
    for name in needed:
        print(name, end=" … ", file=sys.stderr, flush=True)
        run = subprocess.run([sys.executable, __file__, "case", name], capture_output=True, text=True, check=True)
        results[name] = json.loads(run.stdout.splitlines()[-1])
        print({key: round(value, 1) for key, value in results[name].items()}, file=sys.stderr)
    print(f"{processor()}, {torch.get_num_threads()} threads, torch {torch.__version__}, {time.strftime('%Y-%m-%d')}\n")
    print("| case | published: s · MiB | ours: s · MiB | faster | memory | target |")
    print("|---|---|---|---|---|---|")
    for title, theirs, mine, target in ROWS:
        if mine not in results:
            continue
        a, b = results[theirs], results[mine]
        print(
            f"| {title} | {a['wall']:.1f} · {a['mib']:.0f} | {b['wall']:.1f} · {b['mib']:.0f} | "
            f"**{a['wall'] / b['wall']:.1f}×** | {100 * b['mib'] / a['mib']:.0f} % | ≥ {target}× |"
        )


def processor() -> str:
    """The processor's name."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


# --------------------------------------------------------------------------------------------- stages
def stages() -> None:
    """Time of every stage of one window of 100 points, beside the machine's own matrix products."""
    from napari_cotracker.model import load_checkpoint

    print("| precision | stage | GFLOP | ms | GFLOP/s |\n|---|---|---|---|---|")
    for dtype in (torch.float32, torch.bfloat16) if multiplies_bfloat16() else (torch.float32,):
        model = load_checkpoint(WEIGHTS).use_precision(dtype)
        for name, gflop, work in _stages(model, dtype):
            with torch.inference_mode():
                seconds = best(work)
            print(f"| {str(dtype)[6:]} | {name} | {gflop:.1f} | {seconds * 1e3:.0f} | {gflop / seconds:.0f} |")


def _stages(model: CoTracker3, dtype: torch.dtype) -> Iterator[tuple[str, float, Callable[[], object]]]:
    from napari_cotracker.model.cotracker import Guess

    count, length = 100, 16
    a, b = torch.randn(2048, 2048, dtype=dtype), torch.randn(2048, 2048, dtype=dtype)
    yield "matrix product of torch", 2 * 2.048**3, lambda: a @ b
    yield "matrix product of oneDNN (ceiling)", 2 * 2.048**3, lambda: dense(a, b, None)
    frame = torch.rand(1, 3, *RESOLUTION) * 255
    yield "encoder, one frame", 51.8, lambda: model.encode(frame)
    features = torch.nn.functional.normalize(torch.randn(length, 96, 128, 128), dim=-1).half()
    pyramid = model.pyramid(features)
    yield "pyramid of a window", 0.0, lambda: model.pyramid(features)
    xy = torch.rand(count, 2) * torch.tensor([127.0, 95.0])
    templates = model.templates(pyramid, torch.zeros(count, dtype=torch.long), xy)
    guess, pace = Guess.at_rest(xy, length), model.pace()
    project = lambda: model._project(pyramid, templates, guess, model.time_emb, pace)  # noqa: E731
    with torch.inference_mode():
        tokens = project()
    yield "correlation and its MLP, one iteration", count * length * 0.01147, project
    yield "transformer, one iteration", length * (count * 0.0219 + 1.9), lambda: model.updateformer(tokens, pace)


def best(work: Callable[[], object], repeats: int = 5) -> float:
    """The shortest of some runs, in seconds."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


if __name__ == "__main__":
    main()
