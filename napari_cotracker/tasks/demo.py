"""Show what this package does with nothing but itself: track a bundled clip and measure the error."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import CotrackerError, FormatError
from ..core.samples import sample_clip, sample_truth
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import State, Tracks
from .export import read_tracks, write_tracks
from .open import open_video
from .overlay import render_overlay
from .progress import scaled
from .track import TrackOptions, track

DEMO_CLIP = "street"
TRACKING_SHARE = 0.6  # of the time; the rest draws the film


def run_demo(folder: str | Path, control: Control | None = None, clip: str = DEMO_CLIP,
             options: TrackOptions | None = None) -> Generator[TrackUpdate, None, dict[str, Any]]:
    """Track a sample clip and write ``tracks.npz``, ``tracks.csv`` and ``overlay.mp4`` into a folder.

    Yields
    ------
    TrackUpdate
        With the share of the whole that is done.

    Returns
    -------
    dict
        ``files``, ``clip``, ``model``, the figures of `measure`, and ``summary``, one line.

    Raises
    ------
    CotrackerError
        If the clip is missing, cannot be tracked, or the folder cannot be written.
    """
    folder, control = Path(folder), control or Control()
    _make(folder)
    truth = read_tracks(sample_truth(clip))
    if truth.queries is None:
        raise CotrackerError(f"expected the truth of sample clip {clip!r} to hold queries, got none")
    with closing(open_video(sample_clip(clip))) as video:
        run = track(video, truth.queries, options, control=control)
        tracks: Tracks = yield from scaled(run, 0.0, TRACKING_SHARE)
        files = [folder / "tracks.npz", folder / "tracks.csv"]
        for file in files:
            write_tracks(file, tracks)
        if not control.cancelled():
            film = yield from scaled(render_overlay(video, tracks, folder / "overlay.mp4"), TRACKING_SHARE, 1.0)
            files.append(film)
    model = tracks.meta["runs"][0]["model"]
    facts = {"clip": clip, "model": model, "files": [str(file) for file in files], **measure(tracks, truth)}
    return {**facts, "summary": _summary(facts, len(tracks), tracks.n_frames)}


def measure(tracks: Tracks, truth: Tracks) -> dict[str, float]:
    """How far tracks are from the truth; query cells do not count.

    Returns
    -------
    dict
        ``median_error`` in px over cells that are truly visible, ``delta_avg``, the mean share of them
        within 1, 2, 4, 8 and 16 px of a 256 × 256 picture, and ``occlusion_accuracy``, the share of
        cells of which it is rightly said whether they are visible; shares from 0 to 1.
    """
    from ..evaluation.metrics import distances, score

    column = {int(track): n for n, track in enumerate(truth.ids)}
    order = np.array([column[int(track)] for track in tracks.ids])
    counted = np.ones(tracks.xy.shape[:2], np.bool_)
    if tracks.queries is not None:
        counted[tracks.queries.t, np.arange(len(tracks))] = False
    true_xy, visible = truth.xy[:, order], truth.states()[:, order] == State.VISIBLE
    scores = score(true_xy, visible, tracks.xy, tracks.states() == State.VISIBLE, counted=counted,
                   size=truth.size or (256, 256))
    error = distances(true_xy, tracks.xy)[visible & counted]
    return {
        "median_error": float(np.median(error)) if error.size else float("nan"),
        "delta_avg": scores.delta_avg,
        "occlusion_accuracy": scores.occlusion_accuracy,
    }


def _summary(facts: dict[str, Any], n_tracks: int, n_frames: int) -> str:
    return (
        f"{n_tracks} points through {n_frames} frames of {facts['clip']!r} with {facts['model']}: "
        f"median error {facts['median_error']:.2f} px, {100 * facts['delta_avg']:.1f} % within 1 to 16 px on average, "
        f"visibility right in {100 * facts['occlusion_accuracy']:.1f} %; written to {Path(facts['files'][0]).parent}"
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise FormatError(f"cannot make the folder {str(folder)!r}: {reason}; choose another") from error
