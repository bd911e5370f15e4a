"""Pictures placed on several reference frames."""

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.warps import PlaneWarp
from napari_cotracker.effects.insert import Insert, InsertOptions, lay, moment
from napari_cotracker.effects.inserts import InsertOnFrames, Placement
from napari_cotracker.effects.motion import FrameMotion, Motion

SIZE = (80, 60)
SQUARE = np.array([(10.0, 10), (30, 10), (30, 30), (10, 30)])
RED = np.zeros((8, 8, 4), np.float32)
RED[..., [0, 3]] = 1
BLUE = RED[..., [2, 1, 0, 3]]


def moving(reference, frames=11, step=2.0):
    """A surface that goes right by two pixels a frame."""
    def warp(t):
        return PlaneWarp(np.array([[1, 0, step * (t - reference)], [0, 1, 0], [0, 0, 1.0]]))
    hull = np.zeros((0, 2))
    each = tuple(FrameMotion(warp(t), "direct", "translation", 4, 0.1, hull) for t in range(frames))
    return Motion(reference, "translation", each, hull, np.zeros((frames, 0), bool))


MOTIONS = {0: moving(0), 10: moving(10)}


def drawn(insert, t, options=None):
    return lay(np.zeros((60, 80, 3), np.float32), insert.on(t, SIZE, options))


def middle(picture, channel):
    return (picture[..., channel].sum(0) @ np.arange(80)) / picture[..., channel].sum()


def test_one_placement_is_as_an_insert():
    found = InsertOnFrames({0: Placement(RED, SQUARE)}, {0: MOTIONS[0]}).on(4, SIZE)
    alone = Insert(RED, SQUARE).on(moment(MOTIONS[0].warp(4)), SIZE)
    assert found[0] == alone[0]
    np.testing.assert_allclose(found[1], alone[1], atol=1e-5)


def test_the_same_picture_placed_again_lies_between_its_places():
    insert = InsertOnFrames({0: Placement(RED, SQUARE), 10: Placement(None, SQUARE + np.array([28, 0]))}, MOTIONS)
    places = [middle(drawn(insert, t), 0) for t in (0, 5, 10)]
    np.testing.assert_allclose(places, [20, 34, 48], atol=0.05)  # 8 px further than the surface, by and by
    row = drawn(insert, 5)[20, :, 0]
    assert row[[22, 26, 34, 42, 46]] == pytest.approx([0, 1, 1, 1, 0], abs=0.15)  # no double picture


def test_two_pictures_fade_into_each_other_and_each_is_alone_on_its_frame():
    insert = InsertOnFrames({0: Placement(RED, SQUARE), 10: Placement(BLUE, SQUARE + np.array([20, 0]))}, MOTIONS)
    assert drawn(insert, 0)[..., 2].max() == 0
    assert drawn(insert, 10)[..., 0].max() == 0
    half = drawn(insert, 5)[20, 30]
    np.testing.assert_allclose(half, [0.5, 0, 0.5], atol=1e-3)


def test_motion_blur_is_that_of_the_surface():
    insert = InsertOnFrames({0: Placement(RED, SQUARE), 4: Placement(None, SQUARE + np.array([24, 0]))},
                            {0: moving(0, step=6.0), 4: moving(4, step=6.0)})
    sharp, blurred = (drawn(insert, 2, InsertOptions(shutter=degrees, samples=16)) for degrees in (0, 360))
    partly = [((row > 0.05) & (row < 0.95)).sum() for row in (sharp[20, :, 0], blurred[20, :, 0])]
    assert partly[1] > partly[0]
    assert middle(blurred, 0) == pytest.approx(middle(sharp, 0), abs=0.1)


def test_what_is_missing_is_told():
    with pytest.raises(EditError, match="expected a picture"):
        InsertOnFrames({0: Placement(None, SQUARE)}, MOTIONS)
    with pytest.raises(EditError, match=r"none for \[3\]"):
        InsertOnFrames({0: Placement(RED, SQUARE), 3: Placement(RED, SQUARE)}, MOTIONS)
