"""What is drawn of an edit on one frame, made in the background."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.video import Video
from ..tasks.edit_settled import EditFacts, EditOverlay, Matte, SettledEdit
from ..tasks.paint_back import PaintBack

Points = NDArray[np.float64]

AS_LABELS = ("mask", "labels")
AS_PICTURE = ("insert", "effect", "stabilise")


@dataclass(frozen=True)
class Drawn:
    """An edit on a frame; what it has not is None or empty.

    Parameters
    ----------
    t : int
        0-based frame.
    facts : EditFacts, optional
    overlay : EditOverlay, optional
        Of paint that goes back, which no tracks carry, there is neither.
    picture : (H, W, 3) uint8, optional
        The whole frame as a render shows it.
    labels : (H, W) integer, optional
    outlines : tuple of (K, 2)
        Shapes.
    corners : (4, 2), optional
    """

    t: int
    facts: EditFacts | None
    overlay: EditOverlay | None
    picture: NDArray[np.uint8] | None = None
    labels: NDArray[Any] | None = None
    outlines: tuple[Points, ...] = ()
    corners: Points | None = None


def drawing(settled: SettledEdit | PaintBack, video: Video, t: int, front: Callable[[int], Matte] | None = None
            ) -> Generator[float, None, Drawn]:
    """Draw one frame; nothing is yielded, for what takes a moment is not worth breaking off.

    Parameters
    ----------
    settled : SettledEdit or PaintBack
    video : Video
    t : int
        0-based frame.
    front : callable, optional
        From a frame to a matte of what is in front.

    Raises
    ------
    CotrackerError
        If the frame cannot be read.
    """
    if isinstance(settled, PaintBack):
        return Drawn(t, None, None, settled.draw(t, video.read([t])[0]))
    picture = labels = None
    hidden = None if front is None else front(t)
    if settled.what in AS_PICTURE:
        picture = settled.draw(t, video.read([t])[0], hidden)
    outlines = tuple(shape.vertices for shape in settled.shapes(t) if shape is not None)
    if settled.what in AS_LABELS and not outlines:
        labels = settled.labels(t, hidden)
    return Drawn(t, settled.facts(t), settled.overlay(t), picture, labels, outlines, settled.corners(t))
    yield 0.0  # which makes this a generator
