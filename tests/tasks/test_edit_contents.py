"""What each kind of edit shows."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.regions import Region
from napari_cotracker.effects.colour import to_linear
from napari_cotracker.effects.motion import MotionOptions
from napari_cotracker.tasks.edits import Edit, MatteOptions, Painting, settle
from tests.tasks.moving_edits import FRAMES, SIZE, SQUARE, disc, film, hide, pixels, psnr, tracks_of

FILM, WHERE = film()
TRACKS = tracks_of(WHERE)
MASK = disc(pixels())
PLANE = MotionOptions("homography")
LAST = FRAMES - 1


def settled(what, painting, **more):
    return settle(Edit(what, {0: painting} if painting else {}, PLANE, **more), TRACKS, SIZE)


def test_a_mask_is_shown_in_its_colour():
    found = settled("mask", Painting(labels=MASK), options={"strength": 1.0}).draw(0, FILM.frames[0])
    assert (found[MASK > 0] == [255, 0, 0]).all()
    np.testing.assert_array_equal(found[MASK == 0], FILM.frames[0][MASK == 0])


def test_one_label_of_several():
    labels = MASK.copy()
    labels[60:][MASK[60:] > 0] = 5
    found = settled("mask", Painting(labels=labels), options={"label": 5}).labels(0)
    np.testing.assert_array_equal(found, np.where(labels == 5, 5, 0))


def test_an_effect_changes_what_is_within_and_nothing_else():
    edit = settled("effect", Painting(labels=MASK), effect="grade", options={"exposure": -1.0})
    found = edit.draw(LAST, FILM.frames[LAST])
    matte = edit.matte(LAST, None)
    np.testing.assert_array_equal(found[matte == 0], FILM.frames[LAST][matte == 0])
    light = to_linear(FILM.frames[LAST])[matte == 1]
    np.testing.assert_allclose(to_linear(found)[matte == 1], light / 2, atol=0.005)


def test_paint_sticks_to_the_surface():
    paint = np.zeros((*SIZE[::-1], 4), np.uint8)
    paint[MASK > 0] = (200, 40, 10, 255)
    found = settled("insert", Painting(picture=paint)).draw(LAST, FILM.frames[LAST])
    there = disc(WHERE(pixels().reshape(-1, 2), LAST, 0).reshape(*SIZE[::-1], 2), 23) > 0
    assert np.abs(found[there].astype(int) - [200, 40, 10]).max() <= 4
    away = disc(WHERE(pixels().reshape(-1, 2), LAST, 0).reshape(*SIZE[::-1], 2), 28) == 0
    np.testing.assert_array_equal(found[away], FILM.frames[LAST][away])


def test_a_picture_of_the_film_itself_changes_hardly_anything():
    cut = np.dstack([FILM.frames[0], MASK * 255])
    found = settled("insert", Painting(picture=cut)).draw(LAST, FILM.frames[LAST])
    assert psnr(found, FILM.frames[LAST]) > 45


def test_a_placed_picture_has_corners_and_a_matte():
    edit = settled("insert", Painting(picture=np.full((8, 8, 3), 255, np.uint8), corners=SQUARE),
                   options={"opacity": 0.5})
    np.testing.assert_allclose(edit.corners(LAST), WHERE(SQUARE, 0, LAST), atol=0.05)
    assert edit.matte(0, None)[60, 70] == pytest.approx(0.5)


def test_a_pictures_edge_fades_inwards():
    edit = settled("insert", Painting(picture=np.full((8, 8, 3), 255, np.uint8), corners=SQUARE),
                   matte=MatteOptions(feather=10))
    row = edit.matte(0, None)[60, 49:72:5]
    np.testing.assert_allclose(row, [0, 0.5, 1, 1, 1], atol=0.11)


def test_brightness_follows_the_surface():
    dim = (FILM.frames[LAST] * 0.5).astype(np.uint8)
    edit = Edit("insert", {0: Painting(picture=np.full((8, 8, 3), 200, np.uint8), corners=SQUARE)}, PLANE,
                {"brightness": True})
    with_gain = settle(edit, TRACKS, SIZE, read=lambda t: FILM.frames[t])
    x, y = WHERE(SQUARE.mean(0), 0, LAST).round().astype(int)
    same, darker = with_gain.draw(0, FILM.frames[0])[60, 70], with_gain.draw(LAST, dim)[y, x]
    assert same.tolist() == [200] * 3
    np.testing.assert_allclose(darker, 100, atol=5)  # half the value is what the whole film has lost


def test_what_is_in_front_hides_a_picture():
    hidden = hide(TRACKS, [5], np.flatnonzero(TRACKS.xy[5, :, 0] < 80))
    white = Painting(picture=np.full((8, 8, 3), 255, np.uint8), corners=SQUARE)
    behind, before = (settle(Edit("insert", {0: white}, PLANE, matte=MatteOptions(behind=wanted)), hidden, SIZE)
                      for wanted in (True, False))
    np.testing.assert_array_equal(behind.draw(5, FILM.frames[5])[:, :55], FILM.frames[5][:, :55])
    assert (before.draw(5, FILM.frames[5])[:, :62] == 255).all(-1).any()


def test_a_pin_is_drawn_and_becomes_tracks():
    edit = settled("pin", Painting(corners=SQUARE))
    np.testing.assert_allclose(edit.corners(LAST), WHERE(SQUARE, 0, LAST), atol=0.05)
    assert (edit.draw(0, FILM.frames[0])[40, 70] != FILM.frames[0][40, 70]).any()
    assert edit.content.tracks().names[0] == "bottom left"


@pytest.mark.parametrize("direction", ["inverse", "forward"])
def test_maps_say_where_every_pixel_is(direction):
    edit = settled("stmap", None, options={"direction": direction})
    found, valid = edit.content.map(LAST)
    start = max(edit.motions)
    ends = (LAST, start) if direction == "inverse" else (start, LAST)
    np.testing.assert_allclose(found[60, 80], WHERE(np.array([80.0, 60]), *ends), atol=0.05)
    assert valid.min() == 1
    np.testing.assert_array_equal(edit.draw(3, FILM.frames[3]), FILM.frames[3])


def test_maps_may_be_valid_near_tracks_only():
    some = tracks_of(WHERE, (10, 10, 60, 110))
    found = settle(Edit("stmap", {0: Painting()}, PLANE, {"near": True}), some, SIZE).content.map(2)[1]
    assert found[60, 30] == 1
    assert found[60, 140] == 0


def test_discs_of_tracks_have_their_numbers():
    labels = settled("labels", None, options={"radius": 2}).labels(3)
    x, y = TRACKS.xy[3, 40].round().astype(int)
    assert labels[y, x] == 41
    assert sorted(set(np.unique(labels))) == [0, *range(1, 82)]


@pytest.mark.parametrize(("shape", "count"), [("polygons", 5), ("hulls", 4)])
def test_groups_become_polygons(shape, count):
    places = np.array([(20.0, 20), (60, 20), (60, 60), (40, 40), (20, 60)])
    own = tracks_of(WHERE).select(np.arange(5))
    own = replace(own, xy=np.stack([places] * FRAMES).astype(np.float32), groups=("a",) * 5)
    found = settle(Edit("labels", options={"shape": shape}), own, SIZE)
    assert len(found.shapes(2)[0].vertices) == count
    labels = found.labels(2)
    assert labels[30, 40] == 1
    assert labels[55, 40] == (1 if shape == "hulls" else 0)


@pytest.mark.parametrize(("shape", "groups", "chosen", "is_doubted"), [
    ("hulls", ("",) * 81, None, True), ("polygons", ("",) * 81, None, True), ("discs", ("",) * 81, None, False),
    ("hulls", ("a",) * 40 + ("",) * 41, None, False), ("hulls", ("",) * 81, (1, 2, 3, 12), False)])
def test_tracks_without_groups_make_one_shape_and_that_is_said(shape, groups, chosen, is_doubted):
    edit = settle(Edit("labels", options={"shape": shape}, tracks=chosen), replace(TRACKS, groups=groups), SIZE)
    assert edit.facts(2).doubt.startswith("No track has a group") == is_doubted
    assert bool(edit.facts(2).doubt) == is_doubted


def test_a_group_with_two_visible_tracks_is_no_polygon():
    assert settle(Edit("labels", options={"shape": "hulls"}), TRACKS.select([0, 1]), SIZE).shapes(0) == [None]


def test_shapes_and_labels_together_are_labels():
    edit = Edit("mask", {0: Painting(labels=MASK), LAST: Painting(shapes=(Region(SQUARE),))}, PLANE)
    found = settle(edit, TRACKS, SIZE)
    assert found.shapes(3) == []
    assert found.labels(LAST)[60, 70] == 1
