"""What a click in the picture does, by the tool in hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer
from numpy.typing import ArrayLike

from ..core.errors import CotrackerError, EditError
from .axes import position_in_video
from .desk import Desk, Tool

if TYPE_CHECKING:
    from .project import Project

STILL_PIXELS = 4  # of the screen that the mouse may move between press and release of a click


class Hands:
    """Places and selects points where the user clicks.

    A click counts while one of the project's own layers or its video layer is active; other layers keep
    their own tools. A drag moves the view, as always.

    Parameters
    ----------
    desk : Desk
    names : object with `take()` and `group`
        Gives the name of the next point, "" for none, and its group.
    """

    def __init__(self, desk: Desk, names: Any) -> None:
        self._desk, self._names = desk, names
        desk.viewer.mouse_drag_callbacks.append(self._on_press)

    def close(self) -> None:
        """Take the hands off the viewer."""
        callbacks = self._desk.viewer.mouse_drag_callbacks
        if self._on_press in callbacks:
            callbacks.remove(self._on_press)

    def _on_press(self, viewer: Any, event: Any) -> Iterator[None]:
        project = self._project_under(viewer.layers.selection.active)
        if project is None or event.button != 1:
            return
        start, position, modifiers = np.array(event.pos), event.position, set(event.modifiers)
        yield
        while event.type == "mouse_move":
            if np.abs(np.array(event.pos) - start).max() > STILL_PIXELS:
                return
            yield
        self._click(project, position, modifiers)

    def _project_under(self, active: Layer | None) -> Project | None:
        project = self._desk.current
        if project is None or active is None or active.mode not in ("pan_zoom", "select"):
            return None
        return project if self._desk.project_of(active) is project else None

    def _click(self, project: Project, position: Any, modifiers: set[str]) -> None:
        act = {Tool.PLACE: self.place, Tool.CORRECT: self.correct}.get(self._desk.tool)
        if act is None or modifiers:
            return
        try:
            t, x, y = position_in_video(self._desk.viewer, project.layer, position)
            act(t, [[x, y]])
        except CotrackerError as error:
            self._desk.say(str(error))

    def correct(self, t: int, xy: ArrayLike) -> None:
        """The selected track is here on this frame.

        Raises
        ------
        EditError
            If not exactly one track is selected.
        """
        project = self._desk.current
        if project is None:
            return
        id = project.selection.one
        if id is None:
            raise EditError("select the track to correct first: click its point with the Select tool, or its row below")
        project.session.correct(id, t, xy)
        row = project.session.rows[int(project.session.columns(id)[0])]
        self._desk.say(f"{row.name} is here on frame {t}; runs leave it alone")

    def place(self, t: int, xy: ArrayLike) -> None:
        """A new point of the current video, with the next name of the list.

        Raises
        ------
        EditError
            If it is on no frame of the video.
        """
        project = self._desk.current
        if project is None:
            return
        (id,) = project.place(t, xy, (self._names.take(),), self._names.group)
        project.selection.set([id])
        row = project.session.rows[int(project.session.columns(id)[0])]
        self._desk.say(f"{row.name} at {row.xy[0]:.1f}, {row.xy[1]:.1f} on frame {t}")
