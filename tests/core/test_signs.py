"""What can be noticed about cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.core import signs
from napari_cotracker.core.signs import Part
from napari_cotracker.core.tracks import Source, State
from tests.doubtful_clips import SIZE, Sheet, blink, jump, sheet, spoiled


def part_of(clip: Sheet, starts: list[int] | None = None) -> Part:
    columns = np.arange(len(clip.ids))
    return Part.of(clip, clip.size, columns, np.full(len(columns), -1) if starts is None else np.array(starts))


def test_frames_are_counted_to_the_nearest_anchor_or_start() -> None:
    clip = sheet(10).pick(np.arange(3))
    clip.anchor(6, 0)
    clip.source[0, 1:] = Source.PREDICTED
    away = signs.frames_away(part_of(clip, [-1, 9, -1]))
    assert away[:, 0].tolist() == [0, 1, 2, 3, 2, 1, 0, 1, 2, 3]
    assert away[:, 1].tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert away[:, 2].tolist() == [10] * 10


def test_a_track_is_right_where_somebody_says_where_it_is() -> None:
    clip = sheet(10).pick(np.arange(3))
    clip.anchor(6, 0)
    clip.source[8, 0], clip.state[8, 0], clip.xy[8, 0] = Source.HUMAN, State.OCCLUDED, np.nan
    clip.source[0, 1], clip.state[0, 1] = Source.PREDICTED, State.FROM_SCORES
    clip.visibility[:4, 1] = 0.1
    origins = signs.origins(part_of(clip))
    assert origins[:, 0].tolist() == [0, 0, 0, 0, 6, 6, 6, 6, 6, 6]
    assert origins[:, 1].tolist() == [4] * 10
    assert origins[:, 2].tolist() == [0] * 10


def test_flips_count_within_a_few_frames() -> None:
    clip = sheet(60).pick(np.arange(2))
    blink(clip, 0, range(20, 25))  # hidden at 20, 22 and 24: six flips, from 20 to 25
    near, count = signs.flips(part_of(clip))
    assert count[22, 0] == 6
    assert near[:, 0].argmax() in range(21, 25)
    assert count[35, 0] == 0
    assert not near[:, 1].any()


def test_leaving_the_picture_is_no_flip_nor_what_a_person_says() -> None:
    clip = sheet(20).pick(np.arange(2))
    clip.xy[10:, 0] += 500
    clip.visibility[10:, 0] = 0.1
    clip.state[:10, 1], clip.state[10:, 1] = State.VISIBLE, State.OCCLUDED_LOCATED
    assert not signs.flips(part_of(clip))[0].any()


def test_the_frame_after_a_jump_is_blamed_if_the_anchor_lies_before_it() -> None:
    clip = sheet().pick(np.arange(1))
    jump(clip, 0, 40, 20)
    amount, usual = signs.jumps(part_of(clip))
    assert amount[:, 0].argmax() == 40
    assert amount[40, 0] == pytest.approx(20, abs=1)
    assert amount[39, 0] < 1
    assert usual[0] < 0.5


def test_the_frame_before_a_jump_is_blamed_if_the_anchor_lies_after_it() -> None:
    clip = sheet().pick(np.arange(1))
    clip.source[0] = Source.PREDICTED
    clip.anchor(79, 0)
    jump(clip, 0, 40, 20)
    amount, _ = signs.jumps(part_of(clip))
    assert amount[:, 0].argmax() == 39
    assert amount[40, 0] < 1


def test_a_turn_is_no_jump() -> None:
    clip = sheet().pick(np.arange(1))
    clip.xy[40:, 0, 0] += 8 * np.arange(40)
    amount, _ = signs.jumps(part_of(clip))
    assert amount.max() < 1.5


def test_a_track_that_misses_its_anchor_is_blamed_before_it() -> None:
    clip = sheet().pick(np.arange(1))
    clip.xy[20:60, 0] += 12
    clip.anchor(60, 0)
    amount, _ = signs.jumps(part_of(clip))
    assert amount[59, 0] == pytest.approx(np.hypot(12, 12), abs=1)
    assert amount[56, 0] > 10
    assert amount[61:, 0].max() < 1.5


def test_the_margin_is_that_of_points_in_sight() -> None:
    clip = sheet(3).pick(np.arange(3))
    clip.xy[:, 0], clip.xy[:, 1], clip.xy[:, 2] = (2, 100), (100, 250), (100, 100)
    clip.visibility[1:, 0] = 0.1
    room = signs.margin(part_of(clip), SIZE)
    assert room[0].tolist() == [2, 5, 100]
    assert room[1, 0] == np.inf


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_what_is_settled_is_not_asked(seed: int) -> None:
    clip = spoiled(seed)
    settled = part_of(clip).settled
    assert settled[(clip.source == Source.HUMAN) | (clip.source == Source.VERIFIED)].all()
    assert settled[np.isnan(clip.xy[..., 0])].all()
    assert settled[np.isin(clip.state, [State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN])].all()
    plain = (clip.source == Source.PREDICTED) & (clip.state == State.FROM_SCORES) & np.isfinite(clip.xy[..., 0])
    inside = ((clip.xy >= 0) & (clip.xy <= 255)).all(2)
    assert not settled[plain & inside].any()


@pytest.mark.parametrize("n_frames", [0, 1, 2, 3])
def test_hardly_any_frame(n_frames: int) -> None:
    part = part_of(sheet(n_frames))
    for found in (*signs.flips(part), signs.jumps(part)[0], signs.frames_away(part), signs.origins(part)):
        assert found.shape == (n_frames, 16)
        assert np.isfinite(found).all()
