"""Frames and places of a video layer, wherever it lies in the viewer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_cotracker.core.errors import EditError
from napari_cotracker.ui.axes import (
    IN_3D,
    ROLLED,
    frame_of,
    has_plane,
    held_at,
    hindrance,
    obstacle,
    pixel_at,
    plane_of,
    position_in_video,
    shape_of,
    step_of,
    to_frame,
    to_plane,
)

from .mouse import world_of

TRANSFORMS: list[dict[str, Any]] = [
    {}, {"scale": (1, 2, 2), "translate": (0, 10, 20)}, {"scale": (0.04, 0.5, 0.25), "translate": (3, -7, 1)},
    {"rotate": np.array([[1, 0, 0], [0, 0.8, -0.6], [0, 0.6, 0.8]])},
    {"affine": np.array([[1, 0, 0, 5], [0, 1.5, 0.2, -3], [0, 0.1, 0.7, 9], [0, 0, 0, 1.0]])},
]


def video_in(viewer: ViewerModel, shape: tuple[int, ...] = (6, 10, 12, 3), **options: Any) -> Any:
    return viewer.add_image(np.zeros(shape, np.uint8), rgb=shape[-1] == 3, **options)


@pytest.mark.parametrize("options", TRANSFORMS)
def test_frames_and_pixels_under_any_transform(options: dict[str, Any]) -> None:
    viewer = ViewerModel()
    layer = video_in(viewer, **options)
    for t in (0, 4, 5):
        to_frame(viewer, layer, t)
        assert frame_of(viewer, layer) == t
        assert position_in_video(viewer, layer, world_of(layer, t, (7.25, 3.5)), {}) == pytest.approx((t, 7.25, 3.5))


def test_more_axes_in_the_viewer_than_in_the_layer() -> None:
    viewer = ViewerModel()
    layer = video_in(viewer)
    viewer.add_image(np.zeros((3, 6, 10, 12)))
    to_frame(viewer, layer, 4)
    assert viewer.dims.current_step[1] == 4
    assert frame_of(viewer, layer) == 4
    assert position_in_video(viewer, layer, (2, 4, 3, 7), {}) == (4, 7, 3)


def test_the_time_axis_is_found_by_its_name() -> None:
    viewer = ViewerModel()
    layer = video_in(viewer, (2, 6, 10, 12), axis_labels=("channel", "Time", "y", "x"))
    to_frame(viewer, layer, 5)
    assert viewer.dims.current_step[:2] == (0, 5) or viewer.dims.current_step[1] == 5
    assert step_of(viewer, layer)[1] == frame_of(viewer, layer) == 5


def test_a_film_before_other_frames_of_the_viewer() -> None:
    viewer = ViewerModel()
    layer = video_in(viewer)
    viewer.add_image(np.zeros((40, 10, 12)))
    viewer.dims.set_current_step(0, 30)
    assert frame_of(viewer, layer) == 5, "its last"


def test_places_that_are_none_are_refused_in_words() -> None:
    viewer = ViewerModel()
    layer = video_in(viewer)
    with pytest.raises(EditError, match="inside the picture of 12 × 10, got 12, 3"):
        position_in_video(viewer, layer, (0, 3, 11.6), {})
    assert position_in_video(viewer, layer, (0, -0.4, 11.4), {})[1:] == (11.4, -0.4)
    viewer.dims.order = (1, 0, 2)
    with pytest.raises(EditError, match=ROLLED[:20]):
        position_in_video(viewer, layer, (0, 3, 3), {})
    viewer.dims.order = (0, 2, 1)
    assert position_in_video(viewer, layer, (0, 3, 4), {})[1:] == (4, 3), "a transposed picture is one"
    viewer.dims.ndisplay = 3
    with pytest.raises(EditError, match=IN_3D[-15:]):
        position_in_video(viewer, layer, (0, 3, 3), {})


def test_a_multiscale_layer_counts_in_its_finest_level() -> None:
    viewer = ViewerModel()
    layer = viewer.add_image([np.zeros((6, 40, 60)), np.zeros((6, 20, 30))], multiscale=True)
    assert shape_of(layer) == (6, 40, 60)
    assert pixel_at(layer, (0, 30, 50)) == (50, 30)


def test_points_of_another_plane_are_not_set_where_they_would_not_be_seen() -> None:
    viewer = ViewerModel()
    layer = video_in(viewer, (2, 6, 4, 10, 12), axis_labels=("channel", "time", "z", "y", "x"))
    viewer.dims.set_current_step((0, 2), (1, 3))
    held = held_at(viewer, layer)
    assert held == {0: 1, 2: 3}
    assert plane_of(layer, held) == "channel = 1, z = 3"
    viewer.dims.set_current_step(1, 5)
    assert obstacle(viewer, layer, held) == "", "time may pass"
    for axis in (0, 2):
        viewer.dims.set_current_step((0, 2), (1, 3))
        viewer.dims.set_current_step(axis, 0)
        assert "lie on channel = 1, z = 3; move the slider back" in obstacle(viewer, layer, held)
        with pytest.raises(EditError, match="move the slider back"):
            position_in_video(viewer, layer, (1, 5, 3, 3, 3), held)


@pytest.mark.parametrize("options", [{}, {"scale": (2, 0.1, 3, 1, 1), "translate": (5, 0, -7, 0, 0)}])
def test_a_plane_is_shown_where_it_lies(options: dict[str, Any]) -> None:
    viewer = ViewerModel()
    layer = viewer.add_image(np.zeros((2, 4, 5, 6, 8)), axis_labels=("c", "t", "z", "y", "x"), **options)
    viewer.add_image(np.zeros((3, 2, 4, 5, 6, 8)))
    to_frame(viewer, layer, 3)
    for held in ({0: 1, 2: 4}, {0: 0, 2: 1}):
        assert has_plane(layer, held)
        to_plane(viewer, layer, held)
        assert (held_at(viewer, layer), frame_of(viewer, layer)) == (held, 3)


@pytest.mark.parametrize("held", [
    {}, {0: 1}, {0: 1, 1: 1}, {0: 2, 2: 0}, {0: 0, 2: 5}, {0: -1, 2: 0}, {0: 0, 2: 0, 9: 0},
])
def test_a_plane_that_is_not_there_is_known(held: dict[int, int]) -> None:
    layer = ViewerModel().add_image(np.zeros((2, 4, 5, 6, 8)), axis_labels=("c", "t", "z", "y", "x"))
    assert not has_plane(layer, held)


@pytest.mark.parametrize(("options", "is_over"), [
    ({}, True), ({"opacity": 0.5}, False), ({"blending": "additive"}, False), ({"visible": False}, False),
    ({"translate": (0, 0, 20)}, False), ({"translate": (0, 0, 6)}, True), ({"scale": (1, 0.2, 0.2)}, True),
])
def test_it_is_known_what_lies_over_a_film(options: dict[str, Any], is_over: bool) -> None:
    viewer = ViewerModel()
    film = viewer.add_image(np.zeros((4, 6, 8)), name="film", blending="opaque")
    viewer.add_labels(np.zeros((4, 6, 8), int))
    viewer.add_image(np.zeros((6, 8)), name="one picture")
    assert hindrance(viewer, film) == ""
    other = viewer.add_image(**{"data": np.zeros((4, 6, 8)), "name": "other", "blending": "translucent_no_depth",
                                **options})
    assert hindrance(viewer, film).startswith("other lies over film") is is_over
    assert hindrance(viewer, other).startswith("other is hidden") is not other.visible
    viewer.canvas.grid.enabled = True
    assert hindrance(viewer, film) == "", "they lie side by side"
    film.visible = False
    assert "show it" in hindrance(viewer, film)
