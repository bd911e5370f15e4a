"""A place is brought before the user's eyes, and the view is left alone where it is there already."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_cotracker.ui.closeup import SHARE, show_close

from .mouse import on_canvas, settle, world_of
from .windows import HEIGHT, WIDTH, Window

AFFINE = [[1, 0, 0, 0], [0, 0.02, -0.01, 3], [0, 0.01, 0.02, 5], [0, 0, 0, 1]]


def view_of(window: Window) -> tuple[Any, ...]:
    camera = window.viewer.scene.camera
    return tuple(camera.center), camera.zoom


@pytest.mark.parametrize("arguments", [{}, {"scale": (1, 4, 4), "translate": (0, 10, 20)}, {"affine": AFFINE}])
def test_a_place_is_centred_and_near_enough(shown: Window, arguments: dict[str, Any]) -> None:
    layer = shown.add(**arguments)
    shown.viewer.reset_view()
    settle(0.2)
    show_close(shown.project, (55.0, 8.0))
    settle(0.1)
    np.testing.assert_allclose(shown.viewer.scene.camera.center[-2:], world_of(layer, 0, (55.0, 8.0))[-2:], rtol=1e-5)
    across = np.linalg.norm(on_canvas(shown.viewer, layer, (56.0, 8.0)) - on_canvas(shown.viewer, layer, (55.0, 8.0)))
    size = min(shown.viewer.canvas.size)
    assert size / across == pytest.approx(SHARE * max(WIDTH, HEIGHT), rel=0.02), "pixels in view, whatever one measures"


def test_what_is_well_in_view_stays_where_it_is(window: Window) -> None:
    window.add()
    show_close(window.project, (30.0, 20.0))
    before = view_of(window)
    show_close(window.project, (31.0, 21.0))
    assert view_of(window) == before
    window.viewer.scene.camera.zoom *= 2
    near = view_of(window)
    show_close(window.project, (30.0, 20.0))
    assert view_of(window) == near, "never farther away"


def test_without_a_place_or_a_picture_nothing_moves(window: Window) -> None:
    window.add()
    before = view_of(window)
    show_close(window.project, (np.nan, 20.0))
    assert view_of(window) == before
    window.viewer.dims.ndisplay = 3
    before = view_of(window)
    show_close(window.project, (50.0, 20.0))
    assert view_of(window) == before
