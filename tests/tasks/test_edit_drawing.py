"""Labels and corners over frames."""

import numpy as np
import pytest

from napari_cotracker.tasks.edit_drawing import draw_corners, draw_labels, keeps_grey
from napari_cotracker.tasks.edits import Edit

FRAME = np.full((40, 50, 3), 100, np.uint8)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_labels_have_their_colours_and_the_rest_stays(dtype):
    frame = np.full((40, 50, 4), 100, dtype)
    labels = np.zeros((40, 50), np.int32)
    labels[5:9, 6:11], labels[20, 20], labels[30, 30] = 2, 3, 257
    found = draw_labels(frame, labels, 1.0)
    most = {np.uint8: 255, np.uint16: 65535, np.float32: 1}[dtype]
    green, yellow = found[6, 8, :3] / most, found[20, 20, :3] / most
    np.testing.assert_allclose(green, (0, 1, 0), atol=1e-3)
    np.testing.assert_allclose(yellow, (1, 1, 0), atol=1e-3)
    np.testing.assert_array_equal(found[30, 30], found[6, 8])  # the colours begin again after 255
    assert (found[..., 3] == 100).all()
    untouched = labels == 0
    np.testing.assert_array_equal(found[untouched], frame[untouched])


def test_strength():
    labels = np.ones((40, 50), np.uint8)
    assert draw_labels(FRAME, labels, 0.5)[3, 3].tolist() == [178, 50, 50]
    np.testing.assert_array_equal(draw_labels(FRAME, labels, 0.0), FRAME)
    np.testing.assert_array_equal(draw_labels(FRAME, np.zeros((40, 50), bool), 1.0), FRAME)


def test_an_outline_goes_through_the_corners():
    found = draw_corners(FRAME, np.array([(10.0, 10), (40, 10), (40, 30), (10, 30)]))
    assert (found[10, 20] != FRAME[10, 20]).any()
    np.testing.assert_array_equal(found[20, 20], FRAME[20, 20])
    np.testing.assert_array_equal(draw_corners(FRAME, np.full((4, 2), np.nan)), FRAME)
    assert draw_corners(FRAME, np.array([(-1e6, 10), (1e6, 10), (1e6, 30), (-1e6, 30)])).shape == FRAME.shape


@pytest.mark.parametrize(("edit", "told"), [
    (Edit("stabilise"), True), (Edit("insert"), False), (Edit("mask"), False),
    (Edit("effect", effect="blur"), True), (Edit("effect", effect="pixelate"), True),
    (Edit("effect", effect="inpaint"), True), (Edit("effect", effect="grade", options={"exposure": 1}), True),
    (Edit("effect", effect="grade", options={"warmth": 0.5}), False)])
def test_edits_that_leave_grey_grey(edit, told):
    assert keeps_grey(edit) == told
