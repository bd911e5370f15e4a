"""Small clips that the project rendered itself, with their exact tracks."""

from __future__ import annotations

from pathlib import Path

from .errors import CotrackerError


def sample_names() -> tuple[str, ...]:
    """The names of the sample clips, in alphabetical order.

    Raises
    ------
    CotrackerError
        If this installation holds none.
    """
    return tuple(sorted(path.stem for path in sample_folder().glob("*.mp4")))


def sample_clip(name: str) -> Path:
    """The film of a sample clip.

    Raises
    ------
    CotrackerError
        If there is no sample of that name.
    """
    return _file(name, ".mp4")


def sample_truth(name: str) -> Path:
    """The exact tracks of a sample clip, a native tracks file.

    Positions are known in every frame, also where the point is hidden or outside the picture;
    visibility is 1 or 0, and every cell has a state of its own.

    Raises
    ------
    CotrackerError
        If there is no sample of that name.
    """
    return _file(name, ".npz")


def _file(name: str, suffix: str) -> Path:
    names = sample_names()
    if name not in names:
        raise CotrackerError(f"expected a sample clip out of {', '.join(names)}, got {name!r}")
    return sample_folder() / f"{name}{suffix}"


def sample_folder() -> Path:
    """Where the sample clips lie: within the package once installed, beside it in a source checkout.

    Raises
    ------
    CotrackerError
        If this installation holds none.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "sample_data", package.parent / "sample_data"):
        if any(folder.glob("*.mp4")):
            return folder
    raise CotrackerError(f"expected the sample clips in {package.name}/sample_data, found none; "
                         "install napari-cotracker again, or run python sample_data/render.py in a source checkout")
