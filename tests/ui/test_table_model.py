"""Rows of the table: sorted, filtered, brought up to date bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QColor

from napari_cotracker.core.tracks import Source, Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.ui import table_model
from napari_cotracker.ui.table_model import COLUMNS, GROUP, ID, NAME, REMARK, TracksModel

T, N = 10, 5
DOWN = Qt.SortOrder.DescendingOrder


def some_session() -> Session:
    """Five tracks of falling confidence; the last was only placed."""
    xy = np.full((T, N, 2), 20, np.float32)
    confidence = np.broadcast_to(np.linspace(0.9, 0.5, N), (T, N)).astype(np.float32).copy()
    visibility = np.ones((T, N), np.float32)
    xy[1:, 4] = np.nan
    visibility[1:, 4] = confidence[1:, 4] = np.nan
    source = np.where(np.isfinite(xy[..., 0]), Source.PREDICTED, Source.NONE).astype(np.uint8)
    source[0, 4] = Source.HUMAN
    names, groups = ("nose", "paw 10", "paw 9", "tail", "ear"), ("mouse", "", "", "rat", "")
    return Session.from_tracks(Tracks(np.arange(N), xy, visibility, confidence, source=source, names=names,
                                      groups=groups, meta={"size": (100, 100)}))


@pytest.fixture
def session() -> Session:
    return some_session()


@pytest.fixture
def model(qtbot: Any, session: Session) -> TracksModel:
    model = TracksModel()
    model.show_session(session)
    while model.refresh():
        pass
    session.changed.connect(model.note)
    return model


def column(model: TracksModel, number: int) -> list[Any]:
    return [model.data(model.index(row, number)) for row in range(model.rowCount())]


def test_a_row_says_what_is_known_of_a_track(model: TracksModel) -> None:
    assert [model.data(model.index(0, number)) for number in range(len(COLUMNS))] == [
        "0", "nose", "mouse", "10", "0.90", "0", "9", "0", ""]
    assert [model.data(model.index(4, number)) for number in range(3, len(COLUMNS))] == [
        "1", "0.50", "0", "0", "1", "not tracked"]
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    assert heads == [one.head for one in COLUMNS]
    assert "not tracked: " in model.data(model.index(4, REMARK), Qt.ItemDataRole.ToolTipRole)


def test_swatches_show_the_colours_of_the_picture(model: TracksModel) -> None:
    swatches = [model.data(model.index(row, ID), Qt.ItemDataRole.DecorationRole) for row in range(N)]
    assert all(isinstance(swatch, QColor) for swatch in swatches)
    assert len({swatch.name() for swatch in swatches}) == N
    groups = [model.data(model.index(row, GROUP), Qt.ItemDataRole.DecorationRole) for row in range(N)]
    assert [group is not None for group in groups] == [True, False, False, True, False]


def test_sorting_is_natural_and_keeps_what_has_no_value_last(model: TracksModel, session: Session) -> None:
    model.sort(NAME)
    assert column(model, NAME) == ["ear", "nose", "paw 9", "paw 10", "tail"]
    model.sort(NAME, DOWN)
    assert column(model, NAME)[0] == "tail"
    model.sort(4)
    assert column(model, ID) == ["4", "3", "2", "1", "0"]
    (new,) = session.add_points(3, [[500, 5]], placed=False)
    model.refresh()
    for order in (Qt.SortOrder.AscendingOrder, DOWN):
        model.sort(4, order)
        assert model.ids[-1] == new, "out of the picture: nothing seen"
    model.sort(REMARK)
    assert column(model, REMARK)[0] != ""


@pytest.mark.parametrize(("text", "ids"), [
    ("", [0, 1, 2, 3, 4]), ("paw", [1, 2]), ("PAW 9", [2]), ("rat", [3]), ("not tracked", [4]), ("3", [3]), ("xyz", []),
    ("paw 1", [1]), ("tail rat", []),
])
def test_filtering_looks_everywhere(model: TracksModel, text: str, ids: list[int]) -> None:
    model.filter(text)
    assert model.ids.tolist() == ids
    assert model.total == N


def test_tracks_come_and_go_and_what_is_known_stays(model: TracksModel, session: Session) -> None:
    session.delete([1, 2])
    assert model.rowCount() == N, "until it is brought up to date"
    model.refresh()
    assert model.ids.tolist() == [0, 3, 4]
    assert column(model, 4) == ["0.90", "0.60", "0.50"]
    session.undo()
    model.refresh()
    assert column(model, 4) == ["0.90", "0.80", "0.70", "0.60", "0.50"]


def test_rows_are_brought_up_to_date_a_few_at_a_time(
        model: TracksModel, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_model, "CELLS_AT_ONCE", 2 * T)
    monkeypatch.setattr(table_model, "summarise", counted := Counted(table_model.summarise))
    (new,) = session.add_points(0, [[5, 5]])
    assert not model.refresh()
    assert counted.columns == [1], "only the new one"
    session.delete([0, 1, new])
    session.undo()
    assert model.refresh()
    assert not model.refresh()
    assert counted.columns == [1, 2, 1]


class Counted:
    """Notes of how many tracks something is asked."""

    def __init__(self, function: Any) -> None:
        self.function, self.columns = function, []

    def __call__(self, cells: Any, size: Any) -> Any:
        self.columns.append(cells.shape[1])
        return self.function(cells, size)


def test_editing_renames_and_groups(model: TracksModel, session: Session) -> None:
    told: list[str] = []
    model.told.connect(told.append)
    assert model.setData(model.index(1, NAME), "hand")
    assert session.rows[1].name == "hand"
    model.marked = lambda: np.array([2, 3])
    assert model.setData(model.index(2, GROUP), " dog ")
    assert [row.group for row in session.rows] == ["mouse", "", "dog", "dog", ""]
    assert model.setData(model.index(0, GROUP), "cat")
    assert [row.group for row in session.rows] == ["cat", "", "dog", "dog", ""]
    assert model.setData(model.index(0, GROUP), "")
    assert told == ["2 tracks in group dog", "1 track in group cat", "1 track in no group"]
    told.clear()
    assert not model.setData(model.index(0, 3), "7")
    session.delete([4])
    assert not model.setData(model.index(4, NAME), "gone")
    assert len(told) == 1


def test_only_names_and_groups_are_editable(model: TracksModel) -> None:
    editable = [bool(model.flags(model.index(0, n)) & Qt.ItemFlag.ItemIsEditable) for n in range(len(COLUMNS))]
    assert [n for n, it_is in enumerate(editable) if it_is] == [NAME, GROUP]


def test_the_first_frame_of_a_track(model: TracksModel, session: Session) -> None:
    session.add_points(3, [[500, 5]], placed=False)
    model.refresh()
    assert [model.first_frame(row) for row in (0, 5)] == [0, 3]


def test_without_a_session_it_is_empty(model: TracksModel) -> None:
    model.show_session(None)
    assert model.rowCount() == model.total == 0
    assert not model.refresh()
