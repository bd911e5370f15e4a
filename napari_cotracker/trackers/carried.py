"""What a sliding window hands to the next one, put down and taken up again by another run.

Templates are not put down: they are taken from the frames of the queries again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..core.errors import TrackingError
from ..core.tracker import Bookmark
from ..model.cotracker import Guess
from ..model.streaming import WindowState
from .bookmarks import part
from .engine import Engine

PARTS = ("xy", "visibility", "confidence")


def bookmark_of(state: WindowState, ids: NDArray[np.int64]) -> Bookmark:
    """Where a run stands after a window.

    Parameters
    ----------
    state : WindowState
    ids : (n,) int64
        Of its tracks, which follow the support grid.
    """
    assert state.guess is not None
    parts = dict(zip(PARTS, state.guess.parts(), strict=True))
    return {"start": np.array(state.start), "ids": ids.copy(),
            **{name: value.cpu().numpy() for name, value in parts.items()}}


def carry_on(engine: Engine, state: WindowState, bookmark: Bookmark, check: Callable[[], None]) -> WindowState:
    """The state of a run that goes on.

    Parameters
    ----------
    engine : Engine
    state : WindowState
        The tracks of the bookmark, the support grid before them; before the first window.
    bookmark : Bookmark
    check : callable
        Called between pieces of work.

    Raises
    ------
    TrackingError
        If the bookmark does not fit.
    """
    window, start = engine.model.config.window, int(part(bookmark, "start"))
    cells = (len(state.t), window)
    shapes: dict[str, tuple[int, ...]] = {"xy": (*cells, 2), "visibility": cells, "confidence": cells}
    for name, shape in shapes.items():
        if part(bookmark, name).shape != shape:
            raise TrackingError(f"expected {name} of shape {shape} of where the run stood, got "
                                f"{bookmark[name].shape}; begin the run anew")
    guess = Guess(*(torch.from_numpy(bookmark[name].astype(np.float32)).to(state.xy.device) for name in PARTS))
    seen = state.t < start - window // 2 + window
    return replace(state, start=start, seen=seen, templates=_templates(engine, state, seen, check), guess=guess)


def _templates(engine: Engine, state: WindowState, seen: Tensor, check: Callable[[], None]) -> Tensor:
    """Those of the tracks that were in a window, as that took them."""
    templates = state.templates
    for t in state.t[seen].unique().tolist():
        rows = seen & (state.t == t)
        pyramid = engine.pyramid([t], check)
        templates = templates.to(pyramid[0].dtype, copy=True)
        templates[rows] = engine.model.templates(pyramid, torch.zeros_like(state.t[rows]), state.xy[rows])
    return templates
