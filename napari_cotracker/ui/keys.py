"""Keys of our own layers. None of them is napari's, and no other layer hears them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer
from qtpy.QtCore import QObject, QTimer

from ..core.errors import CotrackerError
from ..core.moments import low_moments
from .desk import Desk, Tool

if TYPE_CHECKING:
    from .project import Project

HALF = 0.5  # visibility from which a low confidence counts: nobody expects a hidden point to be sure
AROUND = 12  # frames that are played before and after the one shown

HELP = {
    "N": "next moment of low confidence",
    "B": "the one before",
    "K": "next point that you set",
    "J": "the one before",
    "L": "play around here, again and again; L stops it",
    "F": "place: a click begins a track",
    "G": "correct: a click puts the selected track there",
    "H": "select: a click or a box selects tracks",
    "Escape": "select nothing",
    "Control-Z": "undo",
    "Control-Shift-Z": "redo",
    "?": "these keys",
}


class Keys(QObject):
    """Binds keys to the layers of a project.

    Parameters
    ----------
    desk : Desk
    show_help : callable
    """

    def __init__(self, desk: Desk, show_help: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._around: tuple[int, int] | None = None
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._play_on)
        self.actions: dict[str, Callable[[], object]] = {
            "N": lambda: self.to_moment(1), "B": lambda: self.to_moment(-1),
            "K": lambda: self.to_anchor(1), "J": lambda: self.to_anchor(-1), "L": self.play_around,
            "F": lambda: desk.pick(Tool.PLACE), "G": lambda: desk.pick(Tool.CORRECT),
            "H": lambda: desk.pick(Tool.SELECT), "Escape": self.select_nothing,
            "Control-Z": self.undo, "Control-Shift-Z": lambda: self.undo(redo=True), "?": show_help,
        }

    def bind(self, layer: Layer) -> None:
        """Let a layer of ours hear them; keys that napari binds for it stay napari's."""
        for key, action in self.actions.items():
            layer.bind_key(key, _heard(action), overwrite=True)

    def to_moment(self, direction: int) -> None:
        """Show the next moment of low confidence and select its track."""
        project = self._desk.current
        if project is None:
            return
        session = project.session
        cells = session.cells
        counted = np.isfinite(cells.xy).all(-1) & (np.nan_to_num(cells.visibility) > HALF)
        if len(project.selection) > 1:
            counted &= np.isin(session.ids, project.selection.ids)
        moments = low_moments(cells.confidence, counted)
        column = None if project.selection.one is None else int(session.columns(project.selection.one)[0])
        found = (moments.after if direction > 0 else moments.before)(project.frame, column)
        if found is None:
            self._desk.say("no more moments of low confidence in this direction")
            return
        frame, column = int(moments.worst[found]), int(moments.columns[found])
        project.go_to(frame)
        if len(project.selection) < 2:
            project.selection.set([session.ids[column]])
        name = session.rows[column].name
        self._desk.say(f"{name} on frame {frame}: confidence {float(moments.lowest[found]):.2f}")

    def to_anchor(self, direction: int) -> None:
        """Show the next frame with a point that was set by hand, of the selected tracks if there are any."""
        project = self._desk.current
        if project is None:
            return
        anchors = project.session.anchors
        wanted = anchors.t
        if len(project.selection):
            wanted = wanted[np.isin(anchors.ids, project.selection.ids)]
        ahead = wanted[wanted > project.frame] if direction > 0 else wanted[wanted < project.frame]
        if not len(ahead):
            self._desk.say("no more points set by hand in this direction")
            return
        project.go_to(int(ahead.min() if direction > 0 else ahead.max()))

    def play_around(self) -> None:
        """Play some frames around the one shown in a loop, until pressed again."""
        project = self._desk.current
        if self._clock.isActive() or project is None:
            self._clock.stop()
            return
        last = project.session.n_frames - 1
        self._around = (max(project.frame - AROUND, 0), min(project.frame + AROUND, last))
        self._clock.start(round(1000 / _rate(project)))

    def stop_playing(self) -> None:
        """End the loop."""
        self._clock.stop()

    def select_nothing(self) -> None:
        """Give the selection up."""
        if self._desk.current is not None:
            self._desk.current.selection.set([])

    def undo(self, redo: bool = False) -> None:
        """Take the last edit back, or do it again."""
        project = self._desk.current
        if project is None:
            return
        try:
            label = project.session.redo() if redo else project.session.undo()
        except CotrackerError as error:
            self._desk.say(str(error))
            return
        verb = "again" if redo else "undone"
        self._desk.say(f"{verb}: {label}" if label else f"nothing to {'redo' if redo else 'undo'}")

    def _play_on(self) -> None:
        project = self._desk.current
        if project is None or self._around is None:
            self._clock.stop()
            return
        first, last = self._around
        project.go_to(first if not first <= project.frame < last else project.frame + 1)


def _heard(action: Callable[[], object]) -> Callable[[Any], None]:
    def hear(layer: Any) -> None:
        action()

    return hear


def _rate(project: Project) -> float:
    rate = float(project.video.fps) if project.is_indexed else 24.0
    return min(max(rate, 1.0), 60.0)
