"""Rows of layers over a video: time first, y before x, other axes held."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Points

from napari_cotracker.ui.axes import held_at
from napari_cotracker.ui.placement import Placement, over_picture

SHAPES: list[tuple[tuple[int, ...], tuple[str, ...], list[float]]] = [
    ((6, 10, 12), ("time", "y", "x"), [4, 7, 3]),
    ((2, 6, 10, 12), ("channel", "time", "y", "x"), [4, 7, 3]),
    ((6, 5, 10, 12), ("time", "z", "y", "x"), [4, 2, 7, 3]),
]


@pytest.mark.parametrize(("shape", "labels", "row"), SHAPES)
def test_pixels_become_rows_and_back(shape: Any, labels: Any, row: list[float]) -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros(shape), axis_labels=labels)
    viewer.dims.set_current_step(1, 2)
    placement = Placement(layer, held_at(viewer, layer))
    assert placement.ndim == len(row)
    rows = placement.rows(np.float32([4]), np.float32([[3, 7]]))
    assert rows.tolist() == [row]
    assert placement.xy(rows).tolist() == [[3, 7]]
    assert placement.limits(6).tolist() == [[0] * len(row), [length - 1 for length in shape[-len(row):]]]


@pytest.mark.parametrize(("shape", "labels", "row"), SHAPES)
def test_rows_lie_where_the_video_has_the_pixel(shape: Any, labels: Any, row: list[float]) -> None:
    viewer, dims = ViewerModel(), len(shape)
    turn = np.eye(dims)
    turn[-2:, -2:] = [[0.8, -0.6], [0.6, 0.8]]
    more = np.eye(dims + 1)
    more[-3, -2], more[-3, -1] = 0.3, 7
    shear = np.zeros(dims * (dims - 1) // 2)
    shear[-1] = 0.25
    layer = viewer.add_image(np.zeros(shape), axis_labels=labels, scale=np.arange(1, dims + 1) / 2, shear=shear,
                             translate=np.arange(dims), rotate=turn, affine=more, units=["s"] + ["um"] * (dims - 1))
    own = Points(np.array([row]), **Placement(layer, held_at(viewer, layer)).transform())
    full = [0] * (dims - len(row)) + row
    np.testing.assert_allclose(own.data_to_world(row), layer.data_to_world(full)[-len(row):])
    assert own.axis_labels == tuple(labels[-len(row):])
    assert own.units == layer.units[-len(row):]


@pytest.mark.parametrize(("shape", "labels", "row"), SHAPES)
def test_a_layer_without_time_lies_over_every_picture(shape: Any, labels: Any, row: list[float]) -> None:
    viewer, dims = ViewerModel(), len(shape)
    turn = np.eye(dims)
    turn[-2:, -2:] = [[0.8, -0.6], [0.6, 0.8]]
    shear = np.zeros(dims * (dims - 1) // 2)
    shear[-1] = 0.25
    layer = viewer.add_image(np.zeros(shape), axis_labels=labels, scale=np.arange(1, dims + 1) / 2, shear=shear,
                             translate=np.arange(dims), rotate=turn, units=["s"] + ["um"] * (dims - 1))
    own = Points(np.array([row[-2:]]), **over_picture(layer))
    full = [0] * (dims - len(row)) + row
    np.testing.assert_allclose(own.data_to_world(row[-2:]), layer.data_to_world(full)[-2:])
    assert (own.axis_labels, own.units) == (("y", "x"), layer.units[-2:])
