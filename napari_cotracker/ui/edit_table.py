"""All edits of tracks and frames that the window offers, each with its words and what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.blending import Side
from ..core.errors import EditError
from ..editing.cells import Cells
from ..editing.editor import Editor
from ..editing.part import when
from ..editing.splices import counterparts
from .edit_aim import CHOOSE, Aim, Frames

NO_TRACK = "select tracks first: click their points or their rows"


@dataclass(frozen=True)
class Edit:
    """One of them.

    Parameters
    ----------
    text : str
        What will happen, with `{who}` and the frame shown as `{t}`.
    do : callable
        Given the editor, the aim and the frames; gives the id of a track that is to be selected, or anything else.
    about : str
        What it is good for.
    reach : callable
        Which frames of an aim it is about; it may raise an `EditError`.
    tail : str
        What is put behind the text once the frames are known, with `{when}`.
    fewest, most : int
        How many tracks it needs.
    least : int
        How many frames it needs.
    moves : bool
        Whether tracks are elsewhere afterwards, so that what lies around may be tracked again.
    can_rehearse : bool
        Whether the edit can be tried without being done.
    """

    text: str
    do: Callable[[Editor, Aim, Frames], Any]
    about: str
    reach: Callable[[Aim], Frames] = Aim.chosen
    tail: str = ", {when}"
    fewest: int = 1
    most: int = 1 << 60
    least: int = 1
    moves: bool = False
    can_rehearse: bool = True

    def frames(self, aim: Aim) -> Frames:
        """Which frames it would change.

        Raises
        ------
        EditError
            If it makes no sense for so many tracks or frames.
        """
        count = len(aim.ids)
        if not count:
            raise EditError(NO_TRACK)
        if not self.fewest <= count <= self.most:
            raise EditError(f"select {_number(self.fewest, self.most)}, not {count}")
        frames = self.reach(aim)
        if len(frames) < self.least:
            raise EditError(f"this takes at least {self.least} frames; {CHOOSE}")
        return frames

    def words(self, aim: Aim, frames: Frames | None) -> str:
        """What will happen, as far as the frames are known."""
        tail = "" if frames is None else self.tail.format(when=when(frames))
        who = aim.who if len(aim.ids) >= self.fewest else "tracks"
        return self.text.format(who=who, t=aim.t) + tail


class Rehearsal(Editor):
    """An editor that finds out what an edit would say, and does nothing."""

    would_change = False

    def _do(self, patch: object) -> None:
        self.would_change = patch is not None


def _end(editor: Editor, aim: Aim, frames: Frames) -> None:
    editor.end(aim.ids, aim.t - 1)


def _not_at_first(aim: Aim) -> Frames:
    if not aim.t:
        raise EditError("this is the first frame; to remove the whole track, delete it")
    return aim.here()


def _with_two_parts(aim: Aim) -> Frames:
    """The frame that is shown, if there is something on both sides of it."""
    cells = aim.session.cells[:, aim.session.columns(aim.ids)]
    filled = cells.differs(Cells.empty(*cells.shape))
    if not filled[: aim.t].any() or not filled[aim.t :].any():
        raise EditError("there is nothing on one side of this frame; go to where the second part begins")
    return aim.here()


def _onward(aim: Aim) -> Frames:
    """All frames from the one that is shown, if it is clear who is swapped with whom."""
    counterparts(aim.rows)
    return aim.onward()


def _side(name: str) -> Callable[[Editor, Aim, Frames], None]:
    """Take what was found from the anchor before, or from the one after."""

    def take(editor: Editor, aim: Aim, frames: Frames) -> None:
        sides = aim.session.sides(int(aim.ids[0]))
        side: Side | None = None if sides is None else getattr(sides, name)
        if side is None or not side.known[frames].any():
            raise EditError("there is no separate answer from that side; tracking around a correction makes one")
        editor.take(int(aim.ids[0]), frames, side.select(frames))

    return take


def _number(fewest: int, most: int) -> str:
    return "exactly one track" if fewest == most else "two tracks or more"


EDITS = {
    "hide": Edit("Hide {who}", lambda editor, aim, frames: editor.occlude(aim.ids, frames),
                 "Something covers it; no run changes that"),
    "show": Edit("Show {who}", lambda editor, aim, frames: editor.show(aim.ids, frames),
                 "It is in sight, where it is now", moves=True),
    "verify": Edit("It is right: {who}", lambda editor, aim, frames: editor.verify(aim.ids, frames),
                   "Approve what the tracker found; no run changes it"),
    "straight": Edit("Straight", lambda editor, aim, frames: editor.interpolate(aim.ids, frames, "linear"),
                     "In a straight line from anchor to anchor", Aim.between, "", least=3),
    "curved": Edit("Curved", lambda editor, aim, frames: editor.interpolate(aim.ids, frames, "cubic"),
                   "In a curve that leaves and arrives as the track moves there", Aim.between, "", least=3),
    "smooth": Edit("Smooth {who}", lambda editor, aim, frames: editor.smooth(aim.ids, frames),
                   "Remove jitter; anchors stay put", Aim.around, least=3),
    "copy": Edit("Copy {who} from frame {t}", lambda editor, aim, frames: editor.paste(aim.ids, aim.t, frames),
                 "For what does not move", Aim.others, " to {when}", moves=True),
    "take before": Edit("From the anchor before", _side("forward"), "The track as followed forward from it", tail="",
                        most=1),
    "take after": Edit("From the anchor after", _side("backward"), "The track as followed backward from it", tail="",
                       most=1),
    "start": Edit("Starts at frame {t}: {who}", lambda editor, aim, frames: editor.start(aim.ids, aim.t),
                  "It is not there before this frame", Aim.here, ""),
    "end": Edit("Gone from frame {t} on: {who}", _end, "It is not there from this frame on", _not_at_first, ""),
    "clear": Edit("Clear {who}", lambda editor, aim, frames: editor.clear(aim.ids, frames),
                  "Empty these cells, your own points too; a run may fill them again"),
    "split": Edit("Split {who} at frame {t}", lambda editor, aim, frames: editor.split(int(aim.ids[0]), aim.t),
                  "From here on it is another point: a track of its own", _with_two_parts, "", most=1,
                  can_rehearse=False),
    "merge": Edit("Merge {who} into one", lambda editor, aim, frames: editor.merge(aim.ids),
                  "They are the same point; the best of each frame is kept", Aim.here, "", fewest=2),
    "swap": Edit("Swap {who}", lambda editor, aim, frames: editor.swap(*counterparts(aim.rows), frames),
                 "The tracker mistook one for the other; of two individuals, select all points", _onward, fewest=2),
}


def refusal(edit: Edit, aim: Aim, frames: Frames) -> str:
    """Why an edit would not be done, or that it would change nothing; "" if it would be done."""
    rehearsal = Rehearsal(aim.session)
    try:
        edit.do(rehearsal, aim, np.asarray(frames))
    except EditError as error:
        return str(error)
    return "" if rehearsal.would_change else "this would change nothing"
