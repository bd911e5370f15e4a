"""Writes the pictures that were made of a clip, as a film or as images, with all else that the clip has."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.options import read_options
from ..core.video import Video
from .depths import check_picture, fit_depth, tell_loss
from .film_target import FilmTarget
from .image_target import ImageTarget
from .kinds import KINDS, RenderOptions, choose_kind, kind_of_plate
from .names import find_images, stands_for_images
from .workers import Workers


class Rendering:
    """A film or images that are being made of a clip; they appear when they are whole, or not at all.

    Frames per second, times, frame numbers, colour tags, shape of pixels, timecode and sound are the
    clip's. Pictures of 8 bits, 16 bits and floats, with or without alpha, stay so where the kind
    holds them; `notes` says where not. Use it as a context: leaving it makes everything whole, leaving
    it by an exception (or before all frames were added) leaves nothing behind.

    Parameters
    ----------
    path : str or Path
        ``film.mp4``, ``shot.####.exr``, ``shot.%04d.png``, or a folder for images named as the plate's.
    video : Video
        What the pictures are made of.
    options : RenderOptions or mapping, optional
    frames : range, optional
        The 0-based frames that are made, step 1; all of the clip if not given.

    Attributes
    ----------
    path : Path
    kind : Kind
    frames : range
    count : int
        Pictures added so far.

    Raises
    ------
    VideoError
        If the name says no kind, would overwrite the plate, or has no place for frame numbers.
    MissingExtraError
        For ``.exr`` without the ``vfx`` extra.
    """

    def __init__(self, path: str | Path, video: Video, options: Any = None, *, frames: range | None = None) -> None:
        chosen: RenderOptions = read_options(RenderOptions, options, "renders")
        self.kind = choose_kind(path, chosen.kind, video.path)
        self.path, self.count, self.frames = Path(path), 0, _check_frames(frames, video.n_frames)
        self._video, self._notes = video, list[str]()
        self._linear = chosen.linear
        if self._linear is None:
            plate = kind_of_plate(video.path)
            self._linear = "exr" in {self.kind.name, plate.name if plate else None}
        self._target = (ImageTarget(path, self.kind, video, self.frames, chosen) if self.kind.is_sequence else
                        FilmTarget(self.path, self.kind, video, self.frames, chosen))
        check_apart(self.targets, video.path)
        self._first: NDArray[Any] | None = None
        self._workers: Workers | None = None
        self._stack = ExitStack()

    @property
    def targets(self) -> list[Path]:
        """Every file that is written."""
        return self._target.paths

    @property
    def notes(self) -> list[str]:
        """What could not be kept as it was, a sentence each; whole once the context is left."""
        bad = sorted(set(self._video.bad_frames) & set(self.frames))
        listed = ", ".join(map(str, bad[:5])) + (" …" if len(bad) > 5 else "")
        return [*self._notes, *self._target.notes, *(
            [f"{len(bad)} frame{'s' * (len(bad) != 1)} cannot be decoded and show{'s' * (len(bad) == 1)} a neighbour: "
             f"{listed}."] if bad else [])]

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._target)
            self._workers = Workers(self._target.threads)
            stack.callback(self._workers.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
                 ) -> bool | None:
        workers, self._workers = self._workers, None
        if error is not None or workers is None:
            return self._stack.__exit__(kind, error, trace)
        with self._stack:
            workers.finish()
            if self.count != len(self.frames):
                raise VideoError(f"expected {len(self.frames)} pictures, got {self.count}")
            self._target.finish()
        return None

    def add(self, picture: NDArray[Any]) -> None:
        """Write the next frame's picture; may wait for those before it.

        Parameters
        ----------
        picture : (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) of bool, uint8, uint16 or floats
            Integers have the curve of the screen and an alpha of their own; of floats
            `RenderOptions.linear` tells.

        Raises
        ------
        VideoError
            If it is of another size or type than those before it, has an alpha that the kind does
            not hold, or one before it cannot be written.
        """
        checked = check_picture(picture)
        self._check_alike(checked)
        if self._workers is None:
            raise VideoError("expected a rendering that was begun; add pictures within its context")
        if self.count >= len(self.frames):
            raise VideoError(f"expected {len(self.frames)} pictures, got more")
        self._workers.submit(self._write, checked, self.count)
        self.count += 1

    def _write(self, picture: NDArray[Any], place: int) -> None:
        self._target.write(fit_depth(picture, self.kind.holds, bool(self._linear)), place)

    def _check_alike(self, picture: NDArray[Any]) -> None:
        if self._first is None:
            self._check_first(picture)
            self._first = np.empty(picture.shape, picture.dtype)
        if (picture.shape, picture.dtype) != (self._first.shape, self._first.dtype):
            raise VideoError(f"expected pictures of one size and type, got {self._first.dtype} {self._first.shape} "
                             f"and then {picture.dtype} {picture.shape}")

    def _check_first(self, picture: NDArray[Any]) -> None:
        if picture.shape[2] == 4 and not self.kind.has_alpha:
            others = ", ".join(kind.name for kind in KINDS.values() if kind.has_alpha)
            raise VideoError(f"expected pictures without alpha for {self.kind.name}, got RGBA; choose {others}")
        self._target.check(picture.shape)
        note = tell_loss(picture.dtype, self.kind.holds, bool(self._linear), self.kind.name)
        if note is not None:
            self._notes.append(note)
        if self.kind.name == "prores4444" and picture.dtype != np.uint8:
            self._notes.append("prores4444 holds 10 bits of colour and of alpha; ffv1 and images hold 16.")


def _check_frames(frames: range | None, n_frames: int) -> range:
    chosen = range(n_frames) if frames is None else frames
    if not len(chosen) or chosen.step != 1 or chosen.start < 0 or chosen.stop > n_frames:
        raise VideoError(f"expected frames out of 0 to {n_frames - 1} one after the other, got {frames}")
    return chosen


def check_apart(targets: list[Path], plate: str | None) -> None:
    """Refuse to write over what is read."""
    if plate is None:
        return
    sources = [Path(plate)]
    if stands_for_images(plate):
        with suppress(VideoError):  # of a plate that is gone, nothing can be overwritten
            sources += find_images(Path(plate)).paths
    own = set().union(*map(_marks, sources))
    same = next((target for target in targets if _marks(target) & own), None)
    if same is not None:
        raise VideoError(f"expected another name than the plate's own, got {same.name!r}; choose another name or place")


def _marks(path: Path) -> set[object]:
    """What a path has in common with another name of the same file; disks of Windows and macOS do not heed case."""
    marks: set[object] = {os.path.realpath(path)}
    with suppress(OSError):
        found = path.stat()
        marks |= {(found.st_dev, found.st_ino)} if found.st_ino else set()
    return marks
