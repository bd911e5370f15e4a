"""Reading and writing tracks files, away from whoever must not wait."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from .export import ExportReport, export, preview, read_tracks


def export_tracks(tracks: Tracks, path: str, *, video: Video | None = None, dry_run: bool = False,
                  control: Control | None = None, **asked: Any) -> Generator[TrackUpdate, None, ExportReport]:
    """Write tracks, or only say what would be written.

    Parameters
    ----------
    tracks : Tracks
    path : str
    video : Video, optional
        For formats that hold pictures.
    dry_run : bool
    asked : dict
        Further arguments of `napari_cotracker.tasks.export.export`.

    Raises
    ------
    FormatError
    """
    yield TrackUpdate.heartbeat(0.0, "looking at what would be written" if dry_run else "writing")
    if video is not None:
        film = video
        asked["pictures"] = lambda t: film.read([t])[0]
    if not dry_run:
        return export(path, tracks, **asked)
    asked.pop("overwrite", None)
    return preview(path, tracks, **asked)


def import_tracks(path: str, *, size: tuple[int, int] | None = None, control: Control | None = None
                  ) -> Generator[TrackUpdate, None, Tracks]:
    """Read a tracks file of any format.

    Raises
    ------
    FormatError
    """
    yield TrackUpdate.heartbeat(0.0, "reading")
    return read_tracks(path, size=size)
