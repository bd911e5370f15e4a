"""What each combination of position, state and source says."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.tracks import Source, State
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.claims import is_ended, is_located, is_pinned, is_placed

PLACES = {State.FROM_SCORES, State.VISIBLE, State.OCCLUDED_LOCATED}
PERSONS = {Source.HUMAN, Source.VERIFIED}


@pytest.mark.parametrize("xy", [(1, 2), (np.nan, 2), (np.nan, np.nan)])
@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("state", State)
def test_a_cell(xy: tuple[float, float], state: State, source: Source) -> None:
    cells = Cells.empty(1)
    cells.xy[0], cells.state[:], cells.source[:] = xy, state, source
    located = xy == (1, 2) and state in PLACES
    assert is_placed(cells).tolist() == [xy == (1, 2)]
    assert is_located(cells).tolist() == [located]
    assert is_pinned(cells).tolist() == [located and source in PERSONS]
    assert is_ended(cells).tolist() == [source in PERSONS and state in {State.UNKNOWN, State.OUT_OF_FRAME}]
