"""The layers that show an edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.tasks.edits import Edit, Painting
from napari_cotracker.ui.propagate_drawing import Drawn
from napari_cotracker.ui.propagate_layers import LEFT_OUT, EditLayers

from .mouse import settle
from .moved import square, tracks_on_block
from .test_propagate_drawing import BOX, draw
from .windows import HEIGHT, WIDTH, Window


@pytest.fixture
def layers(window: Window) -> Iterator[EditLayers]:
    window.add(scale=(1, 2, 2), translate=(0, 5, 5))
    window.project.adopt(tracks_on_block())
    made = EditLayers(window.project, 10)
    yield made
    made.close()
    settle()


def names(window: Window) -> list[str]:
    return [layer.name for layer in window.viewer.layers]


def mask(t: int = 5) -> Drawn:
    return draw(Edit("mask", {0: Painting(labels=square())}), t)


def film(value: int) -> Drawn:
    return replace(mask(), labels=None, picture=np.full((HEIGHT, WIDTH, 3), value, np.uint8))


def test_a_preview_lies_over_the_film_and_beneath_the_tracks(window: Window, layers: EditLayers) -> None:
    active = window.viewer.layers.selection.active
    layers.show_content(film(7))
    assert names(window) == ["film", "film edit preview", "film tails", "film points"]
    preview = window.viewer.layers["film edit preview"]
    assert preview.data_to_world((1, 2)) == window.project.layer.data_to_world((0, 1, 2))[1:]
    assert window.viewer.layers.selection.active is active
    assert list(window.desk.videos()) == [window.project.layer]
    layers.show_content(film(9))
    assert window.viewer.layers["film edit preview"] is preview
    assert preview.data[3, 4].tolist() == [9, 9, 9]
    layers.show_content(film(9), on_top=True)
    assert names(window)[-1] == "film edit preview"


def test_labels_have_the_colours_of_what_was_painted(window: Window, layers: EditLayers) -> None:
    like = window.viewer.add_labels(square(), name="mine")
    layers.show_content(mask(), like=like)
    preview = window.viewer.layers["film edit preview"]
    np.testing.assert_array_equal(preview.data, square(5))
    assert preview.colormap is like.colormap
    assert not preview.editable


def test_what_the_user_hides_stays_hidden(window: Window, layers: EditLayers) -> None:
    layers.show_content(film(7))
    preview = window.viewer.layers["film edit preview"]
    layers.show_content(None)
    assert not preview.visible
    layers.show_content(film(8))
    assert preview.visible
    preview.visible = False
    layers.show_content(film(9))
    assert not preview.visible


def test_tracks_are_told_apart_by_whether_they_count(window: Window, layers: EditLayers) -> None:
    shown = mask()
    counted = shown.overlay.counted.copy()
    counted[0] = False
    layers.show_marks(replace(shown, overlay=replace(shown.overlay, counted=counted)), None, with_tracks=True)
    dots, lines = window.viewer.layers["film edit marks"], window.viewer.layers["film edit outlines"]
    np.testing.assert_allclose(dots.data[:, ::-1], shown.overlay.xy, atol=1e-4)
    np.testing.assert_allclose(dots.border_color[0], LEFT_OUT)
    assert dots.face_color[0, 3] == 0
    assert (dots.face_color[1:, 3] == 1).all()
    assert len(lines.data) == len(shown.overlay.hull)
    np.testing.assert_allclose(lines.data[:, 0] + lines.data[:, 1], np.roll(lines.data[:, 0], -1, 0))
    layers.show_marks(shown, None, with_tracks=False)
    assert len(dots.data) == len(lines.data) == 0


def test_corners_and_shapes_are_outlined(window: Window, layers: EditLayers) -> None:
    layers.show_marks(replace(mask(), outlines=(BOX + 9,)), BOX, with_tracks=False)
    dots, lines = window.viewer.layers["film edit marks"], window.viewer.layers["film edit outlines"]
    assert layers.dots is dots
    np.testing.assert_allclose(dots.data[:, ::-1], BOX)
    assert len(lines.data) == 8
    window.project.go_to(6)  # what is drawn holds until something else is
    np.testing.assert_allclose(dots.data[:, ::-1], BOX)


def test_nothing_is_added_before_there_is_something_to_show(window: Window, layers: EditLayers) -> None:
    before = names(window)
    layers.show_content(None)
    layers.show_marks(None, None, with_tracks=True)
    layers.show_marks(None, np.full((4, 2), np.nan), with_tracks=True)
    assert names(window) == before


def test_who_takes_a_layer_away_is_heard_and_gets_it_back_only_when_asked(window: Window, layers: EditLayers) -> None:
    heard: list[Any] = []
    layers.removed.connect(lambda: heard.append(1))
    layers.show_content(film(7))
    window.viewer.layers.remove("film edit preview")
    assert heard == [1]
    layers.show_content(film(8))
    assert window.viewer.layers["film edit preview"].data[0, 0, 0] == 8


def test_they_follow_the_film_and_go_together(window: Window, layers: EditLayers) -> None:
    layers.show_content(film(7))
    layers.show_marks(mask(), BOX, with_tracks=True)
    window.project.layer.scale = (1, 3, 3)
    window.project.layer.translate = (0, 1, 2)
    for name in ("film edit preview", "film edit marks", "film edit outlines"):
        assert window.viewer.layers[name].scale.tolist() == [3, 3]
        assert window.viewer.layers[name].translate.tolist() == [1, 2]
    layers.close()
    settle()
    assert names(window) == ["film", "film tails", "film points"]
