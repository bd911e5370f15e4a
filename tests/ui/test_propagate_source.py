"""What an edit is made of, as it is chosen in the panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
from napari.layers import Labels

from napari_cotracker.ui.propagate_source import Source

from .mouse import settle, wait_until
from .moved import choose, paint, square
from .windows import HEIGHT, N_FRAMES, WIDTH, Window


def source_of(window: Window) -> Source:
    window.add()
    window.project.go_to(0)
    return window.panel.propagate.source


def words(source: Source) -> str:
    return " ".join(word for word, _ in source.frames.words)


def test_a_new_layer_is_there_to_be_painted_at_once(window: Window) -> None:
    source = source_of(window)
    assert source.missing() == "Choose a layer, or New to paint a mask on this frame."
    window.press(source.new_button)
    layer = window.viewer.layers.selection.active
    assert isinstance(layer, Labels)
    assert layer.mode == "paint"
    assert layer.data.shape == (N_FRAMES, HEIGHT, WIDTH)
    assert source.layers.currentData() is layer
    assert source.missing().startswith("Paint on this frame")
    paint(layer, 0)
    wait_until(lambda: source.missing() == "")
    assert words(source) == "0 ✕"
    np.testing.assert_array_equal(source.paintings()[0].labels, square())


def test_frames_are_gone_to_and_left_out_by_their_links(window: Window) -> None:
    source = source_of(window)
    layer = window.viewer.add_labels(np.stack([square(t) for t in range(N_FRAMES)]), name="mine")
    choose(source.layers, layer)
    window.project.go_to(8)
    window.press(source.use_button)
    assert words(source) == "0 ✕ 8 ✕"
    source.frames.clicked.emit("go 0")
    assert window.project.frame == 0
    source.frames.clicked.emit("remove 0")
    assert words(source) == "8 ✕"
    layer.data[5] = 0
    window.project.go_to(5)
    window.press(source.use_button)
    assert "'mine' on frame 5, got nothing" in window.panel.told.text()


def test_a_layer_that_goes_takes_its_paintings_along(window: Window) -> None:
    source = source_of(window)
    layer = window.viewer.add_labels(np.stack([square()] * N_FRAMES), name="mine")
    choose(source.layers, layer)
    assert len(source.paintings()) == 1
    window.viewer.layers.remove(layer)
    settle()
    assert source.paintings() == {}
    assert source.painted_layer.layer is None


def test_a_picture_from_a_file_is_placed_by_its_corners(window: Window, tmp_path: Path) -> None:
    source = source_of(window)
    source.show_what("insert")
    assert "Choose a picture" in source.missing()
    iio.imwrite(tmp_path / "logo.png", np.full((4, 8, 4), 200, np.uint8))
    source.take_picture(str(tmp_path / "logo.png"))
    assert source.missing() == ""
    painting = source.paintings()[0]
    assert painting.picture is not None
    assert painting.corners is not None
    assert painting.picture.shape == (4, 8, 4)
    width, height = np.ptp(painting.corners, axis=0)
    np.testing.assert_allclose(width, 2 * height)
    assert source.pictures.currentText() == "logo.png"
    source.take_picture(str(tmp_path / "gone.png"))
    assert "gone.png" in window.panel.told.text()
    assert source.paintings()[0].picture is painting.picture


def test_what_is_painted_on_a_picture_of_the_films_size_needs_no_corners(window: Window) -> None:
    source = source_of(window)
    source.show_what("insert")
    window.project.go_to(4)
    shares = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    shares[2:5, 3:9] = 0.5
    layer = window.viewer.add_image(shares, rgb=True, name="paint")
    choose(source.pictures, layer)
    painting = source.paintings()[4]
    assert painting.corners is None
    assert painting.picture is not None
    assert painting.picture.dtype == np.uint16  # napari shows shares as they are: they are no linear light
    assert painting.picture.max() == 32768
    assert "✕" not in words(source)


def test_corners_are_put_where_they_are_carried_to(window: Window) -> None:
    source = source_of(window)
    source.show_what("pin")
    assert source.missing().startswith("Press Place")
    window.press(source.place_button)
    assert source.missing() == ""
    carried = np.array([(1, 2), (9, 2), (9, 8), (1, 8)], float)
    source.carried = lambda: carried  # type: ignore[method-assign]
    window.project.go_to(6)
    window.press(source.place_button)
    assert source.paintings()[6].corners is carried
    assert list(source.paintings()) == [0, 6]


def test_a_film_can_be_held_still_as_on_some_frame(window: Window) -> None:
    source = source_of(window)
    source.show_what("stabilise")
    assert source.missing() == ""
    assert source.paintings() == {}
    window.project.go_to(6)
    window.press(source.use_button)
    window.project.go_to(7)
    window.press(source.use_button)
    assert list(source.paintings()) == [7]


def test_only_what_is_needed_is_shown(window: Window) -> None:
    source = source_of(window)
    fields: dict[str, Any] = {"layers": source.layers, "pictures": source.pictures, "place": source.place_button,
                              "use": source.use_button}
    expected = {"mask": {"layers", "use"}, "effect": {"layers", "use"}, "insert": {"pictures", "place"},
                "pin": {"place"}, "stabilise": {"use"}, "stmap": {"use"}, "labels": set()}
    for what, names in expected.items():
        source.show_what(what)
        assert {name for name, field in fields.items() if field.isVisibleTo(source)} == names, what


def test_our_own_layers_are_not_offered(window: Window) -> None:
    source = source_of(window)
    window.project.place(0, [[3, 4]])
    window.viewer.add_image(np.zeros((6, 8, 3), np.uint8), rgb=True, name="mine")
    window.viewer.add_image(np.zeros((6, 8, 3), np.uint8), rgb=True, name="ours",
                            metadata={"napari_cotracker": {"role": "edit preview"}})
    settle()
    assert [source.pictures.itemText(k) for k in range(source.pictures.count())] == ["choose a picture", "mine"]
