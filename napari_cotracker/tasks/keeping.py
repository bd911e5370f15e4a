"""Tracking that is written down as it comes: a run that is cut off, however, leaves a session, and can go on."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import EditError, TrackingError
from ..core.queries import Queries
from ..core.tracker import Bookmark, Control, TrackUpdate
from ..core.tracks import State, Tracks
from ..core.video import Video
from ..editing.encoding import DamageError
from ..editing.places import SUFFIX, remove
from ..editing.run import Run
from ..editing.session import Session
from .film_facts import film_facts
from .plan import TrackOptions, make_plan
from .progress import mapped
from .recorder import Recorder
from .sessions import is_session, remedy
from .standing import Earlier, Standing
from .track import describe_run, track

SETTING = "unfinished run"
LABEL = "track without a window"
EVERY_SECONDS = 1.0  # between two bookmarks, at least
SHARE = 0.05  # of the time that making them may take
FREE = {"device", "memory_budget", "disk_budget", "compile"}  # settings that may be others when a run goes on


class Kept(NamedTuple):
    """What came of a run.

    Parameters
    ----------
    tracks : Tracks
    problem : str
        Why it could not be written down to its end, "" if it was.
    """

    tracks: Tracks
    problem: str


def place_for(out: Path) -> Path:
    """The session in which a run is kept that is to be written to a file: that file, or one beside it."""
    return out if is_session(out) else out.with_name(f"{out.name}.partial{SUFFIX}")


def is_unfinished(path: Path) -> bool:
    """Whether a session is there with a run that can be gone on with."""
    try:
        with closing(Session.open(path, read_only=True)) as session:
            note = session.settings.get(SETTING)
            return isinstance(note, dict) and not note.get("is_over")
    except EditError:
        return False


def forget(path: Path) -> None:
    """Delete a session that is needed no more.

    Raises
    ------
    EditError
        If it is open elsewhere, or the system refuses.
    """
    remove(path)


def track_kept(video: Video, queries: Queries, options: TrackOptions, path: Path, *, resume: bool = False,
               required: bool = True, control: Control | None = None, facts: Mapping[str, Any] | None = None
               ) -> Generator[TrackUpdate, None, Kept]:
    """Track points as `track` does, and write every piece of the answer into a session before it is passed on.

    Parameters
    ----------
    video : Video
    queries : Queries
        Those that `control` adds are followed, but not written.
    options : TrackOptions
    path : Path
        Of the session.
    resume : bool
        Whether to go on with the run that it holds, if it is there.
    required : bool
        Whether a session that cannot be begun, as on disks without locks, is a reason not to track.
    control : Control, optional
    facts : mapping, optional
        The video's `film_facts`.

    Raises
    ------
    CotrackerError
        As `track`; or if the session is there and not to be gone on with, or holds a run of another film, of other
        points or settings.
    """
    facts = film_facts(video) if facts is None else facts
    request = _request(video, queries, options)
    earlier = Earlier()
    if resume and path.exists():
        session, earlier = _take_up(path, video, queries, request)
    else:
        try:
            session = _begin(path, video, queries, request, facts)
        except EditError as error:
            if required:
                raise
            return Kept((yield from track(video, queries, options, control=control, facts=facts)), str(error))
    keeper: _Keeper | None = None
    try:
        with closing(session):
            begun = session.begin_run(LABEL, queries.ids, facts=request | {"cancelled": True})
            keeper = _Keeper(session, begun, request, control or Control())
            run = track(video, queries, options, control=keeper, facts=facts, earlier=earlier)
            tracks = yield from mapped(run, keeper.hear)
            keeper.finish(tracks)
    except BaseException:
        if earlier.tracks is None and not (keeper and keeper.has_heard):  # there is nothing to go on with
            with suppress(EditError):
                remove(path)
        raise
    return Kept(tracks, keeper.problem)


class _Keeper(Control):
    """Writes down what a run says, and where it stands."""

    def __init__(self, session: Session, run: Run, request: Mapping[str, Any], control: Control) -> None:
        self._session, self._run, self._request, self._control = session, run, request, control
        self._next = 0.0
        self.has_heard = False
        self.problem = ""

    def cancelled(self) -> bool:
        return self._control.cancelled()

    def paused(self) -> bool:
        return self._control.paused()

    def new_queries(self) -> Queries | None:
        return self._control.new_queries()

    def stands(self, bookmark: Callable[[], Bookmark]) -> None:
        began = monotonic()
        if began >= self._next or self.cancelled():
            self._try(lambda: _note(self._session, self._request, bookmark()))
            now = monotonic()
            self._next = now + max(EVERY_SECONDS, (now - began) / SHARE)

    def hear(self, update: TrackUpdate) -> TrackUpdate:
        """Write an update down; it is handed on."""
        self.has_heard |= bool(len(update.frames))
        self._try(lambda: self._run.write(update))
        return update

    def finish(self, tracks: Tracks) -> None:
        """The run is over, or was cancelled: what it did is a step, or all that there is."""
        facts = tracks.meta["runs"][0]
        bad = [int(frame) for frame in np.flatnonzero((tracks.state == State.UNKNOWN).any(1))]
        self._try(lambda: self._run.close(facts, bad))
        if not facts["cancelled"]:
            self._try(lambda: _note(self._session, self._request, None))
            self._try(lambda: self._session.compact(forget_history=True))

    def _try(self, write: Callable[[], object]) -> None:
        """A disk that is full is no reason to lose what is being tracked."""
        if not self.problem:
            try:
                write()
            except EditError as error:
                self.problem = str(error)


def _request(video: Video, queries: Queries, options: TrackOptions) -> dict[str, Any]:
    """What a run that goes on must have in common with the one before."""
    from ..trackers.weights import require_local

    plan = make_plan(video, queries, options)
    return describe_run(plan.with_checkpoint(require_local(plan.choice)))


def _begin(path: Path, video: Video, queries: Queries, request: Mapping[str, Any], facts: Mapping[str, Any]) -> Session:
    if path.exists():
        raise EditError(f"expected the name of a new session, got {str(path)!r}, which is there; go on with its run "
                        "(resume), or choose another name")
    session = Session.from_tracks(Recorder(video.n_frames, queries).tracks(facts))
    try:
        session.save_as(path)
        _note(session, request, {})
    except BaseException:
        session.close()
        if session.path is not None:
            remove(path)
        raise
    return session


def _take_up(path: Path, video: Video, queries: Queries, request: Mapping[str, Any]) -> tuple[Session, Earlier]:
    """A session with a run that broke off, and what that left.

    Raises
    ------
    CotrackerError
        If it is of something else, or was changed since.
    """
    try:
        session = Session.open(path)
    except DamageError as error:
        raise EditError(f"{error}; {remedy(path)}") from error
    try:
        if session.is_read_only:
            raise EditError(f"cannot go on with the run in {path.name!r}: {session.refusal}")
        note = session.settings.get(SETTING)
        if not isinstance(note, dict):
            raise EditError(f"expected a session with a run to go on with, got {path.name!r}, which holds none; "
                            "choose another name")
        session.check_video(video)
        _check_points(path, session, queries)
        _check_request(path, note.get("request"), request)
        return session, Earlier(session.tracks, _bookmark_in(path, note))
    except BaseException:
        session.close()
        raise


def _check_points(path: Path, session: Session, queries: Queries) -> None:
    theirs, ours = session.queries, queries.select(np.argsort(queries.ids))
    if theirs != ours:
        raise EditError(f"expected the points of the run in {path.name!r} ({len(theirs)}), got others ({len(ours)}); "
                        "give the same, or begin anew under another name")
    labels = {LABEL, f"{LABEL}, cut off"}
    strange = [step.label for step in session.steps if not step.is_done or step.label not in labels]
    if strange or session.branches:
        what = f" ({strange[-1]!r})" if strange else ""
        raise EditError(f"expected {path.name!r} as the run left it, got one that was changed since{what}; go on with "
                        "it in the window, or begin anew under another name")


def _check_request(path: Path, theirs: Any, ours: Mapping[str, Any]) -> None:
    before, now = (_flat(each) for each in (theirs if isinstance(theirs, dict) else {}, ours))
    for name in [*now, *(before.keys() - now.keys())]:
        both_known = name in before and name in now
        if before.get(name) != now.get(name) and (both_known or not name.startswith("checkpoint")):
            raise EditError(f"expected {name} {before.get(name)!r} as in the run in {path.name!r}, got "
                            f"{now.get(name)!r}; give the same, or begin anew under another name")


def _flat(request: Mapping[str, Any]) -> dict[str, Any]:
    """Settings and facts by names; those that make no difference are left out."""
    settings, checkpoint = request.get("settings") or {}, request.get("checkpoint") or {}
    plain = {name: value for name, value in request.items() if name not in ("settings", "checkpoint")}
    return {**plain, **{name: value for name, value in settings.items() if name not in FREE},
            **({"checkpoint": checkpoint.get("sha256")} if checkpoint else {})}


def _note(session: Session, request: Mapping[str, Any], bookmark: Bookmark | None) -> None:
    """Note where a run stands; None when it is over."""
    packed = io.BytesIO()
    np.savez(packed, **(bookmark or {}))  # type: ignore[arg-type]
    session.set_setting(SETTING, {"request": request, "is_over": bookmark is None,
                                  "bookmark": base64.b64encode(packed.getvalue()).decode()})


def _bookmark_in(path: Path, note: Mapping[str, Any]) -> Bookmark:
    if note.get("is_over"):
        return Standing.over()
    try:
        packed = io.BytesIO(base64.b64decode(note["bookmark"], validate=True))
        with np.load(packed, allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise TrackingError(f"what {path.name!r} says of where its run stood is damaged ({error}); its tracks can be "
                            "read, but not gone on with: begin anew under another name") from error
