"""Palettes that colour-blind people can read, as tables of 256 colours; entry 0 is for what has no value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Table = NDArray[np.float32]
Indices = NDArray[np.uint8]

NO_VALUE = (0.62, 0.62, 0.62, 1.0)
DARK_GREEN = 0.4  # most of the brightness of a colour is its green
_RIMS = np.array([(0.04, 0.04, 0.06, 0.9), (0.96, 0.96, 0.96, 0.9)], np.float32)
# Okabe and Ito's, without black, which does not show on dark pictures
_OKABE_ITO = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
_TINTS = (0.0, 0.45, -0.35)  # towards white, towards black


@dataclass(frozen=True)
class Scale:
    """How a number becomes a colour.

    Parameters
    ----------
    worst, best : float
        The values at the dark and at the bright end; values beyond look like these.
    unit : str
    """

    worst: float
    best: float
    unit: str = ""

    def index(self, values: ArrayLike) -> Indices:
        """Place in the table: 1 for the worst … 255 for the best, 0 for NaN."""
        share = (np.asarray(values, np.float32) - self.worst) / (self.best - self.worst)
        return np.where(np.isnan(share), 0, 1 + np.rint(254 * np.clip(np.nan_to_num(share), 0, 1))).astype(np.uint8)

    def colours(self, values: ArrayLike) -> Table:
        """(..., 4) RGBA of some values."""
        return ramp()[self.index(values)]


# bright is good and dark is bad, whatever is shown
SCALES = {"confidence": Scale(0, 1), "visibility": Scale(0, 1), "anchor error": Scale(10, 0, "px")}


@cache
def ramp() -> Table:
    """(256, 4) the palette of scores."""
    from napari.utils.colormaps import ensure_colormap

    return _with_no_value(ensure_colormap("viridis").map(np.linspace(0, 1, 255)))


@cache
def categories() -> Table:
    """(256, 4) the palette of tracks and groups: 21 colours, over and over."""
    base = np.array([[int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)] for code in _OKABE_ITO])
    tinted = np.concatenate([base + (1 - base) * tint if tint >= 0 else base * (1 + tint) for tint in _TINTS])
    return _with_no_value(np.resize(np.c_[tinted, np.ones(len(tinted))], (255, 4)))


def label_colours() -> Any:
    """A colormap for Labels layers: nothing for 0, then the palette of tracks, over and over."""
    from napari.utils.colormaps import CyclicLabelColormap

    colours = categories()[: 1 + len(_OKABE_ITO) * len(_TINTS)].copy()
    colours[0] = 0
    return CyclicLabelColormap(colors=colours)


def rim_of(colours: Table) -> Table:
    """(..., 4) dark lines around bright colours, bright ones around dark colours."""
    return _RIMS[(colours[..., 1] < DARK_GREEN).astype(np.intp)]


def category_index(numbers: ArrayLike) -> Indices:
    """Place in the table of categories; 0 for a number below 0, which is none."""
    wanted = np.asarray(numbers, np.int64)
    period = len(_OKABE_ITO) * len(_TINTS)
    return np.where(wanted < 0, 0, 1 + wanted % period).astype(np.uint8)


def group_numbers(groups: ArrayLike) -> NDArray[np.int64]:
    """A number for each group in the order of their names, -1 for no group."""
    names, numbers = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    return numbers - 1 if len(names) and names[0] == "" else numbers


def _with_no_value(colours: NDArray[np.floating]) -> Table:
    table = np.concatenate([[NO_VALUE], colours]).astype(np.float32)
    table.flags.writeable = False
    return table
