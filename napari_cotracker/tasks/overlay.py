"""Tracks drawn onto their film."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

from ..core.errors import VideoError
from ..core.tracker import TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from .render import render


def render_overlay(video: Video, tracks: Tracks, path: str | Path, options: Any = None, *, overwrite: bool = False
                   ) -> Generator[TrackUpdate, None, Path]:
    """Write a film or images with the tracks drawn onto them; yields a heartbeat for every frame.

    Parameters
    ----------
    options : `napari_cotracker.effects.overlay.OverlayOptions`, optional
    overwrite : bool
        Whether to replace a file that this program did not write.

    Raises
    ------
    TakenError
        If there is such a file.
    VideoError
        If they cannot be written, or the clip has another number of frames than the tracks. Nothing
        is left behind then, nor when the generator is closed early.
    """
    from ..effects.overlay import draw_overlay

    if tracks.n_frames != video.n_frames:
        raise VideoError(f"expected tracks of the video's {video.n_frames} frames, got tracks of {tracks.n_frames}")
    yield from render(video, lambda t, picture: draw_overlay(picture, tracks, t, options), path, native=False,
                      overwrite=overwrite)
    return Path(path)
