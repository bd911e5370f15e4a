"""What is solved again: frames of a track between known cells."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.gaps import Gap, GapJob, Others
from tests.moving_films import moving_film


def gap(id: int = 1, first: int = 2, last: int = 6, start: bool = True, end: bool = True) -> Gap:
    old = np.zeros((last - first + 1, 2), np.float32)
    return Gap(id, first, last, (1.0, 2.0) if start else None, (3.0, 4.0) if end else None, old)


def test_known_ends_are_no_inner_frames() -> None:
    assert gap().is_inner.tolist() == [False, True, True, True, False]
    assert gap(end=False).is_inner.tolist() == [False, True, True, True, True]
    assert gap(start=False).is_inner.tolist() == [True, True, True, True, False]
    assert gap().is_closed and not gap(end=False).is_closed
    assert gap().frames.tolist() == [2, 3, 4, 5, 6] and len(gap()) == 5


def test_a_gap_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(TrackingError, match="known cell at one end"):
        gap(start=False, end=False)
    with pytest.raises(TrackingError, match="one frame or more"):
        Gap(0, 5, 4, (0, 0), None, np.zeros((0, 2), np.float32))
    with pytest.raises(TrackingError, match="old place for each"):
        Gap(0, 0, 4, (0, 0), None, np.zeros((4, 2), np.float32))


def test_every_known_end_is_a_query_of_the_pass_that_starts_there() -> None:
    job = GapJob(moving_film(10)[0], (gap(1), gap(2, 4, 9, end=False), gap(3, 0, 3, start=False)))
    forward, backward = job.queries(1), job.queries(-1)
    assert forward.ids.tolist() == [0, 1] and forward.t.tolist() == [2, 4]
    assert backward.ids.tolist() == [0, 2] and backward.t.tolist() == [6, 3]
    assert forward.xy[0].tolist() == [1, 2] and backward.xy[0].tolist() == [3, 4]


def test_the_nearest_others_in_sight_take_part() -> None:
    xy = np.array([[[9, 9], [1, 1], [np.nan, 0], [4, 4]]], np.float32)
    others = Others(np.array([2]), xy)
    assert others.near(2, (1.0, 2.0), 2).tolist() == [[1, 1], [4, 4]]
    assert len(others.near(2, (1.0, 2.0), 9)) == 3
    assert len(others.near(3, (1.0, 2.0), 9)) == len(Others.none().near(2, (1.0, 2.0), 9)) == 0
    job = GapJob(moving_film(10)[0], (gap(1), gap(5)), others=others, context=1)
    queries = job.queries(1)
    assert queries.ids.tolist() == [0, 1, -1], "two gaps share a helper"
    assert queries.xy[2].tolist() == [1, 1]
    assert job.queries(-1).ids.tolist() == [0, 1], "nothing is known of the last frame"


def test_the_unit_is_a_256th_of_the_longer_side() -> None:
    video = moving_film(3)[0]
    assert GapJob(video, (gap(last=2),)).unit == max(video.width, video.height) / 256
