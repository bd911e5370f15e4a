"""A session file in the window: on the video that it was made with, wherever that is now."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from napari.layers import Layer
from qtpy.QtWidgets import QWidget

from ..core.errors import CotrackerError, EditError
from ..core.stacks import noted_plane, plane_in_words
from ..editing.encoding import DamageError
from ..editing.places import NAMES, SUFFIX, entry_of
from ..editing.salvage import salvage
from ..editing.session import Session
from ..tasks.export import read_tracks
from ..tasks.open import open_video
from .axes import has_plane, plane_of, step_of, to_plane
from .desk import Desk
from .notices import notify
from .project import Project
from .reader import video_layer
from .saving import plain_layer
from .sections import ask_for_file
from .sources import video_of
from .whereabouts import noted_frame

RESCUED = "rescued"


def get_reader(path: str | Sequence[str]) -> Callable[[str], list[Any]] | None:
    """napari's question: `open_path` opens a path that is named as a session file."""
    return open_path if isinstance(path, str) and is_session(path) else None


def is_session(path: str | Path) -> bool:
    """Whether a path is named as a session file."""
    return Path(path).suffix.lower() == SUFFIX


def open_path(path: str) -> list[Any]:
    """Show a session in napari's window; without a window, its tracks as a Tracks layer.

    Returns
    -------
    list
        napari's word for "done, no layer to add".

    Raises
    ------
    CotrackerError
        If the file is no session.
    """
    import napari

    viewer = napari.current_viewer()
    if viewer is None or not hasattr(viewer, "window"):
        return [plain_layer(read_tracks(path), Path(path).stem)]
    from .window import show_panel

    open_session(show_panel(viewer).desk, Path(path))
    return [(None,)]


def open_session(desk: Desk, path: Path) -> None:
    """Go on with a session: on its video if that is open, else the video is opened, or asked for.

    What is whole of a damaged file can be saved and gone on with, at the press of a button.

    Raises
    ------
    EditError
        If it is no session file, or of a newer version.
    """
    real = Path(os.path.realpath(path))
    known = next((project for project in desk if project.file.path == real), None)
    if known is not None:
        desk.choose(known.layer)
        return
    try:
        session = Session.open(path)
    except DamageError as mishap:
        notify(str(mishap), "Save what is whole", lambda: rescue(desk, path))
        return
    Opening(desk, session).begin()


def rescue(desk: Desk, path: Path) -> None:
    """Save what is whole of a damaged session beside it, and go on with that."""
    try:
        saved = salvage(path, _free_name(path))
        open_session(desk, saved.path)
    except CotrackerError as error:
        desk.say(str(error))
        return
    lost = f"; lost: {'; '.join(saved.lost)}" if saved.lost else ""
    desk.say(f"saved into {saved.path.name}: {_counted(saved.tracks, 'track')}, {_counted(saved.steps, 'step')}{lost}")


def resume(desk: Desk, path: Path) -> None:
    """Go on with a session of the current video; what was there before stays in its own file."""
    project = desk.current
    if project is None:
        return
    try:
        session = Session.open(path)
    except CotrackerError as error:
        desk.say(str(error))
        return
    try:
        session.check_video(project.video)
        _check_plane(project.layer, session)
    except CotrackerError as error:
        session.close()
        desk.say(str(error))
        return
    _show_on(desk, project.layer, session)


