"""Mattes of what passes in front of an edit: of a film, of pictures, or of what a window shows."""

from __future__ import annotations

import zlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.video import Video
from ..effects.colour import to_share
from .edit_options import matte_of
from .edit_settled import Matte
from .edits import Edit
from .open import open_video

FAINT = 0.2
"""Mattes that are nowhere brighter hide next to nothing: most likely they are numbers of labels."""

WHITE = 0.9
"""Mattes are that bright somewhere; numbers of labels need not be."""

FEW = 32
"""More numbers than these, without white, are shades of a matte."""

LOOKED_AT = 16
"""Frames that tell whether pictures hold numbers."""


class Front(Protocol):
    """(H, W) mattes, 1 where something is in front."""

    @property
    def n_frames(self) -> int: ...
    @property
    def size(self) -> tuple[int, int]: ...
    def at(self, t: int) -> Matte: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class PackedMattes:
    """Mattes in 8 bits and little memory, which another process can be handed.

    Parameters
    ----------
    size : (width, height)
    frames : tuple of bytes
        Compressed.
    """

    size: tuple[int, int]
    frames: tuple[bytes, ...]

    @property
    def n_frames(self) -> int:
        """How many there are."""
        return len(self.frames)

    def at(self, t: int) -> Matte:
        """(H, W) 0 … 1."""
        return to_share(np.frombuffer(zlib.decompress(self.frames[t]), np.uint8).reshape(self.size[::-1]))

    def close(self) -> None:
        """Nothing is held."""


def packing(front: Front) -> Generator[float, None, PackedMattes]:
    """Read mattes and pack them; yields the share that is done."""
    frames: list[bytes] = []
    for t in range(front.n_frames):
        frames.append(zlib.compress(np.rint(np.clip(front.at(t), 0, 1) * 255).astype(np.uint8).tobytes(), 1))
        yield (t + 1) / front.n_frames
    return PackedMattes(front.size, tuple(frames))


class VideoFront:
    """Mattes out of a video: its alpha, or how white it is; of label pictures, whatever has a label.

    Label pictures are PNG with a palette, and PNG or TIFF of whole numbers without alpha that are white nowhere: either
    all of them are small, or there are few.

    Parameters
    ----------
    video : Video
    owned : bool
        Whether to close it in the end.

    Attributes
    ----------
    largest : int
        Number of a label, where numbers say that there are labels; else 0.
    """

    def __init__(self, video: Video, owned: bool = False) -> None:
        self._video, self._owned = video, owned
        self._labels = _label_pictures(video)
        self.largest = 0 if self._labels else _largest_number(video)

    @property
    def n_frames(self) -> int:
        """How many there are."""
        return self._video.n_frames

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self._video.width, self._video.height

    def at(self, t: int) -> Matte:
        """(H, W) 0 … 1."""
        from .edit_pictures import read_labels

        if self._labels:
            return np.asarray(read_labels(self._labels[t]) != 0, np.float32)
        picture = self._video.read_native([t])[0]
        return np.asarray((picture != 0).any(-1), np.float32) if self.largest else matte_in(picture)

    def close(self) -> None:
        """Release the video, if it is ours."""
        if self._owned:
            self._video.close()


def matte_in(picture: NDArray[Any]) -> Matte:
    """(H, W) 0 … 1: the alpha of an (H, W, C) picture, or how white it is where it has none."""
    shares = to_share(picture)
    return np.asarray(np.clip(np.nan_to_num(shares[..., 3] if shares.shape[-1] == 4 else shares.max(-1)), 0, 1))


class CheckedFront:
    """Mattes that fit a film; a single one is for all of its frames.

    Parameters
    ----------
    front : Front
    n_frames : int
        Of the film.
    size : (width, height)
        Of the film.

    Raises
    ------
    VideoError
        If they do not fit.
    """

    def __init__(self, front: Front, n_frames: int, size: tuple[int, int]) -> None:
        if front.size != size or front.n_frames not in (1, n_frames):
            raise VideoError(f"expected mattes of the film's {n_frames} frames of {size[0]} × {size[1]} pixels, or one "
                             f"for all, got {front.n_frames} of {front.size[0]} × {front.size[1]}")
        self._front, self._brightest = front, 0.0

    @property
    def n_frames(self) -> int:
        """How many there are: as many as the film has, or one."""
        return self._front.n_frames

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the film."""
        return self._front.size

    @property
    def notes(self) -> list[str]:
        """What is odd about the mattes that were asked for, a sentence each."""
        if isinstance(self._front, VideoFront) and self._front.largest:
            return ["What is in front is read as labels, for it is white nowhere (the largest number is "
                    f"{self._front.largest}): whatever has a label hides the edit."]
        if not 0 < self._brightest < FAINT:
            return []
        return [f"The mattes of what is in front are nowhere brighter than {self._brightest:.1%}, so that they hide "
                "next to nothing; expected white or opaque pixels."]

    def at(self, t: int) -> Matte:
        """(H, W) 0 … 1."""
        found = self._front.at(t if self._front.n_frames > 1 else 0)
        self._brightest = max(self._brightest, float(found.max(initial=0)))
        return found

    def close(self) -> None:
        """Release what was opened."""
        self._front.close()


def open_front(source: str | Path | Video | PackedMattes, n_frames: int, size: tuple[int, int]) -> CheckedFront:
    """Mattes for a film of some frames and size (width, height).

    Raises
    ------
    VideoError
        If they cannot be read, or do not fit.
    """
    video = source if isinstance(source, PackedMattes) else open_video(source)
    front: Front = video if isinstance(video, PackedMattes) else VideoFront(video, owned=video is not source)
    try:
        return CheckedFront(front, n_frames, size)
    except BaseException:
        front.close()
        raise


def asking_front(edit: Edit) -> Edit:
    """The edit with mattes asked for what is in front, instead of tracks."""
    return replace(edit, matte=replace(edit.matte or matte_of(edit.what)(), behind=False))


def _label_pictures(video: Video) -> list[Path]:
    """The files of a sequence of label pictures with a palette, whose colours say nothing; none of anything else."""
    from ..videos.names import find_images, stands_for_images
    from .edit_pictures import has_palette

    if video.path is None or not stands_for_images(video.path):
        return []
    paths = list(find_images(Path(video.path)).paths)
    return paths if len(paths) == video.n_frames and has_palette(paths[0]) else []


def _largest_number(video: Video) -> int:
    """The largest number in pictures that most likely are labels; 0 of anything else."""
    if video.path is None or not _is_exact(video.path):
        return 0
    found = np.zeros(0, np.int64)
    for t in np.unique(np.linspace(0, video.n_frames - 1, LOOKED_AT, dtype=int)):
        picture = video.read_native([int(t)])[0]
        if picture.dtype not in (np.uint8, np.uint16) or picture.shape[2] == 4:
            return 0
        found = np.union1d(found, np.flatnonzero(np.bincount(picture.ravel())))
        if (share := found.max() / np.iinfo(picture.dtype).max) >= WHITE:
            return 0
    is_few = len(found[found > 0]) <= FEW
    return int(found.max()) if share < FAINT or is_few else 0


def _is_exact(path: str) -> bool:
    """Whether a video is of images that keep numbers as they are."""
    from ..videos.image_origin import files_of

    return any(name.suffix.lower() in (".png", ".tif", ".tiff") for name in files_of(path)[:1])
