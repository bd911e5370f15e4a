"""What cells say: which hold a position, which of them a person vouches for, and which a person says are nowhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import has_place
from ..core.tracks import State, is_anchor
from .cells import Cells

Mask = NDArray[np.bool_]
LOCATED = np.isin(np.arange(256), (State.FROM_SCORES, State.VISIBLE, State.OCCLUDED_LOCATED))  # by state, any byte


def is_placed(cells: Cells) -> Mask:
    """(...) which cells have a position, whatever it is worth."""
    return has_place(cells.xy)


def is_located(cells: Cells) -> Mask:
    """(...) which cells say where the track is; a position that is left in an occluded or unknown cell says nothing."""
    return is_placed(cells) & LOCATED[cells.state]


def is_pinned(cells: Cells) -> Mask:
    """(...) anchors that say where the track is."""
    return is_located(cells) & is_anchor(cells.source)


def is_ended(cells: Cells) -> Mask:
    """(...) where a person says that the track is not there: out of the frame, before its start or after its end."""
    return np.asarray(is_anchor(cells.source) & np.isin(cells.state, (State.UNKNOWN, State.OUT_OF_FRAME)))
