"""What a person says over a span: states, sources, and what stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.blending import Side
from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.editing import spans
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.patch import Patch, Row
from tests.editing.acts import SIZE, moving, part_of, said
from tests.editing.walks import assert_same


def applied(cells: Cells, patch: Patch | None) -> Cells:
    """The cells (T, n) after a patch of tracks 0, 1, …"""
    assert patch is not None
    out = cells.copy()
    for block in patch.blocks:
        out.write(np.ix_(block.frames, block.ids), block.after)
    return out


def test_hidden_cells_keep_place_and_scores() -> None:
    cells = moving(count=1)
    cells.xy[4] = np.nan
    after = applied(cells, spans.occlude(part_of(cells, [3, 4])))
    assert after.state[:6, 0].tolist() == [0, 0, 0, State.OCCLUDED, State.OCCLUDED, 0]
    assert after.source[3:5, 0].tolist() == [Source.HUMAN] * 2
    for name in ("xy", "visibility", "confidence"):
        np.testing.assert_array_equal(getattr(after, name), getattr(cells, name))


def test_a_track_that_is_hidden_where_it_was_followed_from_is_followed_from_elsewhere() -> None:
    cells = moving(count=1)
    said(cells, 0)
    said(cells, 8)
    patch = spans.occlude(part_of(cells, [0]))
    assert patch is not None
    assert patch.after == (Row(0, "t0", "", 8, (18, 0)),)


def test_shown_cells_are_anchors() -> None:
    cells = moving(count=1)
    said(cells, 3, state=State.OCCLUDED)
    said(cells, 4)
    after = applied(cells, spans.show(part_of(cells, [3, 4, 5])))
    assert after.state[2:7, 0].tolist() == [0, State.VISIBLE, State.VISIBLE, State.VISIBLE, 0]
    assert after.source[3:6, 0].tolist() == [Source.VERIFIED, Source.HUMAN, Source.VERIFIED]
    cells.xy[5] = np.nan
    with pytest.raises(EditError, match="got none for t0 on frame 5; place the point there first"):
        spans.show(part_of(cells, [3, 4, 5]))


def test_approved_cells_are_what_they_were_seen_as() -> None:
    cells = moving(8, 1)
    cells.visibility[1] = 0.2
    cells.confidence[2] = 0.1
    cells.xy[3] = np.nan
    said(cells, 4, state=State.OCCLUDED)
    said(cells, 5, state=State.OCCLUDED_LOCATED, source=Source.INTERPOLATED)
    said(cells, 6, state=State.UNKNOWN, source=Source.PREDICTED)
    cells.xy[7] = -9
    after = applied(cells, spans.verify(part_of(cells), SIZE))
    assert after.state[:, 0].tolist() == [State.VISIBLE, State.OCCLUDED_LOCATED, State.VISIBLE, State.FROM_SCORES,
                                          State.OCCLUDED, State.OCCLUDED_LOCATED, State.UNKNOWN, State.OUT_OF_FRAME]
    assert after.source[:, 0].tolist() == [Source.VERIFIED, Source.VERIFIED, Source.VERIFIED, Source.PREDICTED,
                                           Source.HUMAN, Source.VERIFIED, Source.PREDICTED, Source.VERIFIED]
    for name in ("xy", "visibility", "confidence"):
        np.testing.assert_array_equal(getattr(after, name), getattr(cells, name))


def test_what_a_person_set_needs_no_approval() -> None:
    cells = moving(3, 1)
    said(cells, np.s_[:])
    assert spans.verify(part_of(cells), SIZE) is None


@pytest.mark.parametrize(("bound", "frames"), [(spans.end, range(7, 12)), (spans.start, range(6))])
def test_beyond_its_bound_a_track_is_nowhere(bound: Any, frames: range) -> None:
    cells = moving()
    said(cells, frames[-1])
    after = applied(cells, bound(part_of(cells, frames, first=6), 6))
    gone = np.isin(np.arange(12), frames)
    assert (np.isnan(after.xy).all(-1) == gone[:, None]).all()
    assert np.isnan(after.confidence[gone]).all()
    assert (after.state[gone] == State.UNKNOWN).all()
    assert (after.source[gone] == Source.HUMAN).all()
    assert_same(after[~gone], cells[~gone])


@pytest.mark.parametrize(("bound", "frames", "first"), [(spans.end, range(7, 12), 9), (spans.start, range(6), 2)])
def test_a_track_that_was_followed_from_beyond_is_followed_from_there(bound: Any, frames: range, first: int) -> None:
    cells = moving(count=1)
    said(cells, 8 if first == 2 else 4)
    patch = bound(part_of(cells, frames, first), 6)
    assert patch.after == (Row(0, "t0", "", 6, (16, 0)),), "from there, not from an anchor"
    cells.xy[6] = np.nan
    with pytest.raises(EditError, match=f"t0 to have a position on frame 6, .* instead of frame {first}; place"):
        bound(part_of(cells, frames, first), 6)


def test_a_bound_without_a_position_is_one_for_a_track_that_is_followed_from_within() -> None:
    cells = moving(count=1)
    cells.xy[6] = np.nan
    patch = spans.end(part_of(cells, range(7, 12)), 6)
    assert patch is not None
    assert not patch.changes_table


def test_a_track_that_is_left_out_is_nowhere_there_and_stays_elsewhere() -> None:
    cells = moving(count=1)
    said(cells, 5)
    after = applied(cells, spans.leave_out(part_of(cells, range(3, 6))))
    gone = np.isin(np.arange(12), range(3, 6))
    assert (np.isnan(after.xy).all(-1) == gone[:, None]).all()
    assert (after.state[gone] == State.UNKNOWN).all()
    assert (after.source[gone] == Source.HUMAN).all()
    assert_same(after[~gone], cells[~gone])


def test_cleared_cells_are_empty() -> None:
    cells = moving()
    said(cells, 4)
    after = applied(cells, spans.clear(part_of(cells, [3, 4], first=6)))
    assert_same(after[3:5], Cells.empty(2, 2))
    assert_same(after[5:], cells[5:])


def test_pasted_cells_are_anchors_in_the_same_state() -> None:
    cells = moving(count=2)
    cells.visibility[3, 1] = 0.1
    after = applied(cells, spans.paste(part_of(cells, [6, 8]), 3, SIZE))
    assert after.xy[[6, 8]].tolist() == [[[13, 0], [13, 10]]] * 2
    assert after.state[[6, 8]].tolist() == [[State.VISIBLE, State.OCCLUDED_LOCATED]] * 2
    assert after.visibility[6].tolist() == [1, 0]
    assert (after.source[[6, 8]] == Source.HUMAN).all()
    assert_same(after[7], cells[7])
    cells.xy[3, 0] = np.nan
    with pytest.raises(EditError, match="a position to paste, got none for t0 on frame 3"):
        spans.paste(part_of(cells, [6, 8]), 3, SIZE)


def test_a_taken_answer_is_a_prediction() -> None:
    cells = moving(6, 1)
    said(cells, 2)
    said(cells, 3, state=State.OCCLUDED)
    said(cells, 4, state=State.VISIBLE, source=Source.INTERPOLATED)
    xy = np.array([[1, 1], [2, 2], [3, 3], [4, 4], [np.nan, 5]], np.float32)
    scores = np.linspace(0, 1, 5, dtype=np.float32)
    after = applied(cells, spans.take(part_of(cells, range(1, 6)), Side(xy, scores, 1 - scores)))
    assert after.xy[:, 0].tolist() == [[10, 0], [1, 1], [12, 0], [13, 0], [4, 4], [15, 0]]
    assert after.state[:, 0].tolist() == [0, 0, State.VISIBLE, State.OCCLUDED, 0, 0]
    assert after.source[4, 0] == Source.PREDICTED
    assert (after.visibility[4, 0], after.confidence[4, 0]) == (0.75, 0.25)
