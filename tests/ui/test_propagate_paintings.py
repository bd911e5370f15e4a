"""What is painted on a frame makes it a reference frame."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.tasks.edits import Painting
from napari_cotracker.ui.propagate_paintings import PaintedLayer, Paintings

from .mouse import settle, wait_until
from .moved import paint, square
from .windows import HEIGHT, N_FRAMES, WIDTH, Window


def followed(window: Window, layer: object) -> PaintedLayer:
    window.add()
    window.project.go_to(0)
    painted = PaintedLayer(window.desk, Paintings(window.panel))
    painted.follow(layer)  # type: ignore[arg-type]
    return painted


def taken(painted: PaintedLayer) -> list[int]:
    """Reference frames, once strokes are taken over."""
    settle()
    wait_until(lambda: not painted._clock.isActive())
    return painted._paintings.frames


def test_strokes_make_reference_frames_and_undo_unmakes_them(window: Window) -> None:
    layer = window.viewer.add_labels(np.zeros((N_FRAMES, HEIGHT, WIDTH), np.uint8), name="mine")
    painted = followed(window, layer)
    heard: list[int] = []
    painted._paintings.changed.connect(lambda: heard.append(len(painted._paintings)))
    window.project.go_to(3)
    paint(layer, 3)
    window.project.go_to(9)  # at once: the stroke belongs to the frame on which it was made
    assert taken(painted) == [3]
    paint(layer, 9)
    assert taken(painted) == [3, 9]
    at = painted._paintings.at(9)
    assert at is not None
    assert at.labels is not None
    np.testing.assert_array_equal(at.labels, square(9))
    assert heard == [1, 2]
    layer.undo()
    assert taken(painted) == [3]
    window.project.go_to(3)
    window.project.go_to(4)
    assert taken(painted) == [3]
    assert heard == [1, 2, 1]  # scrubbing paints nothing


def test_a_layer_without_time_has_one_reference_frame(window: Window) -> None:
    layer = window.viewer.add_labels(square(), name="mine")
    painted = followed(window, layer)
    window.project.go_to(5)
    assert painted._paintings.frames == [0]
    layer.data_setitem((np.array([1]), np.array([1])), 2)
    assert taken(painted) == [0]
    at = painted._paintings.at(0)
    assert at is not None
    assert at.labels is not None
    assert at.labels[1, 1] == 2
    painted.take()
    assert painted._paintings.frames == [5]


@pytest.mark.parametrize(("shape", "scale", "translate", "box"), [
    ((HEIGHT, WIDTH), 1, (0, 0), (10, 18, 20, 30)), ((HEIGHT, WIDTH), 1, (3, -4), (13, 21, 16, 26)),
    ((HEIGHT // 2, WIDTH // 2), 2, (0.5, 0.5), (20, 36, 40, 60)), ((30, 34), 1, (0, 0), (10, 18, 20, 30)),
    ((HEIGHT, WIDTH), 1, (0, 40), (10, 18, 60, WIDTH))])
def test_labels_count_where_they_lie_over_the_video(window: Window, shape: tuple[int, int], scale: float,
                                                   translate: tuple[float, float], box: tuple[int, ...]) -> None:
    labels = np.zeros(shape, np.uint8)
    labels[10:18, 20:30] = 7
    layer = window.viewer.add_labels(labels, name="mine", scale=(scale, scale), translate=translate)
    at = followed(window, layer)._paintings.at(0)
    assert at is not None
    expected = np.zeros((HEIGHT, WIDTH), np.uint8)
    expected[box[0] : box[1], box[2] : box[3]] = 7
    np.testing.assert_array_equal(at.labels, expected)


def test_shapes_of_a_frame_come_in_pixels_of_the_video(window: Window) -> None:
    box = np.array([[2, 10, 20], [2, 10, 30], [2, 18, 30], [2, 18, 20]], float)
    layer = window.viewer.add_shapes([box], shape_type="polygon", name="mine", translate=(0, 1, 0))
    painted = followed(window, layer)
    assert painted._paintings.frames == []
    window.project.go_to(2)
    painted.take()
    at = painted._paintings.at(2)
    assert at is not None
    assert at.shapes is not None
    np.testing.assert_allclose(at.shapes[0].vertices, box[:, :0:-1] + [0, 1])
    layer.data = [np.add(box, (0, 0, 1))]
    assert taken(painted) == [2]
    changed = painted._paintings.at(2)
    assert changed is not None
    assert changed.shapes is not None
    np.testing.assert_allclose(changed.shapes[0].vertices[:, 0], box[:, 2] + 1)
    layer.selected_data = {0}
    layer.remove_selected()
    assert taken(painted) == []


def test_where_nothing_is_painted_nothing_can_be_taken(window: Window) -> None:
    layer = window.viewer.add_labels(np.zeros((N_FRAMES, HEIGHT, WIDTH), np.uint8), name="mine")
    painted = followed(window, layer)
    window.project.go_to(7)
    with pytest.raises(EditError, match="'mine' on frame 7, got nothing"):
        painted.take()


def test_another_layer_brings_its_own_and_a_closed_one_nothing(window: Window) -> None:
    first = window.viewer.add_labels(np.stack([square()] * N_FRAMES), name="first")
    second = window.viewer.add_labels(np.stack([square() * 0] * N_FRAMES), name="second")
    painted = followed(window, first)
    assert painted._paintings.frames == [0]
    painted.follow(second)
    assert painted._paintings.frames == []
    paint(first, 0)
    assert taken(painted) == []
    painted.close()
    paint(second, 0)
    settle(0.4)
    assert painted._paintings.frames == []


def test_paintings_are_kept_in_their_order(qapp: object) -> None:
    paintings = Paintings()
    heard: list[list[int]] = []
    paintings.changed.connect(lambda: heard.append(paintings.frames))
    paintings.put(8, Painting())
    paintings.put(3, Painting())
    paintings.remove(5)
    paintings.remove(8)
    assert 3 in paintings
    assert 8 not in paintings
    paintings.clear()
    paintings.clear()
    assert heard == [[8], [8, 3], [3], []]
    assert paintings.all() == {}
