"""What each format costs and how exact it is: ``python -m benchmarks.formats [NAME …] [--save]``.

Writes 1,000 tracks over 1,000 frames in a process of its own, and reads 40 tracks over 60 frames of a full HD
film back. ``--save`` keeps the figures in ``docs/formats-measured.json``, of which `docs/make_formats.py` makes a
table. Seconds and memory are of the writing alone: the process as it is before is taken off.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from napari_cotracker.core.declarations import Format
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.registry import formats
from napari_cotracker.core.tracks import State, Tracks

RESULTS = Path(__file__).parents[1] / "docs" / "formats-measured.json"
SIZE = (1920, 1080)
FEW = {"nuke-cornerpin": 4}  # formats that are made for so many tracks
SECONDS = 300


def moving(n_frames: int, count: int) -> Tracks:
    """Points of a rigid scene past which a camera goes, seen in full HD and to half a pixel; a tenth is hidden."""
    rng, turn = np.random.default_rng(0), np.linspace(-0.3, 0.3, n_frames)[:, None]
    x, y, z = rng.uniform([[-1.5], [-0.8], [-1]], [[1.5], [0.8], [1]], (3, count))
    depth = 6 + z * np.cos(turn) - x * np.sin(turn)
    xy = np.stack([960 + 2000 * (x * np.cos(turn) + z * np.sin(turn)) / depth, 540 + 2000 * y / depth], -1)
    xy = (xy + rng.normal(0, 0.5, xy.shape)).astype(np.float32)
    visibility = np.where(rng.random((n_frames, count)) < 0.1, 0.1, 0.95).astype(np.float32)
    return Tracks(np.arange(count), xy, visibility, np.full((n_frames, count), 0.9, np.float32),
                  meta={"size": SIZE, "fps": (24000, 1001), "video": {"path": "film.mp4"}})


def write(entry: Format, folder: Path, tracks: Tracks) -> Path:
    """Write with the format's own options."""
    assert entry.write is not None
    path = folder / f"tracks{entry.suffixes[0]}"
    more = [None] if entry.pictures else []
    entry.write(path, tracks, entry.options(), *more)
    return path


def error_of(entry: Format, folder: Path) -> float | None:
    """Largest difference in pixels after a round trip; None where it cannot be read here."""
    if entry.read is None:
        return None
    tracks = moving(60, FEW.get(entry.name, 40))
    path = write(entry, folder, tracks)
    again = entry.read(path, SIZE) if entry.needs_size else entry.read(path)
    columns = [again.names.index(name) for name in tracks.names] if "names" in entry.keeps else np.arange(len(tracks))
    seen = tracks.states() == State.VISIBLE
    return float(np.abs(again.xy[:, columns] - tracks.xy)[seen].max())


def measure(name: str) -> dict[str, Any]:
    """Figures of one format; called in a process of its own."""
    import psutil

    entry, process = formats()[name], psutil.Process()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        facts: dict[str, Any] = {"error": error_of(entry, folder)}
        big = moving(1000, FEW.get(name, 1000))
        before, started = process.memory_info().rss, time.perf_counter()
        try:
            path = write(entry, folder, big)
        except FormatError as refusal:
            return {**facts, "refused": str(refusal)}
        facts["seconds"] = round(time.perf_counter() - started, 2)
        facts["megabytes"] = round((peak() - before) / 1e6)
        files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
        facts["size"] = sum(file.stat().st_size for file in files)
    return facts


def peak() -> int:
    """Bytes of memory that this process has had at most."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--save", action="store_true")
    asked = parser.parse_args()
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    print(f"{'format':<24}{'seconds':>9}{'MB':>7}{'file MB':>9}{'error px':>11}")
    for name in asked.names or [name for name, entry in formats().items() if entry.write]:
        words = [sys.executable, "-c", f"import json; from benchmarks.formats import measure; "
                                       f"print(json.dumps(measure({name!r})))"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode:
            print(f"{name:<24} {done.stderr.strip().splitlines()[-1]}")
            continue
        facts = found[name] = json.loads(done.stdout.splitlines()[-1])
        error = "" if facts["error"] is None else f"{facts['error']:.2g}"
        if "refused" in facts:
            print(f"{name:<24} {facts['refused']}")
        else:
            print(f"{name:<24}{facts['seconds']:>9.2f}{facts['megabytes']:>7}{facts['size'] / 1e6:>9.1f}{error:>11}")
    if asked.save:
        RESULTS.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n")


if __name__ == "__main__":
    main()
