"""Splitting, merging and swapping: whose cells are whose, and who is followed from where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.editing import splices
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.patch import Row
from tests.editing.acts import moving, part_of, predicted, said
from tests.editing.test_spans import applied
from tests.editing.walks import assert_same


def test_a_split_track_goes_on_as_another() -> None:
    cells = moving(count=1)
    cells.xy[5] = np.nan
    part = part_of(cells)
    part = replace(part, rows=(replace(part.rows[0], group="left"),))
    patch = splices.split(part, 5, 7)
    assert (patch.label, patch.before) == ("split t0 at frame 5", ())
    assert patch.after == (Row(7, "t0 b", "left", 6, (16, 0)),)
    kept, gone = patch.blocks
    assert_same(kept.after, Cells.empty(7, 1))
    assert_same(gone.after, cells[5:])
    assert splices.split(part, 5, 7, " tail ").after[0].name == "tail"


def test_a_split_track_keeps_its_query_in_its_part() -> None:
    cells = moving(count=1)
    said(cells, 8)
    patch = splices.split(part_of(cells, first=8), 5, 7)
    assert patch.after == (Row(0, "t0", "", 4, (14, 0)), Row(7, "t0 b", "", 8, (18, 0)))


def test_a_part_without_a_position_has_no_query() -> None:
    cells = moving(count=1)
    cells.xy[5:] = np.nan
    said(cells, np.s_[5:], state=State.OCCLUDED)
    new = splices.split(part_of(cells), 5, 7).after[0]
    assert new.t == 5
    assert np.isnan(new.xy).all()


@pytest.mark.parametrize("t", [0, 3, 9, 11])
def test_a_track_is_split_only_between_its_cells(t: int) -> None:
    cells = moving(count=1)
    cells.write(np.s_[:4], Cells.empty(4, 1))
    cells.write(np.s_[9:], Cells.empty(3, 1))
    with pytest.raises(EditError, match=f"at which t0 has cells before and after it, got frame {t}"):
        splices.split(part_of(cells, first=5), t, 7)


def test_a_merged_cell_is_the_best_of_its_kind() -> None:
    """Frame by frame, the first loses more and more against the second."""
    first = predicted([[[k, 0]] for k in range(9)], 0.5)
    second = predicted([[[k, 9]] for k in range(9)], 0.5)
    second.confidence[1] = 0.9  # the better score
    said(first, 2)  # an anchor against a better score
    second.confidence[2] = 1
    said(second, 3, source=Source.VERIFIED)
    first.write(np.s_[4], Cells.empty(1))  # nothing against something
    for cells in (first, second):  # hidden, as a person says, against a prediction
        said(cells, 5 if cells is first else 6, state=State.OCCLUDED)
    first.write(np.s_[7], Cells.empty(1))
    said(first, 7, state=State.UNKNOWN)  # ended against a prediction
    first.write(np.s_[8], Cells.empty(1))
    second.write(np.s_[8], Cells.empty(1))
    said(second, 8, state=State.UNKNOWN)
    whole = Cells.empty(9, 2)
    whole.write(np.s_[:, :1], first)
    whole.write(np.s_[:, 1:], second)
    patch = splices.merge(part_of(whole))
    assert (patch.label, [row.id for row in patch.goes]) == ("merge t1 into t0", [1])
    after = applied(whole, patch)
    taken = [0, 1, 0, 1, 1, 0, 1, 1, 1]
    assert_same(after[:, 0], whole[np.arange(9), taken])
    assert_same(after[:, 1], Cells.empty(9))


def test_many_tracks_are_merged_into_the_first_and_followed_from_what_it_is_now() -> None:
    cells = moving(6, 3)
    said(cells, 0, 2)
    part = part_of(cells)
    cells.xy[0] = 5
    patch = splices.merge(replace(part, rows=part.rows))
    assert patch.label == "merge 2 tracks into t0"
    cells = moving(6, 2)
    cells.xy[0, 1] += 1
    said(cells, 0, 1)
    row = splices.merge(part_of(cells)).after[0]
    assert (row.id, row.t, row.xy) == (0, 0, (11, 11))


def test_anchors_that_contradict_each_other_are_not_merged() -> None:
    cells = moving(6, 3)
    said(cells, 3, np.s_[:])
    cells.xy[3] = [[1, 1], [2, 2], [2.5, 1]]
    splices.merge(part_of(cells))
    cells.xy[3, 2] = (3.5, 1)
    with pytest.raises(EditError, match=r"t0 and t2 to be one point, got anchors 2.5 pixels apart on frame 3"):
        splices.merge(part_of(cells))
    cells.state[3, 2] = State.OCCLUDED
    splices.merge(part_of(cells))


def test_swapped_tracks_exchange_all_of_their_cells() -> None:
    cells = moving()
    said(cells, 4, 0, State.OCCLUDED)
    said(cells, 5, 1)
    patch = splices.swap(part_of(cells, [4, 5]))
    assert patch is not None
    after = applied(cells, patch)
    assert_same(after[4:6], cells[4:6, ::-1])
    assert_same(after[:4], cells[:4])
    assert not patch.changes_table, "both are followed from outside"


def test_queries_follow_a_swap() -> None:
    cells = moving()
    part = part_of(cells, range(6))
    rows = (replace(part.rows[0], t=2, xy=(12, 0)), replace(part.rows[1], t=4, xy=(14, 10)))
    patch = splices.swap(replace(part, rows=rows))
    assert patch is not None
    assert [(row.name, row.t, row.xy) for row in patch.after] == [("t0", 4, (14, 10)), ("t1", 2, (12, 0))]
    rows = (rows[0], replace(rows[1], t=9, xy=(19, 10)))
    patch = splices.swap(replace(part, rows=rows))
    assert patch is not None
    assert [(row.name, row.t, row.xy) for row in patch.after] == [("t0", 2, (12, 10))]
