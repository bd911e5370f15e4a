"""Areas for grids: drawn with the mouse or the user's own layers, whatever their scale, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dask.array as da
import numpy as np
import pytest
from qtpy.QtCore import Qt

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.ui.areas import AreaTool, areas_in
from napari_cotracker.ui.desk import Desk, Tool

from . import mouse
from .workers import StubWorker

T, H, W = 12, 90, 120


class Bench:
    """A viewer with a film, and the tool; what it draws becomes a grid of 4 × 3."""

    def __init__(self, viewer: Any, **arguments: Any) -> None:
        self.viewer = viewer
        self.film = viewer.add_image(np.zeros((T, H, W, 3), np.uint8), rgb=True, name="film", **arguments)
        self.desk = Desk(viewer, StubWorker())
        self.tool = AreaTool(self.desk, self._take)
        self.points: Any = None
        self.said: list[str] = []
        self.desk.told.connect(self.said.append)

    def _take(self, layer: Any) -> None:
        self.points = self.tool.points_in(layer, (4, 3))

    def go(self, t: int) -> None:
        self.viewer.dims.set_point(0, self.film.data_to_world((t, 0, 0))[0])
        mouse.settle()

    @property
    def names(self) -> list[str]:
        return [layer.name for layer in self.viewer.layers]


@pytest.fixture
def bench(make_napari_viewer: Any) -> Iterator[Bench]:
    made = Bench(make_napari_viewer())
    yield made
    made.desk.close()


@pytest.fixture(params=[{}, {"scale": (0.5, 2, 3), "translate": (4, -5, 7)}, {"rotate": 20, "scale": (1, 2, 2)}],
                ids=["plain", "scaled", "rotated"])
def shown(make_napari_viewer: Any, request: Any) -> Iterator[Bench]:
    viewer = make_napari_viewer(show=True)
    viewer.window.resize(1000, 700)
    made = Bench(viewer, **request.param)
    mouse.settle(0.2)
    yield made
    made.desk.close()


def inside_of(points: Any, low: Any, high: Any, slack: float = 1.0) -> bool:
    return bool((points >= np.array(low) - slack).all() and (points <= np.array(high) + slack).all())


# drawn with the mouse


def test_a_box_becomes_a_grid_and_goes(shown: Bench) -> None:
    is_upright = not np.any(shown.film.rotate[-2:, -2:] - np.eye(2))
    shown.viewer.layers.selection.active = shown.film
    shown.tool.begin("rectangle")
    assert shown.viewer.layers.selection.active.mode == "add_rectangle"
    mouse.drag(shown.viewer, shown.film, [(40, 30), (80, 60)])
    mouse.settle(0.1)
    assert len(shown.points)
    if is_upright:
        assert len(shown.points) == 12
        np.testing.assert_allclose(shown.points[0], (45, 35), atol=1.5)
        np.testing.assert_allclose(shown.points[-1], (75, 55), atol=1.5)
    assert shown.names == ["film"]
    assert shown.viewer.layers.selection.active is shown.film
    assert not shown.tool.is_drawing
    assert shown.viewer.dims.axis_labels[-2:] == shown.film.axis_labels[-2:]


def test_a_polygon_becomes_a_grid_and_goes(shown: Bench) -> None:
    shown.tool.begin("polygon")
    for corner in [(30, 20), (90, 20), (90, 70)]:
        mouse.click(shown.viewer, shown.film, corner)
        mouse.settle(0.05)
    mouse.double_click(shown.viewer, shown.film, (30, 70))
    mouse.settle(0.1)
    assert len(shown.points) >= 6
    assert inside_of(shown.points, (30, 20), (90, 70))
    assert shown.names == ["film"]


def test_a_click_without_a_drag_draws_nothing(make_napari_viewer: Any) -> None:
    viewer = make_napari_viewer(show=True)
    bench = Bench(viewer)
    mouse.settle(0.2)
    bench.tool.begin("rectangle")
    mouse.click(viewer, bench.film, (40, 30))
    mouse.settle(0.1)
    assert bench.points is None
    assert bench.tool.is_drawing, "one may still draw"
    assert len(viewer.layers[-1].data) == 0
    mouse.key(viewer, Qt.Key.Key_Escape)
    assert bench.names == ["film"]
    bench.desk.close()


# given up


def test_deleting_the_layer_gives_the_drawing_up(bench: Bench) -> None:
    bench.viewer.layers.selection.active = bench.film
    bench.tool.begin("rectangle")
    bench.viewer.layers.remove(bench.viewer.layers[-1])
    mouse.settle()
    assert not bench.tool.is_drawing
    assert bench.viewer.layers.selection.active is bench.film
    bench.tool.begin("polygon")
    assert bench.names == ["film", "area for a grid"]


def test_another_tool_gives_the_drawing_up(bench: Bench) -> None:
    bench.tool.begin("rectangle")
    bench.desk.pick(Tool.SELECT)
    assert bench.names == ["film"]


def test_another_video_gives_the_drawing_up(bench: Bench) -> None:
    bench.tool.begin("rectangle")
    other = bench.viewer.add_image(np.zeros((5, 20, 30)), name="other")
    assert bench.names == ["film", "other"]
    assert bench.desk.current.layer is other


def test_the_current_video_stays_when_the_drawing_goes(bench: Bench) -> None:
    bench.viewer.add_image(np.zeros((5, 20, 30)), name="other")
    bench.desk.choose(bench.film)
    bench.viewer.layers.selection.active = bench.film
    changes: list[int] = []
    bench.desk.current_changed.connect(lambda: changes.append(1))
    bench.tool.begin("rectangle")
    bench.tool.end()
    assert bench.desk.current.layer is bench.film
    assert changes == []


def test_beginning_anew_replaces_the_drawing(bench: Bench) -> None:
    bench.tool.begin("rectangle")
    bench.tool.begin("polygon")
    assert bench.names == ["film", "area for a grid"]
    assert areas_in(bench.viewer) == [], "ours is not offered as one of the user's"


def test_in_3d_it_says_why_not(bench: Bench) -> None:
    bench.viewer.dims.ndisplay = 3
    bench.tool.begin("rectangle")
    assert bench.names == ["film"]
    assert "2-D view" in bench.said[-1]


# the user's own layers


def painted(*shape: int) -> np.ndarray:
    """Labels 1 on rows 20 to 39 and columns 30 to 69 of each picture, in pixels of the film."""
    labels = np.zeros((*shape, H, W), np.uint8)
    labels[..., 20:40, 30:70] = 1
    return labels


@pytest.mark.parametrize("data", [painted(), painted(T), da.from_array(painted(T), chunks=(1, H, W))],
                         ids=["2-D", "3-D", "lazy"])
def test_labels_of_the_films_size(bench: Bench, data: Any) -> None:
    layer = bench.viewer.add_labels(data, name="mine")
    bench.go(5)
    points = bench.tool.points_in(layer, (4, 2))
    np.testing.assert_allclose(points[[0, -1]], [(34.5, 24.5), (64.5, 34.5)])


def test_labels_of_another_scale(bench: Bench) -> None:
    layer = bench.viewer.add_labels(painted()[::2, ::2], scale=(2, 2), translate=(0.5, 0.5))
    points = bench.tool.points_in(layer, (4, 2))
    np.testing.assert_allclose(points[[0, -1]], [(34.5, 24.5), (64.5, 34.5)])


def test_labels_of_several_resolutions(bench: Bench) -> None:
    layer = bench.viewer.add_labels([painted(T), painted(T)[:, ::2, ::2]], multiscale=True)
    assert inside_of(bench.tool.points_in(layer, (4, 2)), (30, 20), (70, 40))


def test_labels_over_a_scaled_film(make_napari_viewer: Any) -> None:
    bench = Bench(make_napari_viewer(), scale=(0.1, 2, 2), translate=(3, 10, 20))
    layer = bench.viewer.add_labels(painted(), scale=(2, 2), translate=(10, 20))
    bench.go(7)
    np.testing.assert_allclose(bench.tool.points_in(layer, (4, 2))[0], (34.5, 24.5))
    bench.desk.close()


def test_labels_that_are_not_painted_here(bench: Bench) -> None:
    data = painted(4)
    data[2] = 0
    layer = bench.viewer.add_labels(data)
    for t in (2, 9):
        bench.go(t)
        with pytest.raises(TrackingError, match="paint"):
            bench.tool.points_in(layer, (4, 2))


@pytest.mark.parametrize(("kind", "turned", "low", "high"), [
    ("rectangle", False, 100, 100), ("polygon", False, 100, 100), ("ellipse", False, 60, 85),
    ("rectangle", True, 40, 65), ("polygon", True, 40, 65), ("ellipse", True, 35, 50),
])
def test_shapes_of_every_kind(bench: Bench, kind: str, turned: bool, low: int, high: int) -> None:
    corners = [(60, 20), (85, 45), (60, 70), (35, 45)] if turned else [(10, 10), (10, 50), (30, 50), (30, 10)]
    layer = bench.viewer.add_shapes([np.array(corners, float)], shape_type=kind)
    points = bench.tool.points_in(layer, (10, 10))
    assert low <= len(points) <= high
    assert inside_of(points, layer.data[0].min(0)[::-1], layer.data[0].max(0)[::-1], 0)


def test_lines_bound_nothing(bench: Bench) -> None:
    layer = bench.viewer.add_shapes([[(10, 10), (50, 50)]], shape_type="line", name="mine")
    with pytest.raises(TrackingError, match="'mine' on this frame"):
        bench.tool.points_in(layer, (4, 4))


def test_shapes_count_on_their_own_frame(bench: Bench) -> None:
    box = np.array([(3, 10, 10), (3, 10, 50), (3, 30, 50), (3, 30, 10)], float)
    layer = bench.viewer.add_shapes([box], shape_type="rectangle")
    bench.go(3)
    assert len(bench.tool.points_in(layer, (4, 2))) == 8
    bench.go(4)
    with pytest.raises(TrackingError, match="this frame"):
        bench.tool.points_in(layer, (4, 2))


def test_only_points_in_the_picture_count(bench: Bench) -> None:
    half, out = [(-20, -40), (-20, 40), (20, 40), (20, -40)], [(200, 200), (200, 250), (250, 250), (250, 200)]
    layer = bench.viewer.add_shapes([half], shape_type="polygon")
    points = bench.tool.points_in(layer, (8, 8))
    assert len(points) == 16
    assert (points >= -0.5).all()
    with pytest.raises(TrackingError, match="in the picture"):
        bench.tool.points_in(bench.viewer.add_shapes([out], shape_type="polygon"), (8, 8))


def test_the_users_layers_stay_as_they_are(bench: Bench) -> None:
    labels = bench.viewer.add_labels(painted(T), name="mine")
    shapes = bench.viewer.add_shapes([[(10, 10), (10, 50), (30, 50), (30, 10)]], shape_type="polygon", name="too")
    modes, data = (labels.mode, shapes.mode), labels.data.copy()
    bench.tool.points_in(labels, (4, 4))
    bench.tool.begin("rectangle")
    bench.tool.end()
    assert areas_in(bench.viewer) == [labels, shapes]
    assert (labels.mode, shapes.mode) == modes
    assert len(shapes.data) == 1
    np.testing.assert_array_equal(labels.data, data)
