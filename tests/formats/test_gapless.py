"""Tracks without gaps."""

import numpy as np
import pytest

from napari_cotracker.core.tracks import Tracks
from napari_cotracker.formats.gapless import carried, scores_that_say
from tests.formats.samples import plain_tracks
from tests.formats.stated import SEEN, THERE, stated_tracks


def test_a_point_stays_where_it_was_last():
    assert carried(stated_tracks())[:, 0, 0].tolist() == [10, 11, 12, 12, 12, 12, 16, 17, 18]
    got = carried(plain_tracks())
    np.testing.assert_array_equal(got[:2, 2], plain_tracks().xy[[2, 2], 2])
    np.testing.assert_array_equal(got[:, :2], plain_tracks().xy[:, :2])


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (0, 2), (3, 2)])
def test_nothing_at_all(shape):
    nothing = Tracks(np.arange(shape[1]), np.full((*shape, 2), np.nan), np.full(shape, np.nan), np.full(shape, np.nan))
    assert carried(nothing).shape == (*shape, 2) and not np.nan_to_num(carried(nothing)).any()
    assert [scores.shape for scores in scores_that_say(nothing, 0.5)] == [shape] * 2


def test_scores_say_what_is_seen():
    visibility, confidence = scores_that_say(stated_tracks(), 0.5)
    assert (visibility * confidence > 0.5)[:, 0].tolist() == SEEN
    assert (confidence > 0)[:, 0].tolist() == THERE
    nine = np.float32(0.9)
    assert visibility[:, 0].tolist() == [nine, 1, 0, 0, 0, 0, nine, np.float32(0.2), 1]
    assert confidence[:, 0].tolist() == [nine, 1, nine, 0, 0, 0, nine, nine, 1]
    assert set(visibility[:, 1].tolist()) == {nine}
