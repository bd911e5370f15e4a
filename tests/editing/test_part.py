"""A part of the tracks: its words, and what becomes of the queries when its cells change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracks import State
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.part import Part, checked_frames, settled, starting, when, whole_numbers
from napari_cotracker.editing.patch import Row
from tests.editing.acts import moving, part_of, said
from tests.editing.walks import assert_same, cells_of

ROW = Row(0, "nose", "", 3, (13.0, 0.0))


@pytest.mark.parametrize(("frames", "words"), [
    ([4], "frame 4"), ([4, 5, 6], "frames 4–6"), ([4, 6], "2 frames"), ([], "0 frames"),
])
def test_frames_in_words(frames: list[int], words: str) -> None:
    assert when(np.array(frames, np.int64)) == words


def test_tracks_in_words() -> None:
    assert part_of(moving(), [3, 4]).words == "2 tracks, frames 3–4"
    assert part_of(moving(count=1)).words == "t0"
    assert part_of(moving(count=1)).during == ""


def test_a_patch_holds_only_what_changes() -> None:
    part = part_of(moving(), range(3, 9))
    after = part.cells
    after.xy[2, 1] = 7
    patch = part.patch("edit", after)
    assert patch is not None
    assert [(block.frames.tolist(), block.ids.tolist()) for block in patch.blocks] == [([5], [1])]
    assert_same(patch.blocks[0].before, part.whole[5:6, 1:2])
    assert not patch.changes_table
    assert part.patch("edit", part.cells) is None


def test_an_entry_alone_may_change() -> None:
    part = part_of(moving(count=1))
    patch = part.patch("edit", part.cells, [replace(part.rows[0], t=4)])
    assert patch is not None
    assert (patch.blocks, patch.before) == ((), part.rows)
    assert patch.after == (Row(0, "t0", "", 4, (14, 0)),), "the query lies on its cell"


def changed(t: Any, **fields: Any) -> tuple[Cells, Cells]:
    before = moving(count=1)[:, 0]
    after = before.copy()
    for name, value in fields.items():
        getattr(after, name)[t] = value
    return before, after


def test_a_query_goes_along_with_its_cell() -> None:
    assert settled(ROW, *changed(3, xy=(5, 6))) == replace(ROW, xy=(5, 6))
    assert settled(ROW, *changed(4, xy=(5, 6))) == ROW
    odd = replace(ROW, xy=(0.5, 0.5))
    assert settled(odd, *changed(3, state=State.VISIBLE)) == odd, "a cell that stays where it is leads nothing along"


def test_a_query_whose_cell_says_no_place_goes_to_the_nearest_that_does() -> None:
    assert settled(ROW, *changed(np.s_[2:6], xy=np.nan)) == replace(ROW, t=1, xy=(11, 0))
    before, after = changed(np.s_[:4], state=State.OCCLUDED)
    assert settled(ROW, before, after) == replace(ROW, t=4, xy=(14, 0))
    said(after[:, None], 9)
    assert settled(ROW, before, after) == replace(ROW, t=9, xy=(19, 0)), "rather to an anchor"
    assert settled(ROW, before, Cells.empty(12)) == ROW, "where there is none, a run may fill it again from there"


def test_a_query_that_is_not_known_or_beyond_the_clip() -> None:
    unknown = replace(ROW, t=0, xy=(np.nan, np.nan))
    before, after = Cells.empty(12), Cells.empty(12)
    after.xy[5] = 1
    assert settled(unknown, before, after) == replace(ROW, t=5, xy=(1, 1))
    assert settled(unknown, before, before) is unknown
    beyond = replace(ROW, t=40)
    assert settled(beyond, *changed(3, xy=(5, 6))) == beyond
    assert starting(ROW, 2, moving(count=1)[:, 0]) == replace(ROW, t=2, xy=(12, 0))


def test_a_claim_that_fails_names_track_and_frame() -> None:
    part = part_of(moving(), [3, 5])
    with pytest.raises(EditError, match="expected a hat, got none for t1 on frame 5; place the point there first"):
        part.require(np.array([[True, True], [True, False]]), "a hat")
    part.require(np.ones((2, 2), np.bool_), "a hat")


@pytest.mark.parametrize(("given", "numbers"), [
    (3, [3]), (range(2), [0, 1]), ([2.0, 1.0], [2, 1]), ([], []), (np.uint8(7), [7]), ({}.keys(), None),
    (["1"], None), (True, None), ([0.5], None), (np.inf, None), (1e300, None),
])
def test_whole_numbers(given: Any, numbers: list[int] | None) -> None:
    if numbers is None:
        with pytest.raises(EditError, match="expected frames as whole numbers"):
            whole_numbers("frames", given)
    else:
        assert whole_numbers("frames", given).tolist() == numbers


def test_frames_are_those_of_the_video() -> None:
    assert checked_frames([3, 0], 4).tolist() == [3, 0]
    with pytest.raises(EditError, match="frames 0 to 3, got frame 4"):
        checked_frames([0, 4], 4)
    with pytest.raises(EditError, match="got frame -9223372036854775808"):
        checked_frames(np.uint64(2**63), 4)


@pytest.mark.parametrize("seed", range(6))
def test_queries_of_many_tracks_settle_as_those_of_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before, after = cells_of(12, 40, seed=seed), cells_of(12, 40, seed=seed + 100)
    after = before.put(rng.random((12, 40)) < 0.5, after)
    places = [tuple(before.xy[n % 12, n].tolist()) if rng.random() < 0.8 else (np.nan, np.nan) for n in range(40)]
    rows = tuple(Row(n, f"t{n}", "", n % 14, places[n]) for n in range(40))
    frames = np.flatnonzero(rng.random(12) < 0.7)
    whole = before.copy()
    whole.write(frames, after[frames])
    patch = Part(rows, frames, before).patch("edit", after[frames])
    expected = [settled(row, before[:, n], whole[:, n]) for n, row in enumerate(rows)]
    assert patch is not None
    assert patch.after == tuple(new for old, new in zip(rows, expected) if old != new)
