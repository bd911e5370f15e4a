"""A render that is a sequence of images."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..core.video import Video
from .kinds import Kind, RenderOptions
from .numbering import choose_names
from .origin import Origin
from .stills import check_library, filling, save_picture


class ImageTarget:
    """Takes pictures into image files with the plate's frame numbers.

    Parameters
    ----------
    path : str or Path
    kind : Kind
    video : Video
        What the pictures are made of.
    frames : range
        Which of its frames, step 1.
    options : RenderOptions

    Attributes
    ----------
    paths : list of Path
        All that is written.
    threads : int
        How many may write at once.
    notes : list of str
        What was left out, a sentence each; whole at the end.

    Raises
    ------
    VideoError
        If the path has no place for frame numbers.
    MissingExtraError
        For ``.exr`` without the ``vfx`` extra.
    """

    def __init__(self, path: str | Path, kind: Kind, video: Video, frames: range, options: RenderOptions) -> None:
        check_library(kind.suffixes[0])
        self._names = choose_names(path, kind, video.path, len(frames))
        self._files = [self._names.of(number) for number in _numbers(video, frames, options.first)]
        self.paths = [self._names.folder / name for name in self._files]
        self.threads, self.notes = min(4, os.cpu_count() or 1), list[str]()
        self._video, self._wants_sound = video, options.audio
        self._origin = Origin.of(video.path)
        self._stack = ExitStack()
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        others = self._count_others()
        if others:
            self.notes.append(f"{others} other image{'s' * (others != 1)} of this name in the folder stayed.")
        self._folder = self._stack.enter_context(filling(self._names.folder, self._files))
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def check(self, shape: tuple[int, ...]) -> None:
        """Nothing is refused: images are of any size."""

    def write(self, picture: NDArray[Any], place: int) -> None:
        """Save a picture; several may be saved at once."""
        assert self._folder is not None
        save_picture(self._folder / self._files[place], picture, self._video.fps, self._origin.aspect)

    def finish(self) -> None:
        """Say what images do not hold."""
        if self._wants_sound and self._origin.n_sounds:
            self.notes.append("The sound is left out, for images hold none; render a film as well to keep it.")

    def _count_others(self) -> int:
        """Images of this name that are in the folder and are not written over."""
        if not self._names.folder.is_dir() or not self._names.digits:
            return 0
        alike = re.compile(re.escape(self._names.prefix) + r"\d+" + re.escape(self._names.suffix))
        found = {entry.name for entry in self._names.folder.iterdir() if alike.fullmatch(entry.name)}
        return len(found - set(self._files))


def _numbers(video: Video, frames: range, first: int | None) -> list[int]:
    """The number of every image; gaps are kept."""
    numbers = np.asarray(video.frame_numbers)[frames.start : frames.stop].tolist()
    return [int(number if first is None else first + number - numbers[0]) for number in numbers]
