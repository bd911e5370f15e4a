"""Cells: comparing, replacing, and a table of them that grows and shrinks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.editing.cells import FIELDS, Cells, CellTable
from tests.editing.walks import assert_same, cells_of

SEEDS = st.integers(0, 999)


@given(SEEDS, SEEDS)
def test_cells_differ_where_any_field_does(a: int, b: int) -> None:
    one, other = cells_of(4, 5, seed=a), cells_of(4, 5, seed=b)
    wanted = np.zeros((4, 5), bool)
    for index in np.ndindex(4, 5):
        fields = zip(*([getattr(cells, name)[index] for name in FIELDS] for cells in (one, other)))
        wanted[index] = not all(np.array_equal(x, y, equal_nan=True) for x, y in fields)
    assert (one.differs(other) == wanted).all()
    assert not one.differs(one.copy()).any(), "NaN equals NaN"


@given(SEEDS)
def test_cells_are_put_where_wanted(seed: int) -> None:
    one, other = cells_of(4, 5, seed=seed), cells_of(4, 5, seed=seed + 1)
    where = np.random.default_rng(seed).random((4, 5)) < 0.5
    result = one.put(where, other)
    assert_same(result[where], other[where])
    assert_same(result[~where], one[~where])


def test_nothing_is_empty_without_memory_and_cannot_be_written_to() -> None:
    nothing, empty = Cells.nothing(3, 4), Cells.empty(3, 4)
    assert_same(nothing, empty)
    for name in FIELDS:
        assert set(getattr(nothing, name).strides) == {0}
        assert getattr(nothing, name).dtype == getattr(empty, name).dtype
        with pytest.raises(ValueError, match="read-only"):
            getattr(nothing, name)[0] = 1
    copy = nothing.copy()
    copy.write(np.s_[:], cells_of(3, 4))
    assert_same(copy, cells_of(3, 4))


def test_a_copy_has_memory_of_its_own() -> None:
    cells = cells_of(2, 2)
    copy = cells.copy()
    copy.write(np.s_[:], Cells.empty(2, 2))
    assert_same(cells, cells_of(2, 2))
    assert cells.nbytes == 4 * 18


@given(st.lists(st.tuples(st.sampled_from(["insert", "remove", "write", "resize"]), SEEDS), max_size=15))
def test_a_table_is_its_columns_side_by_side(steps: list[tuple[str, int]]) -> None:
    table, model = CellTable(4), Cells.empty(4, 0)
    for step, seed in steps:
        rng = np.random.default_rng(seed)
        n_frames, n = model.shape
        some = np.flatnonzero(rng.random(n) < 0.5)
        if step == "insert":
            count = n + int(rng.integers(1, 20))
            places = np.sort(rng.permutation(count)[: count - n])
            old, model = model, Cells.empty(n_frames, count)
            model.write(np.s_[:, np.setdiff1d(np.arange(count), places)], old)
            table.insert(places)
        elif step == "remove":
            model = model[:, np.setdiff1d(np.arange(n), some)].copy()
            table.remove(some)
        elif step == "write":
            frames = np.flatnonzero(rng.random(n_frames) < 0.5)
            new = cells_of(len(frames), len(some), seed=seed)
            model.write(np.ix_(frames, some), new)
            table.write(frames, some, new)
            assert_same(table.read(frames, some), new)
        else:
            new_length = int(rng.integers(0, 8))
            old, model = model, Cells.empty(new_length, n)
            kept = min(new_length, n_frames)
            model.write(np.s_[:kept], old[:kept])
            table.resize(new_length)
        assert table.n_frames == model.shape[0]
        assert_same(table.cells, model)


def test_what_a_table_shows_cannot_be_written_to_and_what_it_reads_out_can() -> None:
    table = CellTable(3)
    table.insert(np.arange(2))
    with pytest.raises(ValueError, match="read-only"):
        table.cells.xy[0] = 1
    table.read(np.arange(3), np.arange(2)).xy[:] = 1
    assert np.isnan(table.cells.xy).all()


def test_adding_a_track_at_the_end_does_not_move_the_others() -> None:
    table = CellTable(3)
    table.insert(np.arange(2))
    before = table.cells.xy
    table.insert(np.array([2]))
    assert np.shares_memory(before, table.cells.xy)
