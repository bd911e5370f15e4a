"""Painted labels as a picture, in the colours that they are shown in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from napari.layers import Labels
from napari.utils.colormaps import DirectLabelColormap

from napari_cotracker.ui.propagate_pictures import colours_of, is_picture

from .mouse import wait_until
from .moved import choose, paint, solved, square, with_tracks
from .test_propagate_back import dab, keep, on_film, painted, red
from .test_propagate_section import shown
from .windows import HEIGHT, N_FRAMES, WIDTH, Window

GREEN = (0, 255, 0)
COLOURS = DirectLabelColormap(color_dict={None: "transparent", 0: "transparent", 1: "lime", 2: (1, 0, 0, 0.5)})


def over_film(window: Window) -> Labels:
    """As napari's own button makes it: nothing on every frame."""
    layer = window.viewer.add_labels(np.zeros((N_FRAMES, HEIGHT, WIDTH), np.uint8), name="paint")
    layer.colormap = COLOURS
    return layer


def test_labels_have_the_colours_that_they_are_shown_in_and_are_transparent_elsewhere() -> None:
    layer = Labels(np.array([[0, 1, 2]], np.uint8))
    layer.colormap = COLOURS
    assert is_picture(layer)
    assert colours_of(layer, ()).tolist() == [[[0, 0, 0, 0], [*GREEN, 255], [255, 0, 0, 128]]]
    own = Labels(np.array([[0, 7]], np.int64))
    found = colours_of(own, ())
    np.testing.assert_allclose(found[0, 1] / 255, own.get_color(7), atol=0.003)
    assert found[0, 0, 3] == 0
    assert colours_of(Labels(np.zeros((2, 3), np.uint8)), ()) is None


def test_what_is_painted_on_a_labels_layer_is_inserted_stroke_by_stroke(window: Window) -> None:
    section = with_tracks(window)
    choose(section.form.whats, "insert")
    layer = over_film(window)
    window.project.go_to(2)
    choose(section.source.pictures, layer)
    assert section.form.missing() == "Paint on paint what should be carried, on the frame where it belongs."
    paint(layer, 2, square(2))
    wait_until(lambda: bool(section.source.paintings()), 20)
    assert list(section.source.paintings()) == [2]
    window.project.go_to(6)
    solved(section)
    np.testing.assert_array_equal((shown(window) == GREEN).all(-1), square(6) > 0)
    layer.undo()
    wait_until(lambda: section.form.missing() != "", 20)
    assert section.source.paintings() == {}


def test_another_frame_changes_nothing_and_another_colour_does(window: Window) -> None:
    section = with_tracks(window)
    choose(section.form.whats, "insert")
    layer = over_film(window)
    window.project.go_to(0)
    paint(layer, 0)
    choose(section.source.pictures, layer)
    first = section.source.paintings()[0].picture
    window.project.go_to(9)
    solved(section)
    assert section.source.paintings()[0].picture is first
    layer.colormap = DirectLabelColormap(color_dict={None: "transparent", 1: "blue"})
    wait_until(lambda: section.source.paintings()[0].picture is not first, 20)
    assert section.source.paintings()[0].picture[14, 4].tolist() == [0, 0, 255, 255]


def test_labels_that_were_painted_on_a_steady_film_go_back(window: Window, tmp_path: Path) -> None:
    kept = keep(tmp_path / "steady.mp4.steady.json")
    section = on_film(window, tmp_path)
    layer = over_film(window)
    choose(section.form.back.paints, layer)
    wait_until(lambda: section.form.back.steadies.currentData() == kept, 20)
    assert section.form.missing() == "Paint on paint, over the steady film, what should go onto the film."
    paint(layer, window.project.frame, dab()[..., 3] > 0)
    wait_until(lambda: section.form.missing() == "", 20)
    for t in (0, 7):
        window.project.go_to(t)
        np.testing.assert_array_equal((painted(window) == GREEN).all(-1), red(t))
    assert section.facts.facts.text() == "One picture, on all frames"
