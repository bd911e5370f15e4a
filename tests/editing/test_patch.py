"""Patches: what they touch, and the same change of other cells."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.patch import Block, Patch, Row
from tests.editing.walks import assert_same, cells_of

SEEDS = st.integers(0, 999)
ROWS = [Row(id, f"n{id}", "", 0, (1.0, 2.0)) for id in range(9)]


def block_of(seed: int = 0, frames: tuple[int, ...] = (4, 1), ids: tuple[int, ...] = (7, 3, 5)) -> Block:
    shape = (len(frames), len(ids))
    before = cells_of(*shape, seed=seed)
    after = before.put(np.random.default_rng(seed).random(shape) < 0.4, cells_of(*shape, seed=seed + 1))
    return Block(np.array(frames), np.array(ids), before, after)


@given(SEEDS)
def test_a_trimmed_block_holds_only_frames_and_tracks_that_change(seed: int) -> None:
    block = block_of(seed)
    trimmed = block.trimmed()
    assert trimmed.changed.any(0).all()
    assert trimmed.changed.any(1).all()
    assert trimmed.changed.sum() == block.changed.sum()
    for t, frame in enumerate(trimmed.frames.tolist()):
        for n, id in enumerate(trimmed.ids.tolist()):
            there = np.s_[block.frames.tolist().index(frame), block.ids.tolist().index(id)]
            assert_same(trimmed.before[t, n], block.before[there])
            assert_same(trimmed.after[t, n], block.after[there])


@given(SEEDS)
def test_the_same_change_of_other_cells_leaves_the_others(seed: int) -> None:
    block, other = block_of(seed), cells_of(2, 3, seed=seed + 2)
    result = block.onto(other)
    assert_same(result.before, other)
    assert_same(result.after[block.changed], block.after[block.changed])
    assert_same(result.after[~block.changed], other[~block.changed])
    assert_same(block.onto(block.before).after, block.after)


def test_undoing_is_swapping() -> None:
    patch = Patch("edit", (block_of(),), tuple(ROWS[:2]), tuple(ROWS[1:4]), {"model": "m"})
    back = patch.reversed()
    assert (back.before, back.after, back.label, back.run) == (patch.after, patch.before, "edit", patch.run)
    assert_same(back.blocks[0].before, patch.blocks[0].after)
    assert_same(back.reversed().blocks[0].before, patch.blocks[0].before)


def test_a_patch_knows_what_it_touches() -> None:
    patch = Patch("edit", (block_of(), block_of(frames=(2,), ids=(3, 8))), tuple(ROWS[:2]), tuple(ROWS[1:3]))
    assert patch.frames.tolist() == [1, 2, 4]
    assert patch.ids.tolist() == [0, 1, 2, 3, 5, 7, 8]
    assert [row.id for row in patch.comes] == [2]
    assert [row.id for row in patch.goes] == [0]
    assert patch.changes_table
    assert patch.nbytes == 2 * 18 * (6 + 2)


def test_an_empty_patch_touches_nothing() -> None:
    patch = Patch("nothing")
    assert (len(patch.frames), len(patch.ids), patch.nbytes, patch.changes_table) == (0, 0, 0, False)


def test_frames_that_a_video_lacks_are_left_out() -> None:
    patch = Patch("edit", (block_of(), block_of(frames=(9, 8))), after=(ROWS[0],))
    short = patch.within(4)
    assert short.frames.tolist() == [1]
    assert_same(short.blocks[0].after, patch.blocks[0].after[1:])
    assert short.after == patch.after
    assert patch.within(10) is patch


def test_patches_of_arrays_are_compared_by_identity() -> None:
    assert Patch("edit", (block_of(),)) != Patch("edit", (block_of(),))
    assert Cells.empty(2) != Cells.empty(2)
