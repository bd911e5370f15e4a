"""Corrections that are not tracked to their end, noted in the session: to go on after a redo, or when it is opened."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import EditError
from ..core.gaps import Gap
from ..core.words import counted
from ..editing.session import Session

SETTING = "unfinished corrections"
LARGEST = 1 << 62


class Owed(NamedTuple):
    """Frames of a track that are still to be solved as a part of a step.

    Parameters
    ----------
    step : int
        Of the history; 0 for none, which no session notes.
    id : int
        The track.
    first, last : int
        Both included; known cells lie beyond.
    is_ahead : bool
        Whether the track was nowhere there before, so that it is followed to the end.
    passed : tuple of int
        Later steps that have taken it over; it is owed again if they are undone.
    """

    step: int
    id: int
    first: int
    last: int
    is_ahead: bool
    passed: tuple[int, ...] = ()


class Unfinished:
    """What the steps of a session owe.

    Parameters
    ----------
    session : Session
        What its file notes is not trusted: what makes no sense is dropped, in the file too.

    Attributes
    ----------
    problem : str
        What was dropped, in words; "" if nothing was.
    """

    def __init__(self, session: Session) -> None:
        self._session, self.problem = session, ""
        noted = session.settings.get(SETTING) or []
        entries = noted if isinstance(noted, list) else [noted]
        read = [_read(each, session.n_frames) for each in entries]
        self._all = [one for one in read if one is not None]
        lost = len(read) - len(self._all)
        if lost:
            self.problem = (f"{counted(lost, 'note')} of unfinished corrections {'is' if lost == 1 else 'are'} damaged "
                            "and dropped; look through the corrected tracks, and correct again where they slip")
            self._write()

    def due(self) -> list[Owed]:
        """What is to be solved, of the newest steps first: what is undone, or was taken over, is not."""
        if not self._all:
            return []
        done = {step.number for step in self._session.steps if step.is_done}
        due = (one for one in self._all if one.step in done and done.isdisjoint(one.passed))
        return sorted(due, key=lambda one: (-one.step, one))

    def note(self, owed: Iterable[Owed], step: int, taken: Iterable[Owed] = ()) -> None:
        """A step owes something, and has taken over what others owed; step 0 is none, and owes nothing."""
        if step:
            known, given = self._known(), set(taken)
            kept = [one for one in self._all if one.step in known]
            kept = [one._replace(passed=(*one.passed, step)) if one in given else one for one in kept]
            self._all = [*kept, *owed]
            self._write()

    def settle(self, owed: Iterable[Owed]) -> None:
        """Something is owed no more."""
        done = set(owed)
        left = [one for one in self._all if one not in done]
        if len(left) < len(self._all):
            self._all = left
            self._write()

    def _known(self) -> set[int]:
        """All steps that there are; the history may have forgotten some."""
        lines = self._session.steps, *self._session.branches
        return {step.number for line in lines for step in line}

    def _write(self) -> None:
        with suppress(EditError):  # a disk without room: it is written with the next one
            self._session.set_setting(SETTING, self._all or None)


def _read(noted: Any, n_frames: int) -> Owed | None:
    """An entry as JSON has it; None if it makes no sense."""
    if not isinstance(noted, list) or len(noted) != len(Owed._fields):
        return None
    step, track, first, last, is_ahead, passed = noted
    if not isinstance(is_ahead, bool) or not isinstance(passed, list):
        return None
    if not all(map(_is_number, [step, track, first, last, *passed])):
        return None
    one = Owed(step, track, first, last, is_ahead, tuple(passed))
    return one if one.step > 0 and one.first <= one.last < n_frames else None


def _is_number(value: Any) -> bool:
    """Whether it is a number that steps, tracks and frames can have."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST


def owed_by(step: int, gap: Gap) -> Owed:
    """What a step owes that is to have a gap solved."""
    inner = gap.frames[gap.is_inner]
    is_ahead = not gap.is_closed and bool(np.isnan(gap.old[gap.is_inner]).all())
    return Owed(step, gap.id, int(inner[0]), int(inner[-1]), is_ahead)
