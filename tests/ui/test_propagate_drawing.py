"""What is drawn of an edit on one frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_cotracker.core.regions import Region
from napari_cotracker.tasks.edits import Edit, Painting, settle
from napari_cotracker.ui.propagate_drawing import Drawn, drawing

from .moved import square, tracks_on_block
from .windows import HEIGHT, WIDTH, drawn

BOX = np.array([(2, 12), (8, 12), (8, 18), (2, 18)], float)


class Film:
    """The film of `windows.drawn`, as far as drawing needs one."""

    def read(self, frames: Any) -> np.ndarray:
        return drawn()[list(frames)]


def draw(edit: Edit, t: int) -> Drawn:
    steps = drawing(settle(edit, tracks_on_block(), (WIDTH, HEIGHT)), Film(), t)  # type: ignore[arg-type]
    try:
        next(steps)
    except StopIteration as stop:
        found: Drawn = stop.value
        return found
    raise AssertionError("it was to be drawn at once")


def test_a_mask_is_labels_on_the_frame() -> None:
    found = draw(Edit("mask", {0: Painting(labels=square())}), 5)
    assert found.labels is not None
    np.testing.assert_array_equal(found.labels, square(5))
    assert (found.t, found.picture, found.outlines, found.corners) == (5, None, (), None)
    assert found.facts.residual < 0.01
    assert len(found.overlay.xy) == found.facts.tracks


def test_shapes_stay_shapes() -> None:
    found = draw(Edit("mask", {0: Painting(shapes=(Region(BOX),))}), 5)
    assert found.labels is None
    np.testing.assert_allclose(found.outlines[0], np.add(BOX, (5, 0)), atol=1e-3)


def test_an_effect_is_the_whole_frame_changed_within_its_mask() -> None:
    found = draw(Edit("effect", {0: Painting(labels=square())}, effect="pixelate"), 5)
    film = drawn()[5]
    assert found.picture is not None
    outside = square(5) == 0
    np.testing.assert_array_equal(found.picture[outside], film[outside])
    inserted = draw(Edit("insert", {0: Painting(picture=np.zeros((4, 4, 3), np.uint8), corners=BOX)}), 5)
    assert inserted.picture is not None
    assert inserted.picture[15, 10].tolist() == [0, 0, 0]
    assert inserted.corners is not None
    np.testing.assert_allclose(inserted.corners, np.add(BOX, (5, 0)), atol=1e-3)


def test_a_pin_is_its_corners() -> None:
    found = draw(Edit("pin", {0: Painting(corners=BOX)}), 3)
    assert found.picture is None
    assert found.corners is not None
    np.testing.assert_allclose(found.corners, np.add(BOX, (3, 0)), atol=1e-3)
