"""Points found one by one, laid out as tracks."""

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats.sparse import laid_out


def test_points_come_to_lie_where_they_belong():
    got = laid_out([0, 3], [1, 0], [[1, 2], [3, 4]], ("a", "b"), seen=[True, False], n_frames=6)
    assert got.xy.shape == (6, 2, 2) and got.names == ("a", "b")
    assert np.isfinite(got.xy).all(-1).sum() == 2
    assert got.xy[0, 1].tolist() == [1, 2] and got.xy[3, 0].tolist() == [3, 4]
    assert (got.states()[0, 1], got.states()[3, 0]) == (State.VISIBLE, State.OCCLUDED_LOCATED)
    assert got.source[0, 1] == Source.IMPORTED
    assert laid_out([], [], [], ()).xy.shape == (0, 0, 2)


@pytest.mark.parametrize(("frames", "columns", "xy", "words"), [
    ([4, 4], [1, 1], [[1, 2], [3, 4]], "one point of 'b' in frame 4, got 2"),
    ([0], [0], [[np.nan, 2]], r"finite numbers, got \(nan, 2.0\)"),
    ([0], [0], [[1e300, 2]], r"finite numbers, got \(1e\+300, 2.0\)"),
    ([9_999_999], [0], [[1, 2]], "1 points claim 10000000 frames of 2 tracks"),
])
def test_nonsense_is_told(frames, columns, xy, words):
    with pytest.raises(FormatError, match=words):
        laid_out(frames, columns, xy, ("a", "b"))
