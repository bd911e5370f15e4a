"""Keys of our own layers and of the film they lie over. None of them is napari's, and no other layer hears them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer
from napari.utils.key_bindings import coerce_keybinding
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer

from ..core.errors import EditError
from .correct_section import CorrectSection
from .desk import Desk, Tool
from .edit_actions import NUDGES, EditActions
from .nudging import Nudging

if TYPE_CHECKING:
    from .project import Project

AROUND = 12  # frames that are played before and after the one shown
PAGE = 10  # frames
ALL = 2**31  # frames, more than any film has

HELP = {
    "N": "next doubtful moment; then click where the point is, or:",
    "Enter": "it is right",
    "O": "it is hidden here",
    "Shift-O": "it is hidden up to the end of the stretch",
    "X": "it is gone from here on; before its first point: not there yet",
    "H": "take the other direction's answer, the orange dots",
    "W": "swap with the track under the mouse, around here",
    "B": "back to the previous moment",
    "T": "show the tracks as before the last step; again: as after it",
    "K": "go to the next point that you set",
    "J": "go to the previous one",
    "L": "play the frames around here in a loop; L again stops it",
    "F": "place: a click begins a track",
    "G": "correct: a click puts the selected track there, a drag moves any; the frames around are tracked again",
    "D": "select: a click or a box selects tracks",
    "R": "track the points, as the button does",
    "E": "the menu of edits for the selected tracks",
    "Up": "the track above in the timeline",
    "Down": "the track below",
    "PageUp": "ten frames back",
    "PageDown": "ten frames on",
    "Home": "the first frame",
    "End": "the last frame",
    "Shift-arrow": "move the selected points by a pixel, hold it to go on; with Control as well, by a tenth",
    "Escape": "clear the span of frames, then the selection",
    "Control-Z": "undo",
    "Control-Shift-Z": "redo",
    "F6": "from the picture to the panel, the timeline and back; with Shift the other way",
    "?": "these keys",
}


class Keys(QObject):
    """Binds keys to the layers of a project, and to its film while that is current.

    Parameters
    ----------
    desk : Desk
    correct : CorrectSection
    edits : EditActions
    others : mapping of str to callable
        What the remaining keys do.
    """

    def __init__(self, desk: Desk, correct: CorrectSection, edits: EditActions,
                 others: Mapping[str, Callable[[], object]], *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._answers = desk, correct.answers
        self._is_before = False
        self._lent: tuple[Layer, dict[Any, Callable[[Any], None]]] | None = None
        self._around: tuple[int, int] | None = None
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._play_on)
        self._span, self._nudging = edits.span, Nudging(desk, edits, self)
        answers, reviewing = correct.answers, correct.reviewing
        acts: dict[str, Callable[[], object]] = {
            "N": reviewing.next, "B": reviewing.back, "Enter": answers.accept, "O": answers.hide,
            "Shift-O": lambda: answers.hide(to_the_end=True), "X": answers.gone, "H": answers.take_other,
            "W": correct.swap, "T": self.compare,
            "K": lambda: self.to_anchor(1), "J": lambda: self.to_anchor(-1), "L": self.play_around,
            "F": lambda: desk.pick(Tool.PLACE), "G": lambda: desk.pick(Tool.CORRECT),
            "D": lambda: desk.pick(Tool.SELECT), "Escape": self.select_nothing,
            "Control-Z": self.undo, "Control-Shift-Z": lambda: self.undo(redo=True),
            "PageUp": lambda: self.leaf(-PAGE), "PageDown": lambda: self.leaf(PAGE),
            "Home": lambda: self.leaf(-ALL), "End": lambda: self.leaf(ALL), **others,
            **{key: partial(self._nudging.nudge, *step) for key, step in NUDGES.items()},
        }
        self.actions = {key: partial(desk.attempt, act) for key, act in acts.items()}

    def bind(self, layer: Layer) -> None:
        """Let a layer of ours hear them; keys that napari binds for it stay napari's."""
        for key, action in self.actions.items():
            layer.bind_key(key, _heard(action), overwrite=True)

    def lend(self, film: Layer | None) -> None:
        """Let the user's film hear them where nothing else is bound on it, and the one before no more.

        napari has two of them for images; hence the next key, and clicks, go to the points.
        """
        if self._lent is not None:
            before, bound = self._lent
            for key, heard in bound.items():
                if before.keymap.get(key) is heard:  # the user may have taken it since
                    before.bind_key(key, None)
        self._lent = None
        if film is not None:
            ours = {coerce_keybinding(key): _heard(action, self._desk.to_points)
                    for key, action in self.actions.items()}
            self._lent = film, {key: heard for key, heard in ours.items() if not _is_taken(film, key)}
            for key, heard in self._lent[1].items():
                film.bind_key(key, heard)

    def to_anchor(self, direction: int) -> None:
        """Show the next frame with a point that was set by hand, of the selected tracks if there are any."""
        project = self._desk.current
        if project is None:
            return
        ahead = _anchors_ahead(project, direction)
        if not len(ahead):
            self._desk.say_while("no more points set by hand in this direction", lambda: (
                self._desk.current is project and not len(_anchors_ahead(project, direction))))
            return
        project.go_to(int(ahead.min() if direction > 0 else ahead.max()))

    def leaf(self, by: int) -> None:
        """Go some frames on, or back, as far as there are any."""
        if (project := self._desk.current) is not None:
            project.go_to(min(max(project.frame + by, 0), project.session.n_frames - 1))

    def play_around(self) -> None:
        """Play some frames around the one shown in a loop, until pressed again."""
        project = self._desk.current
        if self._clock.isActive() or project is None:
            self._clock.stop()
            return
        last = project.session.n_frames - 1
        self._around = (max(project.frame - AROUND, 0), min(project.frame + AROUND, last))
        self._clock.start(round(1000 / _rate(project)))

    def let_go(self) -> None:
        """End the loop, and what is being nudged."""
        self._clock.stop()
        self._nudging.end()

    def select_nothing(self) -> None:
        """Give up the span of frames that is chosen, and without one the selection."""
        if not self._span.clear() and self._desk.current is not None:
            self._desk.current.selection.set([])

    def undo(self, redo: bool = False) -> None:
        """Take the last step back, or do it again.

        Raises
        ------
        EditError
            If a run stands in its way.
        """
        project = self._desk.current
        if project is None:
            return
        self._is_before = False
        session = project.session
        number = session.last_step
        label = session.redo() if redo else session.undo()
        verb = "again" if redo else "undone"
        self._desk.say(f"{verb}: {label}" if label else f"nothing to {'redo' if redo else 'undo'}")
        if label and redo:
            self._answers.after_redo(session.last_step)
        elif label:
            self._answers.after_undo(number)

    def compare(self) -> None:
        """Show how it was before the last step; and, the next time, how it is.

        Raises
        ------
        EditError
            If a correction is still on its way, or a run stands in the way.
        """
        project = self._desk.current
        if project is None:
            return
        if len(project.corrections):
            raise EditError("a correction is still being tracked; wait for it, then press T to compare")
        session, before = project.session, self._is_before and bool(project.session.redo_label)
        label = session.redo() if before else session.undo()
        self._is_before = bool(label) and not before
        now, then = ("after", "before") if before else ("before", "after")
        self._desk.say(f"{now}: {label} (T for {then})" if label else "there is no step to compare")

    def _play_on(self) -> None:
        project = self._desk.current
        if project is None or self._around is None:
            self._clock.stop()
            return
        first, last = self._around
        project.go_to(first if not first <= project.frame < last else project.frame + 1)


def _anchors_ahead(project: Project, direction: int) -> NDArray[np.int64]:
    """Frames with points that were set by hand, on one side of the frame that is shown."""
    anchors = project.session.anchors
    wanted = anchors.t
    if len(project.selection):
        wanted = wanted[np.isin(anchors.ids, project.selection.ids)]
    return np.asarray(wanted[wanted > project.frame] if direction > 0 else wanted[wanted < project.frame])


def _heard(*actions: Callable[[], object]) -> Callable[[Any], None]:
    def hear(layer: Any) -> None:
        for act in actions:
            act()

    return hear


def _is_taken(layer: Layer, key: Any) -> bool:
    return key in layer.keymap or any(key in getattr(kind, "class_keymap", {}) for kind in type(layer).__mro__)


def _rate(project: Project) -> float:
    rate = float(project.video.fps) if project.is_indexed else 24.0
    return min(max(rate, 1.0), 60.0)
