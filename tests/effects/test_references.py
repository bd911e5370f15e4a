"""What several reference frames count."""

import pytest

from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.motion import FrameMotion, Motion
from napari_cotracker.effects.references import shares


def motion(reference, residual=0.5, how="direct"):
    frame = FrameMotion(PlaneWarp(), how, "translation", 5, residual, None)
    return Motion(reference, "translation", (frame,) * 21, None, None)


def test_only_the_nearest_count_and_by_how_near_they_are():
    motions = {0: motion(0), 10: motion(10), 20: motion(20)}
    assert shares(motions, 10) == {10: 1}
    assert shares(motions, 14) == pytest.approx({10: 0.6, 20: 0.4})
    assert shares({5: motion(5)}, 0) == {5: 1}
    assert shares(motions, 0) == {0: 1}


def test_a_worse_warp_counts_less():
    found = shares({0: motion(0, 0.5), 10: motion(10, 1.0)}, 5)
    assert found == pytest.approx({0: 0.8, 10: 0.2})
    assert shares({0: motion(0), 10: motion(10, how="held")}, 5)[10] < 0.01
    assert shares({0: motion(0), 10: motion(10, how="held")}, 10) == {10: 1}
