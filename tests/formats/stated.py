"""One point at (10, 20) in 1920 × 1080 in every state, whatever its scores say."""

from __future__ import annotations

import numpy as np

from napari_cotracker.core.tracks import Source, State, Tracks

STATES = (State.VISIBLE, State.VISIBLE, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN,
          State.FROM_SCORES, State.FROM_SCORES, State.VISIBLE)
SEEN = [True, True, False, False, False, False, True, False, True]
THERE = [True, True, True, False, False, False, True, True, True]


def stated_tracks() -> Tracks:
    """Two tracks over nine frames from 1001 on: one in every state, one that is always visible."""
    frames = len(STATES)
    xy = np.tile(np.float32([[10, 20], [1900, 1000.25]]), (frames, 1, 1))
    xy[:, 0, 0] += np.arange(frames)
    xy[~np.array(THERE), 0] = np.nan
    scores = np.full((2, frames, 2), 0.9, np.float32)
    scores[0, 1, 0], scores[0, 7, 0] = 0.1, 0.2  # seen though unlikely, hidden as it says
    scores[:, ~np.array(THERE), 0] = np.nan
    state, source = np.ones((frames, 2), np.uint8), np.full((frames, 2), Source.PREDICTED, np.uint8)
    state[:, 0] = STATES
    source[1, 0], source[8, 0] = Source.HUMAN, Source.VERIFIED
    scores[:, 8, 0] = np.nan  # nobody guessed, a person said so
    return Tracks(np.array([3, 8]), xy, *scores, state, source, names=("nose", "tail"),
                  meta={"size": (1920, 1080), "frame_numbers": np.arange(1001, 1001 + frames)})
