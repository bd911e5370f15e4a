"""What the user says of the moment that is being asked, or of any other: each one step of the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import EditError
from ..editing.brackets import bracket
from ..editing.claims import is_located
from ..tasks.fixes import snapped
from .desk import Desk
from .reviewing import Reviewing

if TYPE_CHECKING:
    from ..editing.session import Session
    from .project import Project

Floats = NDArray[np.float32]
State = dict[str, Any]  # of the queue
REMEMBERED = 100  # answers whose undoing brings the queue back to them


class Answers:
    """Turns answers into edits of the selected track, starts what they entail, and goes on to the next moment.

    Parameters
    ----------
    desk : Desk
    reviewing : Reviewing

    Attributes
    ----------
    snaps : bool
        Whether a click is moved to where the picture looks like the track, by a few pixels at most.
    """

    def __init__(self, desk: Desk, reviewing: Reviewing) -> None:
        self._desk, self._reviewing = desk, reviewing
        self.snaps = False
        self._before: dict[tuple[str, int], State] = {}  # each answer, by the number of its step
        self._after: dict[tuple[str, int], State] = {}  # it, once it is undone
        self._taken: tuple[str, int, int, int, int] | None = None  # the step that took another answer, and for what

    @property
    def is_asked(self) -> bool:
        """Whether what is shown is the moment that is being asked about."""
        moment, project = self._reviewing.moment, self._project
        if moment is None or project is None:
            return False
        return self._answers(project.selection.ids, self._frame)

    def place(self, t: int, xy: ArrayLike, ids: ArrayLike | None = None) -> None:
        """The selected track is here on this frame; what lies around is solved again.

        Raises
        ------
        EditError
            If it is not one track, or the point is not finite or on no frame.
        """
        project = self._project
        if project is None:
            return
        chosen = np.array([self._chosen()]) if ids is None else np.asarray(ids, np.int64)
        places = self._snapped(project, chosen, t, np.reshape(np.asarray(xy, np.float32), (-1, 2)))
        is_answer = self._answers(chosen, t)
        is_step = self._step(lambda: project.session.edit.move(chosen, t, places), is_answer)
        if project.is_indexed:
            project.corrections.follow_up(chosen, t, joins=is_step)
        self._go_on(is_answer, f"{_who(project, chosen)} is here on frame {t}")

    def accept(self) -> None:
        """It is right.

        Raises
        ------
        EditError
            If there is nothing that could be right.
        """
        id, t = self._chosen(), self._frame
        if not is_located(self._session.read([t], [id])).all():
            raise EditError(f"expected {self._name(id)} to be somewhere on frame {t}; click where it is, or press O if "
                            "it is hidden")
        self._say_of(id, t, lambda: self._session.edit.verify([id], [t]), f"is right on frame {t}", solves=True)

    def accept_rest(self) -> None:
        """All that scores below what was asked for is right."""
        review = self._reviewing.review
        if review is None:
            return
        if review.is_stale:
            raise EditError("the tracks are still being checked; try again in a moment")
        state = review.state()
        ids, frames = review.accept_rest(1 - review.quality)
        if not len(ids):
            raise EditError("there is nothing left to approve")
        try:
            self._step(lambda: self._session.edit.verify(ids, frames, paired=True), True, state)
        except EditError:
            review.restore(state)
            raise
        self._desk.say(f"{len(ids)} moments of {len(np.unique(ids))} tracks approved")

    def hide(self, to_the_end: bool = False) -> None:
        """It is hidden here, or up to the next point that was set."""
        id, t = self._chosen(), self._frame
        frames = self._rest_of_span(id, t) if to_the_end else np.array([t])
        words = f"is hidden on frame {t}" if len(frames) == 1 else f"is hidden on frames {t} to {frames[-1]}"
        self._say_of(id, t, lambda: self._session.edit.occlude([id], frames), words)

    def gone(self) -> None:
        """It is not there from here on, or not yet, up to the next point that was set: that one says that it is.

        Raises
        ------
        EditError
            If it would be nowhere at all.
        """
        id, t = self._chosen(), self._frame
        session = self._session
        frames, words = self._absence(id, t)
        elsewhere = is_located(session.read(np.setdiff1d(np.arange(session.n_frames), frames), [id]))
        if not elsewhere.any():
            raise EditError(f"expected {self._name(id)} to be somewhere on another frame, got none; "
                            "delete the track if it is not there at all")
        self._say_of(id, t, lambda: session.edit.leave_out([id], frames), words)

    def take_other(self) -> None:
        """What the other direction says of this span is right; once more for the first answer.

        Raises
        ------
        EditError
            If there is only one answer.
        """
        id, t = self._chosen(), self._frame
        if self._taken is not None and self._taken[:3] == (*self._key(self._session.last_step), id) and (
                self._taken[3] <= t <= self._taken[4]):
            self._session.undo()
            self._desk.say("the first answer again")
            return
        sides = self._session.sides(id)
        xy = self._session.cells.xy[:, int(self._session.columns([id])[0])]
        known = np.zeros(len(xy), bool) if sides is None else sides.forward.known & sides.backward.known
        frames = _around(known, t)
        if sides is None or not len(frames):
            raise EditError("there is only one answer for this frame: it was not tracked from both ends")
        apart = [np.linalg.norm(side.xy[t] - xy[t]) for side in (sides.forward, sides.backward)]
        side = sides.backward if apart[0] < apart[1] else sides.forward
        if self._step(lambda: self._session.edit.take(id, frames, side.select(frames))):
            self._taken = (*self._key(self._session.last_step), id, int(frames[0]), int(frames[-1]))
        self._desk.say(f"the other direction's answer for frames {frames[0]} to {frames[-1]}; H for the first one")

    def swap(self, with_id: int | None) -> None:
        """The selected track and another one are taken for each other around here.

        Raises
        ------
        EditError
            If there is no other track.
        """
        id, t = self._chosen(), self._frame
        if with_id is None or with_id == id:
            raise EditError("put the mouse over the track to swap with, then press W")
        cells = self._session.read(np.arange(self._session.n_frames), [id])[:, 0]
        reach = bracket(cells, t)
        inner = np.arange(reach.first + (reach.left is not None), reach.last + 1 - (reach.right is not None))
        self._step(lambda: self._session.edit.swap(id, with_id, inner))
        self._desk.say(f"swapped on frames {inner[0]} to {inner[-1]}")

    def after_undo(self, number: int) -> None:
        """The step of that number was undone: if it was an answer, the queue returns to where it was before."""
        self._return(number, self._before, self._after)

    def after_redo(self, number: int) -> None:
        """The step of that number was done again: if it was an answer, the queue goes on to where it was after it."""
        self._return(number, self._after, self._before)

    # inside

    @property
    def _project(self) -> Project | None:
        return self._desk.current

    @property
    def _session(self) -> Session:
        if self._project is None:
            raise EditError("expected a video to work on, got none")
        return self._project.session

    @property
    def _frame(self) -> int:
        return 0 if self._project is None else self._project.frame

    def _chosen(self) -> int:
        id = None if self._project is None else self._project.selection.one
        if id is None:
            raise EditError("select the track to correct first: press N for the next moment, or click its point or row")
        return id

    def _answers(self, ids: NDArray[np.int64], t: int) -> bool:
        """Whether something said of tracks on a frame answers what is asked."""
        moment = self._reviewing.moment
        return moment is not None and ids.tolist() == [moment.id] and moment.first <= t <= moment.last

    def _say_of(self, id: int, t: int, edit: Callable[[], object], words: str, *, solves: bool = False) -> None:
        """Do an edit of a track on a frame, say so, and go on if that was asked."""
        is_answer, project = self._answers(np.array([id]), t), self._project
        is_step = self._step(edit, is_answer)
        if solves and is_step and project is not None and project.is_indexed:
            # what lies between two cells that are right is known better than before: it saves corrections (measured)
            project.corrections.follow_up(np.array([id]), t)
        self._go_on(is_answer, f"{self._name(id)} {words}")

    def _go_on(self, is_answer: bool, said: str) -> None:
        """To the next moment, if the present one was answered: what is said of others does not move the view."""
        if is_answer:
            self._reviewing.next(said)
        else:
            self._desk.say(said)

    def _step(self, edit: Callable[[], object], is_answer: bool = False, state: State | None = None) -> bool:
        """Do an edit; of an answer, remember where the queue was before. Says whether it became a step."""
        review, session = self._reviewing.review, self._session
        if is_answer and state is None and review is not None:
            state = review.state()
        before = session.last_step
        edit()
        is_step = session.last_step != before
        if is_step and state is not None:
            _remember(self._before, self._key(session.last_step), state)
        return is_step

    def _return(self, number: int, there: dict[tuple[str, int], State], back: dict[tuple[str, int], State]) -> None:
        state, review = there.pop(self._key(number), None), self._reviewing.review
        if state is not None and review is not None:
            _remember(back, self._key(number), review.state())
            review.restore(state)
            self._reviewing.show_again()

    def _name(self, id: int) -> str:
        return self._session.rows[int(self._session.columns([id])[0])].name

    def _key(self, number: int) -> tuple[str, int]:
        return ("" if self._project is None else self._project.id, number)

    def _snapped(self, project: Project, ids: NDArray[np.int64], t: int, xy: Floats) -> Floats:
        if not self.snaps or not project.is_indexed:
            return xy
        return np.stack([snapped(project.session, project.video, int(id), t, place)
                         for id, place in zip(ids, xy, strict=True)])

    def _absence(self, id: int, t: int) -> tuple[NDArray[np.int64], str]:
        """The frames on which a track is gone that is not there on one, and that in words."""
        cells = self._session.read(np.arange(self._session.n_frames), [id])[:, 0]
        reach, start = bracket(cells, t), self._session.rows[int(self._session.columns([id])[0])].t
        known = [one for one in (reach.left, reach.right) if one is not None]
        if reach.first <= start <= reach.last and is_located(cells[start]):
            known.append(start)  # it is there, too, although nobody may have vouched for it
        before = max((one for one in known if one < t), default=None)
        after = min((one for one in known if one > t), default=None)
        if before is None and after is not None:
            return np.arange(reach.first, t + 1), f"is not there before frame {t + 1}"
        last = reach.last if after is None else after - 1
        until = "on" if last == len(cells.state) - 1 else f"to {last}"
        return np.arange(t, last + 1), f"is gone from frame {t} {until}" if last > t else f"is gone on frame {t}"

    def _rest_of_span(self, id: int, t: int) -> NDArray[np.int64]:
        moment = self._reviewing.moment
        if moment is not None and moment.id == id and moment.first <= t < moment.last:
            return np.arange(t, moment.last + 1)
        reach = bracket(self._session.read(np.arange(self._session.n_frames), [id])[:, 0], t)
        return np.arange(t, reach.last + 1 - (reach.right is not None))


def _who(project: Project, ids: NDArray[np.int64]) -> str:
    name = project.session.rows[int(project.session.columns(ids[:1])[0])].name
    return name if len(ids) == 1 else f"{name} and {len(ids) - 1} more"


def _remember(states: dict[tuple[str, int], State], key: tuple[str, int], state: State) -> None:
    states.pop(key, None)
    states[key] = state
    while len(states) > REMEMBERED:
        del states[next(iter(states))]


def _around(mask: NDArray[np.bool_], t: int) -> NDArray[np.int64]:
    """The run of true values around a place; empty if there is none."""
    if not mask[t]:
        return np.zeros(0, np.int64)
    breaks = np.flatnonzero(~mask)
    before, after = breaks[breaks < t], breaks[breaks > t]
    first, last = (before[-1] + 1 if len(before) else 0), (after[0] if len(after) else len(mask))
    return np.arange(first, last)
