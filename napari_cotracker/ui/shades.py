"""Colours of the timeline, taken from the palette of whatever theme is on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qtpy.QtGui import QColor, QPalette

from ..core.heat import BEST, NOT_TRACKED, OCCLUDED, OUT_OF_VIEW, score_of
from .colours import SCALES

# blue, orange and a bluish accent that people without red or green cones tell apart
CURVES_ON_DARK, CURVES_ON_LIGHT = ("#6cbcf0", "#f0a83c"), ("#0067a8", "#8f4e00")
QUIET = 0.68  # how much of the text's colour quiet words have: less could not be read on a light ground
ACCENT_ON_DARK, ACCENT_ON_LIGHT = "#7d9bff", "#3653c4"


@dataclass(frozen=True)
class Shades:
    """What is drawn in which colour.

    Parameters
    ----------
    window, text, dim : QColor
        Background, text, and text that steps back.
    empty, out_of_view, occluded : QColor
        Cells without a score.
    line : QColor
        Grids and frames.
    accent : QColor
        What is being tracked.
    confidence, visibility : QColor
        The curves.
    """

    window: QColor
    text: QColor
    dim: QColor
    empty: QColor
    out_of_view: QColor
    occluded: QColor
    line: QColor
    accent: QColor
    confidence: QColor
    visibility: QColor

    @classmethod
    def of(cls, palette: QPalette) -> Shades:
        """Those that go with a palette, dark or light."""
        window, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
        dark = window.lightness() < text.lightness()
        curves = CURVES_ON_DARK if dark else CURVES_ON_LIGHT
        return cls(
            window, text, dim=mix(window, text, QUIET),
            empty=mix(window, QColor("black"), 0.28) if dark else mix(window, QColor("white"), 0.6),
            out_of_view=mix(window, text, 0.16), occluded=mix(window, text, 0.4), line=mix(window, text, 0.22),
            accent=QColor(ACCENT_ON_DARK if dark else ACCENT_ON_LIGHT),
            confidence=QColor(curves[0]), visibility=QColor(curves[1]),
        )

    def table(self) -> NDArray[np.uint32]:
        """(256,) the colour of every code of a heat map, as Qt stores a pixel."""
        table = np.zeros(256, np.uint32)
        for code, colour in ((NOT_TRACKED, self.empty), (OUT_OF_VIEW, self.out_of_view), (OCCLUDED, self.occluded)):
            table[code] = colour.rgb()
        table[BEST:] = _packed(score_of(np.arange(BEST, 256)))
        return table


def mix(a: QColor, b: QColor, share: float) -> QColor:
    """A colour between two."""
    parts = ((1 - share) * np.array(a.getRgb()[:3]) + share * np.array(b.getRgb()[:3])).round().astype(int)
    return QColor(*parts.tolist())


def faded(colour: QColor, opacity: float) -> QColor:
    """The same colour, less of it."""
    faint = QColor(colour)
    faint.setAlphaF(opacity)
    return faint


def ramp(scores: NDArray[np.float64]) -> list[QColor]:
    """Colours of scores, 0 … 1."""
    return [QColor.fromRgb(int(pixel)) for pixel in _packed(scores)]


def _packed(scores: NDArray[np.float64]) -> NDArray[np.uint32]:
    red, green, blue = (SCALES["confidence"].colours(scores)[:, :3].T * 255).round().astype(np.uint32)
    return np.uint32(0xFF000000) | red << 16 | green << 8 | blue
