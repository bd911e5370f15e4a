"""A place is brought into view, near enough, and no nearer or farther than needed."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.ui.closeup import MARGIN, SHARE, show_close

from .windows import HEIGHT, WIDTH, Window


@pytest.fixture
def shown_film(window: Window) -> Window:
    window.add(scale=(1, 2, 2), translate=(0, 5, 7))
    window.viewer.reset_view()
    return window


def place_on_canvas(window: Window, xy: tuple[float, float]) -> np.ndarray:
    """(y, x) of a place in pixels, from the middle of the view, in shares of its size."""
    camera, canvas = window.viewer.scene.camera, np.array(window.viewer.canvas.size, float)
    world = np.array(window.project.layer.data_to_world((0, xy[1], xy[0])))[-2:]
    return np.asarray((world - np.array(camera.center[-2:])) * camera.zoom / canvas)


@pytest.mark.parametrize("xy", [(0.0, 0.0), (WIDTH - 1.0, HEIGHT - 1.0), (WIDTH / 2, 3.0)])
def test_a_place_comes_into_view_and_near(shown_film: Window, xy: tuple[float, float]) -> None:
    show_close(shown_film.project, xy)
    assert (np.abs(place_on_canvas(shown_film, xy)) <= 0.5 - MARGIN + 1e-6).all()
    seen = min(shown_film.viewer.canvas.size) / shown_film.viewer.scene.camera.zoom / 2  # px of the film
    assert seen <= SHARE * WIDTH + 1e-6


def test_what_is_well_in_view_does_not_move_the_view(shown_film: Window) -> None:
    show_close(shown_film.project, (0, 0))
    camera = shown_film.viewer.scene.camera
    camera.zoom *= 3
    before = (tuple(camera.center), camera.zoom)
    show_close(shown_film.project, (0.5, 0.5))
    assert (tuple(camera.center), camera.zoom) == before, "it never goes farther away"


def test_nowhere_is_not_shown(shown_film: Window) -> None:
    camera = shown_film.viewer.scene.camera
    before = (tuple(camera.center), camera.zoom)
    show_close(shown_film.project, (np.nan, 3))
    assert (tuple(camera.center), camera.zoom) == before


def test_in_three_dimensions_the_view_is_the_users(shown_film: Window) -> None:
    shown_film.viewer.dims.ndisplay = 3
    camera = shown_film.viewer.scene.camera
    before = (tuple(camera.center), camera.zoom)
    show_close(shown_film.project, (3, 3))
    assert (tuple(camera.center), camera.zoom) == before
