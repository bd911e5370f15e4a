"""Colours that go with a theme and can be told apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from napari.utils.theme import get_theme
from qtpy.QtGui import QColor, QPalette

from napari_cotracker.core.heat import BEST, NOT_TRACKED, OCCLUDED, OUT_OF_VIEW
from napari_cotracker.ui.shades import Shades, faded, mix, ramp

from .test_sections import contrast
from .timelines import dark_palette


def light_palette() -> QPalette:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(235, 231, 230))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(30, 30, 33))
    return palette


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("palette", [dark_palette, light_palette])
def test_cells_without_a_score_are_grey_and_differ(palette: object) -> None:
    shades = Shades.of(palette())
    greys = sorted(colour.lightness() for colour in (shades.empty, shades.out_of_view, shades.occluded))
    assert all(b - a >= 20 for a, b in pairwise(greys))
    assert all(abs(c.red() - c.blue()) < 20 for c in (shades.empty, shades.out_of_view, shades.occluded))


@pytest.mark.usefixtures("qapp")
def test_curves_stand_out_from_their_ground() -> None:
    for palette in (dark_palette(), light_palette()):
        shades = Shades.of(palette)
        for colour in (shades.confidence, shades.visibility, shades.accent):
            assert abs(colour.lightness() - shades.empty.lightness()) > 60


@pytest.mark.usefixtures("qapp")
def test_the_table_gets_brighter_with_the_score() -> None:
    shades = Shades.of(dark_palette())
    table = shades.table()
    assert table[NOT_TRACKED] == shades.empty.rgb()
    assert table[OUT_OF_VIEW] == shades.out_of_view.rgb()
    assert table[OCCLUDED] == shades.occluded.rgb()
    green = (table[BEST:] >> 8 & 255).astype(int)
    assert (np.diff(green) <= 0).all()
    assert ramp(np.array([0.0, 1.0]))[1].rgb() == table[BEST]


def test_colours_are_mixed_and_faded() -> None:
    assert mix(QColor(0, 0, 0), QColor(200, 100, 50), 0.5).getRgb()[:3] == (100, 50, 25)
    assert faded(QColor(9, 9, 9), 0.5).alpha() == pytest.approx(128, abs=1)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_written_can_be_read_on_napari_s_themes(theme: str) -> None:
    colours, palette, roles = get_theme(theme), QPalette(), QPalette.ColorRole
    for role, colour in ((roles.Window, colours.background), (roles.WindowText, colours.text)):
        palette.setColor(role, QColor(colour.as_hex()))
    shades = Shades.of(palette)
    for text in (shades.text, shades.dim, shades.confidence, shades.visibility):
        assert contrast(text, shades.window) >= 4.5, text.name()
