"""What all parts of a timeline share: the time that is shown, the frame, the chosen span, the colours, the margins."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QObject, Signal

from .axis import Axis
from .shades import Shades
from .span_choice import SpanChoice


class Scope(QObject):
    """Time and looks of a timeline; parts repaint when it says so.

    Attributes
    ----------
    changed : Signal
        Everything may look different.
    moved : Signal(int, int)
        The playhead went from one frame to another.
    span : SpanChoice
        The frames that the user chose.
    """

    changed = Signal()
    moved = Signal(int, int)

    def __init__(self, shades: Shades, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shades, self.span = shades, SpanChoice(self)
        self.time = Axis.whole(0)
        self.frame = 0
        self.running: range | None = None
        self.numbers: Sequence[int] = range(0)
        self.gutter, self.margin = 80, 8

    def show_time(self, axis: Axis) -> None:
        """Show another stretch of time."""
        if axis != self.time:
            self.time = axis
            self.changed.emit()

    def set_frame(self, frame: int) -> None:
        """Move the playhead; the time that is shown follows it."""
        frame = min(max(int(frame), 0), max(self.time.total - 1, 0))
        if frame != self.frame:
            before, self.frame = self.frame, frame
            self.moved.emit(before, frame)
            self.show_time(self.time.showing(frame))

    def set_shades(self, shades: Shades) -> None:
        """Follow another theme."""
        self.shades = shades
        self.changed.emit()

    def set_running(self, frames: range | None) -> None:
        """Mark the frames that are being tracked."""
        if frames != self.running:
            self.running = frames
            self.changed.emit()

    def clear(self) -> None:
        """Forget one clip before another is shown."""
        self.time, self.frame, self.running, self.numbers = Axis.whole(0), 0, None, range(0)
        self.span.clear()

    def set_length(self, n_frames: int, numbers: Sequence[int] | None = None) -> None:
        """Another number of frames, with the clip's own numbers beside them if they are known."""
        self.time = self.time.resized(n_frames)
        numbers = self.numbers if numbers is None else [int(number) for number in numbers]
        fits = len(numbers) == n_frames and list(numbers) == sorted(numbers)
        self.numbers = numbers if fits else range(n_frames)
        self.frame = min(self.frame, max(n_frames - 1, 0))
        self.span.fit(n_frames)
        self.changed.emit()
