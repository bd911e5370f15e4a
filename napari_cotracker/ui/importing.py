"""Tracks of other programs on the video that is open."""

from __future__ import annotations

from ..core.tracks import Tracks
from ..tasks.convert import as_anchors as anchored
from ..tasks.convert import with_video
from .project import Project


def join(project: Project, tracks: Tracks, name: str, *, as_anchors: bool = False) -> int:
    """Have tracks from a file join those of a project, as one step that can be undone.

    Parameters
    ----------
    project : Project
    tracks : Tracks
    name : str
        Of the file.
    as_anchors : bool
        Whether what was imported counts as placed by a person.

    Returns
    -------
    int
        How many there are.

    Raises
    ------
    CotrackerError
        If they do not fit the video, or there is none.
    """
    return take_in(project, tracks, f"import {len(tracks)} tracks from {name}", as_anchors=as_anchors)


def take_in(project: Project, tracks: Tracks, label: str, *, as_anchors: bool = False) -> int:
    """The same for tracks from anywhere; `label` is for the history."""
    fitted = with_video(tracks, project.video)
    project.file.begin()  # first: what is here before there is a file is written twice
    project.session.bring(anchored(fitted) if as_anchors else fitted, label)
    project.show().refresh()
    return len(tracks)
