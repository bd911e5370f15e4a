"""What a correction changes under each rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.blending import Side
from napari_cotracker.evaluation import rules
from napari_cotracker.evaluation.rules import BothWays, Look, Path, Rule, blend_by_sigmoid, blend_span

OURS = BothWays(blend_span)


def side_of(x: Any, confidence: float = 1.0) -> Side:
    """A side at y = 0."""
    x = np.asarray(x, np.float32)
    return Side(np.stack([x, np.zeros_like(x)], 1), np.ones_like(x), np.full_like(x, confidence))


def path_of(n_frames: int, *pins: int, at: float = 0.0) -> Path:
    place = {t: np.array([at, 0], np.float32) for t in pins}
    return Path(3, side_of(np.zeros(n_frames)), np.zeros(n_frames, np.float32), place)


def told(x_of: Callable[[int, bool], Any]) -> Look:
    """A tracker that answers with these x."""
    return lambda *starts: [side_of(x_of(frame, is_backward)) for frame, is_backward in starts]


def solved(rule: Rule, path: Path, at: int) -> list[float]:
    """The x of each frame; the tracker says 100 + its start, and 0.5 more if it goes backward."""
    path.pins[at] = np.array([7, 0], np.float32)
    n_frames = len(path.doubt)
    side, doubt = rule(path, at, told(lambda frame, back: np.full(n_frames, 100 + frame + 0.5 * back)))
    assert doubt.shape == (n_frames,)
    return [float(x) for x in side.xy[:, 0]]


def test_keyframes_are_joined_by_straight_lines() -> None:
    path = path_of(6, 1)
    assert solved(rules.interpolate, path, 4) == pytest.approx([0, 0, 7 / 3, 14 / 3, 7, 7])


def test_overwriting_goes_to_the_end_over_everything() -> None:
    assert solved(rules.overwrite, path_of(6, 0, 4), 2) == [0, 0, 102, 102, 102, 102]
    first = solved(rules.overwrite, path_of(4), 1)
    assert first[0] == 101.5 and first[2:] == [101, 101]


def test_going_to_the_next_pin_spares_what_lies_behind_it() -> None:
    assert solved(rules.go_to_next, path_of(6, 0, 4), 2) == [0, 0, 102, 102, 0, 0]
    assert solved(rules.go_to_next, path_of(5, 4), 2)[:2] == [102.5, 102.5]


def test_going_to_the_middle_shares_frames_with_the_nearest_pin() -> None:
    assert solved(rules.go_to_middle, path_of(9, 0, 8), 4) == [0, 0, 0, 104.5, 104, 104, 104, 0, 0]
    alone = solved(rules.go_to_middle, path_of(4), 1)
    assert alone[0] == 101.5 and alone[2:] == [101, 101]


def test_a_closed_span_lies_between_both_sides_and_nothing_else_moves() -> None:
    xs = solved(OURS, path_of(9, 0, 4, 8), 2)
    assert xs[5:] == [0, 0, 0, 0]
    assert xs[0] == 100 and 100 < xs[1] < 102.5 and xs[4] == 104.5


def test_beyond_the_outer_pins_the_new_answer_goes_on_until_both_agree() -> None:
    path = path_of(60, 0)
    path.pins[10] = np.zeros(2, np.float32)
    path.side = side_of(np.where(np.arange(60) < 30, 5.0, 0.9))
    side, _ = OURS(path, 10, told(lambda frame, back: np.zeros(60)))
    assert (side.xy[10:30, 0] == 0).all() and (side.xy[30:, 0] == np.float32(0.9)).all()
    to_the_end, _ = BothWays(blend_span, is_local=False)(path, 10, told(lambda frame, back: np.zeros(60)))
    assert (to_the_end.xy[10:, 0] == 0).all()


def test_of_a_long_span_only_what_the_new_pin_contradicts_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.core.gaps.LONG", 40)
    path = path_of(121, 0, 60, 120)
    path.side = side_of(np.where(np.abs(np.arange(121) - 60) < 10, 5.0, 0.9))
    answers = told(lambda frame, back: np.zeros(121))
    side, _ = OURS(path, 60, answers)
    changed = np.flatnonzero(side.xy[:, 0] == 0)
    assert (changed[0], changed[-1]) == (60 - 25, 60 + 25) and len(changed) == 51
    unseen, _ = OURS(path, 60, lambda *starts: [side_of(np.zeros(121), 0.5) for _ in starts])
    assert (unseen.xy[:, 0] == 0).all(), "what is not seen does not agree"
    whole, _ = BothWays(blend_span, is_local=False)(path, 60, answers)
    assert (whole.xy[:, 0] == 0).all()


@pytest.mark.parametrize(
    ("same_from", "n", "expected"), [(5, 40, 5), (30, 40, 40), (0, 40, 1), (0, 9, 9), (24, 40, 24)])
def test_agreement_needs_sixteen_frames_in_a_row(same_from: int, n: int, expected: int) -> None:
    old = np.where(np.arange(n) >= same_from, 1.0, 1.5)
    assert rules.agreement(np.zeros((n, 2), np.float32), side_of(old).xy) == expected


def test_what_is_not_there_agrees_with_nothing() -> None:
    assert rules.agreement(np.zeros((40, 2), np.float32), np.full((40, 2), np.nan, np.float32)) == 40


def test_the_sigmoid_is_exact_at_both_ends_and_half_in_the_middle() -> None:
    mixed = blend_by_sigmoid(0, 0, 100, side_of(np.zeros(101)), side_of(np.ones(101)))
    x = mixed.xy[:, 0]
    assert (x[0], x[50], x[100]) == (0, 0.5, 1) and (np.diff(x) >= 0).all() and x[25] == pytest.approx(0.047, abs=1e-3)
    one = blend_by_sigmoid(0, 0, 4, Side.nothing(5), side_of(np.ones(5)))
    assert (one.xy[:, 0] == 1).all()


def test_the_doubt_of_a_span_is_what_both_sides_are_apart_and_elsewhere_it_stays() -> None:
    path = path_of(9, 0, 4, 8)
    path.doubt[:] = 3
    path.pins[2] = np.zeros(2, np.float32)
    _, doubt = OURS(path, 2, told(lambda frame, back: np.full(9, 10.0 * back)))
    assert doubt[1] == pytest.approx(10, abs=0.1) and doubt[0] == doubt[2] == doubt[4] == 0 and (doubt[5:] == 3).all()


def test_a_point_that_moves_steadily_is_right_everywhere_between_three_pins() -> None:
    truth = np.arange(1000) * 2.0
    path = Path(0, Side.nothing(1000), np.zeros(1000, np.float32))
    for at in (0, 999, 500):
        path.pins[at] = np.array([truth[at], 0], np.float32)
        path.side, path.doubt = OURS(path, at, told(lambda frame, back: truth))
    assert np.abs(path.side.xy[:, 0] - truth).max() < 1e-3
    asked_both = np.flatnonzero(np.isfinite(path.doubt))
    assert asked_both.tolist() == [*range(484, 517), *range(983, 999)], "what no new pin contradicts is left"
    assert path.doubt[asked_both].max() < 1e-3


@given(st.lists(st.integers(0, 39), min_size=2, max_size=6, unique=True), st.integers(0, 99))
def test_ours_changes_nothing_beyond_the_neighbouring_pins(pins: list[int], seed: int) -> None:
    *known, at = pins
    path = path_of(40, *known)
    chance = np.random.default_rng(seed)
    said = {(t, back): chance.normal(0, 20, 40) for t in pins for back in (False, True)}
    path.pins[at] = np.zeros(2, np.float32)
    before, after = path.neighbours(at)
    side, _ = OURS(path, at, told(lambda frame, back: said[frame, back]))
    changed = np.flatnonzero(side.xy[:, 0] != 0)
    assert set(changed.tolist()) <= set(range(-1 if before is None else before, 41 if after is None else after + 1))
