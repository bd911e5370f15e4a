"""Edits of the selected tracks, for keys and menus: each is one step of the history; one that is refused says why."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.coordinates import has_place
from ..core.errors import CotrackerError, EditError
from ..editing.part import when
from ..editing.patch import Patch
from ..editing.session import Session
from .edit_aim import Aim, Frames, Ids
from .edit_table import EDITS, NO_TRACK, refusal
from .span_choice import SpanChoice

if TYPE_CHECKING:
    from .desk import Desk

NO_VIDEO = "open a video first"
MOST_REHEARSED = 30_000  # cells; a menu must not wait for more
PIXEL, TENTH = 1.0, 0.1
# plain arrows, and those with Alt or Ctrl, are napari's; with Shift they are free on every system
NUDGES = {f"{keys}-{arrow}": (step * right, step * down)
          for keys, step in (("Shift", PIXEL), ("Control-Shift", TENTH))
          for arrow, right, down in (("Left", -1, 0), ("Right", 1, 0), ("Up", 0, -1), ("Down", 0, 1))}


@dataclass(frozen=True)
class Offer:
    """Something that can be done now, or why it cannot.

    Parameters
    ----------
    text : str
        What will happen.
    act : callable
    refusal : str
        Why not, "" if it can be done.
    about : str
        What it is good for.
    """

    text: str
    act: Callable[[], object]
    refusal: str = ""
    about: str = ""


class EditActions:
    """Does what keys and menus ask, to the tracks that are selected in the current video.

    Parameters
    ----------
    desk : Desk
    span : SpanChoice
        The frames that are chosen.

    Attributes
    ----------
    retrack : callable, optional
        Called with ids (n,) and a range of frames that the user wants to be tracked again.
    after : callable, optional
        Called with ids (n,) and a frame on which the user just said where tracks are; after an edit of many
        frames for the first and the last of them.
    """

    def __init__(self, desk: Desk, span: SpanChoice) -> None:
        self._desk, self.span = desk, span
        self._within: Ids | None = None
        self.retrack: Callable[[Ids, range], object] | None = None
        self.after: Callable[[Ids, int], object] | None = None

    @property
    def aim(self) -> Aim | None:
        """What an edit would be about now; None without a video."""
        project = self._desk.current
        return None if project is None else Aim.of(project, self.span, self._within)

    def within(self, ids: Ids | None) -> EditActions:
        """The same for those of the selected tracks alone that are among some; for all of them without."""
        made = copy(self)
        made._within = ids
        return made

    def do(self, name: str) -> bool:
        """Do one of `EDITS`; gives whether anything changed."""
        edit, reached = EDITS[name], np.zeros(0, np.int64)

        def act(aim: Aim) -> object:
            nonlocal reached
            reached = edit.frames(aim)
            return edit.do(aim.session.edit, aim, reached)

        return self._do(act, lambda: reached if edit.moves else reached[:0])

    def nudge(self, right: float, down: float, aim: Aim | None = None) -> bool:
        """Move tracks by some pixels on a frame, those selected on the one that is shown if not told; see `NUDGES`."""
        shown = np.zeros(0, np.int64)

        def act(aim: Aim) -> None:
            nonlocal shown
            shown = _some(aim).here()
            aim.session.edit.nudge(aim.ids, aim.t, (right, down))

        return self._do(act, lambda: shown, aim)

    def rename(self, name: str) -> bool:
        """Give the one selected track another name."""
        return self._do(lambda aim: aim.session.rename(int(_one(aim).ids[0]), name))

    def regroup(self, group: str) -> bool:
        """Put the selected tracks into a group, "" for none."""
        return self._do(lambda aim: aim.session.regroup(_some(aim).ids, group.strip()))

    def delete(self) -> bool:
        """Delete the selected tracks."""
        return self._do(lambda aim: aim.session.delete(_some(aim).ids))

    def retrack_span(self) -> None:
        """Have the chosen frames of the selected tracks tracked again, else those between the neighbouring anchors."""
        aim = self.aim
        if self.retrack is None or aim is None:
            return
        try:
            frames = _some(aim).around()
            self.retrack(aim.ids, range(int(frames[0]), int(frames[-1]) + 1))
        except CotrackerError as error:
            self._desk.say(str(error))

    def go_to_first(self) -> None:
        """Show the first frame on which a selected track is anywhere, else where the first of them starts."""
        aim, project = self.aim, self._desk.current
        if project is None or aim is None or not len(aim.ids):
            return
        placed = has_place(aim.session.cells.xy[:, aim.session.columns(aim.ids)]).any(axis=1)
        project.go_to(int(placed.argmax()) if placed.any() else min(row.t for row in aim.rows))

    # what is on offer

    def offer(self, name: str) -> Offer:
        """One of `EDITS` with its words, and why it cannot be done now."""
        edit, aim = EDITS[name], self.aim
        made = Offer(edit.text.format(who="tracks", t=0), lambda: self.do(name), NO_VIDEO, edit.about)
        if aim is None:
            return made
        try:
            frames = edit.frames(aim)
        except EditError as error:
            return replace(made, text=edit.words(aim, None), refusal=str(error))
        tried = edit.can_rehearse and aim.n_cells <= MOST_REHEARSED
        return replace(made, text=edit.words(aim, frames), refusal=refusal(edit, aim, frames) if tried else "")

    def offer_retrack(self) -> Offer:
        """The same of `retrack_span`."""
        aim, text = self.aim, "Track {who} again"
        made = Offer(text.format(who="tracks"), self.retrack_span, NO_VIDEO, "Between the anchors, which stay put")
        if aim is None:
            return made
        text = text.format(who=aim.who)
        try:
            return replace(made, text=f"{text}, {when(_some(aim).around())}", refusal="")
        except EditError as error:
            return replace(made, text=text, refusal=str(error))

    # doing it

    def _do(self, act: Callable[[Aim], object], moved: Callable[[], Frames] | None = None, aim: Aim | None = None
            ) -> bool:
        """Do something, say what, and tell whoever tracks again what lies around; an error is told, too."""
        aim, project = aim or self.aim, self._desk.current
        if aim is None or project is None:
            self._desk.say(NO_VIDEO)
            return False
        try:
            labels, answer = _labels(aim.session, lambda: act(aim))
        except CotrackerError as error:
            self._desk.say(str(error))
            return False
        if not labels:
            self._desk.say("nothing to change there")
            return False
        if isinstance(answer, int):
            project.selection.set([answer])
        self._desk.say(f"done: {labels[-1]}")
        if moved is not None and aim.session is project.session:
            self._follow_up(aim, moved())
        return True

    def _follow_up(self, aim: Aim, frames: Frames) -> None:
        try:
            for t in dict.fromkeys([*frames[:1].tolist(), *frames[-1:].tolist()]):
                if self.after is not None:
                    self.after(aim.ids, t)
        except CotrackerError as error:  # the edit stays
            self._desk.say(str(error))


def _labels(session: Session, act: Callable[[], object]) -> tuple[list[str], Any]:
    """Do something; gives the names of the steps that it made, and what it gives."""
    made: list[str] = []

    def note(patch: Patch) -> None:
        made.append(patch.label)

    session.changed.connect(note)
    try:
        return made, act()
    finally:
        session.changed.disconnect(note)


def _some(aim: Aim) -> Aim:
    if not len(aim.ids):
        raise EditError(NO_TRACK)
    return aim


def _one(aim: Aim) -> Aim:
    if len(_some(aim).ids) != 1:
        raise EditError(f"select exactly one track, not {len(aim.ids)}")
    return aim
