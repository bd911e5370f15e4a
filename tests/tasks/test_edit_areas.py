"""What is painted is somewhere on its frame."""

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.regions import Region
from napari_cotracker.tasks.edit_areas import area_of, check_painting, labels_of
from napari_cotracker.tasks.edits import Painting
from tests.tasks.moving_edits import SIZE, SQUARE, disc, pixels

LOGO = np.full((10, 20, 4), 255, np.uint8)
PAINT = np.zeros((120, 160, 4), np.uint8)
PAINT[20:30, 40:60] = 255


def test_areas_are_where_something_is():
    np.testing.assert_array_equal(area_of(Painting(labels=disc(pixels()) * 7), SIZE), disc(pixels()) > 0)
    inside = np.zeros((120, 160), bool)
    inside[41:80, 51:90] = True
    for painting in (Painting(shapes=(Region(SQUARE),)), Painting(picture=LOGO, corners=SQUARE),
                     Painting(corners=SQUARE)):
        assert area_of(painting, SIZE)[inside].all()
        assert area_of(painting, SIZE).sum() <= 41 * 41
    assert area_of(Painting(picture=PAINT), SIZE).sum() == 200
    assert area_of(Painting(), SIZE) is None


def test_shapes_are_filled_with_their_numbers():
    small = Region(np.array([(60.0, 50), (70, 50), (70, 60), (60, 60)]))
    labels = labels_of(Painting(shapes=(Region(SQUARE), small)), SIZE)
    assert (labels[45, 55], labels[55, 65], labels[0, 0]) == (1, 2, 0)


@pytest.mark.parametrize(("what", "painting", "message"), [
    ("mask", Painting(), "a mask or a shape on the reference frame, got none"),
    ("effect", Painting(corners=SQUARE), "a mask or a shape on the reference frame, got none"),
    ("mask", Painting(labels=np.ones((60, 80), int)), "the film's size, 160 × 120 pixels, got 80 × 60"),
    ("mask", Painting(labels=np.zeros((120, 160), int)), "something painted .*, got an empty picture"),
    ("mask", Painting(shapes=()), "expected a shape on the reference frame, got none"),
    ("mask", Painting(shapes=(Region(SQUARE + 500),)), "shape 1, which lies outside"),
    ("pin", Painting(), "four corners on the reference frame, got none"),
    ("pin", Painting(corners=SQUARE[[0, 2, 1, 3]]), "four corners that go round"),
    ("pin", Painting(corners=SQUARE - 300), "got some that all lie beside it"),
    ("insert", Painting(corners=SQUARE), "a picture to lay on the surface, got none"),
    ("insert", Painting(picture=LOGO[..., 0], corners=SQUARE), r"shape \(H, W, 3\) or \(H, W, 4\), got \(10, 20\)"),
    ("insert", Painting(picture=LOGO), "four corners for a picture of 20 × 10 pixels"),
    ("insert", Painting(picture=PAINT[..., :3]), "a picture with alpha, as it would cover all of the film"),
    ("insert", Painting(picture=PAINT * 0), "something painted .*, got an empty picture"),
])
def test_what_makes_no_sense_is_told(what, painting, message):
    with pytest.raises(EditError, match=message):
        check_painting(what, painting, SIZE)


def test_a_correction_may_be_the_same_picture_elsewhere():
    check_painting("insert", Painting(corners=SQUARE), SIZE, is_first=False)
    with pytest.raises(EditError, match="a picture to lay"):
        check_painting("insert", Painting(), SIZE, is_first=False)
