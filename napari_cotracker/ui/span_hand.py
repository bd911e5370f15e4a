"""The mouse while it chooses frames on a strip: it draws a span, or drags an end of the one that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .canvas import Canvas

REACH = 5  # pixels around an end in which it can be grabbed
STILL = 3  # pixels that the mouse may move within a click


class Grip(NamedTuple):
    """What the mouse holds: the end that stays, how far the other one is from the mouse, where it was pressed."""

    fixed: int
    offset: float
    x: float
    frame: int  # that was shown


class SpanHand:
    """Turns presses, moves and releases of the left button into a span.

    While it draws, the frame at the mouse is shown; afterwards the one that was shown before.

    Parameters
    ----------
    canvas : Canvas
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._grip: Grip | None = None
        self._draws = self._click_waits = False

    @property
    def is_held(self) -> bool:
        """Whether it was pressed where a span may begin or end."""
        return self._grip is not None

    def press(self, x: float, *, begins: bool, waits: bool) -> bool:
        """Take a press of the button.

        Parameters
        ----------
        x : float
        begins : bool
            Whether a new span may begin here.
        waits : bool
            Whether it is a click only if the mouse is released where it was pressed.

        Returns
        -------
        bool
            Whether this is not a click yet.
        """
        end = self.end_at(x)
        frame = self._canvas.scope.frame
        if end is not None:
            fixed, moved = end
            self._grip = Grip(fixed, self._canvas.x_of(moved + 0.5) - x, x, frame)
        elif begins and self._canvas.scope.time.total:
            self._grip = Grip(self._canvas.frame_at(x), 0.0, x, frame)
        self._draws, self._click_waits = False, self.is_held and (waits or end is not None)
        return self._click_waits

    def move(self, x: float) -> None:
        """Take a move with the button held."""
        grip = self._grip
        if grip is None or not (self._draws or abs(x - grip.x) > STILL):
            return
        self._draws = True
        frame = self._canvas.frame_at(x + grip.offset)
        self._canvas.scope.span.choose(grip.fixed, frame)
        if frame != self._canvas.scope.frame:
            self._canvas.request(frame)

    def release(self) -> bool:
        """Take the release; gives whether it was a click that waited."""
        grip, self._grip = self._grip, None
        if grip is not None and self._draws and grip.frame != self._canvas.scope.frame:
            self._canvas.request(grip.frame)
        was_click, self._draws, self._click_waits = self._click_waits and not self._draws, False, False
        return was_click

    def end_at(self, x: float) -> tuple[int, int] | None:
        """The other end of the span and this one, if one is within reach."""
        frames = self._canvas.scope.span.frames
        if frames is None:
            return None
        first, last = frames[0], frames[-1]
        ends = ((abs(x - self._canvas.x_of(first)), last, first), (abs(x - self._canvas.x_of(last + 1)), first, last))
        distance, fixed, moved = min(ends)
        return (fixed, moved) if distance <= REACH else None
