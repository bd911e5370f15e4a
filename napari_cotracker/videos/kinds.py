"""What a render can be, and how its name says which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.errors import VideoError
from ..core.options import option
from .names import PLACEHOLDER


@dataclass(frozen=True)
class Kind:
    """One way to store pictures.

    Parameters
    ----------
    name : str
        As typed by users.
    title : str
        One line for menus.
    suffixes : tuple of str
        File name endings, the preferred one first.
    holds : tuple of str
        Types of pixels that are kept as they are.
    has_alpha : bool
    is_sequence : bool
        Whether every frame is a file of its own.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    holds: tuple[str, ...]
    has_alpha: bool = True
    is_sequence: bool = False


KINDS = {kind.name: kind for kind in (
    Kind("mp4", "H.264 film for every player (.mp4)", (".mp4", ".m4v"), ("uint8",), has_alpha=False),
    Kind("prores4444", "ProRes 4444 film for editing, with alpha (.mov)", (".mov",), ("uint8", "uint16")),
    Kind("ffv1", "FFV1 film, lossless, with alpha (.mkv)", (".mkv",), ("uint8", "uint16")),
    Kind("png", "PNG images (shot.####.png)", (".png",), ("uint8", "uint16"), is_sequence=True),
    Kind("tiff", "TIFF images (shot.####.tif)", (".tif", ".tiff"), ("uint8", "uint16", "float32"), is_sequence=True),
    Kind("exr", "OpenEXR images of floats (shot.####.exr)", (".exr",), ("float32",), is_sequence=True),
)}
"""Every kind there is, by name."""


@dataclass(frozen=True)
class RenderOptions:
    """How pictures are stored."""

    kind: str | None = option(None, "Kind of film or images; told by the file's ending if empty.", values=tuple(KINDS))
    crf: int = option(18, "Quality of mp4: 0 is lossless, 18 looks so, 23 is smaller.", least=0, most=51)
    preset: str = option("veryfast", "How hard to work for a small mp4.", values=(
        "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"))
    audio: bool = option(True, "Copy the sound of the original film.")
    first: int | None = option(None, "Number of the first image; the plate's own if empty, 0 for a film.", least=0)
    linear: bool | None = option(None, "Whether floats are linear light; if empty, they are if the plate or the "
                                       "render is OpenEXR.")
    half: bool | None = option(None, "Whether OpenEXR images hold floats of 16 bits, in place of 32; if empty, as the "
                                     "plate does.")


def choose_kind(path: str | Path, name: str | None = None, plate: str | None = None) -> Kind:
    """The kind of a render: by its name, else by the ending of the path.

    Parameters
    ----------
    path : str or Path
        ``film.mp4``, ``shot.####.exr``, ``shot.%04d.png``, or a folder.
    name : str, optional
        One of `KINDS`.
    plate : str, optional
        Where the original lies; a folder is filled with images of its kind, PNG if it is a film.

    Raises
    ------
    VideoError
        If there is no such kind, the ending says nothing, or says something else than the name.
    """
    if name is not None and name not in KINDS:
        raise VideoError(f"expected a kind of film or images out of {', '.join(KINDS)}; got {name!r}")
    by_ending = _by_ending(Path(path).name)
    if is_folder(path):
        kind = KINDS[name] if name else _for_folder(plate)
        if not kind.is_sequence:
            raise VideoError(f"expected a file name ending in {kind.suffixes[0]} for {kind.name}, got the folder "
                             f"{str(path)!r}; add a file name")
        return kind
    if by_ending is None or name not in {None, by_ending.name}:
        wanted = [KINDS[name]] if name else list(KINDS.values())
        endings = ", ".join(ending for kind in wanted for ending in kind.suffixes)
        raise VideoError(f"expected a name ending in {endings}, or a folder for images, got {Path(path).name!r}")
    return by_ending


def is_folder(path: str | Path) -> bool:
    """Whether a path to write to is that of a folder: it is one, ends with a slash, or has no ending."""
    found = Path(path)
    if found.is_dir() or str(path).endswith(("/", "\\")):
        return True
    return not found.suffix and not found.exists() and PLACEHOLDER.search(found.name) is None


def is_film(path: str | Path) -> bool:
    """Whether a path ends as that of a film does, rather than of images."""
    kind = _by_ending(Path(path).name)
    return kind is not None and not kind.is_sequence


def _by_ending(name: str) -> Kind | None:
    return next((kind for kind in KINDS.values() if name.lower().endswith(kind.suffixes)), None)


def kind_of_plate(plate: str | None) -> Kind | None:
    """The kind whose files a plate consists of; None if it is of another one."""
    if plate is None:
        return None
    if Path(plate).is_dir():
        found = (_by_ending(name) for name in sorted(entry.name for entry in Path(plate).iterdir()))
        return next((kind for kind in found if kind and kind.is_sequence), None)
    return _by_ending(plate)


def _for_folder(plate: str | None) -> Kind:
    found = kind_of_plate(plate)
    return found if found is not None and found.is_sequence else KINDS["png"]
