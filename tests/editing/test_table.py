"""Entries and cells kept in step."""

from __future__ import annotations

import numpy as np

from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.patch import Block, Patch, Row
from napari_cotracker.editing.table import TrackTable, opening
from tests.editing.walks import assert_same, cells_of


def table_of(ids: list[int], n_frames: int = 4) -> TrackTable:
    cells = cells_of(n_frames, len(ids))
    table = TrackTable(n_frames)
    table.put(opening(Tracks(np.array(ids), cells.xy, cells.visibility, cells.confidence, cells.state, cells.source)))
    return table


def test_columns_follow_their_tracks() -> None:
    table = table_of([9, 2, 5])
    assert table.roster.ids.tolist() == [2, 5, 9]
    assert_same(table.cells, cells_of(4, 3)[:, [1, 2, 0]])
    before = table.read(np.arange(4), np.array([2, 9]))
    new = Row(3, "new", "", 0, (0.0, 0.0))
    table.put(Patch("swap", before=(table.roster.rows[1],), after=(new,)))
    assert table.roster.ids.tolist() == [2, 3, 9]
    assert_same(table.read(np.arange(4), np.array([2, 9])), before)
    assert np.isnan(table.cells.xy[:, 1]).all(), "a new track has no cells of whoever went"


def test_tracks_that_are_not_there_read_empty_and_are_not_written() -> None:
    table = table_of([2, 5])
    read = table.read(np.array([3, 0]), np.array([7, 5]))
    assert np.isnan(read.xy[:, 0]).all()
    assert_same(read[:, 1], table.cells[[3, 0], 1])
    block = Block(np.array([1]), np.array([7, 2]), cells_of(1, 2), cells_of(1, 2, seed=5))
    table.put(Patch("edit", (block,)))
    assert_same(table.cells[1:2, :1], block.after[:, 1:])


def test_everything_comes_out_as_a_copy() -> None:
    table = table_of([2, 5])
    tracks = table.tracks({"size": (6, 4)})
    tracks.xy[:] = 0
    assert_same(table.cells, cells_of(4, 2))
    assert tracks.size == (6, 4)


def test_what_a_person_ended_is_not_to_be_filled() -> None:
    table = TrackTable(4)
    row = Row(0, "a", "", 1, (2.0, 3.0))
    after = Cells.empty(4, 1)
    after.xy[:2], after.source[:2] = 1, Source.PREDICTED
    table.put(Patch("place", (Block(np.arange(4), np.array([0]), Cells.empty(4, 1), after),), after=(row,)))
    assert table.incomplete("forward").tolist() == [0]
    ended = Cells.empty(2, 1)
    ended.state[:], ended.source[:] = State.UNKNOWN, Source.HUMAN
    table.put(Patch("end", (Block(np.array([2, 3]), np.array([0]), Cells.empty(2, 1), ended),)))
    assert table.incomplete("both").tolist() == []


def test_a_track_that_starts_beyond_a_film_that_became_shorter_is_not_followed() -> None:
    table = TrackTable(4)
    rows = Row(0, "a", "", 3, (2.0, 3.0)), Row(1, "b", "", 1, (2.0, 3.0))
    table.put(Patch("place", after=rows))
    assert table.incomplete("both").tolist() == table.queries.ids.tolist() == [0, 1]
    table.resize(2)
    assert table.incomplete("both").tolist() == table.queries.ids.tolist() == [1]
    assert table.tracks({}).ids.tolist() == [0, 1]
    table.resize(4)
    assert table.queries.ids.tolist() == [0, 1]
