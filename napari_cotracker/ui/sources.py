"""Image layers as videos."""

from __future__ import annotations

from napari.layers import Image, Layer

from ..core.errors import VideoError
from ..core.video import Shortened, Unpaced, Video
from ..tasks.open import open_array
from .reader import VideoArray

TIME_NAMES = {"t", "time", "frame", "frames"}


def can_be_video(layer: Layer) -> bool:
    """Whether a layer is a picture with at least one more axis than it shows."""
    return isinstance(layer, Image) and layer.ndim >= 3


def time_axis(layer: Layer) -> int:
    """The layer's own axis that counts frames: the one that is named so, else the first."""
    named = [axis for axis, label in enumerate(layer.axis_labels[:-2]) if label.lower() in TIME_NAMES]
    return named[0] if named else 0


def video_of(layer: Layer, step: tuple[int, ...]) -> Video:
    """The video that an image layer shows.

    Parameters
    ----------
    layer : Image
        Grey or colour, of any type, multiscale too (its finest level); with more axes than time and
        picture, these are held where they are now.
    step : tuple of int
        The index along each of the layer's own axes that is shown now.

    Raises
    ------
    VideoError
        If it has no axis of time, or holds what cannot be a video.
    """
    if not can_be_video(layer):
        raise VideoError(f"expected an image layer with frames along an axis, got {layer.name!r}, a single picture "
                         "or another kind of layer; open a film, or choose another layer")
    data = layer.data[0] if layer.multiscale else layer.data
    if isinstance(data, VideoArray):
        return data.video
    time = time_axis(layer)
    held = {axis: int(step[axis]) for axis in range(layer.ndim - 2) if axis != time}
    limits = None if layer.rgb else _limits(layer)
    return open_array(data, contrast_limits=limits, time=time, held=held)


def facts_of(video: Video) -> str:
    """One line on a video: frames, size, and the rate if it knows that."""
    count = getattr(video, "expected_frames", None) or video.n_frames
    about = "" if getattr(video, "is_indexed", True) else "about "
    size = f"{about}{count} {'frame' if count == 1 else 'frames'} · {video.width} × {video.height}"
    knows_rate = video.path is not None and getattr(video, "is_indexed", True) and not isinstance(video, Unpaced)
    short = video.shortfall() if isinstance(video, Shortened) and getattr(video, "is_indexed", True) else ""
    return " · ".join(filter(None, (size, f"{float(video.fps):.4g} fps" if knows_rate else "", short)))


def _limits(layer: Image) -> tuple[float, float] | None:
    low, high = (float(value) for value in layer.contrast_limits)
    return (low, high) if low < high else None
