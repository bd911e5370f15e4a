"""Which moment a person should look at next."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.cues import Cue
from ..core.errors import EditError
from ..core.ranking import Moment, in_time, order, worst_first
from ..core.tracks import Floats
from .looked import Looked
from .standings import Reviewed, Standings

QUALITY = 0.8
LOOKED_REACH = 8  # frames to each side that one has seen when one looked at a moment
REMEMBERED = 50  # moments that one can go back to


class Review:
    """A queue of the doubtful moments of a session, the worst first.

    What was looked at does not come back unless its cells change afterwards, whether it was corrected,
    approved or passed over; the rest of a long stretch does. The queue knows nothing of how a session tells of its
    changes: whoever listens to it calls `update`. What an edit makes stale is brought up to date when the
    queue is asked next, which takes milliseconds; for all tracks, as at first, run `steps` through before,
    so that nothing stands still.

    Parameters
    ----------
    session : Reviewed
        A `Session`, for one.
    doubt_of : callable, optional
        From a track's id to (T,) pixels between its forward and backward answer, NaN where there are not
        both; or None.
    start_of : callable, optional
        From a track's id to the frame of its query, or None.
    group_of : callable, optional
        From a track's id to its group.
    """

    def __init__(self, session: Reviewed, *, doubt_of: Callable[[int], Floats | None] | None = None,
                 start_of: Callable[[int], int | None] | None = None, group_of: Callable[[int], str] | None = None
                 ) -> None:
        self._session, self._group_of = session, group_of
        self._standings = Standings(session, doubt_of=doubt_of, start_of=start_of)
        self._quality, self._by_time = QUALITY, False
        self._ids: frozenset[int] | None = None
        self._groups: frozenset[str] | None = None
        self._held: set[int] = set()
        self._current: Moment | None = None
        self._touched: set[int] = set()  # frames of the current track that changed while it was looked at
        self._past: list[Moment] = []
        self._skipped: list[Moment] = []

    @property
    def quality(self) -> float:
        """What all that remains shall reach: moments that score more than 1 minus that are asked for."""
        return self._quality

    @quality.setter
    def quality(self, value: float) -> None:
        if not 0 <= value <= 1:
            raise EditError(f"expected a quality from 0 to 1, got {value}; 0.8 is usual")
        self._quality = float(value)

    @property
    def is_by_time(self) -> bool:
        """Whether moments come in the order of time, not the worst first."""
        return self._by_time

    @is_by_time.setter
    def is_by_time(self, value: bool) -> None:
        self._by_time = bool(value)

    def limit(self, ids: Iterable[int] | None = None, groups: Iterable[str] | None = None) -> None:
        """Ask only for some tracks, by id, by group, or both; None for all."""
        self._ids = None if ids is None else frozenset(map(int, ids))
        self._groups = None if groups is None else frozenset(groups)

    def hold(self, ids: Iterable[int]) -> None:
        """Ask nothing about some tracks until `release`: a run is about to change them."""
        self._held |= {int(id) for id in ids}

    def release(self, ids: Iterable[int]) -> None:
        """Ask about some tracks again."""
        self._held -= {int(id) for id in ids}

    def reconsider(self, ids: Iterable[int]) -> None:
        """Take note that what is known beside the cells of some tracks changed, such as both directions' answers."""
        self._standings.forget(ids)

    @property
    def is_stale(self) -> bool:
        """Whether anything has to be ranked before the queue can be asked."""
        return self._standings.is_stale

    def steps(self) -> Iterator[float]:
        """Rank what is stale; yields the share that is done, after some ten milliseconds each."""
        yield from self._standings.steps()

    def update(self, ids: Iterable[int] | None = None, frames: Iterable[int] | None = None) -> None:
        """Take note that cells changed: those on some frames of some tracks; None for all.

        Of a patch with several blocks, once for each: what was looked at on these frames comes back.
        """
        changed = None if ids is None else {int(id) for id in ids}
        places = set(range(self._session.n_frames)) if frames is None else {int(frame) for frame in frames}
        if not places:
            return
        self._standings.looked.drop(changed, places)
        if self._current and (changed is None or self._current.id in changed):
            self._touched |= places
        self._standings.mark(changed)

    @property
    def current(self) -> Moment | None:
        """The moment that is looked at, if there is one and its track is still there."""
        return self._current if self._current and self._has(self._current) else None

    def next(self) -> Moment | None:
        """Go on to the next moment; the one before counts as looked at. None if nothing remains."""
        self._leave()
        if self._by_time:
            self._current = min(self._asked_for(), key=in_time, default=None)
        else:
            self._current = min(self._worst(), key=worst_first, default=None)
        return self._current

    def skip(self) -> Moment | None:
        """Go on without having decided; `recall` brings back what was passed over like that."""
        if self.current:
            self._skipped.append(self.current)
        return self.next()

    def back(self) -> Moment | None:
        """Go back to the moment before; the present one remains to be looked at. None if there is none."""
        while self._past:
            moment = self._past.pop()
            if self._has(moment):
                self._look_again(moment)
                self._current, self._touched = moment, set()
                return moment
        return None

    def recall(self) -> int:
        """Let what was skipped be asked again; gives how many that were."""
        for moment in self._skipped:
            self._look_again(moment)
        count, self._skipped = len(self._skipped), []
        return count

    def remaining(self, bound: float | None = None) -> list[Moment]:
        """What is to be looked at, the present moment included, in the order in which it comes.

        Parameters
        ----------
        bound : float, optional
            Moments that score more; 1 − `quality` if it is not given.
        """
        return order(self._asked_for(bound), by_time=self._by_time)

    def left(self, bound: float | None = None) -> int:
        """How many moments remain, as `remaining`."""
        least = self._least(bound)
        return sum(_count(moments, least) for moments in self._asked_of_tracks(least))

    @property
    def is_done(self) -> bool:
        """Whether all that remains is as good as it shall be."""
        return next(self._asked_of_tracks(self._least()), None) is None

    def accept_rest(self, bound: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count everything that scores at most so much as looked at.

        Returns
        -------
        ids, frames : (k,) int64
            The cell of each such moment, to be marked as verified.
        """
        accepted = order([moment for moment in self._asked_for(0) if moment.score <= bound], by_time=self._by_time)
        for moment in accepted:
            self._standings.looked.add(moment.id, _seen_with(moment))
        self._standings.forget({moment.id for moment in accepted})
        return (np.array([m.id for m in accepted], np.int64), np.array([m.frame for m in accepted], np.int64))

    def state(self) -> dict[str, Any]:
        """Where one is and what was looked at, as plain values."""
        seen = {str(id): [list(run) for run in runs] for id, runs in self._standings.looked.spans().items()}
        return {"current": _plain(self._current), "past": [_plain(moment) for moment in self._past],
                "skipped": [_plain(moment) for moment in self._skipped], "seen": seen}

    def restore(self, state: dict[str, Any]) -> None:
        """Return to what `state` gave, after what was done since has been undone."""
        self._current, self._touched = _moment(state["current"]), set()
        self._past = [moment for plain in state["past"] if (moment := _moment(plain))]
        self._skipped = [moment for plain in state["skipped"] if (moment := _moment(plain))]
        before = self._standings.looked
        now = Looked.of({int(id): [(first, last) for first, last in runs] for id, runs in state["seen"].items()})
        self._standings.looked = now
        self._standings.forget(before.ids | now.ids)

    def _leave(self) -> None:
        """The present moment was looked at, but for what changed since it came."""
        if self.current:
            self._past = [*self._past, self.current][-REMEMBERED:]
            self._looked_at(self.current, self._touched)
        self._touched = set()

    def _looked_at(self, moment: Moment, but: Collection[int] = ()) -> None:
        self._standings.looked.add(moment.id, set(_seen_with(moment)).difference(but))
        self._standings.forget([moment.id])

    def _look_again(self, moment: Moment) -> None:
        self._standings.looked.drop([moment.id], _seen_with(moment))
        self._standings.forget([moment.id])

    def _has(self, moment: Moment) -> bool:
        return bool((self._session.ids == moment.id).any()) and moment.frame < self._session.n_frames

    def _asked_for(self, bound: float | None = None) -> list[Moment]:
        """What remains, in any order."""
        least = self._least(bound)
        return [moment for moments in self._asked_of_tracks(least) for moment in moments[: _count(moments, least)]]

    def _worst(self) -> Iterator[Moment]:
        """The worst moments of each track, of which several may be equally bad."""
        for moments in self._asked_of_tracks(self._least()):
            yield from takewhile(partial(_is_as_bad, moments[0]), moments)

    def _asked_of_tracks(self, least: float) -> Iterator[Sequence[Moment]]:
        """All moments of each track of which any remain, the worst first; one look a track, for they may be 100,000."""
        self._standings.refresh()
        for id, moments in self._standings.by_track.items():
            if moments and moments[0].score > least and self._is_asked_for(id):
                yield moments

    def _least(self, bound: float | None = None) -> float:
        return 1 - self._quality if bound is None else bound

    def _is_asked_for(self, id: int) -> bool:
        is_chosen = id not in self._held and (self._ids is None or id in self._ids)
        if self._groups is None or not is_chosen:
            return is_chosen
        return self._group_of is not None and self._group_of(id) in self._groups


def _is_as_bad(moment: Moment, other: Moment) -> bool:
    return moment.score == other.score


def _count(moments: Sequence[Moment], least: float) -> int:
    """How many score more; the worst come first."""
    return bisect_left(moments, -least, key=lambda moment: -moment.score)


def _seen_with(moment: Moment) -> range:
    """What a look at a moment settles: of a long stretch, only the frames beside the one that is shown."""
    return range(max(moment.first, moment.frame - LOOKED_REACH), min(moment.last, moment.frame + LOOKED_REACH) + 1)


def _plain(moment: Moment | None) -> list[Any] | None:
    return None if moment is None else [int(part) if isinstance(part, Cue) else part for part in moment]


def _moment(plain: list[Any] | None) -> Moment | None:
    return None if plain is None else Moment(*plain)._replace(cue=Cue(plain[Moment._fields.index("cue")]))
