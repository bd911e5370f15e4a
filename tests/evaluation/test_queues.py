"""Where a person is sent next."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_cotracker.core.tracks import State, Tracks
from napari_cotracker.evaluation import queues


def view(confidence: Any, *, doubt: Any = np.nan, looked: Any = (), last: int = 0, error: Any = 0, width: int = 256
         ) -> queues.View:
    sure = np.asarray(confidence, np.float32)[:, None]
    seen = np.zeros(sure.shape, bool)
    seen[list(looked)] = True
    off = np.broadcast_to(np.asarray(error, float), len(sure))[:, None]
    tracks = Tracks(np.array([7]), np.zeros((*sure.shape, 2)), np.ones_like(sure), sure, meta={"size": (width, 10)})
    apart = np.broadcast_to(np.asarray(doubt, np.float32), len(sure))[:, None]
    return queues.View(tracks, apart, seen, ~seen, np.array([last]), off > 4, off)


def test_low_confidence_goes_to_the_least_sure_frame_that_is_free() -> None:
    assert queues.least_confident(view([1, 0.2, 0.4, 0.9])).frames.tolist() == [1]
    assert queues.least_confident(view([1, 0.2, 0.4, 0.9], looked=[1])).frames.tolist() == [2]
    assert queues.least_confident(view([1, 0.2], looked=[0, 1])).frames.tolist() == [-1]
    assert queues.least_confident(view([0.9, np.nan, 0.8])).frames.tolist() == [1]


def test_doubt_between_directions_counts_like_low_confidence() -> None:
    doubtful = view([1, 0.4, 1], doubt=[0, 0, 12])
    assert queues.most_doubtful(doubtful).frames.tolist() == [2]
    assert queues.most_doubtful(doubtful).scores.tolist() == [0.75]
    # in a picture four times as large, 12 px are little
    assert queues.most_doubtful(view([1, 0.4, 1], doubt=[0, 0, 12], width=1024)).frames.tolist() == [1]


def test_gaps_are_halved_between_frames_that_were_looked_at() -> None:
    assert queues.widest_gap(view(np.ones(11), looked=[1, 4, 10])).frames.tolist() == [7]
    assert queues.widest_gap(view(np.ones(5), looked=[1, 2])).frames.tolist() == [-1]


def test_scanning_finds_the_next_wrong_frame_and_begins_again_at_the_end() -> None:
    error = [9, 0, 0, 9, 0, 9]
    assert queues.scan(view(np.ones(6), error=error, last=3)).frames.tolist() == [5]
    assert queues.scan(view(np.ones(6), error=error, last=5)).frames.tolist() == [0]
    assert queues.scan(view(np.ones(6), error=error, last=5, looked=[0])).frames.tolist() == [3]
    assert queues.scan(view(np.ones(6), error=3)).frames.tolist() == [-1]


def test_the_oracle_goes_where_it_is_worst() -> None:
    assert queues.oracle(view(np.ones(4), error=[1, 30, 20, 0])).frames.tolist() == [1]


def test_the_review_queue_finds_what_it_finds_and_then_goes_where_doubt_is() -> None:
    sure = np.ones(60)
    sure[40:50] = 0.3
    doubtful = view(sure)
    doubtful.tracks.source[0] = 2
    chosen = queues.review(doubtful)
    assert 38 <= chosen.frames[0] < 50 and chosen.scores[0] > 1
    calm = view(np.ones(60), doubt=np.linspace(0, 1e-3, 60))
    calm.tracks.state[:] = State.OCCLUDED  # of what a person called hidden nothing is asked
    assert queues.review(calm).frames.tolist() == [59]
    assert queues.review(calm).frames.tolist() == queues.most_doubtful(calm).frames.tolist()
