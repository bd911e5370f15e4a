"""A mask on every frame becomes a layer of the user's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.layers import Labels, Shapes

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.regions import Region
from napari_cotracker.tasks.edits import Edit, Painting, settle
from napari_cotracker.ui import propagate_keeping
from napari_cotracker.ui.project import layer_tag
from napari_cotracker.ui.propagate_keeping import Kept, keeping, layer_of

from .moved import square, tracks_on_block
from .test_propagate_drawing import BOX
from .windows import HEIGHT, N_FRAMES, WIDTH, Window


def kept(edit: Edit) -> tuple[Kept, list[float]]:
    done: list[float] = []
    steps = keeping(settle(edit, tracks_on_block(), (WIDTH, HEIGHT)), N_FRAMES)
    while True:
        try:
            done.append(next(steps))
        except StopIteration as stop:
            return stop.value, done


def test_labels_are_kept_on_every_frame(window: Window) -> None:
    window.add(translate=(0, 3, 5), scale=(1, 2, 2))
    found, done = kept(Edit("mask", {0: Painting(labels=square())}))
    assert done == sorted(done)
    assert done[-1] == 1
    like = window.viewer.add_labels(square(), name="mine")
    layer = layer_of(found, window.project, like)
    assert isinstance(layer, Labels)
    assert layer.data.shape == (N_FRAMES, HEIGHT, WIDTH)
    np.testing.assert_array_equal(layer.data[7], square(7))
    assert layer.scale.tolist() == [1, 2, 2]
    assert layer.translate.tolist() == [0, 3, 5]
    assert layer.colormap is like.colormap
    assert not layer_tag(layer)


def test_shapes_are_kept_as_shapes(window: Window) -> None:
    window.add()
    found, _ = kept(Edit("mask", {0: Painting(shapes=(Region(BOX),))}))
    layer = layer_of(found, window.project, None)
    assert isinstance(layer, Shapes)
    assert len(layer.data) == N_FRAMES
    np.testing.assert_allclose(layer.data[4][:, 1:], np.add(BOX, (4, 0))[:, ::-1], atol=1e-3)
    assert set(layer.data[4][:, 0]) == {4}


def test_with_more_axes_the_mask_lies_where_the_film_stands(window: Window) -> None:
    data = np.zeros((N_FRAMES, 3, HEIGHT, WIDTH), np.uint8)
    layer = window.add(data, axis_labels=("time", "z", "y", "x"), scale=(1, 4, 1, 1))
    window.viewer.dims.set_current_step(1, 2)
    found, _ = kept(Edit("mask", {0: Painting(labels=square())}))
    mask = layer_of(found, window.project, None)
    assert mask.data.shape == (N_FRAMES, 1, HEIGHT, WIDTH)
    assert mask.data_to_world((0, 0, 0, 0)) == layer.data_to_world((0, 2, 0, 0))


def test_too_much_is_refused_before_memory_is_taken(monkeypatch: Any) -> None:
    monkeypatch.setattr(propagate_keeping, "MOST_BYTES", 1 << 10)
    with pytest.raises(EditError, match="render it as label pictures"):
        kept(Edit("mask", {0: Painting(labels=square())}))
    with pytest.raises(EditError, match="an edit without one"):
        kept(Edit("pin", {0: Painting(corners=BOX)}))
