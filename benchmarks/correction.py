"""How long a correction takes: one track in a closed span of 50 frames, and one in an open end.

    python -m benchmarks.correction [--model auto] [--device auto] [--frames 50] [--checkpoint FILE] [--mode auto]

On the sample clip `street`, its frames seen before, 24 other tracks beside. First answer: the first cells that are
shown; refined: the last ones. Seconds of the wall clock; the run that a tracker without corrections would do anew,
over all 25 tracks, stands beside them, so that the ratio says something on any computer.
"""

from __future__ import annotations

import argparse
import time
from typing import NamedTuple

import numpy as np

from napari_cotracker import cli_threads  # noqa: F401 - the patience that the program gives the threads of torch
from napari_cotracker.core.gaps import Gap, Others
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.core.video import Video
from napari_cotracker.tasks.export import read_tracks
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.tasks.retrack import retrack
from napari_cotracker.tasks.track import track

OTHERS = 24
FIRST = 5


class Waits(NamedTuple):
    """Seconds to the first cells and to the last ones."""

    first: float
    last: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="auto")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--checkpoint")
    parser.add_argument("--mode", default="auto", help="online or offline, of a CoTracker3 network")
    parser.add_argument("--frames", type=int, default=50)
    given = parser.parse_args()
    options = TrackOptions(model=given.model, mode=given.mode, device=given.device, checkpoint=given.checkpoint)
    path = sample_clip("street")
    video, truth = open_video(path), read_tracks(path.with_suffix(".npz"))
    xy, last = np.asarray(truth.xy), FIRST + given.frames - 1
    there = np.flatnonzero(np.isfinite(xy[[FIRST, last]]).all((0, 2)))[: OTHERS + 1]
    others = Others(np.array([FIRST, last]), xy[[FIRST, last]][:, there[1:]].astype(np.float32))
    once = whole_run(video, xy[FIRST, there], options)  # frames are encoded here, the network is loaded
    again = whole_run(video, xy[FIRST, there], options)
    print(f"run over the clip, {len(there)} tracks: {once:.2f} s, frames seen before {again:.2f} s")
    for name, gap in (("closed", gap_of(xy[:, there[0]], FIRST, last, True)),
                      ("open", gap_of(xy[:, there[0]], FIRST, last, False))):
        waits = [fix(video, gap, others, options) for _ in range(3)]
        first, refined = (float(np.median(column)) for column in zip(*waits, strict=True))
        print(f"{name} span of {given.frames} frames: first answer {first:.2f} s, refined {refined:.2f} s: "
              f"{refined / again:.2f} of the run")


def gap_of(xy: np.ndarray, first: int, last: int, is_closed: bool) -> Gap:
    """A track that was off by 20 px between its ends."""
    start, end = ((float(xy[frame, 0]), float(xy[frame, 1])) for frame in (first, last))
    return Gap(0, first, last, start, end if is_closed else None, (xy[first : last + 1] + 20).astype(np.float32))


def whole_run(video: Video, places: np.ndarray, options: TrackOptions) -> float:
    """Seconds of a run from one frame on."""
    began = time.perf_counter()
    for _ in track(video, Queries(np.full(len(places), FIRST), places.astype(np.float32)), options):
        pass
    return time.perf_counter() - began


def fix(video: Video, gap: Gap, others: Others, options: TrackOptions) -> Waits:
    """One correction."""
    began, seen = time.perf_counter(), []
    for update in retrack(video, [gap], options, others=others):
        if len(update.frames):
            seen.append(time.perf_counter() - began)
    return Waits(seen[0], seen[-1])


if __name__ == "__main__":
    main()
