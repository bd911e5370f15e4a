"""Opens films in napari without loading them: one frame is read when it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.registry import video_sources
from ..core.video import Video

LayerData = tuple[Any, dict[str, Any], str]


class VideoArray:
    """A video as the (T, H, W, 3) uint8 array that an image layer slices, read frame by frame.

    Slicing never raises for a frame inside `shape`: an exception there would end napari's drawing of
    every layer. What cannot be read is shown as the last picture that could, and said by `take_problem`.

    Parameters
    ----------
    video : Video
        The length of a film is provisional until its index is complete: see `settle`.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, video: Video) -> None:
        self.video = video
        self._problem, self._told = "", ""
        self._lock = RLock()  # napari may slice in another thread
        # asking for `n_frames` would wait for the index
        self._n_frames = int(getattr(video, "expected_frames")) if self._waits else video.n_frames  # noqa: B009
        self._last: NDArray[np.uint8] | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the length is final."""
        return not self._waits

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, 3)."""
        return self._n_frames, self.video.height, self.video.width, 3

    @property
    def size(self) -> int:
        """Number of values."""
        return int(np.prod(self.shape))

    def take_problem(self) -> str:
        """Why frames could not be read, the first time it is asked for; "" if nothing is new."""
        problem, self._told = ("" if self._problem == self._told else self._problem), self._problem
        return problem

    def settle(self) -> bool:
        """Take over the final number of frames, once it is known; says whether it is another one."""
        before = self._n_frames
        if self.is_settled:
            self._n_frames = self.video.n_frames
        return self._n_frames != before

    def __len__(self) -> int:
        return self._n_frames

    def __getitem__(self, index: Any) -> NDArray[np.uint8]:
        if not isinstance(index, tuple):
            index = (index,)
        first, *rest = index
        if first is Ellipsis:
            missing = self.ndim - len(rest)
            first, rest = slice(None), [*[slice(None)] * (missing - 1), *rest]
        wanted = np.arange(len(self))[first]
        frames = self._read(np.atleast_1d(wanted).tolist())
        return frames[(slice(None) if wanted.ndim else 0, *rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("a video is read from its file: there is no array to share; leave copy out")
        return np.asarray(self[:], dtype)

    def __deepcopy__(self, memo: dict[int, Any]) -> VideoArray:
        # napari duplicates a layer with a deep copy of its data; of a film there is one, which no layer changes
        return VideoArray(self.video)

    @property
    def _waits(self) -> bool:
        return not getattr(self.video, "is_indexed", True)

    def _read(self, frames: list[int]) -> NDArray[np.uint8]:
        with self._lock:
            try:
                pictures = self.video.read(frames)
            except VideoError as error:
                self._problem = str(error)
                return np.concatenate([self._instead(frame) for frame in frames])
            if len(pictures):
                self._last = pictures[-1:]
            return pictures

    def _instead(self, frame: int) -> NDArray[np.uint8]:
        """(1, H, W, 3) for a frame that cannot be read: beyond the true end the last one, else the last that was."""
        try:
            return self.video.read([min(frame, self.video.n_frames - 1)])
        except VideoError:
            return np.zeros((1, *self.shape[1:]), np.uint8) if self._last is None else self._last


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
    arguments = {
        "name": Path(video.path).name if video.path else "video",
        "rgb": True,
        "multiscale": False,
        "axis_labels": ("time", "y", "x"),
        "metadata": {"napari_cotracker": {"role": "video", "path": video.path}},
    }
    return VideoArray(video), arguments, "image"