class Opening:
    """A session that was opened, on its way to its video.

    Parameters
    ----------
    desk : Desk
    session : Session
        Closed again if the user gives up.
    """

    def __init__(self, desk: Desk, session: Session) -> None:
        self._desk, self._session = desk, session
        self._path = session.path or Path()
        self._noted = entry_of(self._path)

    def begin(self) -> None:
        """On a layer that shows the video and holds no other session; else the video's file; else ask."""
        layer = next(filter(self._fits, self._layers()), None)
        path = self._session.video_path or self._noted.facts.get("path")
        if layer is not None:
            _show_on(self._desk, layer, self._session)
        elif noted_plane(self._session.facts):  # our own reader makes no stacks
            self._give_up(f"its points lie on {plane_in_words(self._session.facts)} of a stack; open "
                          f"{self._noted.video or self._noted.facts.get('name') or 'that'} in napari first, then this")
        elif path:
            self.take(str(path))
        else:
            self._give_up(f"its video came from no file; open {self._noted.facts.get('name') or 'it'} first, then this")

    def take(self, path: str) -> None:
        """Open a file as the session's video, unless it is another one."""
        from .window import add_layer

        try:
            video = open_video(path)
            self._session.check_video(video)
        except CotrackerError as error:
            self._desk.say(str(error))
            self._ask()
            return
        _show_on(self._desk, add_layer(self._desk.viewer, video_layer(video)), self._session)

    def _layers(self) -> list[Layer]:
        current = self._desk.current
        first = [] if current is None else [current.layer]
        return [*first, *(layer for layer in self._desk.videos()[::-1] if layer not in first)]

    def _fits(self, layer: Layer) -> bool:
        project = self._desk.project_of(layer)
        if project is not None and not project.is_untouched:
            return False
        try:
            video = project.video if project is not None else video_of(layer, step_of(self._desk.viewer, layer))
            if (video.width, video.height) != self._session.size:
                return False  # asking for its length may wait for its index
            self._session.check_video(video)
            _check_plane(layer, self._session)
        except CotrackerError:
            return False
        return True

    def _ask(self) -> None:
        parent = self._desk.parent()
        title = f"Where is {self._noted.video or 'its video'}, the video of {self._path.name}?"
        dialog = ask_for_file(parent if isinstance(parent, QWidget) else None, title, self.take)
        dialog.rejected.connect(lambda: self._give_up("its video was not found"))

    def _give_up(self, why: str) -> None:
        """Let go of the file; it stays as it is."""
        self._session.close()
        self._desk.say(f"{self._path.name} was not opened: {why}")


def _check_plane(layer: Layer, session: Session) -> None:
    """Refuse a layer that does not have the plane on which a session's points lie.

    Raises
    ------
    EditError
    """
    held = noted_plane(session.facts)
    if held and not has_plane(layer, held):
        raise EditError(f"expected a stack with {plane_in_words(session.facts)}, where the session's points lie, got "
                        f"{layer.name!r}, which has no such plane; open the stack that the session was made with")


def _show_on(desk: Desk, layer: Layer, session: Session) -> None:
    to_plane(desk.viewer, layer, noted_plane(session.facts))
    project = desk.resume(layer, session)
    project.show()
    if (frame := noted_frame(session)) is not None:
        project.go_to(frame)
    go_on = partial(desk.attempt, project.corrections.take_up)
    go_on()
    project.length_known.connect(go_on)  # of a film whose index is not complete yet
    told = session.refusal or _greeting(session, len(project.corrections))
    desk.say("; ".join(filter(None, (told, _about_plane(project), project.corrections.problem))))


def _about_plane(project: Project) -> str:
    """On which plane of a stack the points are shown, or that nobody knows; "" of a plain film."""
    if not project.held:
        return ""
    shown = plane_of(project.layer, project.held)
    if noted_plane(project.session.facts) == project.held:
        return f"the points lie on {shown}"
    return f"the session does not say which plane was tracked: the points are shown on {shown}, as the sliders stand"


def _greeting(session: Session, unfinished: int) -> str:
    steps = _counted(len(session.steps), "step")
    rest = f"; tracking on: {_counted(unfinished, 'unfinished correction')}" if unfinished else ""
    names = "; names for the next points are in the list again" if session.settings.get(NAMES) else ""
    return f"{_counted(len(session.ids), 'track')}; {steps} can be undone or done again{names}{rest}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.stem} {RESCUED}{f' {count}' if count > 1 else ''}{SUFFIX}")
             for count in range(1, 1000))
    return next(name for name in names if not name.exists())
