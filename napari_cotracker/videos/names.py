"""File names of image sequences: which files belong together, in which order, with which numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import VideoError
from .images import SUFFIXES, is_animated

PLACEHOLDER = re.compile(r"%0?(\d*)d|#+")
NUMBER = re.compile(r"^(.*?)([0-9]{1,15})([^0-9]*)$", re.DOTALL)
"""The last run of digits in a name."""


@dataclass(frozen=True)
class ImageFiles:
    """The files of a sequence, in order.

    Parameters
    ----------
    label : str
        The sequence's name, such as ``shot.####.png``.
    paths : sequence of Path
    numbers : sequence of int
        Each file's own number.
    pages : int
        How many frames are in each file.
    """

    label: str
    paths: Sequence[Path]
    numbers: Sequence[int]
    pages: int = 1


def has_placeholder(path: Path) -> bool:
    """Whether a name stands for many files: ``shot.%04d.png``, ``shot.####.png``."""
    return is_image_name(path.name) and PLACEHOLDER.search(path.name) is not None and not path.exists()


def is_image_name(name: str) -> bool:
    """Whether a file name ends like an image that can be read."""
    return name.lower().endswith(SUFFIXES)


def stands_for_images(path: str | Path) -> bool:
    """Whether a path is that of an image, of a pattern of images, or of a folder; an animated PNG is a film."""
    return ((is_image_name(str(path)) and not is_animated(Path(path))) or Path(path).is_dir()
            or has_placeholder(Path(path)))


def find_images(source: Path) -> ImageFiles:
    """The image sequence that a folder, a pattern or one of its files stands for.

    Raises
    ------
    VideoError
        If there is none, if there are several, or if two files have the same number.
    """
    if source.is_dir():
        return _only_group(source, _group(source))
    if has_placeholder(source):
        return _match(source)
    if not source.is_file():
        raise VideoError(f"expected an image, a pattern such as 'shot.####.png' or a folder, "
                         f"but there is no {str(source)!r}; check the path")
    split = NUMBER.match(source.name)
    if split is None:
        return ImageFiles(source.name, [source], [0])
    return _numbered(source.parent, split[1], split[3], _group(source.parent)[split[1], split[3].lower()])


def _list_images(folder: Path) -> list[str]:
    try:
        return [p.name for p in folder.iterdir() if is_image_name(p.name) and p.name[0] != "." and p.is_file()]
    except OSError as error:
        raise VideoError(f"cannot list the folder {str(folder)!r} ({error.strerror})") from None


def _group(folder: Path) -> dict[tuple[str, str], list[str]]:
    """Names by what stands before and after their last number."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in _list_images(folder):
        split = NUMBER.match(name)
        groups[(split[1], split[3].lower()) if split else (name, "")].append(name)
    return groups


def _only_group(folder: Path, groups: dict[tuple[str, str], list[str]]) -> ImageFiles:
    if not groups:
        raise VideoError(f"the folder {str(folder)!r} holds no images ({', '.join(SUFFIXES)}); choose another one")
    if len(groups) == 1:
        (prefix, suffix), names = next(iter(groups.items()))
        if suffix:
            return _numbered(folder, prefix, suffix, names)
    if max(len(names) for names in groups.values()) > 1:
        found = ", ".join(sorted(f"{p}#{s} ({len(names)})" for (p, s), names in groups.items())[:5])
        raise VideoError(f"expected one image sequence in {str(folder)!r}, got {len(groups)}: {found}; "
                         "give the path of one of its files")
    names = sorted((name for group in groups.values() for name in group), key=_natural)
    return ImageFiles(folder.name, [folder / name for name in names], range(len(names)))


def _match(pattern: Path) -> ImageFiles:
    found = list(PLACEHOLDER.finditer(pattern.name))[-1]
    prefix, suffix = pattern.name[: found.start()], pattern.name[found.end() :]
    width = int(found[1] or 1) if found[0][0] == "%" else len(found[0])
    wanted = re.compile(re.escape(prefix) + rf"([0-9]{{{width},15}})" + re.escape(suffix))
    names = [name for name in _list_images(pattern.parent) if wanted.fullmatch(name)]
    if not names:
        raise VideoError(f"expected images named {pattern.name!r} in {str(pattern.parent)!r}, got none; check the path")
    return _numbered(pattern.parent, prefix, suffix, names)


def _numbered(folder: Path, prefix: str, suffix: str, names: list[str]) -> ImageFiles:
    by_number: dict[int, str] = {}
    width = len(names[0]) - len(prefix) - len(suffix)
    for name in names:
        number = int(name[len(prefix) : len(name) - len(suffix)])
        if number in by_number:
            both = f"{by_number[number]!r} and {name!r}"
            raise VideoError(f"{both} in {str(folder)!r} have the same frame number {number}; remove one")
        by_number[number] = name
    numbers = sorted(by_number)
    return ImageFiles(f"{prefix}{'#' * width}{suffix}", [folder / by_number[n] for n in numbers], numbers)


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A sorting key that counts: ``a2`` before ``a10``."""
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
            for part in re.split(r"([0-9]+)", name.lower()) if part]
