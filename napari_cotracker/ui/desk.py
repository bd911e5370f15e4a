"""What a viewer works on: its projects, the current one, and the tool in hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from napari.layers import Layer
from qtpy.QtCore import QObject, Signal

from ..core.errors import CotrackerError
from ..editing.session import Session
from ..tasks.remote import Worker
from .axes import hindrance
from .look import Look
from .project import Project, layer_tag
from .saving import announce
from .sources import can_be_video
from .whereabouts import Whereabouts

if TYPE_CHECKING:
    from napari import Viewer


class Tool(Enum):
    """What a click in the picture does."""

    PLACE = "place"
    CORRECT = "correct"
    SELECT = "select"


class Desk(QObject):
    """The projects of one viewer, one for each video layer that was chosen, found by the layer itself.

    Parameters
    ----------
    viewer : Viewer
    worker : Worker

    Signals
    -------
    current_changed : another video, or none, is current
    videos_changed : layers that can be videos came, went or were renamed
    tool_changed
    told : (str) a sentence for the user
    told_while : (callable) gives whether what was told last is true still
    trouble : (object, object) an error with a remedy, from a run; or from a correction, and what tries that again
    """

    current_changed = Signal()
    videos_changed = Signal()
    tool_changed = Signal()
    told = Signal(str)
    told_while = Signal(object)
    trouble = Signal(object, object)

    def __init__(self, viewer: Viewer, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.viewer = getattr(viewer, "__wrapped__", viewer)  # the proxy that panels get hands out proxies of layers
        self._worker = worker
        self.look = Look()
        self.tool = Tool.PLACE
        self.current: Project | None = None
        self._projects: list[Project] = []
        self._whereabouts = Whereabouts(self._projects, self)
        for event, hear in self._connections():
            event.connect(hear)
        videos = self.videos()
        if videos:
            self.choose(videos[-1])

    def __iter__(self) -> Iterator[Project]:
        return iter(self._projects)

    def videos(self) -> list[Layer]:
        """The viewer's layers that can be videos, the lowest first."""
        return [layer for layer in self.viewer.layers if can_be_video(layer)]

    def project_of(self, layer: Layer) -> Project | None:
        """The project of a video layer, or of one of our layers that show it."""
        tag = layer_tag(layer)
        return next((one for one in self._projects if one.layer is layer or one.id == tag.get("project")), None)

    def choose(self, layer: Layer | None) -> Project | None:
        """Make a video current, or none; its project begins when it is chosen first.

        Gives None, and leaves the current one, if the layer is no video after all; the user is told.
        """
        project = None if layer is None else self.project_of(layer) or self._begin(layer)
        if layer is not None and project is None:
            return None
        if project is not self.current:
            self.current = project
            if project is not None:
                project.follow_plane()
            self.current_changed.emit()
            if project is not None:
                self._activate(project)
                if not len(project.session.ids):
                    self.pick(Tool.PLACE)  # other tools have nothing to work on
                if reason := hindrance(self.viewer, project.layer):
                    self.say(reason)
        return project

    def resume(self, layer: Layer, session: Session) -> Project:
        """Go on with a session on its video's layer; a project that was there ends, with its session in its own file.

        Raises
        ------
        VideoError
            If the layer is no video.
        """
        old = next((one for one in self._projects if one.layer is layer), None)
        if old is not None:
            self._projects.remove(old)
            old.give_way()
        project = self._add(Project(self.viewer, layer, self.look, self._worker, self, session=session))
        self.choose(layer)
        return project

    def pick(self, tool: Tool) -> None:
        """Take another tool in hand."""
        if tool is not self.tool:
            self.tool = tool
            self.tool_changed.emit()

    def say(self, text: str) -> None:
        """Tell the user something that needs no answer."""
        self.viewer.status = text
        self.told.emit(text)

    def say_while(self, text: str, is_true: Callable[[], bool]) -> None:
        """Tell something that goes once it is true no more."""
        self.say(text)
        self.told_while.emit(is_true)

    def to_points(self) -> None:
        """From the film on to its points, which hear every key, once the user works in the film."""
        project = self.current
        if project is not None and project.view is not None and self.viewer.layers.selection.active is project.layer:
            self.viewer.layers.selection.active = project.view.points

    def under_mouse(self) -> int | None:
        """The track whose point lies under the mouse, the selected ones left out."""
        project = self.current
        if project is None or project.view is None:
            return None
        ids = project.session.ids[project.view.points.rows_at(self.viewer.cursor.position)]
        return next((int(id) for id in ids if id not in project.selection), None)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something on the user's behalf; what stands in its way is told."""
        try:
            act()
        except CotrackerError as error:
            self.say(str(error))

    def close(self) -> None:
        """End every run and take our layers away."""
        for event, hear in self._connections():
            event.disconnect(hear)
        for project in list(self._projects):
            self._end(project)

    def _connections(self) -> list[tuple[Any, Any]]:
        layers = self.viewer.layers
        return [(layers.events.inserted, self._on_inserted), (layers.events.removed, self._on_removed),
                (layers.selection.events.active, self._on_active),
                (self.viewer.dims.events.current_step, self._whereabouts.moved)]

    def _activate(self, project: Project) -> None:
        """Clicks count while a layer of the project is active."""
        active = self.viewer.layers.selection.active
        if active is None or self.project_of(active) is not project:
            layer = project.layer if project.view is None else project.view.points
            if layer in self.viewer.layers:
                self.viewer.layers.selection.active = layer

    def _begin(self, layer: Layer) -> Project | None:
        try:
            return self._add(Project(self.viewer, layer, self.look, self._worker, self))
        except CotrackerError as error:
            self.say(str(error))
            return None

    def _add(self, project: Project) -> Project:
        project.told.connect(self.say)
        project.tracking.ended.connect(self.say)
        project.tracking.failed.connect(lambda error: self.trouble.emit(error, None))
        project.corrections.failed.connect(lambda error: self.trouble.emit(error, partial(self._again, project)))
        announce(project)
        self._projects.append(project)
        return project

    def _again(self, project: Project) -> None:
        """Try what failed of a project's corrections once more, if it is still there."""
        if project in self._projects:
            self.attempt(project.corrections.again)

    def _end(self, project: Project) -> None:
        self._projects.remove(project)
        self._whereabouts.note(project)
        project.close()
        project.deleteLater()

    def _on_inserted(self, event: Any) -> None:
        if can_be_video(event.value):
            self.videos_changed.emit()

    def _on_removed(self, event: Any) -> None:
        project = next((one for one in self._projects if one.layer is event.value), None)
        if project is not None:
            if project is self.current:
                videos = self.videos()
                self.current = None
                self.choose(videos[-1] if videos else None)
                if not videos:
                    self.current_changed.emit()
            self._end(project)
        if can_be_video(event.value):
            self.videos_changed.emit()

    def _on_active(self, event: Any) -> None:
        """The video whose layers the user works in is current; layers of other kinds leave it as it is."""
        layer = event.value
        if layer is not None and (can_be_video(layer) or self.project_of(layer) is not None):
            self.choose(layer)
