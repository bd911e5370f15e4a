"""What a file does not hold, in words."""

from dataclasses import replace

import numpy as np

from napari_cotracker.core.declarations import EVERYTHING, KEEPABLE
from napari_cotracker.core.losses import losses
from napari_cotracker.core.tracks import Source, State, Tracks
from tests.formats.samples import plain_tracks


def rich() -> Tracks:
    whole = plain_tracks()
    state, source, xy = whole.state.copy(), whole.source.copy(), whole.xy.copy()
    state[5, 0], state[4, 0], source[0, 0] = State.OCCLUDED, State.OUT_OF_FRAME, Source.HUMAN
    xy[5] = np.nan
    return replace(whole, state=state, source=source, xy=xy,
                   meta={**whole.meta, "video": {"path": "a.mp4"}, "runs": [{"model": "x"}]})


def test_what_keeps_everything_loses_nothing():
    assert losses(rich(), EVERYTHING) == []


def test_everything_that_can_be_lost_is_told():
    for what in KEEPABLE:
        told = losses(rich(), EVERYTHING - {what})
        assert told, what
        assert all(sentence.endswith(".") for sentence in told)


def test_what_is_not_there_is_not_missed():
    xy = np.zeros((3, 2, 2), np.float32)
    scores = np.full((3, 2), np.nan, np.float32)
    state = np.full((3, 2), State.VISIBLE, np.uint8)
    assert losses(Tracks(np.arange(2), xy, scores, scores, state), frozenset()) == []


def test_the_numbers_are_right():
    told = losses(rich(), EVERYTHING - {"hidden", "states", "sources", "length", "size", "fps"})
    assert told == [
        "3 positions of points that are not visible are left out.",
        "Points hidden somewhere cannot be told from points that were not tracked (1 cell).",
        "Points out of the picture cannot be told from points that were not tracked (1 cell).",
        "Which points a person placed or approved is not kept (1 placed).",
        "1 frame without a point at the end is not kept.",
        "Not kept: the picture's size, frames per second.",
    ]
