"""Opens films in napari without loading them: one frame is read when it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.registry import video_sources
from ..core.video import Video

LayerData = tuple[Any, dict[str, Any], str]


class VideoArray:
    """A video as the (T, H, W, 3) uint8 array that an image layer slices, read frame by frame.

    Parameters
    ----------
    video : Video
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, video: Video) -> None:
        self.video = video
        self._lock = RLock()  # napari may slice in another thread

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, 3)."""
        return self.video.n_frames, self.video.height, self.video.width, 3

    @property
    def size(self) -> int:
        """Number of values."""
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        return self.video.n_frames

    def __getitem__(self, index: Any) -> NDArray[np.uint8]:
        if not isinstance(index, tuple):
            index = (index,)
        first, *rest = index
        if first is Ellipsis:
            missing = self.ndim - len(rest)
            first, rest = slice(None), [*[slice(None)] * (missing - 1), *rest]
        wanted = np.arange(len(self))[first]
        with self._lock:
            frames = self.video.read(np.atleast_1d(wanted).tolist())
        return frames[(slice(None) if wanted.ndim else 0, *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("a video is read from its file: there is no array to share; leave copy out")
        return np.asarray(self[:], dtype)


def get_reader(path: str | Sequence[str]) -> Callable[[str], list[LayerData]] | None:
    """napari's question: who opens this path? `read_layers` does if it is a video or an image sequence."""
    known = isinstance(path, str) and any(source.accepts(path) for source in video_sources())
    return read_layers if known else None


def read_layers(path: str) -> list[LayerData]:
    """A video or image sequence as one lazy image layer.

    Raises
    ------
    VideoError
        If it cannot be opened.
    """
    from ..tasks.open import open_video

    return [video_layer(open_video(path))]


def video_layer(video: Video) -> LayerData:
    """The image layer of a video: data, arguments and type, as napari's readers give it."""
    facts = {"path": video.path, "fingerprint": video.fingerprint, "fps": float(video.fps)}
    arguments = {
        "name": Path(video.path).name if video.path else "video",
        "rgb": True,
        "multiscale": False,
        "axis_labels": ("time", "y", "x"),
        "metadata": {"napari_cotracker": {"role": "video", **facts}},
    }
    return VideoArray(video), arguments, "image"
