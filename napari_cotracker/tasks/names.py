"""Names of points out of whatever has them: labels of any format, sessions, projects of DeepLabCut."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import FormatError
from ..core.skeleton import Skeleton
from .export import read_tracks

CONFIGS = (".yaml", ".yml")


def names_of(path: str | Path, size: tuple[int, int] = (1, 1)) -> Skeleton:
    """Keypoints, individuals and edges of a file.

    Parameters
    ----------
    path : path
        A file of tracks that can be read, a session, or a project of DeepLabCut: its ``config.yaml``.
    size : (width, height)
        Of the picture, for formats that want to know it.

    Raises
    ------
    FormatError
        If it cannot be read, or its points have no names.
    """
    path = Path(path)
    found = _of_project(path) if path.suffix.lower() in CONFIGS else _of_tracks(path, size)
    if not found.names:
        raise FormatError(f"expected a file with names of points, got {path.name!r}, which has none; name its tracks, "
                          "or write the names into the list")
    return found


def _of_project(path: Path) -> Skeleton:
    from ..formats.dlc_project import read_config

    if not path.exists():
        raise FormatError(f"expected a config.yaml of DeepLabCut, got {str(path)!r}, which does not exist; check the "
                          "path")
    config = read_config(path)
    if not config.is_multi:
        return Skeleton(config.names.get("bodyparts", ()), (), config.edges)
    alone = tuple(f"/{part}" for part in config.names.get("uniquebodyparts", ()))
    shared = config.names.get("multianimalbodyparts", ())
    return Skeleton((*shared, *alone), config.names.get("individuals", ()), config.edges)


def _of_tracks(path: Path, size: tuple[int, int]) -> Skeleton:
    tracks = read_tracks(path, size=size)
    return Skeleton.of_names(tracks.names, tracks.meta.get("keypoints") or (), tracks.meta.get("skeleton") or ())
