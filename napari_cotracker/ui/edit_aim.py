"""What an edit is about: the selected tracks, the frame that is shown, the frames that are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..editing.brackets import bracket
from ..editing.patch import Row
from ..editing.session import Session
from .span_choice import SpanChoice

if TYPE_CHECKING:
    from .project import Project

Ids = NDArray[np.int64]
Frames = NDArray[np.int64]

LONGEST = 24  # letters of a name in a sentence
CHOOSE = "choose frames first: drag along the numbers above the tracks"


@dataclass(frozen=True)
class Aim:
    """Tracks and frames.

    Parameters
    ----------
    session : Session
    ids : (n,) int64
        The selected tracks, ascending.
    t : int
        The frame that is shown.
    span : range or None
        The frames that are chosen.
    """

    session: Session
    ids: Ids
    t: int
    span: range | None

    @classmethod
    def of(cls, project: Project, span: SpanChoice, within: Ids | None = None) -> Aim:
        """What the user has in mind now; `within` are the tracks that he sees, if these are not all."""
        session, chosen = project.session, project.selection.ids
        chosen = chosen if within is None else chosen[np.isin(chosen, within)]
        return cls(session, chosen[session.has(chosen)], project.frame, span.frames)

    @property
    def rows(self) -> list[Row]:
        """The entries of the tracks."""
        return [self.session.rows[column] for column in self.session.columns(self.ids).tolist()]

    @property
    def who(self) -> str:
        """The tracks in words."""
        if len(self.ids) != 1:
            return f"{len(self.ids)} tracks" if len(self.ids) else "tracks"
        name = self.rows[0].name
        return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"

    @property
    def n_cells(self) -> int:
        """Of all frames of the tracks."""
        return len(self.ids) * self.session.n_frames

    # which frames an edit reaches

    def here(self) -> Frames:
        """The frame that is shown."""
        return np.array([self.t])

    def chosen(self) -> Frames:
        """The chosen frames, else the one that is shown."""
        return self.here() if self.span is None else np.array(self.span)

    def onward(self) -> Frames:
        """The chosen frames, else all from the one that is shown."""
        return np.arange(self.t, self.session.n_frames) if self.span is None else np.array(self.span)

    def others(self) -> Frames:
        """The chosen frames, else the next one.

        Raises
        ------
        EditError
            If there is no other frame.
        """
        if self.span is not None and len(self.span) > 1:
            return np.array(self.span)
        if self.span is not None and self.t not in self.span:
            return np.array(self.span)
        if self.t + 1 >= self.session.n_frames:
            raise EditError(f"there is no frame after this one; {CHOOSE}")
        return np.array([self.t + 1])

    def between(self) -> Frames:
        """The chosen frames, else those from the anchor before the one that is shown to the anchor after it.

        Raises
        ------
        EditError
            If there are none.
        """
        return self._around(is_closed=True)

    def around(self) -> Frames:
        """The same, to an end of the clip where there is no anchor."""
        return self._around(is_closed=False)

    def _around(self, is_closed: bool) -> Frames:
        if self.span is not None:
            return np.array(self.span)
        if len(self.ids) != 1:
            raise EditError(f"for several tracks at once, {CHOOSE}")
        found = bracket(self.session.cells[:, int(self.session.columns(self.ids)[0])], self.t)
        if is_closed and (found.left is None or found.right is None):
            raise EditError(f"there are no anchors before and after this frame; {CHOOSE}")
        return np.arange(found.first, found.last + 1)
