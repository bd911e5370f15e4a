"""The panel's third section: how to track, what it will cost, and the run itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from napari.utils.theme import get_theme
from numpy.typing import NDArray
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ..core.errors import CotrackerError
from ..core.queries import Queries
from ..tasks.plan import TrackOptions, estimate, licence_to_accept
from .consent import Consent
from .desk import Desk
from .fitting import Room
from .options_form import OptionsForm
from .project import Project
from .sections import GAP, Section, button, choice, form, hint, row
from .tracking import STARTING, WAITING, Phase

ESTIMATE_MS = 200
MAIN_BUTTON = "QPushButton:enabled {{ background: {colour}; font-weight: 600 }}"
WHICH = {"new": "points with gaps", "selected": "selected points", "all": "all points"}
WHICH_TIP = ("Points with gaps are those with frames that are not tracked yet. Choose all to track anew, with another "
             "model say; one Undo brings back what was there.")


class TrackSection(Section):
    """Starts, pauses and ends runs over the current video."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Track")
        self._desk = desk
        self._project: Project | None = None
        self.form = OptionsForm()
        self.which = choice("points to track", WHICH_TIP, WHICH)
        self.cost = hint()
        self.consent = Consent()
        self.track_button = button("Track", "Follow the points through the film (R)", self.start)
        self.pause_button = button("Pause", "Pause the run; it continues where it was", self.pause)
        self.stop_button = button("Stop", "End the run; what was tracked is kept", self.stop)
        self.bar = QProgressBar(minimum=0, maximum=1000, textVisible=False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName("progress of the run")
        self.says = QLabel(wordWrap=True)
        self.run_bar = QWidget()
        self._clock = QTimer(self, singleShot=True, interval=ESTIMATE_MS)
        self._clock.timeout.connect(self._estimate)
        self._lay_out()
        self.consent.accepted.connect(lambda: self.start(accept_licence=True))
        self.consent.file_chosen.connect(self._use_file)
        self.form.fields["model"].currentIndexChanged.connect(self._forget_file)
        self.form.changed.connect(self._clock.start)
        self.which.currentIndexChanged.connect(self._clock.start)
        desk.current_changed.connect(self.refresh)
        desk.viewer.events.theme.connect(self._take_theme)
        self._take_theme()
        self.refresh()

    def close_theme(self) -> None:
        """Listen no more."""
        self._desk.viewer.events.theme.disconnect(self._take_theme)

    def refresh(self) -> None:
        """Listen to the current project, and show its run."""
        project = self._desk.current
        if project is not self._project:
            if self._project is not None:
                self._listen(self._project, False)
            self._project = project
            if project is not None:
                self._listen(project, True)
        self.setEnabled(project is not None)
        self.run_bar.setEnabled(project is not None)
        self._show_run()
        self._clock.start()

    def start(self, accept_licence: bool = False) -> None:
        """Track the chosen points; asks for consent first where weights carry a licence that was not accepted."""
        project = self._project
        if project is None:
            return
        try:
            options = self.form.options(accept_licence)
            ids = self._chosen(project, options)
            notice = None if accept_licence or not project.is_indexed else licence_to_accept(project.video, options)
            if notice is not None:
                self.consent.ask(notice)
                return
            project.start(ids, options, _label(len(ids), options))
        except CotrackerError as error:
            self._desk.say(str(error))
        self._show_run()

    def remedy(self, trouble: str, again: Callable[[], object] | None = None) -> tuple[str, Callable[[], object]]:
        """What a button beside an error can do about it: its text, and the deed. `again` is that of a correction."""
        mode, name, act = self.form.fields["mode"], "Try again" if again else "Track again", again or self.start
        if "memory" in trouble and mode.currentData() != "online":
            return f"{name}, online", lambda: (mode.setCurrentIndex(mode.findData("online")), act())
        return name, act

    def pause(self) -> None:
        """Hold the run, or let it go on."""
        if self._project is not None:
            tracking = self._project.tracking
            (tracking.resume if tracking.phase is Phase.PAUSED else tracking.pause)()

    def stop(self) -> None:
        """End the run, or do not begin the one that waits."""
        if self._project is not None:
            self._project.stop()
        self._show_run()

    def _take_theme(self, _: object = None) -> None:
        """The main button has the colour of whatever else is chosen in napari."""
        colour = get_theme(self._desk.viewer.theme).current.as_hex()
        self.track_button.setStyleSheet(MAIN_BUTTON.format(colour=colour))

    def _lay_out(self) -> None:
        lines = form()
        lines.addRow("Which", self.which)
        self.body.addWidget(self.form)
        self.body.addLayout(lines)
        self.body.addWidget(self.consent)
        column = QVBoxLayout(self.run_bar)  # the panel shows it below all sections: it is never scrolled away
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.cost)  # before a run in the place of what is said during one
        column.addWidget(self.says)
        column.addWidget(self.bar)
        column.addLayout(row(self.track_button, self.pause_button, self.stop_button))
        for label in (self.cost, self.says):
            Room(label, 2)
            label.setAlignment(Qt.AlignmentFlag.AlignBottom)
        keep = self.bar.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # so that nothing jumps when a run begins or ends
        self.bar.setSizePolicy(keep)

    def _listen(self, project: Project, on: bool) -> None:
        for signal, hear in ((project.tracking.changed, self._show_run), (project.table_changed, self._clock.start),
                             (project.length_known, self._clock.start), (project.tracking.ended, self._clock.start),
                             (project.corrections.changed, self._show_run)):
            (signal.connect if on else signal.disconnect)(hear)

    def _chosen(self, project: Project, options: TrackOptions) -> NDArray[np.int64]:
        session, which = project.session, self.which.currentData()
        if which == "selected":
            if not len(project.selection):
                raise CotrackerError("no point is selected; click one in the picture or in the timeline")
            return project.selection.ids
        if which == "all":
            return session.ids
        ids = session.incomplete(options.direction)
        if len(session.ids) and not len(ids):
            raise CotrackerError("every point is tracked already; choose all points to track them anew")
        return ids

    def _show_run(self, *_: object) -> None:
        tracking = self._project.tracking if self._project is not None else None
        phase = Phase.IDLE if tracking is None else tracking.phase
        waits = self._project is not None and self._project.is_waiting
        busy = phase is not Phase.IDLE or waits
        running = phase in (Phase.RUNNING, Phase.PAUSED)
        _enable(self.run_bar, {self.track_button: not busy, self.pause_button: running,
                               self.stop_button: waits or running})
        self.pause_button.setText("Go on" if phase is Phase.PAUSED else "Pause")
        self.bar.setVisible(busy)
        self.says.setVisible(busy)
        self.cost.setVisible(not busy)
        if tracking is not None and busy:
            self.bar.setValue(int(1000 * tracking.progress.done))
            said = {Phase.PAUSED: "paused", Phase.CANCELLING: "stopping"}.get(phase, self._words())
            self.says.setText("reading the film's index" if waits else said)

    def _words(self) -> str:
        """How far the run is, or what it waits for: a correction may take minutes in a long film."""
        project = self._project
        assert project is not None
        progress = project.tracking.progress
        if len(project.corrections) and progress.message in (STARTING, WAITING):
            progress = replace(progress, message=f"{WAITING}: a correction goes first")
        return str(progress)

    def _estimate(self) -> None:
        """What the run would cost, in words."""
        project = self._project
        if project is None or not project.is_indexed or project.tracking.is_busy:
            self.cost.setText("")
            return
        try:
            options = self.form.options()
            ids = self._chosen(project, options)
            queries = project.session.queries_of(ids)
            self.cost.setText(_cost(project, queries, options) if len(queries) else "")
        except CotrackerError as error:
            said = str(error) if len(project.session.ids) else ""
            self.cost.setText(f"{said[:1].upper()}{said[1:]}")

    def _use_file(self, path: str) -> None:
        self.form.checkpoint = path
        self._desk.say(f"weights from {path}")
        self.start()

    def _forget_file(self) -> None:
        self.form.checkpoint = None


def _enable(home: QWidget, buttons: Mapping[QPushButton, bool]) -> None:
    """Enable some buttons and disable others; the keyboard stays with them: Qt alone would go on to Undo."""
    held = home.window().focusWidget()
    for one, is_enabled in buttons.items():
        one.setEnabled(is_enabled)
    if held is home or (held in buttons and not held.isEnabled()):
        next((one for one, is_enabled in buttons.items() if is_enabled), home).setFocus()


def _label(count: int, options: TrackOptions) -> str:
    ways = {"both": "both ways"}.get(options.direction, options.direction)
    return f"track {count} {'point' if count == 1 else 'points'} {ways}"


def _cost(project: Project, queries: Queries, options: TrackOptions) -> str:
    cost = estimate(project.video, queries, options)
    seconds = max(round(cost.seconds), 1)
    time = f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"
    size = f"{cost.peak_bytes / 1e9:.1f} GB" if cost.peak_bytes >= 1e9 else f"{cost.peak_bytes / 1e6:.0f} MB"
    count = "1 point" if len(queries) == 1 else f"{len(queries)} points"
    return f"{count}: about {time} and {size} of memory."
