"""The panel at the right: video, points, run, view; and the timeline and the table that it brings along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike
from qtpy.QtCore import QEvent, QObject
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from ..core.errors import CotrackerError, VideoError
from .correct_section import CorrectSection
from .desk import Desk, Tool
from .docking import Docking
from .edit_actions import EditActions
from .edit_menu import EditMenu
from .export_section import ExportSection
from .fitting import Column
from .focus_marks import FocusMarks
from .hands import Hands
from .history_section import HistorySection
from .homing import Homing
from .inspect_section import InspectSection
from .key_help import KeyHelp
from .keys import Keys
from .naming import Naming
from .notices import notify
from .place_section import PlaceSection
from .project import Project
from .propagate_section import PropagateSection
from .sections import button, line, row
from .spelling import spell
from .table import TracksTable
from .timeline import Timeline
from .told import Told
from .track_facts import counts_of, sentence_of
from .track_section import TrackSection
from .video_section import VideoSection
from .worker import shared_worker

if TYPE_CHECKING:
    from napari import Viewer

WIDTH = 330


class Panel(QWidget):
    """Everything of ours in a viewer's window.

    Parameters
    ----------
    napari_viewer : Viewer
        Given by napari.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        self._was_docked = self._is_closed = self._window_closes = False
        super().__init__()
        self.viewer = napari_viewer
        worker = shared_worker()
        self.desk = Desk(napari_viewer, worker, self)
        self.naming, self.timeline, self.table = Naming(), Timeline(), TracksTable()
        self.correct = CorrectSection(self.desk)
        self.hands = Hands(self.desk, self.naming, self.correct.answers)
        self.key_help = KeyHelp(self)
        self.edits = EditActions(self.desk, self.timeline.span)
        self.edit_menu = EditMenu(self.edits, self)
        self.edits.after, self.edits.retrack = self._follow_up, self._retrack
        self.video, self.place = VideoSection(self.desk), PlaceSection(self.desk, self.naming)
        self.track, self.inspect = TrackSection(self.desk), InspectSection(self.desk)
        others = {"?": self.key_help.toggle, "R": self.track.start, "E": self.edit_menu.popup_at_mouse,
                  "Up": lambda: self.timeline.step(-1), "Down": lambda: self.timeline.step(1)}
        self.keys = Keys(self.desk, self.correct, self.edits, others, parent=self)
        self.propagate, self.export = PropagateSection(self.desk, worker), ExportSection(self.desk, worker)
        self.history = HistorySection(self.desk, self.correct.answers)
        self._focus = FocusMarks(napari_viewer, [self, self.timeline.bar, self.table])
        self._homing = Homing([self, self.timeline, self.table], self)
        self._project: Project | None = None
        self._lay_out()
        self._connect()
        self._show_project()
        self._docking = Docking(napari_viewer, self.timeline, self.table, self)
        worker.warm_up()

    def close_all(self) -> None:
        """End runs and take everything away that is ours; called when the panel or the window closes."""
        if self._is_closed:
            return
        self._is_closed = True
        self.keys.let_go()
        self.place.let_go()
        self.inspect.close_look()
        self.correct.close()
        self.history.let_go()
        self.propagate.close_all()
        self.export.close_errand()
        self.track.close_theme()
        self._focus.close()
        self._homing.close()
        self.hands.close()
        self._follow(None)
        self.desk.close()
        self._docking.end(None if self._window_closes else self)  # they go when the panel goes

    def undo(self) -> None:
        """Take the last edit back."""
        self.desk.attempt(self.keys.undo)

    def redo(self) -> None:
        """Do it again."""
        self.desk.attempt(lambda: self.keys.undo(redo=True))

    def _lay_out(self) -> None:
        self.undo_button = button("Undo", f"Take the last edit or run back ({spell('Control-Z')})", self.undo)
        self.redo_button = button("Redo", f"Do it again ({spell('Control-Shift-Z')})", self.redo)
        self.help_button = button("?", "The keys", self.key_help.toggle)
        self.help_button.setFixedWidth(28)
        self.told = Told()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 4, 8, 8)
        column.addWidget(self.key_help)
        for section in (self.video, self.place, self.track, self.inspect, self.correct, self.propagate,
                        self.export, self.history):
            column.addWidget(section)
        column.addStretch(1)
        area = Column(WIDTH)
        area.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area, 1)
        whole.addWidget(line())
        foot = QVBoxLayout()  # words above buttons: these stay where they are, however many lines there are
        foot.setContentsMargins(12, 6, 12, 6)
        foot.addWidget(self.told)
        foot.addWidget(self.propagate.output.bar)
        foot.addWidget(self.track.run_bar)
        foot.addLayout(row(self.undo_button, self.redo_button, self.edit_menu.button(), 1, self.help_button))
        whole.addLayout(foot)
        for label in self.findChildren(QLabel):
            if label.wordWrap():
                label.setMinimumWidth(40)  # a long path in a sentence must not push the picture aside

    def _connect(self) -> None:
        self.desk.current_changed.connect(self._show_project)
        self.desk.told.connect(self.told.say)
        self.desk.told_while.connect(self.told.until)
        self.desk.trouble.connect(self._report)
        self.timeline.frame_requested.connect(self._go_to)
        self.timeline.help_requested.connect(self.key_help.toggle)
        self.table.frame_requested.connect(self._go_to)
        self.table.told.connect(self.desk.say)
        self.timeline.menu_requested.connect(self.edit_menu.popup)
        self.table.menu_requested.connect(self.edit_menu.popup)
        self.desk.tool_changed.connect(self._take_tool)
        self.viewer.dims.events.current_step.connect(self._on_step)

    def _show_project(self) -> None:
        self._follow(self.desk.current)
        self._show_history()

    def _follow(self, project: Project | None) -> None:
        """Listen to another project."""
        old, self._project = self._project, project
        if old is project:
            return
        if old is not None:
            for signal, hear in self._signals(old):
                signal.disconnect(hear)
        session = None if project is None else project.session
        selection = None if project is None else project.selection
        self.keys.lend(None if project is None else project.layer)
        self.timeline.show_session(session, selection)
        self.table.show_session(session, selection)
        if project is not None:
            project.corrections.options = self.track.form.options
            for signal, hear in self._signals(project):
                signal.connect(hear)
            self.timeline.set_frame(project.frame)
        self._describe()

    def _signals(self, project: Project) -> list[tuple[Any, Any]]:
        return [(project.session.changed, self._on_changed), (project.selection.changed, self._describe),
                (project.tracking.changed, self._on_run), (project.length_known, self._on_length),
                (project.view_changed, self._take_tool), (project.table_changed, self.video.rate.refresh)]

    def _on_changed(self, patch: Any) -> None:
        self._show_history()
        self.told.check()
        if self._project is not None and patch.comes:
            self._project.show()  # a script may have added tracks, who needs no tool for it
        if patch.changes_table:
            self.place.refresh()
            self._describe()

    def _on_step(self, _: object = None) -> None:
        if self._project is not None:
            self.timeline.set_frame(self._project.frame)
            self._describe()
            if self._project.follow_plane():
                self.video.refresh()
            if problem := self._project.new_problem():
                self.desk.say(problem)

    def _on_run(self) -> None:
        if self._project is not None:
            self.timeline.set_running(self._project.tracking.frames)
            self._show_history()

    def _on_length(self) -> None:
        self.timeline.refresh()
        self.video.refresh()

    def _go_to(self, frame: int) -> None:
        if self._project is not None:
            self._project.go_to(frame)

    def _follow_up(self, ids: ArrayLike, t: int) -> None:
        if self._project is not None and self._project.is_indexed:
            self._project.corrections.follow_up(ids, t)

    def _retrack(self, ids: ArrayLike, frames: ArrayLike) -> None:
        if self._project is not None and self._project.is_indexed:
            self._project.corrections.solve(ids, frames)

    def _show_history(self) -> None:
        session = None if self._project is None else self._project.session
        undo, redo = ("", "") if session is None else (session.undo_label, session.redo_label)
        for one, label, keys in ((self.undo_button, undo, "Control-Z"), (self.redo_button, redo, "Control-Shift-Z")):
            one.setEnabled(bool(label))
            one.setToolTip(f"{one.text()}: {label} ({spell(keys)})" if label else f"Nothing to {one.text().lower()}")

    def _describe(self) -> None:
        project = self._project
        self.told.check()
        if project is None or not len(project.session.ids):
            self.inspect.describe("Nothing is selected.")
        elif not len(project.selection):
            self.inspect.describe(counts_of(project.session, project.frame))
        elif project.selection.one is None:
            self.inspect.describe(f"{len(project.selection)} tracks are selected.")
        else:
            frame = project.frame
            self.inspect.describe(sentence_of(project.session, project.selection.one, frame, frame))

    def _take_tool(self) -> None:
        """Let our layer do what the tool in hand wants, and make it the active one."""
        project = self._project
        if project is None:
            return
        view = project.show()
        for layer in filter(None, (view.points, view.tails)):
            self.keys.bind(layer)
        view.on_placed, view.on_moved = self.hands.place, self.hands.put
        view.points.mode = "select" if self.desk.tool is Tool.SELECT else "pan_zoom"
        self.viewer.layers.selection.active = view.points

    def _report(self, error: CotrackerError, again: Callable[[], object] | None) -> None:
        """A run or a correction broke off: one notification, and the sentence in the panel."""
        text = str(error)
        if again is not None:
            when = " once the film can be read" if isinstance(error, VideoError) else ""
            text += f"\nWhat you set stays; to have the frames around it tracked, try again{when}."
        self.desk.say(text.replace("\n", " · "))
        notify(text, *self.track.remedy(str(error), again))

    def event(self, event: QEvent) -> bool:
        """napari takes a panel out of its dock when that is closed, and tells it nothing else."""
        if event.type() == QEvent.Type.ParentChange:
            if self.parent() is not None:
                self._was_docked = True
            elif self._was_docked:
                self.close_all()
        return super().event(event)

    def closeEvent(self, event: Any) -> None:
        """Nothing of ours stays behind."""
        self.close_all()
        super().closeEvent(event)

    def resizeEvent(self, event: Any) -> None:
        """Low for its font, there is no room to keep for what may be said."""
        super().resizeEvent(event)
        self.told.fit(self.height())

    def showEvent(self, event: Any) -> None:
        """The dock may have been moved into another window."""
        self.window().installEventFilter(self)
        super().showEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that closes does not tell its docks: it closes, and then it hides, unless the user thinks better."""
        if event.type() == QEvent.Type.Close:
            self._window_closes = True
        elif event.type() == QEvent.Type.Hide and self._window_closes and watched is self.window():
            self.close_all()
        elif event.type() == QEvent.Type.Show:
            self._window_closes = False
        return super().eventFilter(watched, event)
