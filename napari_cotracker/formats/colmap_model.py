"""The files of a solved COLMAP model, as text and as binary: pictures, what was seen in them, and errors."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError

FILES = ("cameras", "images", "points3D")
LONGEST_NAME = 4096
# how many parameters a camera has, by the number of its model
PARAMETERS = (3, 4, 4, 5, 8, 8, 12, 5, 4, 5, 12, 16)
POINT2D = np.dtype([("xy", "<f8", 2), ("point", "<i8")])


@dataclass(frozen=True)
class Picture:
    """A picture of the model.

    Parameters
    ----------
    name : str
    xy : (K, 2) float64
        What was seen in it, in COLMAP's pixels.
    points : (K,) int64
        The 3D points these are; -1 for none.
    """

    name: str
    xy: NDArray[np.float64]
    points: NDArray[np.int64]


@dataclass(frozen=True)
class Model:
    """What of a solved model matters for tracks.

    Parameters
    ----------
    sizes : set of (width, height)
        Of all cameras whose size is known.
    pictures : list of Picture
    errors : dict
        Mean reprojection error of each 3D point in pixels.
    """

    sizes: set[tuple[int, int]]
    pictures: list[Picture]
    errors: dict[int, float]


def find_model(path: Path) -> tuple[Path, str] | None:
    """The folder of a model and the ending of its files: this folder, one in it, or that of this file."""
    if path.is_file() and path.stem in FILES and path.suffix in (".txt", ".bin"):
        return _complete(path.parent, (path.suffix,))
    for folder in (path, path / "sparse" / "0", path / "0", path / "sparse"):
        found = _complete(folder, (".bin", ".txt"))
        if found is not None:
            return found
    return None


def _complete(folder: Path, endings: tuple[str, ...]) -> tuple[Path, str] | None:
    for ending in endings:
        if all((folder / f"{name}{ending}").is_file() for name in FILES):
            return folder, ending
    return None


def read_text(folder: Path) -> Model:
    """A model of ``.txt`` files.

    Raises
    ------
    FormatError
        If a line is not as it must be; it is quoted.
    """
    sizes, errors, pictures = set(), {}, []
    for where, line in _lines(folder / "cameras.txt"):
        words = _words(line, where, 4, "CAMERA_ID MODEL WIDTH HEIGHT PARAMS")
        sizes.add((_whole(words[2], where), _whole(words[3], where)))
    for where, line in _lines(folder / "points3D.txt"):
        words = _words(line, where, 8, "POINT3D_ID X Y Z R G B ERROR TRACK")
        errors[_whole(words[0], where)] = float(_numbers(words[7:8], where)[0])
    lines = _lines(folder / "images.txt", keep_empty=True)
    for where, line in lines:
        if not line.strip():
            continue
        words = _words(line, where, 10, "IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME")
        seen_where, seen = next(lines, (where, ""))
        numbers = _numbers(seen.split(), seen_where)
        if len(numbers) % 3:
            raise FormatError(f"{seen_where}: expected X Y POINT3D_ID for each point, got {len(numbers)} numbers")
        points = numbers.reshape(-1, 3)
        pictures.append(Picture(words[9], points[:, :2], _ids(points[:, 2], seen_where)))
    return Model(sizes, pictures, errors)


def _lines(path: Path, keep_empty: bool = False) -> Iterator[tuple[str, str]]:
    """Lines of a file that are no comments, each with where it stands."""
    with path.open(encoding="utf-8") as file:
        for k, line in enumerate(file, 1):
            if not line.startswith("#") and (keep_empty or line.strip()):
                yield f"line {k} of {path.name}", line.rstrip("\r\n")


def _words(line: str, where: str, count: int, expected: str) -> list[str]:
    words = line.split(None, count - 1)
    if len(words) < count:
        raise FormatError(f"{where}: expected {expected}, got {line!r:.60}")
    if count == 8:  # ERROR and TRACK are still one
        words[7] = words[7].split(None, 1)[0]
    if count == 4:
        words[3] = words[3].split(None, 1)[0]
    return words


def _whole(word: str, where: str) -> int:
    try:
        value = int(word)
    except ValueError:
        value = -1
    if not 0 <= value < 1 << 63:
        raise FormatError(f"{where}: expected a whole number, got {word!r:.60}")
    return value


def _numbers(words: list[str], where: str) -> NDArray[np.float64]:
    try:
        return np.array(words, np.float64)
    except ValueError:
        raise FormatError(f"{where}: expected numbers, got {' '.join(words)!r:.60}") from None


def _ids(numbers: NDArray[np.float64], where: str) -> NDArray[np.int64]:
    # as text they are whole numbers far below 2**53, where float64 is still exact
    if not ((np.abs(numbers) < 2**53) & (numbers == np.floor(numbers))).all():
        raise FormatError(f"{where}: expected whole numbers for POINT3D_ID")
    return numbers.astype(np.int64)


def read_binary(folder: Path) -> Model:
    """A model of ``.bin`` files.

    Raises
    ------
    FormatError
        If they end too early or claim more than they hold.
    """
    try:
        sizes = _binary_sizes(_Bytes((folder / "cameras.bin").read_bytes()))
        pictures = list(_binary_pictures(_Bytes((folder / "images.bin").read_bytes())))
        errors = dict(_binary_errors(_Bytes((folder / "points3D.bin").read_bytes())))
    except (struct.error, ValueError, UnicodeError) as mishap:
        raise FormatError(f"a file of the model is damaged or cut short ({mishap})") from None
    return Model(sizes, pictures, errors)


class _Bytes:
    """Content that is read from its beginning to its end."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """Some numbers."""
        found = struct.unpack_from(f"<{layout}", self._content, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return found

    def text(self) -> str:
        """A text that ends with a zero."""
        end = self._content.index(b"\0", self._at, self._at + LONGEST_NAME)
        found, self._at = self._content[self._at : end].decode(), end + 1
        return found

    def array(self, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
        """So many records; refused before anything is allocated if there are not so many."""
        start = self._at
        self.skip(count * dtype.itemsize)
        return np.frombuffer(self._content, dtype, count, start) if count else np.zeros(0, dtype)

    def skip(self, count: int) -> None:
        """Leave out so many bytes."""
        if not 0 <= count <= len(self._content) - self._at:
            raise ValueError("a record is longer than the file")
        self._at += count


def _binary_sizes(data: _Bytes) -> set[tuple[int, int]]:
    sizes: set[tuple[int, int]] = set()
    for _ in range(data.take("Q")[0]):
        _, model, width, height = data.take("IiQQ")
        sizes.add((width, height))
        if not 0 <= model < len(PARAMETERS):  # of a newer COLMAP: where the next camera begins is not known
            break
        data.skip(8 * PARAMETERS[model])
    return sizes


def _binary_pictures(data: _Bytes) -> Iterator[Picture]:
    for _ in range(data.take("Q")[0]):
        data.take("I7dI")
        name = data.text()
        rows = data.array(POINT2D, data.take("Q")[0])
        yield Picture(name, rows["xy"].astype(np.float64), rows["point"].astype(np.int64))


def _binary_errors(data: _Bytes) -> Iterator[tuple[int, float]]:
    for _ in range(data.take("Q")[0]):
        point, *_, error, length = data.take("Q3d3BdQ")
        data.skip(8 * length)
        yield point, error
