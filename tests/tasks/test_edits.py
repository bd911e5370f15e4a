"""Something painted on one frame sticks through the film, and what makes no sense is told."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.regions import Region
from napari_cotracker.effects.motion import MotionOptions
from napari_cotracker.tasks.edits import (
    Edit,
    MatteOptions,
    Painting,
    best_reference,
    moves_alike,
    restyle,
    settle,
    settling,
)
from tests.tasks.moving_edits import FRAMES, SIZE, SQUARE, disc, film, hide, iou, lose, pixels, tracks_of

FILM, WHERE = film()
TRACKS = tracks_of(WHERE)
MASK = disc(pixels())
PLANE = MotionOptions("homography")
LAST = FRAMES - 1


def truth(t, start=0):
    """The disc as it is on a frame."""
    return disc(WHERE(pixels().reshape(-1, 2), t, start).reshape(*SIZE[::-1], 2))


def mask_edit(**more):
    return Edit("mask", {0: Painting(labels=MASK)}, PLANE, **more)


def test_a_mask_is_where_the_surface_goes_and_as_painted_where_it_was():
    settled = settle(mask_edit(), TRACKS, SIZE)
    np.testing.assert_array_equal(settled.labels(0), MASK)
    assert min(iou(settled.labels(t), truth(t)) for t in range(FRAMES)) > 0.98
    assert settled.shapes(3) == []
    assert settled.corners(3) is None


def test_progress_goes_up_to_its_end():
    done = list(settling(mask_edit(), TRACKS, SIZE))
    assert done == sorted(done)
    assert 0 <= done[0] < 0.5 < done[-1] <= 1


def test_what_is_settled_goes_to_another_process():
    settled = settle(mask_edit(), TRACKS, SIZE)
    there = pickle.loads(pickle.dumps(settled))
    np.testing.assert_array_equal(there.labels(5), settled.labels(5))


def test_shapes_stay_shapes():
    square = Region(SQUARE)
    settled = settle(Edit("mask", {0: Painting(shapes=(square,))}, PLANE), TRACKS, SIZE)
    np.testing.assert_allclose(settled.shapes(LAST)[0].vertices, WHERE(SQUARE, 0, LAST), atol=0.05)
    assert abs(int(settled.labels(LAST).sum()) - 1600) < 80


def test_corrections_are_as_painted_on_their_frames():
    wider = disc(WHERE(pixels().reshape(-1, 2), LAST, 0).reshape(*SIZE[::-1], 2), 30)
    edit = Edit("mask", {0: Painting(labels=MASK), LAST: Painting(labels=wider)}, PLANE)
    settled = settle(edit, TRACKS, SIZE)
    np.testing.assert_array_equal(settled.labels(LAST), wider)
    assert MASK.sum() < settled.labels(4).sum() < wider.sum()


def test_what_is_hidden_is_left_out_unless_it_is_wanted():
    hidden = hide(TRACKS, [5], np.flatnonzero(TRACKS.xy[5, :, 0] < 80))
    behind = settle(mask_edit(), hidden, SIZE).labels(5)
    assert behind[:, :65].sum() == 0
    assert behind[:, 95:].any()
    before = settle(mask_edit(matte=MatteOptions(behind=False)), hidden, SIZE).labels(5)
    assert iou(before, truth(5)) > 0.97


def test_what_tracks_lose_is_not_left_out():
    lost = lose(TRACKS, [5], np.flatnonzero(TRACKS.xy[5, :, 0] < 80))
    assert iou(settle(mask_edit(), lost, SIZE).labels(5), truth(5)) > 0.97


def test_an_effect_covers_what_is_hidden_unless_it_is_to_be_behind():
    hidden = hide(TRACKS, [5], np.flatnonzero(TRACKS.xy[5, :, 0] < 80))
    edit = replace(mask_edit(), what="effect", effect="blur")
    assert iou(settle(edit, hidden, SIZE).labels(5), truth(5)) > 0.97
    behind = settle(replace(edit, matte=MatteOptions()), hidden, SIZE)
    assert behind.labels(5)[:, :65].sum() == 0


def test_another_look_is_what_solving_it_anew_would_give():
    hidden = hide(TRACKS, [5], np.flatnonzero(TRACKS.xy[5, :, 0] < 80))
    plain = replace(mask_edit(), what="effect", effect="blur", options={"radius": 3}, matte=MatteOptions(behind=True))
    other = replace(plain, options={"radius": 9}, matte=MatteOptions(behind=False, feather=5))
    assert moves_alike(plain, other)
    there, anew = restyle(settle(plain, hidden, SIZE), other), settle(other, hidden, SIZE)
    picture = np.random.default_rng(0).integers(0, 255, (*SIZE[::-1], 3), dtype=np.uint8)
    for t in (0, 5, LAST):
        np.testing.assert_array_equal(there.draw(t, picture), anew.draw(t, picture))
        np.testing.assert_equal(there.facts(t), anew.facts(t))


@pytest.mark.parametrize("other", [
    Edit("mask", {0: Painting(labels=MASK)}), Edit("mask", {}, MotionOptions(model="affine")),
    Edit("mask", {}, tracks=(1, 2)), Edit("effect", {}, effect="blur"),
])
def test_what_moves_another_way_is_no_other_look(other):
    assert not moves_alike(Edit("mask", {}), other)
    assert not moves_alike(Edit("stabilise"), Edit("stabilise")), "its options say how it moves"


def test_a_front_of_the_users_own_counts_too():
    front = np.zeros(SIZE[::-1], np.float32)
    front[:60] = 1
    settled = settle(mask_edit(), TRACKS, SIZE)
    assert not settled.labels(0, front)[:60].any()
    assert settled.matte(0, front)[:60].max() == 0
    np.testing.assert_array_equal(settled.labels(0, front)[60:], MASK[60:])


def test_what_holds_still_needs_no_painting():
    assert best_reference(hide(TRACKS, range(3), range(40)), 0.6) == 3
    settled = settle(Edit("stabilise", motion=PLANE, options={"border": "black"}), TRACKS, SIZE)
    first, last = (settled.draw(t, FILM.frames[t]) for t in (0, LAST))
    inner = np.s_[40:80, 50:110]
    assert np.abs(first[inner].astype(int) - last[inner]).mean() < 3
    assert np.abs(FILM.frames[0][inner].astype(int) - FILM.frames[LAST][inner]).mean() > 20


def test_a_film_is_held_by_what_most_of_it_does():
    still = np.flatnonzero(TRACKS.xy[0, :, 0] < 100)  # two thirds go with the film, the rest another way
    xy = TRACKS.xy.copy()
    others = np.setdiff1d(np.arange(81), still)
    xy[:, others] += np.arange(FRAMES)[:, None, None] * np.array([3, 2], np.float32)
    edit = Edit("stabilise", {0: Painting()}, options={"border": "black"})
    held = settle(edit, replace(TRACKS, xy=xy), SIZE)
    assert held.motions[0].model == "similarity"
    back = held.content.stabilised.warp(LAST).forward(np.array([60.0, 60]))
    np.testing.assert_allclose(back, WHERE(np.array([60.0, 60]), 0, LAST), atol=0.2)


def test_one_track_is_enough_and_it_is_said_what_it_cannot_tell():
    settled = settle(mask_edit(tracks=(41,)), TRACKS, SIZE)
    assert settled.facts(LAST).model == "translation"
    assert settled.facts(LAST).doubt == "Only one track carries it here: it moves, but neither turns nor grows."


def test_grey_plates_get_colour():
    settled = settle(mask_edit(), TRACKS, SIZE)
    assert settled.draw(0, np.full((*SIZE[::-1], 1), 90, np.uint8)).shape == (*SIZE[::-1], 3)


@pytest.mark.parametrize(("edit", "message"), [
    (Edit("mask"), "expected something on a reference frame to propagate as mask, got nothing"),
    (Edit("mask", {9: Painting(labels=MASK)}), "expected a reference frame from 0 to 7, got 9"),
    (Edit("mask", {0: Painting(labels=MASK)}, tracks=(41, 999)), "expected numbers of tracks that carry the edit, got "
     "number 999"),
    (Edit("mask", {0: Painting(labels=MASK)}, tracks=()), "expected numbers of tracks that carry the edit, got none"),
    (Edit("mask", {0: Painting(labels=MASK)}, options={"label": 4}), "expected a label that is painted on a reference "
     "frame, got 4"),
    (Edit("insert", {0: Painting(picture=np.zeros((4, 4, 3), np.uint8), corners=SQUARE)}, options={"brightness": True}),
     "expected the film's pictures to match brightness, got none"),
    (Edit("effect", {0: Painting(labels=MASK)}, effect="glow"), "expected an effect out of blur"),
])
def test_what_makes_no_sense_is_told(edit, message):
    with pytest.raises(EditError, match=message):
        settle(edit, TRACKS, SIZE)


def test_tracks_that_do_not_fit_are_told():
    with pytest.raises(EditError, match="expected tracks of the film's 320 × 240 pixels, got tracks of 160 × 120"):
        settle(mask_edit(), TRACKS, (320, 240))
    with pytest.raises(EditError, match="expected tracks to carry the edit, got none"):
        settle(mask_edit(), TRACKS.select(slice(0, 0)), SIZE)
    unseen = replace(TRACKS, visibility=np.where(np.arange(FRAMES)[:, None] == 0, np.float32(0), TRACKS.visibility))
    with pytest.raises(EditError, match="visible on the reference frame 0, got none; frame 1 has most"):
        settle(mask_edit(), unseen, SIZE)
