"""The points layer by itself: napari takes it for its own, and rows cannot be set apart from tracks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_cotracker.ui.appearance import PointStyle
from napari_cotracker.ui.points_layer import FramePoints

LIMITS = np.array([[0, 0, 0], [9, 99, 199.0]])


def style_of(count: int) -> PointStyle:
    colours, ones = np.full((count, 4), 0.5, np.float32), np.ones(count, np.float32)
    return PointStyle(np.zeros((count, 2), np.float32), ones > 0, ones < 0, colours, colours, 0.1 * ones, 9 * ones)


class Keeper:
    """Notes what it is asked."""

    may_move = False

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def before_slicing(self) -> None:
        """Nothing is due."""

    def add_at(self, place: Any) -> None:
        self.asked.append(("add", place.tolist()))

    def remove_rows(self, rows: list[int]) -> None:
        self.asked.append(("remove", rows))

    def describe(self, row: int) -> str:
        return f"row {row}"


@pytest.fixture
def layer() -> FramePoints:
    layer = FramePoints(LIMITS)
    ViewerModel().add_layer(layer)
    return layer


def test_rows_go_while_the_layer_is_hidden() -> None:
    layer, viewer = FramePoints(LIMITS), ViewerModel()
    viewer.add_layer(layer)
    viewer.dims.set_current_step(0, 0)
    rows = np.zeros((3, 3), np.float32)
    layer.fill(rows, style_of(3))
    layer.update_view()
    assert len(layer._view_indices) == 3
    layer.visible = False
    for count in (2, 0, 1):
        layer.fill(rows[:count], style_of(count))
        layer.update_view()
        layer.selected_data = set(range(count))
    layer.visible = True
    assert len(layer._view_indices) == 1


@pytest.mark.parametrize("counts", [(3, 5, 2, 0, 4)])
def test_any_number_of_rows_at_any_time(layer: FramePoints, counts: tuple[int, ...]) -> None:
    for count in counts:
        rows = np.arange(3 * count, dtype=np.float32).reshape(count, 3)
        layer.fill(rows, style_of(count))
        layer.update_view()
        np.testing.assert_array_equal(layer.data, rows)
        per_point = (layer.face_color, layer.border_color, layer.size, layer.shown, layer.symbol, layer.border_width)
        assert {len(values) for values in per_point} == {count}
        assert len(layer.features) == count


def test_filling_emits_no_change_of_data(layer: FramePoints) -> None:
    heard: list[Any] = []
    layer.events.data.connect(heard.append)
    layer.fill(np.ones((4, 3), np.float32), style_of(4))
    layer.update_view()
    assert heard == []


def test_the_keeper_is_asked_for_tracks(layer: FramePoints) -> None:
    keeper = Keeper()
    layer.keep(keeper)
    layer.fill(np.ones((4, 3), np.float32), style_of(4))
    layer.add([1, 2, 3])
    layer.selected_data = {3, 1}
    layer.remove_selected()
    assert keeper.asked == [("add", [1, 2, 3]), ("remove", [1, 3])]
    assert len(layer.data) == 4
    before = layer.data.copy()
    layer._move({0}, (0, 50, 50))
    np.testing.assert_array_equal(layer.data, before)
    keeper.may_move = True
    layer._move({0}, (0, 50, 50))
    layer._move({0}, (0, 60, 50))
    assert layer.data[0].tolist() == [1, 11, 1]


def test_a_keeper_that_is_gone_is_not_missed(layer: FramePoints) -> None:
    layer.keep(Keeper())
    layer.fill(np.ones((2, 3), np.float32), style_of(2))
    layer.add([1, 2, 3])
    layer.remove([0])
    assert len(layer.data) == 2
    assert layer.get_status((1, 1, 1))["value"] == ""


def test_the_extent_needs_no_rows(layer: FramePoints) -> None:
    assert layer.extent.data.tolist() == LIMITS.tolist()
    layer.set_limits(LIMITS / 2)
    assert layer.extent.data.tolist() == (LIMITS / 2).tolist()
