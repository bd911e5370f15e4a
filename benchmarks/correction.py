"""How long a correction takes: one track in a closed span of 50 frames, and one in an open end.

    python -m benchmarks.correction [--model auto] [--device auto] [--frames 50] [--checkpoint FILE] [--mode auto]
    python -m benchmarks.correction --far CLIP.mp4

On the sample clip `street`, its frames seen before, 24 other tracks beside. First answer: the first cells that are
shown; refined: the last ones. Seconds of the wall clock; the run that a tracker without corrections would do anew,
over all 25 tracks, stands beside them, so that the ratio says something on any computer.

With ``--far``, on a clip of `benchmarks.long_clips`: a track that was set on its first frame and went wrong on the
last 60 before a correction, 800 frames later; solved as far as the correction contradicts it, and beside that whole.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
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
FAR, WRONG = 800, 60  # frames to the correction, and of them those on which the track was wrong


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
    parser.add_argument("--far", type=Path)
    given = parser.parse_args()
    options = TrackOptions(model=given.model, mode=given.mode, device=given.device, checkpoint=given.checkpoint)
    if given.far:
        measure_far(given.far, options)
    else:
        measure_near(given.frames, options)


def measure_near(frames: int, options: TrackOptions) -> None:
    """A closed span of so many frames, and one with an open end."""
    path = sample_clip("street")
    video, truth = open_video(path), read_tracks(path.with_suffix(".npz"))
    xy, last = np.asarray(truth.xy), FIRST + frames - 1
    there = np.flatnonzero(np.isfinite(xy[[FIRST, last]]).all((0, 2)))[: OTHERS + 1]
    others = Others(np.array([FIRST, last]), xy[[FIRST, last]][:, there[1:]].astype(np.float32))
    once = whole_run(video, xy[FIRST, there], options)  # frames are encoded here, the network is loaded
    again = whole_run(video, xy[FIRST, there], options)
    print(f"run over the clip, {len(there)} tracks: {once:.2f} s, frames seen before {again:.2f} s")
    for name, gap in (("closed", gap_of(xy[:, there[0]], FIRST, last, True)),
                      ("open", gap_of(xy[:, there[0]], FIRST, last, False))):
        waits = [fix(video, gap, others, options) for _ in range(3)]
        first, refined = (float(np.median(column)) for column in zip(*waits, strict=True))
        print(f"{name} span of {frames} frames: first answer {first:.2f} s, refined {refined:.2f} s: "
              f"{refined / again:.2f} of the run")


def measure_far(path: Path, options: TrackOptions) -> None:
    """A correction far from the anchor before it."""
    video, truth = open_video(path), read_tracks(path.with_suffix(".npz"))
    xy, seen = np.asarray(truth.xy), np.asarray(truth.visibility) > 0.5
    column = int((seen[: FAR + 1].mean(0) + 2 * (seen[0] & seen[FAR])).argmax())
    right = xy[: FAR + 1, column].astype(np.float32)
    old = right + np.where(np.arange(FAR + 1) > FAR - WRONG, np.float32(20), np.float32(0))[:, None]
    ends = [(float(x), float(y)) for x, y in right[[0, -1]]]
    for name, is_new in ((f"wrong on {WRONG} of {FAR} frames", True), ("all of it again", False)):
        waits = fix(video, Gap(0, 0, FAR, *ends, old, (False, is_new)), Others.none(), options)
        print(f"{name}: first answer {waits.first:.2f} s, refined {waits.last:.2f} s")


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
