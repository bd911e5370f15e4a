"""Where tracks are on the reference picture."""

import numpy as np
import pytest

from napari_cotracker.effects.motion_sight import looking, residuals_of
from tests.moving_surfaces import plane, tracks_on

TRACKS = tracks_on(plane, 100, noise=0.3, hidden=0)
XY = TRACKS.xy.astype(float)


def sight(seen, reference=0):
    steps = looking(XY, seen.astype(float), reference, "homography")
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_tracks_that_come_later_are_traced_back():
    seen = np.ones(XY.shape[:2], bool)
    seen[:5, :30] = False
    found = sight(seen)
    assert found.direct.tolist() == [False] * 30 + [True] * 70
    truth = tracks_on(plane, 100, noise=0, hidden=0).xy[0]
    assert np.hypot(*(found.places - truth)[:30].T).mean() < 0.3
    # the others are enough
    assert found.weights[:, :30].max() == 0
    assert sorted(found.seen(9)) == list(range(30, 100))


def test_they_count_where_the_others_are_few_or_all_in_a_corner():
    seen = np.ones(XY.shape[:2], bool)
    seen[:5, :60], seen[10:, 64:] = False, False
    assert sight(seen).weights[12, :60].min() > 0
    cornered = np.ones(XY.shape[:2], bool)
    corner = (XY[0] < (330, 200)).all(1)
    cornered[:5, 50:], cornered[10:, :50] = False, corner[:50]
    assert corner[:50].sum() > 8
    assert sight(cornered).weights[12, 50:].min() > 0


def test_residuals_are_what_a_plane_leaves():
    seen = np.ones(XY.shape[:2], bool)
    seen[7] = False
    residuals = residuals_of(XY, sight(seen))
    assert np.isnan(residuals[7]).all()
    assert np.nanstd(residuals[1:]) == pytest.approx(0.3, rel=0.2)
