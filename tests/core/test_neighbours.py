"""Who moves together, and who does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.core.neighbours import ENOUGH, Neighbours
from tests.doubtful_clips import SIZE, Sheet, drift, jump, sheet, spoiled, strangers


def all_of(clip: Sheet) -> Neighbours:
    out = Neighbours(clip, SIZE)
    out.compare(np.arange(len(clip.ids)))
    return out


def test_tracks_can_be_read_in_pieces() -> None:
    clip = sheet()
    out = Neighbours(clip, SIZE, np.array([3]))
    for part in np.array_split(np.arange(len(clip.ids)), 3):
        assert out.read(clip, part)
    out.compare(np.arange(len(clip.ids)))
    np.testing.assert_array_equal(out.rows, all_of(clip).rows)
    assert not out.read(clip, np.arange(4)), "they are as they were"


def since_start(clip: Sheet) -> tuple[np.ndarray, np.ndarray]:
    return all_of(clip).residuals(np.arange(len(clip.ids)), np.zeros(clip.state.shape, np.int64))


def test_a_sheet_that_glides_and_turns_has_no_outlier() -> None:
    off, spread = since_start(sheet())
    assert np.nanmax(off) < 2
    assert np.nanmax(spread) < 1


def test_who_slides_off_is_off_by_as_much() -> None:
    clip = sheet()
    drift(clip, 5, 30, 0.5)
    off, _ = since_start(clip)
    slid = 0.5 * np.arange(50)
    np.testing.assert_allclose(off[30:, 5], slid, atol=2)
    assert np.nanmax(np.delete(off, 5, 1)) < 8  # a companion that errs hardly counts


def test_companions_on_the_same_sheet_tell_where_a_track_goes_and_strangers_do_not() -> None:
    clip = sheet()
    drift(clip, 5, 30, 0.5)  # it goes wrong, and is judged by its better times
    assert all_of(clip).usual(np.arange(16)).max() < 1
    assert all_of(strangers()).usual(np.arange(6)).min() > 5


def test_of_some_tracks_it_is_the_same_and_of_unknown_ones_nothing() -> None:
    neighbours = all_of(strangers())
    np.testing.assert_array_equal(neighbours.usual(np.array([4, 1])), neighbours.usual(np.arange(6))[[4, 1]])
    assert not all_of(sheet().pick(np.arange(2))).usual(np.arange(2)).any()
    assert not all_of(sheet(3)).usual(np.arange(16)).any()


def test_companions_are_near_and_move_alike() -> None:
    clip = sheet()
    apart = clip.pick(np.arange(16))
    apart.xy[:, :, 0] -= 2 * np.arange(80)[:, None]  # another sheet in the same place, gliding the other way
    clip.xy = np.concatenate([clip.xy, apart.xy + 3], 1)
    for name in ("visibility", "confidence", "state", "source"):
        setattr(clip, name, np.concatenate([getattr(clip, name), getattr(apart, name)], 1))
    clip.ids = np.arange(32)
    clip.xy += np.float32((400, 0))
    rows = Neighbours(clip, (1000, 256))
    rows.compare(np.arange(32))
    assert ((rows.rows[:16] < 16).all() and (rows.rows[16:] >= 16).all())
    assert 6 in rows.rows[5][:4]


def test_a_track_keeps_its_companions_when_it_goes_wrong() -> None:
    clip = sheet()
    before = all_of(clip).rows
    jump(clip, 5, 60, 60)
    shared = np.intersect1d(before[5], all_of(clip).rows[5])
    assert len(shared) >= 6


@pytest.mark.parametrize("count", [1, 2, ENOUGH, ENOUGH + 1])
def test_few_companions_say_nothing(count: int) -> None:
    off, _ = since_start(sheet().pick(np.arange(count)))
    assert np.isfinite(off).any() == (count > ENOUGH)


def test_hidden_companions_do_not_count() -> None:
    clip = sheet().pick(np.arange(5))
    clip.visibility[40:, 1:3] = 0.1
    off, _ = since_start(clip)
    assert np.isfinite(off[:40, 0]).all()
    assert np.isnan(off[40:, 0]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.sets(st.integers(0, 15), max_size=4))
def test_bringing_up_to_date_is_starting_anew(seed: int, changed: set[int]) -> None:
    clip, other = spoiled(seed), spoiled(seed + 1)
    neighbours, columns = all_of(clip), np.array(sorted(changed), np.int64)
    untouched = neighbours.rows.copy()
    for name in ("xy", "visibility", "confidence", "state", "source"):
        getattr(clip, name)[:, columns] = getattr(other, name)[:, columns]
    affected = neighbours.update(clip, columns)
    anew = all_of(clip)
    np.testing.assert_array_equal(neighbours.rows, anew.rows)
    since = np.zeros(clip.state.shape, np.int64)
    for one, two in zip(neighbours.residuals(np.arange(16), since), anew.residuals(np.arange(16), since)):
        np.testing.assert_array_equal(one, two)
    others = np.setdiff1d(np.arange(16), affected)
    np.testing.assert_array_equal(neighbours.rows[others], untouched[others])
    assert not np.isin(neighbours.rows[others], columns).any()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.permutations(range(16)), st.integers(0, 16), st.integers(0, 16))
def test_tracks_come_and_go(seed: int, mixed: list[int], before: int, after: int) -> None:
    whole = spoiled(seed)
    was, now = np.array(sorted(mixed[:before]), np.intp), np.array(sorted(mixed[16 - after :]), np.intp)
    neighbours = all_of(whole.pick(was))
    old = np.array([int(np.flatnonzero(was == n)[0]) if n in was else -1 for n in now], np.int64)
    clip = whole.pick(now)
    unaffected = np.setdiff1d(np.arange(len(now)), neighbours.adapt(clip, old))
    anew = all_of(clip)
    np.testing.assert_array_equal(neighbours.rows, anew.rows)
    assert (old[unaffected] >= 0).all()
    since = np.zeros(clip.state.shape, np.int64)
    columns = np.arange(len(now))
    np.testing.assert_array_equal(neighbours.residuals(columns, since), anew.residuals(columns, since))
    if len(columns):
        neighbours.update(clip, columns[:1])
        np.testing.assert_array_equal(neighbours.rows, anew.rows)


@pytest.mark.parametrize("n_frames", [1, 2])
def test_hardly_any_frame(n_frames: int) -> None:
    off, _ = since_start(sheet(n_frames))
    assert off.shape == (n_frames, 16)
