"""Tracks of other programs on the video that is open."""

from __future__ import annotations

from collections.abc import Callable, Generator

from qtpy.QtCore import QObject, Signal

from ..core.errors import CotrackerError, EditError
from ..core.tracks import Tracks
from ..core.words import counted
from ..editing.joining import joined_facts
from ..editing.patch import Patch
from ..editing.staging import OvertakenError, Staged
from ..editing.table import arriving
from ..tasks.convert import as_anchors as anchored
from ..tasks.convert import with_video
from .background import Background
from .project import Project
from .spelling import spell

BUSY = "expected one import at a time, and another is still running; wait until it is done, or cancel it"
AT_ONCE = 200_000  # cells that are written while the window waits: some hundredths of a second


def join(project: Project, tracks: Tracks, name: str, *, as_anchors: bool = False) -> int:
    """Have tracks from a file join those of a project, as one step that can be undone.

    Parameters
    ----------
    project : Project
    tracks : Tracks
    name : str
        Of the file.
    as_anchors : bool
        Whether what was imported counts as placed by a person.

    Returns
    -------
    int
        How many there are.

    Raises
    ------
    CotrackerError
        If they do not fit the video, or there is none.
    """
    return take_in(project, tracks, label_of(tracks, name), as_anchors=as_anchors)


def label_of(tracks: Tracks, name: str) -> str:
    """What the history says of tracks from a file."""
    return f"import {len(tracks)} tracks from {name}"


def take_in(project: Project, tracks: Tracks, label: str, *, as_anchors: bool = False) -> int:
    """The same for tracks from anywhere; `label` is for the history."""
    fitted = with_video(tracks, project.video)
    project.file.begin()  # first: what is here before there is a file is written twice
    project.session.bring(anchored(fitted) if as_anchors else fitted, label)
    _note(project, tracks)
    project.show().refresh()
    return len(tracks)


def _note(project: Project, tracks: Tracks) -> None:
    """What such tracks know of their skeleton, and of the models that made them, is known of the session's."""
    if facts := joined_facts(project.session.facts, tracks.meta):
        project.session.describe(**facts)


class Arrival(QObject):
    """Has many tracks join a project as `join` does, while the window can be used: they are shown once all are written.

    Signals
    -------
    changed : it began or ended
    failed : (CotrackerError)
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("tracks that come", self)
        self._background.finished.connect(self._put_in)
        self._background.failed.connect(self._fail)
        self._project: Project | None = None
        self._patch: Patch | None = None
        self._tracks: Tracks | None = None
        self._done: Callable[[], object] = bool

    @property
    def is_busy(self) -> bool:
        """Whether some are on their way."""
        return self._project is not None

    def take(self, project: Project, tracks: Tracks, name: str, say: Callable[[str], object], *,
             as_anchors: bool = False) -> None:
        """Take in tracks from a file: few at once, many in the background; `say` hears what is done.

        Raises
        ------
        CotrackerError
            If few do not fit the video; or many are on their way already.
        """
        said = counted(len(tracks), "track")

        def done() -> None:
            say(f"imported {said} from {name}; {spell('Control-Z')} takes that back")
        if tracks.state.size <= AT_ONCE:
            join(project, tracks, name, as_anchors=as_anchors)
            done()
            return
        if self.is_busy:
            raise EditError(BUSY)
        say(f"importing {said} from {name} …")
        self.begin(project, tracks, label_of(tracks, name), done, as_anchors=as_anchors)

    def begin(self, project: Project, tracks: Tracks, label: str, done: Callable[[], object], *,
              as_anchors: bool = False) -> None:
        """Take tracks in; `done` hears when they are there."""
        self._project, self._tracks, self._done, self._patch = project, tracks, done, None
        project.closing.connect(self._leave)
        project.file.begin()
        session, video, ids = project.session, project.video, project.session.new_ids(len(tracks))

        def work() -> Generator[float, None, Staged]:
            fitted = with_video(tracks, video)
            self._patch = arriving(anchored(fitted) if as_anchors else fitted, ids, label, session.n_frames)
            yield 0.0
            return (yield from session.stage(self._patch))
        self._background.ask(work)
        self.changed.emit()

    def cancel(self) -> None:
        """Want them no more; what was written of them is taken out."""
        if self._project is not None:
            self._background.drop()
            self._end()

    def close(self) -> None:
        """The same for good, before the file is closed."""
        self._leave()
        self._background.close()

    def _leave(self) -> None:
        if self._project is not None:
            self._background.drop_now()
            self._end()

    def _put_in(self, staged: Staged) -> None:
        project, tracks = self._project, self._tracks
        if project is None or tracks is None:
            return
        try:
            project.session.apply_staged(staged)
            _note(project, tracks)
        except CotrackerError as error:
            self._fail(error)
            return
        project.show().refresh()
        self._end()
        self._done()

    def _fail(self, error: CotrackerError) -> None:
        project, patch = self._project, self._patch
        if isinstance(error, OvertakenError) and project is not None and patch is not None:
            self._background.ask(lambda: project.session.stage(patch))
            return
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        if self._project is not None:
            self._project.closing.disconnect(self._leave)
        self._project = self._tracks = self._patch = None
        self.changed.emit()
