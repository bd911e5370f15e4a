"""napari's own Open and Save for our tracks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast
from weakref import WeakValueDictionary

import numpy as np

from ..core.coordinates import has_place
from ..core.errors import CotrackerError, FormatError
from ..core.tracks import Tracks
from ..editing.places import SUFFIX
from ..tasks.convert import with_video
from ..tasks.export import read_tracks, sniffs, write_tracks
from .project import Project

# napari's writers are told a layer's metadata, not its viewer: this finds the project that the metadata names
_OPEN: WeakValueDictionary[str, Project] = WeakValueDictionary()


def announce(project: Project) -> None:
    """Let napari's Save find a project while it lives."""
    _OPEN[project.id] = project


def write_layers(path: str, layers: Sequence[tuple[Any, dict[str, Any], str]]) -> list[str]:
    """napari's Save: the whole tracks of the project that the layers show, or its session, which goes on there.

    Tracks layers of other origin are written, too: as visible points that were imported.

    Raises
    ------
    CotrackerError
        If there is nothing among the layers that holds tracks, or the file cannot be written.
    """
    if path.lower().endswith(SUFFIX):
        return [_save_session(path, layers)]
    tracks = next((found for layer in layers if (found := _tracks_of(*layer)) is not None), None)
    if tracks is None:
        raise FormatError("expected a layer of CoTracker or a Tracks layer to save, got none; select one in the list")
    write_tracks(path, tracks)
    return [path]


def get_reader(path: str | Sequence[str]) -> Callable[[str], list[Any]] | None:
    """napari's question: `open_tracks` opens a path if it is a tracks file of ours."""
    return open_tracks if isinstance(path, str) and sniffs(path) else None


def open_tracks(path: str) -> list[Any]:
    """Show tracks on their video: on one that is open and fits, else on the film that the file names.

    Returns
    -------
    list
        napari's word for "done, no layer to add"; without a window, a Tracks layer.

    Raises
    ------
    CotrackerError
        If the file is wrong or its video is not to be found.
    """
    import napari

    viewer = napari.current_viewer()
    if viewer is None or not hasattr(viewer, "window"):
        return [plain_layer(read_tracks(path), Path(path).stem)]
    from .window import show_panel

    panel = show_panel(viewer)
    desk = panel.desk
    size = None if desk.current is None else desk.current.session.size
    show_tracks(desk, read_tracks(path, size=size), Path(path).name, panel.export.arrival.take)
    return [(None,)]


def show_tracks(desk: Any, tracks: Tracks, name: str, take: Callable[..., object]) -> Project:
    """Put tracks onto the video that they belong to; they join those that are there already.

    Parameters
    ----------
    desk : Desk
    tracks : Tracks
    name : str
        Of the file.
    take : callable
        Has them join, as `Arrival.take` does.

    Raises
    ------
    CotrackerError
        If no open video fits and the file's own is not where it was.
    """
    from .window import add_video

    for layer in [desk.current.layer, *desk.videos()] if desk.current else desk.videos():
        project = desk.choose(layer)
        if project is not None and not len(project.session.ids) and fits(tracks, project):
            project.adopt(tracks)
            return project
    if desk.current is not None and may_join(tracks, desk.current):
        take(desk.current, tracks, name, desk.say)
        return cast(Project, desk.current)
    path = (tracks.meta.get("video") or {}).get("path")
    if not path or not Path(path).exists():
        raise CotrackerError(f"expected the video of these tracks ({tracks.n_frames} frames) to be open; "
                             f"open {Path(path).name if path else 'it'} first, then the tracks again")
    project = desk.choose(add_video(desk.viewer, Path(path)))
    project.adopt(with_video(tracks, project.video))
    return project


def may_join(tracks: Tracks, project: Project) -> bool:
    """Whether tracks of another program can be of a project's video: nothing speaks against it."""
    path = (tracks.meta.get("video") or {}).get("path")
    if path and Path(path).exists() and project.video.path and not Path(path).samefile(project.video.path):
        return False
    try:
        with_video(tracks, project.video)
    except FormatError:
        return False
    return True


def fits(tracks: Tracks, project: Project) -> bool:
    """Whether tracks can be of a project's video: by its length and size."""
    size = tracks.size or project.session.size
    length = project.video.n_frames  # waits for a film's index: tracks are of its true length
    return tracks.n_frames == length and size == project.session.size


def plain_layer(tracks: Tracks, name: str) -> tuple[Any, dict[str, Any], str]:
    """Tracks as napari's own Tracks layer (id, t, y, x), where there is no window."""
    t, n = np.nonzero(has_place(tracks.xy))
    order = np.lexsort((t, n))
    t, n = t[order], n[order]
    data = np.column_stack([tracks.ids[n], t, tracks.xy[t, n, 1], tracks.xy[t, n, 0]])
    features = {"confidence": tracks.confidence[t, n], "visibility": tracks.visibility[t, n]}
    return data, {"name": name, "features": features}, "tracks"


def _save_session(path: str, layers: Sequence[tuple[Any, dict[str, Any], str]]) -> str:
    project = next((found for _, attributes, _ in layers if (found := _project_of(attributes)) is not None), None)
    if project is None:
        raise FormatError("expected a layer of CoTracker to save its session, got none; other layers can be saved "
                          "as .npz or .csv")
    project.file.save_as(path)
    return path


def _project_of(attributes: dict[str, Any]) -> Project | None:
    tag = attributes.get("metadata", {}).get("napari_cotracker", {})
    return _OPEN.get(tag.get("project", "")) if isinstance(tag, dict) else None


def _tracks_of(data: Any, attributes: dict[str, Any], kind: str) -> Tracks | None:
    project = _project_of(attributes)
    if project is not None:
        return project.to_save()
    return _imported(np.asarray(data, float)) if kind == "tracks" else None


def _imported(rows: np.ndarray) -> Tracks:
    """A Tracks layer of another origin."""
    from ..core.tracks import Source, State

    ids, column = np.unique(rows[:, 0].astype(np.int64), return_inverse=True)
    t = np.rint(rows[:, 1]).astype(int)
    shape = (int(t.max()) + 1, len(ids))
    xy = np.full((*shape, 2), np.nan, np.float32)
    xy[t, column] = rows[:, :-3:-1]
    known = has_place(xy)
    scores = np.where(known, 1, np.nan).astype(np.float32)
    state = np.where(known, State.VISIBLE, State.FROM_SCORES).astype(np.uint8)
    source = np.where(known, Source.IMPORTED, Source.NONE).astype(np.uint8)
    return Tracks(ids, xy, scores, scores.copy(), state, source)


