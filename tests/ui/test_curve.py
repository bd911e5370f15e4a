"""Scores and speed of one track."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint

from napari_cotracker.ui.axis import Axis
from napari_cotracker.ui.curve import Curve, CurveData

from .timelines import colour, make_scope


def make_data(n_frames: int = 40) -> CurveData:
    scores = np.full(n_frames, 0.5, np.float32)
    hidden = np.zeros(n_frames, bool)
    hidden[n_frames // 2 : n_frames // 2 + n_frames // 8] = True
    visibility = np.full(n_frames, 0.9, np.float32)
    visibility[: n_frames // 4] = np.nan
    return CurveData("point 1", scores, visibility, np.full(n_frames, 0.1, np.float32), hidden, np.array([3]))


@pytest.fixture
def curve(qtbot: QtBot) -> Curve:
    curve = Curve(make_scope())
    qtbot.addWidget(curve)
    curve.resize(900, 90)
    curve.show_data(make_data())
    return curve


def rows_like(curve: Curve, frame: float, wanted: str) -> list[int]:
    """Heights of pixels that look like a curve at a frame."""
    target = getattr(curve.scope.shades, wanted)
    found = (colour(curve, QPoint(round(curve.x_of(frame + 0.5)), y)) for y in range(curve.height()))
    return [y for y, c in enumerate(found) if abs(c.hue() - target.hue()) < 12 and c.saturation() > 60]


@pytest.mark.parametrize("n_frames", [40, 700, 20_000])
def test_scores_stand_at_their_heights(curve: Curve, n_frames: int) -> None:
    curve.scope.set_length(n_frames)
    curve.show_data(make_data(n_frames))
    frame = 0.4 * n_frames
    assert np.mean(rows_like(curve, frame, "confidence")) == pytest.approx(curve._y(0.5), abs=1.5)
    assert np.mean(rows_like(curve, frame, "visibility")) == pytest.approx(curve._y(0.9), abs=1.5)
    assert not rows_like(curve, 0.15 * n_frames, "visibility"), "nothing is known there"


def test_hidden_frames_are_shaded(curve: Curve) -> None:
    y = round(curve._y(0.7))
    assert colour(curve, QPoint(round(curve.x_of(22.5)), y)) != colour(curve, QPoint(round(curve.x_of(30.5)), y))


def test_speed_is_an_area_from_the_ground(curve: Curve) -> None:
    x = round(curve.x_of(30.5))
    assert colour(curve, QPoint(x, round(curve._y(0.05)))) != colour(curve, QPoint(x, round(curve._y(0.2))))


def test_it_shares_the_zoom(curve: Curve) -> None:
    curve.scope.show_time(Axis(40, 18, 6))
    y = round(curve._y(0.7))
    assert colour(curve, QPoint(round(curve.x_of(19)), y)) != colour(curve, QPoint(round(curve.x_of(20.5)), y))


def test_it_goes_when_there_is_no_track(curve: Curve) -> None:
    curve.show_data(None)
    assert curve.isHidden()


def test_odd_tracks_are_drawn_too(curve: Curve) -> None:
    nothing = np.full(40, np.nan, np.float32)
    one = nothing.copy()
    one[7] = 0.5
    for values in (nothing, one):
        curve.show_data(CurveData("x", values, values, nothing, np.zeros(40, bool), np.zeros(0, np.int64)))
        assert bool(rows_like(curve, 7, "confidence")) == bool(np.isfinite(values).any())
    curve.show_data(CurveData("short", one[:5], one[:5], one[:5], np.zeros(5, bool), np.zeros(0, np.int64)))
    curve.grab()


@pytest.mark.parametrize("n_frames", [40, 20_000])
def test_what_is_interpolated_is_dashed(curve: Curve, n_frames: int) -> None:
    data = make_data(n_frames)
    drawn = np.zeros(n_frames, bool)
    drawn[n_frames // 4 : n_frames * 3 // 4] = True
    confidence = data.confidence.copy()
    confidence[n_frames * 5 // 8 :] = np.nan
    curve.scope.set_length(n_frames)
    curve.show_data(replace(data, confidence=confidence, interpolated=drawn))
    target, image = curve.scope.shades.confidence.hue(), curve.grab().toImage()

    def lit(first: float, last: float, score: float) -> float:
        """The share of a stretch in which the curve stands at a score."""
        places = range(round(curve.x_of(first * n_frames)), round(curve.x_of(last * n_frames)))
        found = [image.pixelColor(x, round(curve._y(score))) for x in places]
        return float(np.mean([abs(c.hue() - target) < 15 and c.saturation() > 70 for c in found]))

    assert lit(0.12, 0.2, 0.5) > 0.95
    assert 0.3 < lit(0.3, 0.6, 0.5) < 0.9
    assert 0.3 < lit(0.65, 0.72, 1.0) < 0.9, "without a score it stands at the top, as anchors do"
    assert lit(0.8, 0.98, 1.0) == lit(0.8, 0.98, 0.5) == 0, "nothing is known there"


def test_what_a_person_denies_is_shaded_and_its_ends_are_dark(curve: Curve) -> None:
    denied = np.zeros(40, bool)
    denied[10:16] = True
    y, between = round(curve._y(0.3)), QPoint(round(curve.x_of(12.5)), round(curve._y(0.3)))
    before = colour(curve, between)
    curve.show_data(replace(make_data(), denied=denied))
    assert colour(curve, between) != before
    assert colour(curve, QPoint(round(curve.x_of(17.5)), y)) == before
    for frame, is_end in ((10, True), (12, False), (15, True)):
        place = QPoint(round(curve.x_of(frame + 0.5)), round(curve._y(0.5)))
        assert (colour(curve, place).lightness() < 40) == is_end


def test_a_stretch_of_anchors_has_two_diamonds_and_a_light_line(curve: Curve) -> None:
    curve.show_data(replace(make_data(), anchors=np.arange(5, 12)))
    for frame, is_end in ((5, True), (8, False), (11, True)):
        x, y = round(curve.x_of(frame + 0.5)), round(curve._y(0.5))
        assert (colour(curve, QPoint(x, y - 2)).lightness() > 120) == is_end
        assert colour(curve, QPoint(x, y)).lightness() > 150
