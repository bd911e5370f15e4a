"""What the pictures of a film are called, for programs that find them by name."""

from __future__ import annotations

import re
from pathlib import Path

from ..core.errors import FormatError
from ..core.tracks import Tracks
from .sheets import numbers_of

DEFAULT = "frame_{:06d}.png"
SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".bmp", ".webp", ".dpx")
PLACE = re.compile(r"\{(?::(0\d{1,2})?d?)?\}|%(0\d{1,2})?d|(#+)")
NUMBER = re.compile(r"^(.*?)([0-9]{1,15})([^0-9]*)$", re.DOTALL)  # the last run of digits in a name


def picture_names(tracks: Tracks, pattern: str = "", start: int | None = None) -> list[str]:
    """A name for the picture of every frame.

    Parameters
    ----------
    tracks : Tracks
    pattern : str
        Such as ``frame_{:06d}.png``, ``frame_%06d.png`` or ``frame_######.png``. If empty, the files of
        an image sequence keep their own names, and those of a film are named frame_000000.png and so on.
    start : int, optional
        Number of the first picture; the plate's own if not given, 0 for a film.

    Raises
    ------
    FormatError
        If the pattern has no place for the number, or more than one.
    """
    numbers = numbers_of(tracks, start, 0).tolist()
    if pattern:
        return _filled(pattern, numbers)
    video = tracks.meta.get("video")
    path = Path(str(video.get("path") or "")) if isinstance(video, dict) else Path()
    is_sequence = path.suffix.lower() in SUFFIXES or path.is_dir()
    own = _own(path, numbers) if is_sequence and path.name and start is None else []
    return own or _filled(DEFAULT, numbers)


def _filled(pattern: str, numbers: list[int]) -> list[str]:
    places = list(PLACE.finditer(pattern))
    rest = PLACE.sub("", pattern)
    if len(places) != 1 or "{" in rest or "}" in rest or "\n" in rest:
        raise FormatError(f"expected a pattern with one place for the number, such as {DEFAULT}, got {pattern!r:.60}")
    place = places[0]
    width = f"0{len(place[3])}" if place[3] else place[1] or place[2] or ""
    before, after = pattern[: place.start()], pattern[place.end() :]
    return [f"{before}{number:{width}d}{after}" for number in numbers]


def _own(path: Path, numbers: list[int]) -> list[str]:
    """The names of an image sequence's files, or none if they do not fit the numbers."""
    if path.is_dir():
        files = [file.name for file in path.iterdir() if file.suffix.lower() in SUFFIXES]
        named = {int(found[2]): name for name in files if (found := NUMBER.match(name))}
        return [named[number] for number in numbers] if len(named) == len(files) and named.keys() >= {*numbers} else []
    if PLACE.search(path.name):
        return _filled(path.name, numbers) if len(PLACE.findall(path.name)) == 1 else []
    found = NUMBER.match(path.stem)
    if found is None or int(found[2]) not in numbers:
        return []
    width = len(found[2])
    names = [f"{found[1]}{number:0{width}d}{found[3]}{path.suffix}" for number in numbers]
    if path.is_file() and not all((path.parent / name).is_file() for name in names):
        return []  # frames are the pages of one file
    return names
