"""Image sequences: ``shot.1001.png``, ``.jpg``, ``.tif``, ``.exr``, ``.dpx``; a folder, a pattern, or one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import VideoSource
from ..core.errors import VideoError
from .cache import DEFAULT_BYTES
from .container import state_of
from .dpx import told_by
from .exr_header import read_rate
from .fingerprint import hash_file, hash_parts
from .frames import LazyVideo
from .images import count_pages, read_image
from .levels import Levels, estimate_limits, fill_range
from .names import ImageFiles, find_images, stands_for_images
from .once import once


class ImageSequence(LazyVideo):
    """Numbered image files as a video; each file is read when it is asked for.

    A file that is damaged, of another kind or deleted is a bad frame; a disk that is away is an error.

    The first frame number and gaps are kept in `frame_numbers`; frame *k* is the *k*-th file there
    is. For `read`, 16 bits are divided by 257, ``.exr`` is taken as linear light and gets the sRGB
    curve; other floats, and 16 bits of which no more than 12 are used, are spread between contrast
    limits. A TIFF file with several pages is a video of its pages, whatever lies beside it.

    Parameters
    ----------
    source : str or Path
        A folder, a pattern (``shot.%04d.png``, ``shot.####.png``) or one file of the sequence.
    fps : Fraction or float, optional
        If not given: what the first file tells, if it is OpenEXR or DPX, else 24.
    contrast_limits : (float, float), optional
        Values to show black and white, instead of the rules above.
    cache_bytes : int
        Room for decoded frames.

    Raises
    ------
    VideoError
        If there is no such sequence, no file of it can be read, sizes differ, or each is a stack of pages.
    """

    def __init__(self, source: str | Path, *, fps: Fraction | float | None = None,
                 contrast_limits: tuple[float, float] | None = None, cache_bytes: int = DEFAULT_BYTES) -> None:
        files = _with_pages(Path(source))
        super().__init__(repr(files.label), str(Path(source).absolute()), cache_bytes)
        told = read_rate(files.paths[0]) or told_by(files.paths[0]).rate
        self._fps = Fraction(fps or told or 24).limit_denominator(1_000_000)
        self._files = [(path, page) for path in files.paths for page in range(files.pages)]
        self._numbers = np.arange(files.pages) if files.pages > 1 else np.array(files.numbers, np.int64)
        self._first = self._read_first()
        self._is_faint = False
        samples = self._read_samples()
        # a fade from black begins in grey, where a program saves as little as it can
        self._channels = max(_count_channels(picture) for picture in samples)
        self._levels = self._choose_levels(samples, contrast_limits)

    @property
    def n_frames(self) -> int:
        """T, the number of files."""
        return len(self._files)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self._first.shape[1], self._first.shape[0]

    @property
    def fps(self) -> Fraction:
        """Frames per second, as given or told."""
        return self._fps

    def set_rate(self, fps: Fraction) -> None:
        """Use other frames per second from now on; pictures, and what tells them apart, stay."""
        self._fps = fps

    @property
    def frame_numbers(self) -> NDArray[np.int64]:
        """(T,) the numbers in the file names."""
        return self._numbers.copy()

    @property
    def times(self) -> NDArray[np.float64]:
        """(T,) seconds since the first frame; gaps in the numbering are gaps in time."""
        return np.asarray((self._numbers - self._numbers[0]) / float(self.fps), np.float64)

    @once
    def fingerprint(self) -> str:
        """Changes with the files' numbers, lengths, contents of the first, middle and last, and contrast limits."""
        lengths = [-1 if state is None else state[0] for state in self._states]
        told = Levels() if self._is_faint else self._levels  # as files that somebody works on were known before
        facts = f"{self._numbers.tolist()} {lengths} {told}".encode()
        return hash_parts([facts, *(hash_file(self._files[k][0]).encode() for k in self._samples if lengths[k] >= 0)])

    @property
    def version(self) -> str:
        """Changes whenever one of the files is written."""
        return hash_parts([self.fingerprint.encode(), f"{self._states} {self._levels}".encode()])

    @once
    def _states(self) -> list[tuple[int, int] | None]:
        return [state_of(path) for path, _ in self._files]

    @property
    def _samples(self) -> Sequence[int]:
        return sorted({0, self.n_frames // 2, self.n_frames - 1})

    def _read_first(self) -> NDArray[Any]:
        """The first file that can be read; it says what the others must be like."""
        failure: VideoError | None = None
        for number, (path, page) in enumerate(self._files):
            try:
                return read_image(path, page)
            except VideoError as error:
                self._check_disk(number)
                self.bad_frames.add(number)
                failure = failure or error
        raise failure or VideoError(f"{self.name} has no files")

    def _read_samples(self) -> list[NDArray[Any]]:
        """Some of the pictures; refuse a folder of unrelated ones. A single misfit later on is a bad frame."""
        pictures = [self._first]
        for number in self._samples[1:]:
            picture = self._try(number)
            if picture is None:
                continue
            if picture.shape[:2] != self._first.shape[:2]:
                raise VideoError(
                    f"expected images of one size, got {self.width} × {self.height} and "
                    f"{picture.shape[1]} × {picture.shape[0]} ({self._files[number][0].name!r}); choose one sequence"
                )
            if picture.dtype == self._first.dtype:
                pictures.append(picture)
        return pictures

    def _choose_levels(self, pictures: list[NDArray[Any]], limits: tuple[float, float] | None) -> Levels:
        linear = self._files[0][0].suffix.lower() == ".exr"
        if limits is None and not linear and (self._first.dtype.kind == "f" or self._first.dtype == np.uint16):
            colours = [picture[..., :3] if picture.ndim == 3 else picture for picture in pictures]
            limits = estimate_limits(colours)
            if self._first.dtype.kind == "u" and limits is not None:
                self._is_faint = not fill_range(colours, limits)
                limits = limits if self._is_faint else None
        return Levels(limits, linear and limits is None)

    def _try(self, frame: int) -> NDArray[Any] | None:
        try:
            return read_image(*self._files[frame])
        except VideoError:
            self._check_disk(frame)
            return None

    def _check_disk(self, frame: int) -> None:
        """Refuse to call a frame bad, which it would stay, because its file cannot be read just now."""
        path = self._files[frame][0]
        try:
            with path.open("rb") as file:
                file.read(1)
            return
        except FileNotFoundError as error:
            if any(state_of(self._files[k][0]) for k in self._samples):
                return  # this one was deleted
            reason = error.strerror
        except OSError as error:
            reason = error.strerror
        raise VideoError(f"cannot read {str(path)!r} ({reason}); see that its disk is there, and try again")

    def _load(self, frame: int) -> NDArray[np.uint8] | None:
        picture = self._try(frame)
        if picture is None or picture.shape[:2] != self._first.shape[:2]:
            return None
        return self._levels.to_rgb(picture)

    def _load_native(self, frame: int) -> NDArray[Any] | None:
        picture = self._try(frame)
        if picture is None or picture.shape[:2] != self._first.shape[:2]:
            return None
        return _with_channels(picture, self._channels, self._first.dtype)


def _with_pages(source: Path) -> ImageFiles:
    """The files of a sequence, or one file and its pages."""
    if source.is_file() and (pages := count_pages(source)) > 1:
        return ImageFiles(source.name, [source], [0], pages)
    files = find_images(source)
    if (pages := count_pages(files.paths[0])) == 1:
        return files
    if len(files.paths) > 1:
        raise VideoError(f"expected images of one page each, got {len(files.paths)} files {files.label!r} of which "
                         f"the first has {pages} pages; give the path of one file to open its pages")
    return replace(files, pages=pages)


def _with_channels(picture: NDArray[Any], count: int, dtype: np.dtype[Any]) -> NDArray[Any] | None:
    """(H, W, count) of a type; some programs save a grey frame of a colour sequence as grey. None if it has more."""
    if picture.dtype != dtype or (count == 1 and _has_colours(picture)):
        return None
    picture = picture[:, :, None] if picture.ndim == 2 else picture
    if dtype.kind == "b":
        picture = picture.astype(np.uint8) * 255
    white = np.iinfo(picture.dtype).max if picture.dtype.kind == "u" else 1
    if picture.shape[2] == 1 and count >= 3:
        picture = np.repeat(picture, 3, axis=2)
    if picture.shape[2] == 3 and count == 4:
        picture = np.concatenate([picture, np.full_like(picture[:, :, :1], white)], axis=2)
    picture = picture[:, :, :count]
    return np.ascontiguousarray(picture) if picture.shape[2] == count else None


def _count_channels(picture: NDArray[Any]) -> int:
    return 1 if picture.ndim == 2 else int(picture.shape[2])


def _has_colours(picture: NDArray[Any]) -> bool:
    return _count_channels(picture) >= 3 and bool((picture[..., :1] != picture[..., 1:3]).any())


def _accepts(source: Any) -> bool:
    return isinstance(source, (str, Path)) and stands_for_images(source)


VIDEO_SOURCE = VideoSource("sequence", _accepts, ImageSequence, priority=20, takes_rate=True)
