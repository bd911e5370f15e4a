"""What a session shows."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.editing import edits
from napari_cotracker.editing.session import Session
from napari_cotracker.editing.table import TrackTable
from napari_cotracker.editing.view import View
from tests.editing.walks import assert_same, update_of


def test_a_view_follows_its_table() -> None:
    table = TrackTable(4)
    view = View(table)
    assert (view.n_frames, len(view.ids), len(view.queries), len(view.anchors)) == (4, 0, 0, 0)
    rows = edits.new_rows(table.roster.new_ids(2), (np.array([1, 2]), np.array([[1, 2], [3, 4]])), (), ("", "left"))
    table.put(edits.place(rows, True))
    assert view.ids.tolist() == [0, 1]
    assert [row.group for row in view.rows] == ["", "left"]
    assert (view.columns([1, 0]).tolist(), view.has([1, 7]).tolist()) == ([1, 0], [True, False])
    assert view.queries_of([1]).to_array().tolist() == [[2, 3, 4]]
    assert sorted(view.anchors.t.tolist()) == [1, 2]
    assert view.incomplete("backward").tolist() == [0, 1]
    assert_same(view.read([2], [1]), view.cells[2:3, 1:])


@pytest.mark.parametrize("placed", [True, False])
def test_points_alone_are_not_followed(placed: bool) -> None:
    session = Session(4, (64, 48))
    assert not session.is_followed
    session.add_points(1, [[1, 2], [3, 4]], placed=placed)
    assert not session.is_followed
    run = session.begin_run("track", session.ids)
    run.write(update_of([2], [1], empty=0))
    assert session.is_followed


@pytest.mark.parametrize("t", [0, 69, 199])
def test_one_cell_anywhere_is_enough_to_be_followed(t: int) -> None:
    session = Session(200, (64, 48))
    session.add_points([70, 150, 128], [[1, 2], [3, 4], [5, 6]], placed=False)
    assert not session.is_followed
    run = session.begin_run("track", session.ids)
    run.write(update_of([t], [1], empty=0))
    assert session.is_followed
