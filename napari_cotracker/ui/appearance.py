"""How the cells of a session look by the choices of a viewer: colours, rims, rings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.inspection import AnchorErrors, drawn
from ..core.tracks import is_anchor
from ..editing.session import Session
from .colours import SCALES, categories, category_index, group_numbers, rim_of
from .look import Look
from .selection import Selection

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

SELECTED_RIM = (1.0, 1.0, 1.0, 1.0)
RIM_WIDTH, SELECTED_RIM_WIDTH, RING_WIDTH = 0.12, 0.22, 0.24  # shares of the diameter
LARGER = 1.45  # selected points
DIAMOND = 1.3  # a diamond covers less than a disc of the same width


@dataclass(frozen=True)
class PointStyle:
    """The points of one frame, one for each track.

    Parameters
    ----------
    xy : (N, 2) float32
        Pixels; 0 where not tracked.
    shown, is_anchor : (N,) bool
    face, rim : (N, 4) float32
        RGBA.
    rim_width : (N,) float32
        Shares of the diameter.
    size : (N,) float32
        Diameters on the screen.
    """

    xy: Floats
    shown: Mask
    is_anchor: Mask
    face: Floats
    rim: Floats
    rim_width: Floats
    size: Floats


@dataclass(frozen=True)
class TailStyle:
    """The last frames of all tracks, track by track.

    Parameters
    ----------
    xy : (N, L, 2) float32
        Pixels; 0 where not tracked.
    linked : (N, L) bool
        Whether a line leads from here to the next.
    colours : (N, L, 4) float32
        RGBA.
    """

    xy: Floats
    linked: Mask
    colours: Floats


class Appearance:
    """What a session looks like.

    Parameters
    ----------
    session : Session
    look : Look
    selection : Selection
    """

    def __init__(self, session: Session, look: Look, selection: Selection) -> None:
        self._session, self._look, self._selection = session, look, selection
        self._errors: AnchorErrors | None = None
        self._category: NDArray[np.int64] | None = None
        self._ids = session.ids  # of the tracks that what is kept is about

    def forget(self) -> None:
        """The session or the look has changed."""
        self._errors = self._category = None

    def points(self, t: int) -> PointStyle:
        """All tracks on one frame."""
        session, look = self._session, self._look.values
        cells = session.cells[t]
        solid, hollow = drawn(cells, session.size, look.hide_below)
        shown = solid | hollow if look.rings else solid
        colours = self.colours(np.array([t]))[0]
        colours[~shown, 3] = 0
        anchors, selected = is_anchor(cells.source), np.isin(session.ids, self._selection.ids)
        face, rim, width = colours.copy(), rim_of(colours), np.full(len(colours), RIM_WIDTH, np.float32)
        rim[hollow], width[hollow] = colours[hollow], RING_WIDTH
        rim[selected], width[selected] = SELECTED_RIM, SELECTED_RIM_WIDTH
        face[hollow, 3] = 0
        rim[~shown, 3] = 0
        size = np.float32(look.size) * np.where(selected, LARGER, 1) * np.where(anchors, DIAMOND, 1)
        return PointStyle(_without_nan(cells.xy), shown, anchors, face, rim, width, size.astype(np.float32))

    def tails(self, frames: NDArray[np.int64]) -> TailStyle:
        """All tracks on some frames, ascending."""
        session, look = self._session, self._look.values
        cells = session.cells[frames]
        solid, _ = drawn(cells, session.size, look.hide_below)
        linked = np.zeros(solid.T.shape, bool)
        linked[:, :-1] = (solid[1:] & solid[:-1]).T
        return TailStyle(_without_nan(cells.xy).transpose(1, 0, 2), linked, self.colours(frames).transpose(1, 0, 2))

    def colours(self, frames: NDArray[np.int64]) -> Floats:
        """(t, N, 4) RGBA by the chosen quantity."""
        if not np.array_equal(self._ids, self._session.ids):  # the selection may hear of a deletion before we do
            self.forget()
            self._ids = self._session.ids
        by = self._look.values.colour_by
        if by in ("track", "group"):
            of_tracks = categories()[category_index(self._categories(by))]
            return np.repeat(of_tracks[None], len(frames), 0)
        if by == "anchor error":
            return SCALES[by].colours(self._anchor_errors().at(frames))
        return SCALES[by].colours(getattr(self._session.cells, by)[frames])

    def _categories(self, by: str) -> NDArray[np.int64]:
        if by == "track":
            return self._session.ids
        if self._category is None:
            self._category = group_numbers([row.group for row in self._session.rows])
        return self._category

    def _anchor_errors(self) -> AnchorErrors:
        if self._errors is None:
            cells = self._session.cells
            self._errors = AnchorErrors.of(cells.xy, cells.source)
        return self._errors


def _without_nan(xy: Floats) -> Floats:
    """The same with 0 for NaN, which a layer must not hold."""
    return np.nan_to_num(xy, nan=0.0)
