"""The frames that the user chose for edits: one answer for ruler, heat map, curve and menu."""

from __future__ import annotations

from qtpy.QtCore import QObject, Signal


class SpanChoice(QObject):
    """Some frames in a row, or none; whoever shows them listens to `changed`.

    Attributes
    ----------
    changed : Signal
        Other frames are chosen, or none any more.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frames: range | None = None

    @property
    def frames(self) -> range | None:
        """The chosen frames (0-based), never an empty range; None if there are none."""
        return self._frames

    def __contains__(self, frame: object) -> bool:
        return self._frames is not None and frame in self._frames

    def choose(self, one: int, other: int) -> None:
        """Choose the frames between two, which may come in any order and are both included."""
        self._set(range(min(one, other), max(one, other) + 1))

    def clear(self) -> bool:
        """Let them go; gives whether there were any."""
        had = self._frames is not None
        self._set(None)
        return had

    def fit(self, n_frames: int) -> None:
        """Keep what lies on a clip of some length."""
        if self._frames is not None:
            self._set(range(self._frames.start, min(self._frames.stop, n_frames)) or None)

    def _set(self, frames: range | None) -> None:
        if frames != self._frames:
            self._frames = frames
            self.changed.emit()
