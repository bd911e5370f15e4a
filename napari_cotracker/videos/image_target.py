"""A render that is a sequence of images."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..core.video import Video
from .dpx import told_by
from .exr_header import make_attributes, read_attributes
from .image_origin import files_of, origin_of, tell_unsaid
from .images import is_half, tell_left_out
from .kinds import Kind, RenderOptions
from .numbering import choose_names
from .stills import check_library, filling, save_picture
from .timecode import advance_timecode, tell_timecode
from .workers import several

HALF_MOST = np.float32(np.finfo(np.float16).max)


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
        self._files = [self._names.of(number) for number in numbers_of(video, frames, options.first)]
        self.paths = [self._names.folder / name for name in self._files]
        self.threads, self.notes = several(), list[str]()
        self._video, self._frames, self._wants_sound = video, frames, options.audio
        self._is_exr, self._half, self._was_cut = kind.name == "exr", options.half, False
        self._plate = files_of(video.path) if self._is_exr else []
        self._kind, self._origin = kind, origin_of(video, frames.start)
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
        """Refuse nothing, for images are of any size; note what the plate has besides its colours."""
        self.notes += self._origin.losses
        if self._plate and shape[2] > 1:  # else they are mattes
            self.notes += tell_left_out(self._plate[self._frames.start])

    def write(self, picture: NDArray[Any], place: int) -> None:
        """Save a picture; several may be saved at once."""
        assert self._folder is not None
        if self._is_exr and self._as_half(self._frames.start + place):
            picture = self._halved(picture)
        save_picture(self._folder / self._files[place], picture, self._attributes(place) if self._is_exr else None)

    def finish(self) -> None:
        """Say what images do not hold."""
        self.notes += tell_unsaid(self._origin, self._kind)
        if self._is_exr and self._origin.timecode and "timeCode" not in self._attributes(0):
            self.notes.append(tell_timecode(self._origin.timecode, self._video.fps))
        if self._was_cut:
            self.notes.append(f"What was above {HALF_MOST:.0f} became that, the most that floats of 16 bits hold; "
                              "half=no keeps it.")
        if self._wants_sound and self._origin.n_sounds:
            self.notes.append("The sound is left out, for images hold none; render a film as well to keep it.")

    def _as_half(self, frame: int) -> bool:
        """Whether an image is of 16-bit floats: as asked, else as the plate's own."""
        if self._half is not None:
            return self._half
        return frame < len(self._plate) and is_half(self._plate[frame])

    def _halved(self, picture: NDArray[Any]) -> NDArray[np.float16]:
        """Floats of 16 bits; what is too bright for them does not become infinite."""
        beyond = np.isfinite(picture) & (np.abs(picture) > HALF_MOST)
        if beyond.any():
            self._was_cut = True
            picture = np.where(beyond, np.copysign(HALF_MOST, picture), picture)
        return picture.astype(np.float16)

    def _attributes(self, place: int) -> dict[str, Any]:
        """What an OpenEXR image says besides its pixels."""
        frame, fps, origin = self._frames.start + place, self._video.fps, self._origin
        if frame < len(self._plate):
            plate = self._plate[frame]
            return {**make_attributes(fps, timecode=told_by(plate).timecode), **read_attributes(plate)}
        moved = origin.timecode and advance_timecode(origin.timecode, frame - origin.frame, fps)
        return make_attributes(fps, origin.aspect, moved, origin.colours.primaries, origin.reel)

    def _count_others(self) -> int:
        """Images of this name that are in the folder and are not written over."""
        if not self._names.folder.is_dir() or not self._names.digits:
            return 0
        alike = re.compile(re.escape(self._names.prefix) + r"\d+" + re.escape(self._names.suffix))
        found = {entry.name for entry in self._names.folder.iterdir() if alike.fullmatch(entry.name)}
        return len(found - set(self._files))


def numbers_of(video: Video, frames: range, first: int | None) -> list[int]:
    """The number of every image; gaps are kept."""
    numbers = np.asarray(video.frame_numbers)[frames.start : frames.stop].tolist()
    return [int(number if first is None else first + number - numbers[0]) for number in numbers]
