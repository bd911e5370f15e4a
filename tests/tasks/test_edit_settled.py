"""A solved edit is frank about how far to trust it."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.warps import SplineWarp
from napari_cotracker.effects.motion import FrameMotion, MotionOptions
from napari_cotracker.tasks.edit_settled import _doubt, samples_of
from napari_cotracker.tasks.edits import Edit, MatteOptions, Painting, settle
from tests.tasks.moving_edits import SIZE, disc, film, hide, lose, pixels, tracks_of

_, WHERE = film()
TRACKS = tracks_of(WHERE)
EDIT = Edit("mask", {0: Painting(labels=disc(pixels()))}, MotionOptions("homography"), tracks=tuple(range(1, 82)))


def test_facts_of_a_frame_that_tracks_tell():
    facts = settle(EDIT, TRACKS, SIZE).facts(4)
    assert (facts.model, facts.how, facts.inliers, facts.tracks, facts.support, facts.doubt) == \
        ("homography", "direct", 81, 81, 1.0, "")
    assert facts.residual < 0.01


def test_a_frame_without_tracks_is_held_and_says_so():
    settled = settle(EDIT, lose(TRACKS, [5], range(81)), SIZE)
    facts = settled.facts(5)
    assert facts.how == "held"
    assert facts.doubt.startswith("No track tells this frame")
    assert settled.labels(5).sum() == settled.labels(4).sum()


def test_what_is_mostly_left_out_says_so():
    columns = np.flatnonzero(TRACKS.xy[5, :, 0] < 100)
    for tracks in (hide(TRACKS, [5], range(81)), hide(TRACKS, [5], columns)):
        settled = settle(EDIT, tracks, SIZE)
        assert settled.labels(5).sum() < 0.5 * settled.labels(4).sum()
        assert (settled.facts(5).reason, settled.facts(4).doubt) == ("hidden", "")
        assert settled.facts(5).doubt.startswith("Most of it is left out here: its tracks are hidden")
    few = settle(EDIT, hide(TRACKS, [5], columns[:20]), SIZE)
    assert few.labels(5).sum() > 0.5 * few.labels(4).sum()
    assert few.facts(5).doubt == ""
    whole = settle(replace(EDIT, matte=MatteOptions(behind=False)), hide(TRACKS, [5], range(81)), SIZE)
    assert whole.facts(5).reason == "held"


def test_where_no_tracks_are_near_support_is_small():
    facts = settle(EDIT, lose(TRACKS, [5], np.flatnonzero(TRACKS.xy[0, :, 0] > 50)), SIZE).facts(5)
    assert facts.support < 0.5
    assert facts.doubt == f"Tracks are near only {facts.support:.0%} of it here."


def test_what_is_seen_of_the_motion():
    overlay = settle(EDIT, hide(TRACKS, [4], [0]), SIZE).overlay(4)
    assert overlay.ids.tolist() == list(range(1, 82))
    assert overlay.counted.tolist() == [False] + [True] * 80
    assert np.nanmax(overlay.residuals) < 0.05
    np.testing.assert_allclose(overlay.mesh[4, 4], WHERE(np.array([80.0, 60]), 0, 4), atol=0.1)
    assert len(overlay.hull) >= 4


def test_labels_from_tracks_rest_on_no_motion():
    settled = settle(Edit("labels"), hide(TRACKS, [3], range(81)), SIZE)
    assert settled.facts(2).inliers == 81
    assert settled.facts(3).doubt == "No track is visible here."
    assert settled.overlay(2).mesh.shape == (0, 0, 2)


def test_what_is_carried_by_tracks_that_lie_elsewhere_is_doubted_on_all_frames_but_its_own():
    elsewhere = tracks_of(WHERE, (10, 10, 40, 40))
    settled = settle(Edit("mask", {2: Painting(labels=disc(np.array(pixels()), 20))}), elsewhere, SIZE)
    assert [settled.facts(t).reason for t in (0, 2, 5)] == ["strangers", "", "strangers"]
    assert "no track lies on what is painted" in settled.facts(5).doubt


def frame(**facts):
    given = {"warp": None, "how": "direct", "model": "homography", "inliers": 20, "residual": 0.5,
             "support": np.zeros((0, 2)), **facts}
    return FrameMotion(**given)


@pytest.mark.parametrize(("facts", "share", "reason", "says"), [
    ({}, 1.0, "", ""), ({"inliers": 2}, 1.0, "few", "Only 2 tracks carry it here."),
    ({"inliers": 1}, 1.0, "few", "Only one track carries it here: it moves, but neither turns nor grows."),
    ({"residual": 7.25}, 1.0, "off", "Tracks miss by 7.2 pixels here; choose another model, or other tracks."),
    ({}, 0.25, "bare", "Tracks are near only 25% of it here."),
    ({"how": "reference", "residual": 9.0}, 0.0, "", "")])
def test_what_speaks_against_a_frame(facts, share, reason, says):
    assert _doubt(frame(**facts), share, np.zeros((1, 2))) == (reason, says)


def test_a_surface_that_folds_is_told():
    centres = np.array([(40.0, 60), (60, 60), (80, 60), (100, 60), (80, 90)])
    bends = np.array([(400.0, 0), (-800, 0), (400, 0), (0, 0), (0, 0)])
    warp = SplineWarp(np.eye(3), centres, np.vstack([bends, np.zeros((3, 2))]), np.array([80.0, 60, 40]))
    places = samples_of(disc(pixels()) > 0, SIZE)
    reason, says = _doubt(frame(warp=warp), 1.0, places)
    assert reason == "folded"
    assert says.startswith("The surface folds over itself here")


def test_samples_lie_within():
    line = np.zeros((120, 160), bool)
    line[7, 3:150] = True
    for area in (line, disc(pixels()) > 0):
        x, y = samples_of(area, SIZE).astype(int).T
        assert area[y, x].all()
    assert samples_of(None, SIZE).max(0).tolist() == [159, 119]
