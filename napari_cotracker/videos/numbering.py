"""Names of the files of an image sequence that is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.errors import VideoError
from .kinds import Kind, is_folder
from .names import NUMBER, PLACEHOLDER, find_images, stands_for_images

DIGITS = 4
"""Of a frame number where neither the name nor the plate says how many."""


@dataclass(frozen=True)
class FileNames:
    """How the files of a sequence are called.

    Parameters
    ----------
    folder : Path
    prefix, suffix : str
        What stands before and after the number.
    digits : int
        Least number of digits; 0 for a single file without a number.
    """

    folder: Path
    prefix: str
    digits: int
    suffix: str

    @property
    def label(self) -> str:
        """The sequence's name, such as ``shot.####.png``."""
        return f"{self.prefix}{'#' * self.digits}{self.suffix}"

    def of(self, number: int) -> str:
        """The name of a frame's file."""
        return f"{self.prefix}{number:0{self.digits}d}{self.suffix}" if self.digits else self.prefix + self.suffix


def choose_names(path: str | Path, kind: Kind, plate: str | None, count: int) -> FileNames:
    """The names that a path asks for.

    Parameters
    ----------
    path : str or Path
        With a place for the number (``shot.####.png``, ``shot.%04d.png``); a folder, whose files
        are named as the plate's; or one file, for a single frame.
    kind : Kind
    plate : str or None
        Where the original lies.
    count : int
        Number of frames.

    Raises
    ------
    VideoError
        If there is no place for the number of several frames.
    """
    path, is_whole_folder = Path(path), is_folder(path)
    if is_whole_folder:
        prefix, digits = _named_as(plate)
        return FileNames(path, prefix, digits, kind.suffixes[0])
    found = list(PLACEHOLDER.finditer(path.name))
    if found:
        last = found[-1]
        digits = int(last[1] or 1) if last[0][0] == "%" else len(last[0])
        return FileNames(path.parent, path.name[: last.start()], digits, path.name[last.end() :])
    if count == 1:
        return FileNames(path.parent, path.stem, 0, path.suffix)
    raise VideoError(f"expected a place for the frame number of {count} images, such as "
                     f"'{path.stem}.####{path.suffix}', got {path.name!r}")


def _named_as(plate: str | None) -> tuple[str, int]:
    """What stands before a plate's frame numbers, and how many digits they have."""
    if plate is None:
        return "frame.", DIGITS
    try:
        name = find_images(Path(plate)).paths[0].name if stands_for_images(plate) else ""
    except VideoError:
        name = ""
    if not name:
        return f"{Path(plate).stem}.", DIGITS
    split = NUMBER.match(name)
    if split is None or Path(name).suffix != split[3]:  # no number just before the ending
        return f"{Path(name).stem}.", DIGITS
    return split[1], len(split[2])
