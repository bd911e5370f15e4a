"""A render that is a film."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.files import replacing
from ..core.video import Video
from .clock import Clock
from .encoding import CODECS, FilmWriter
from .image_origin import origin_of
from .kinds import Kind, RenderOptions
from .origin import Origin
from .primaries import name_of
from .timecode import advance_timecode, tell_timecode

KEYFRAMES = 60
"""Frames from one keyframe of an mp4 to the next at most."""


class FilmTarget:
    """Takes pictures into a film with the clip's times, colour tags, shape of pixels, timecode and sound.

    Parameters
    ----------
    path : Path
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
    """

    threads = 1

    def __init__(self, path: Path, kind: Kind, video: Video, frames: range, options: RenderOptions) -> None:
        self.paths, self.notes = [path], list[str]()
        self._kind, self._video, self._frames, self._options = kind, video, frames, options
        self._origin = origin_of(video, frames.start)
        self._stack = ExitStack()
        self._film: FilmWriter | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            part = stack.enter_context(replacing(self.paths[0], VideoError))
            self._film = self._open(part)
            stack.callback(self._film.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def check(self, shape: tuple[int, ...]) -> None:
        """Refuse pictures that it does not hold, or note what becomes of them.

        Raises
        ------
        VideoError
        """
        if self._kind.name == "mp4" and any(side % 2 for side in shape[:2]):
            self.notes.append("mp4 holds even sizes only: the last row or column is repeated.")
        self.notes += self._origin.losses
        self.notes += self._tell_unsaid()

    def write(self, picture: NDArray[Any], place: int) -> None:
        """Add the next picture; in their order."""
        assert self._film is not None
        self._film.add(picture)

    def finish(self) -> None:
        """Make the film whole."""
        assert self._film is not None
        self._film.finish()
        self.notes += self._film.notes

    def _tell_unsaid(self) -> list[str]:
        """What this kind of film does not say of where it comes from, a sentence each."""
        name, origin, said = self._kind.name, self._origin, list[str]()
        if origin.primaries:
            said.append(f"The plate's primaries ({name_of(origin.primaries)}) are none that a film can state: its "
                        "numbers are passed on, labelled as BT.709; convert its colours first, or keep exr.")
        if name == "ffv1" and origin.aspect != 1:
            said.append(f"That pixels are {float(origin.aspect):.4g} times as wide as high is left out; "
                        "mp4, prores4444 and exr say so.")
        if origin.reel and (name == "mp4" or (name == "prores4444" and not origin.timecode)):
            said.append(f"The reel {origin.reel} is left out; ffv1, exr, and prores4444 with a timecode say it.")
        return said

    def _open(self, part: Path) -> FilmWriter:
        times = np.asarray(self._video.times, np.float64)
        chosen = times[self._frames.start : self._frames.stop]
        options = {"crf": str(self._options.crf), "preset": self._options.preset, "g": str(KEYFRAMES)}
        return FilmWriter(
            part, CODECS[self._kind.name], Clock.of_clip(chosen, self._video.fps, self._origin.tick),
            self._origin_from(self._frames.start), options=options if self._kind.name == "mp4" else {},
            sound=(float(chosen[0]), self._span(times)) if self._options.audio else None)

    def _span(self, times: NDArray[np.float64]) -> tuple[float, float] | None:
        """The seconds whose sound is taken; None for all of it."""
        if len(self._frames) == len(times):
            return None
        return times[self._frames.start], times[self._frames.stop] if self._frames.stop < len(times) else np.inf

    def _origin_from(self, first: int) -> Origin:
        """The origin with the timecode of the first frame that is written."""
        if self._origin.timecode is None:
            return self._origin
        moved = advance_timecode(self._origin.timecode, first - self._origin.frame, self._video.fps)
        if moved is None:
            self.notes.append(tell_timecode(self._origin.timecode, self._video.fps))
        return replace(self._origin, timecode=moved)
