"""What a click or a drag in the picture does, by the tool in hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer
from numpy.typing import ArrayLike, NDArray

from ..core.errors import CotrackerError, EditError
from .axes import obstacle, position_in_video
from .desk import Desk, Tool

if TYPE_CHECKING:
    from .answers import Answers
    from .project import Project

STILL_PIXELS = 4  # of the screen that the mouse may move between press and release of a click


class Hands:
    """Places and corrects points where the user clicks, and drags them.

    A click counts while one of the project's own layers or its video layer is active; other layers keep
    their own tools, and a click that is neither's says so. A drag moves the view, as always, unless it takes
    hold of a point with the tool that corrects.

    Parameters
    ----------
    desk : Desk
    names : object with `next` and `group`
        Has the name of the next point, "" for none, and its group.
    answers : Answers
        Hears where a track is.
    """

    def __init__(self, desk: Desk, names: Any, answers: Answers) -> None:
        self._desk, self._names, self._answers = desk, names, answers
        desk.viewer.mouse_drag_callbacks.append(self._on_press)

    def close(self) -> None:
        """Take the hands off the viewer."""
        callbacks = self._desk.viewer.mouse_drag_callbacks
        if self._on_press in callbacks:
            callbacks.remove(self._on_press)

    def _on_press(self, viewer: Any, event: Any) -> Iterator[None]:
        project = self._project_under(viewer.layers.selection.active)
        if event.button != 1:
            return
        if project is not None and self._desk.tool is Tool.SELECT:
            self._desk.to_points()  # napari selects by the layer that is active when it hears of this
        layer = viewer.layers.selection.active
        if project is None:
            yield from self._refuse(layer, event)
            return
        held = self._held(project, event)
        start, position, modifiers = np.array(event.pos), event.position, set(event.modifiers)
        pans, moved = layer.mouse_pan, False
        layer.mouse_pan = pans and held is None
        yield
        while event.type == "mouse_move":
            moved = moved or _is_far(event, start)
            if moved and held is None:
                return
            if moved and held is not None:
                position = event.position
                _carry(project, held, position)
            yield
        layer.mouse_pan = pans
        self._desk.attempt(partial(self._let_go, project, held, position) if moved and held is not None
                           else partial(self._click, project, position, modifiers, held))
        self._desk.to_points()

    def _project_under(self, active: Layer | None) -> Project | None:
        project = self._desk.current
        if project is None or active is None or active.mode not in ("pan_zoom", "select"):
            return None
        return project if self._desk.project_of(active) is project else None

    def _refuse(self, active: Layer | None, event: Any) -> Iterator[None]:
        """Say why a click sets no point, unless the active layer has a tool of its own in hand."""
        project, start = self._desk.current, np.array(event.pos)
        if project is None or set(event.modifiers) or (active is not None and active.mode != "pan_zoom"):
            return
        yield
        while event.type == "mouse_move":
            if _is_far(event, start):
                return
            yield
        chosen = "no layer is selected" if active is None else f"{active.name} is selected"
        self._desk.say(f"{chosen}; to click points, select {project.layer.name} in the list of layers")

    def _held(self, project: Project, event: Any) -> int | None:
        """The track whose point the mouse takes hold of: a selected one first."""
        if self._desk.tool is not Tool.CORRECT or project.view is None or set(event.modifiers):
            return None
        ids = project.session.ids[project.view.points.rows_at(event.position)].tolist()
        return next((id for id in ids if id in project.selection), ids[0] if ids else None)

    def _let_go(self, project: Project, id: int, position: Any) -> None:
        """A point was dragged to a place."""
        try:
            t, x, y = position_in_video(self._desk.viewer, project.layer, position, project.held)
            project.session.columns([id])  # its track may have gone meanwhile
            project.selection.set([id])
            self._answers.place(t, [[x, y]], [id])
        except CotrackerError:
            if project.view is not None:
                project.view.refresh()  # back to where it was
            raise

    def _click(self, project: Project, position: Any, modifiers: set[str], under: int | None) -> None:
        if self._desk.tool is Tool.SELECT or modifiers:
            return
        t, x, y = position_in_video(self._desk.viewer, project.layer, position, project.held)
        if self._desk.tool is Tool.PLACE:
            self.place(t, [[x, y]])
        elif under is not None and under not in project.selection and not self._answers.is_asked:
            project.selection.set([under])
            self._desk.say(f"{_name(project, under)}: click where it is, or drag it there")
        else:
            self._answers.place(t, [[x, y]])

    def put(self, ids: NDArray[np.int64], t: int, xy: NDArray[np.float32]) -> None:
        """Tracks are here on this frame: dragged with a tool of napari's own."""
        self._desk.attempt(lambda: self._answers.place(t, xy, ids))

    def place(self, t: int, xy: ArrayLike) -> None:
        """A new point of the current video, with the next name of the list.

        Raises
        ------
        EditError
            If it is on no frame of the video, or the view shows no plain picture or another plane.
        """
        project = self._desk.current
        if project is None:
            return
        if reason := obstacle(self._desk.viewer, project.layer, project.held):
            raise EditError(reason)
        (id,) = project.place(t, xy, (self._names.next,), self._names.group)
        project.selection.set([id])
        row = project.session.rows[int(project.session.columns(id)[0])]
        self._desk.say(f"{row.name} at {row.xy[0]:.1f}, {row.xy[1]:.1f} on frame {t}")


def _is_far(event: Any, start: NDArray[np.float64]) -> bool:
    """Whether the mouse moved by more than a hand trembles."""
    return bool(np.abs(np.array(event.pos) - start).max() > STILL_PIXELS)


def _carry(project: Project, id: int, position: Any) -> None:
    """Draw a point where the mouse is, if its track is still there."""
    if project.view is not None and project.session.has([id]).all():
        project.view.points.hold_row(int(project.session.columns([id])[0]), position)


def _name(project: Project, id: int) -> str:
    return project.session.rows[int(project.session.columns([id])[0])].name
