"""The panel's fifth section: the moments to look at, and what can be said of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtWidgets import QCheckBox, QLabel, QPushButton

from ..core.words import are, counted
from .answers import Answers
from .desk import Desk, Tool
from .fitting import Room
from .reviewing import Reviewing
from .sections import Section, bring_into_view, button, choice, form, row, tip
from .slider import Slider

if TYPE_CHECKING:
    from .project import Project

ORDERS = {"worst": "worst first", "time": "by time"}
WHOSE = {"all": "all tracks", "selected": "selected tracks"}


class CorrectSection(Section):
    """Goes through the doubtful moments, counts what is left, and says what is being solved again.

    Parameters
    ----------
    desk : Desk

    Attributes
    ----------
    reviewing : Reviewing
    answers : Answers
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__("Correct")
        self._desk = desk
        self.reviewing = Reviewing(desk, self)
        self.answers = Answers(desk, self.reviewing)
        self._project: Project | None = None
        self._make_fields()
        self._lay_out()
        self.reviewing.changed.connect(self.refresh)
        desk.current_changed.connect(self._follow)
        desk.tool_changed.connect(self._come_into_view)
        self._follow()

    def close(self) -> None:
        """Listen no more."""
        self.reviewing.close()

    def swap(self) -> None:
        """Swap the selected track with the one under the mouse."""
        self.answers.swap(self._desk.under_mouse())

    def refresh(self) -> None:
        """Say what is asked, and what is left."""
        reviewing, project = self.reviewing, self._project
        self.setEnabled(project is not None)
        if project is None or not project.session.is_followed:
            self.says.setText("Nothing is tracked yet.")
            self.note("")
            return
        moment = reviewing.moment
        if not reviewing.is_ready:
            left = "Looking through the tracks …"
        else:
            count = reviewing.left
            self.note(str(count) if count else "✓")
            least = self.quality.value()
            left = f"{_moments(count)} to look at." if count else f"All that remains is at {least:.2f} or above."
        asked = "" if moment is None else f"<b>{self._name(moment.id)}</b>, frame {moment.frame}: {moment.reason}<br>"
        self.says.setText(asked + left)

    def _make_fields(self) -> None:
        self.says = QLabel(wordWrap=True)
        self.says.setTextFormat(Qt.TextFormat.RichText)
        self.says.setAccessibleName("moment to look at")
        self.says.setAlignment(Qt.AlignmentFlag.AlignTop)
        Room(self.says, 3)  # a reason may take two: buttons that are pressed again and again must not move
        self.working = QLabel(wordWrap=True)
        self.working.setAccessibleName("corrections on their way")
        Room(self.working, 1)
        reviewing, answers = self.reviewing, self.answers
        self.back_button = self._button("Back", "The moment before (B)", reviewing.back)
        self.next_button = self._button("Next", "The next doubtful moment (N); then click where it is", reviewing.next)
        self.accept_button = self._button("It is right", "This point is right (Enter)", answers.accept)
        self.hide_button = self._button("Hidden", "Something hides it on this frame (O); Shift+O up to the end of the "
                                        "stretch", answers.hide)
        self.gone_button = self._button("Gone", "It is gone from this frame to the next point that you set; before "
                                        "your first point: not there yet, up to this frame (X)", answers.gone)
        self.other_button = self._button("Other way", "Take the other direction's answer, the orange dots (H)",
                                         answers.take_other)
        self.swap_button = self._button("Swap", "Swap with the track under the mouse, around this frame (point at "
                                        "it and press W)", self.swap)
        self.rest_button = self._button("Approve the rest", "Mark everything still below the limit as right",
                                        answers.accept_rest)
        self.again_button = self._button("Re-track", "Solve the selected tracks again between the points that you set",
                                         self._solve)
        self.quality = Slider(0.5, 0.99, step=0.05, value=0.8)
        tip(self.quality, "quality to reach", "Moments come until everything left is at least this likely to be right.")
        self.order = choice("order of moments", "Which moment comes next.", ORDERS)
        self.whose = choice("tracks to look at", "Which tracks you are asked about.", WHOSE)
        self.snaps = QCheckBox("to the track's look")
        tip(self.snaps, "snap clicks", "Move a click, by a few pixels at most, to where the picture looks like the "
            "track at the nearest point that you set; if that is unclear, the click stays.")
        self.snaps.toggled.connect(self._snap)
        self.quality.valueChanged.connect(lambda value: reviewing.set_quality(float(value)))
        self.order.currentIndexChanged.connect(lambda: reviewing.set_by_time(self.order.currentData() == "time"))
        self.whose.currentIndexChanged.connect(self._limit)

    def _lay_out(self) -> None:
        lines = form()
        lines.addRow("Until all is", self.quality)
        lines.addRow("Order", self.order)
        lines.addRow("Of", self.whose)
        lines.addRow("Snap", self.snaps)
        for buttons in ((self.back_button, self.next_button), (self.accept_button, self.hide_button, self.gone_button),
                        (self.other_button, self.swap_button)):
            self.body.addLayout(row(*buttons))
        self.body.insertWidget(0, self.says)
        self.body.addWidget(self.working)
        self.body.addLayout(lines)
        self.body.addLayout(row(self.again_button, self.rest_button))

    def _button(self, text: str, help: str, act: Callable[[], object]) -> QPushButton:
        return button(text, help, lambda: self._desk.attempt(act))

    def _follow(self) -> None:
        """Listen to another project."""
        old, self._project = self._project, self._desk.current
        if old is not None and old is not self._project:
            old.corrections.changed.disconnect(self._show_work)
        if self._project is not None and old is not self._project:
            self._project.corrections.changed.connect(self._show_work)
        for field, place in ((self.order, 0), (self.whose, 0)):
            with QSignalBlocker(field):
                field.setCurrentIndex(place)
        self.reviewing.set_quality(float(self.quality.value()))
        self._show_work()
        self.refresh()

    def _come_into_view(self) -> None:
        if self._desk.tool is Tool.CORRECT:
            bring_into_view(self)

    def _show_work(self) -> None:
        count = 0 if self._project is None else len(self._project.corrections)
        self.working.setText(f"{counted(count, 'correction')} {are(count)} being tracked." if count else "")

    def _solve(self) -> None:
        if self._project is not None:
            self._project.corrections.solve(self._project.selection.ids)

    def _snap(self, on: bool) -> None:
        self.answers.snaps = on

    def _limit(self) -> None:
        chosen = self.whose.currentData() == "selected" and self._project is not None
        self.reviewing.limit_to(self._project.selection.ids if chosen and self._project is not None else None)

    def _name(self, id: int) -> str:
        assert self._project is not None
        session = self._project.session
        return session.rows[int(session.columns([id])[0])].name if id in session.ids else ""


def _moments(count: int) -> str:
    return "1 moment" if count == 1 else f"{count} moments"
