"""What a session notes of its video, and what the video takes over of such a note."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

from napari.layers import Layer

from ..core.errors import CotrackerError, VideoError
from ..core.rate import noted_rate
from ..core.video import Unpaced, Video
from ..editing.session import Session


def identity_of(video: Video, layer: Layer, held: Mapping[int, int]) -> dict[str, Any]:
    """What a session notes to find its video again, and the plane of it.

    Only files have a fingerprint, for frames may be computed.

    Parameters
    ----------
    video : Video
    layer : Image
        That shows it.
    held : mapping of int to int
        The index of each of the layer's axes that is neither time nor picture.
    """
    path, mark = absolute(video.path or layer.source.path), None
    with suppress(CotrackerError):
        mark = video.fingerprint if video.path else None
    plane = [{"axis": axis, "index": index, "label": layer.axis_labels[axis]} for axis, index in sorted(held.items())]
    return {"path": None if path is None else str(path), "name": layer.name, "fingerprint": mark, "plane": plane}


def absolute(path: str | None) -> Path | None:
    """A path that means the same everywhere."""
    return None if path is None else Path(path).absolute()


def set_rate(session: Session, video: Video, fps: Fraction) -> None:
    """Have a video that does not know its frames per second shown at others, which is noted in its session.

    What is exported or rendered from now on has them. This is no step: it is set again rather than undone.

    Raises
    ------
    CotrackerError
        If the video knows its own, or nothing can be noted.
    """
    if not isinstance(video, Unpaced):
        raise VideoError("expected images or an array, got a film, which knows its frames per second itself")
    session.describe(fps=fps.as_integer_ratio())  # first, for it may refuse
    video.set_rate(fps)


def take_rate(video: Video, facts: Mapping[str, Any]) -> None:
    """Give a video that does not know its frames per second those that were noted."""
    fps = noted_rate(facts.get("fps"))
    if fps is not None and isinstance(video, Unpaced):
        video.set_rate(fps)
