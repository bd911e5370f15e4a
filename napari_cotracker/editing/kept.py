"""How a session is kept: in memory at first, in a file from `save_as` on, and what is noted beside the tracks."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from ..core.errors import EditError
from ..core.tracks import Tracks
from ..core.video import Video
from . import records, recovery
from .cells import Cells
from .history import History
from .identity import check_video, find_video
from .journal import BUDGET
from .ledger import FORGOTTEN
from .patch import Patch
from .records import SessionState
from .staging import Staged
from .store import Store
from .table import TrackTable
from .view import View


class Kept(View):
    """Tracks that are kept, with their history, settings, and facts about the video."""

    def __init__(self, n_frames: int, size: tuple[int, int], meta: Mapping[str, Any] | None = None, *,
                 budget: int = BUDGET) -> None:
        state = SessionState(0, 0, 1, 0, 0, int(n_frames), int(size[0]), int(size[1]))
        meta = {"created": datetime.now(UTC).isoformat(timespec="seconds"), **(meta or {}), "size": state[-2:]}
        store = Store()
        store.write(records.begin_state(state), *(records.put_value("facts", name, meta[name]) for name in meta))
        self._begin(store, state, meta, budget)

    @classmethod
    def create(cls, path: str | Path, n_frames: int, size: tuple[int, int], meta: Mapping[str, Any] | None = None, *,
               budget: int = BUDGET) -> Self:
        """A new session in a new file.

        Parameters
        ----------
        path : str or Path
        n_frames : int
        size : (width, height)
        meta : mapping, optional
            More facts for `Tracks.meta`.
        budget : int
            Bytes of history that are kept.

        Raises
        ------
        EditError
            If there is such a file already, or it cannot be written.
        """
        if Path(path).exists():
            raise EditError(f"expected the name of a new file, got {str(path)!r}, which is there; open it instead")
        session = cls(n_frames, size, meta, budget=budget)
        session.save_as(path)
        return session

    @classmethod
    def open(cls, path: str | Path, *, read_only: bool = False, budget: int = BUDGET) -> Self:
        """A session from its file, as it was; runs that were cut off are steps of its history.

        What another window writes to is opened as it is at that moment, for looking only.

        Parameters
        ----------
        path : str or Path
        read_only : bool
            Whether to leave the file alone, and look at it as it is now.
        budget : int
            Bytes of history that are kept.

        Raises
        ------
        EditError
            If it is no session file, or damaged (`DamageError`), or of a newer version.
        """
        store = Store.open(Path(path), read_only)
        try:
            session = cls.__new__(cls)
            with recovery.told(store):
                state = store.read(records.read_state)
                session._begin(store, state, store.read(records.read_values("facts")), budget)
                recovery.load(session._history, session._table, store, state)
                session._settings = store.read(records.read_values("settings"))
        except BaseException:
            store.abandon()
            raise
        store.refuse()
        return session

    @property
    def path(self) -> Path | None:
        """The file; None for a session that was never saved."""
        return self._store.path

    @property
    def is_read_only(self) -> bool:
        """Whether it can only be looked at; `refusal` says why."""
        return bool(self._store.refusal)

    @property
    def refusal(self) -> str:
        """Why nothing can be changed, "" if it can."""
        return self._store.refusal

    def save_as(self, path: str | Path, told: Callable[[float], object] = bool) -> None:
        """Go on in another file, with all of the history; the old file stays as it is.

        One that has a file can be saved in another thread while it is edited; `told` hears the share that is done
        there, 0 … 1.

        Raises
        ------
        EditError
            If another window writes to that file, or it cannot be written; the session goes on where it was.
        """
        self._complete()
        self._store.move_to(Path(path), told)

    def copy_to(self, path: str | Path) -> None:
        """Write a copy into another file, with all of the history.

        Raises
        ------
        EditError
            If another window writes to that file, or it cannot be written.
        """
        self._complete()
        self._store.copy_to(Path(path))

    def compact(self, *, forget_history: bool = False) -> None:
        """Make the file as small as it can be.

        Parameters
        ----------
        forget_history : bool
            Whether to drop all steps, done and undone, so that nothing can be undone any more.

        Raises
        ------
        EditError
            If a run is open, or the file refuses.
        """
        if self._history.runs:
            raise EditError("cannot compact a session while points are tracked; cancel the run or let it end")
        if forget_history:
            self._history.forget()
        self._store.compact()

    def close(self) -> None:
        """Let go of the file; what open runs show becomes a step of its own when it is opened again.

        Raises
        ------
        EditError
            If the system refuses; nothing that was shown is lost.
        """
        self._history.finish()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def stage(self, patch: Patch) -> Generator[float, None, Staged]:
        """Write a patch of new tracks that is about to be done, in any thread; see `staging.stage`."""
        return self._history.stage(patch)

    def apply_staged(self, staged: Staged) -> None:
        """Do a patch that `stage` has written.

        Raises
        ------
        OvertakenError
            If anything came between; stage it again.
        """
        self._history.apply_staged(staged)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What was noted by `set_setting`; not to be written to."""
        return MappingProxyType(self._settings)

    def set_setting(self, name: str, value: Any) -> None:
        """Note a plain JSON value, None to forget it. This is not an edit.

        Raises
        ------
        EditError
            If JSON cannot hold it, or the file refuses.
        """
        try:
            plain = json.loads(json.dumps(value))
        except (TypeError, ValueError) as mishap:
            raise EditError(f"expected a setting that JSON can hold, got {value!r:.60}: {mishap}") from None
        if plain is None:
            self._store.write(records.drop_value("settings", name))
            self._settings.pop(name, None)
        else:
            self._store.write(records.put_value("settings", name, plain))
            self._settings[name] = plain

    @property
    def tracks(self) -> Tracks:
        """A copy of everything as it is now."""
        return self._table.tracks({**self._meta, "size": self.size, "runs": self.runs})

    @property
    def lent(self) -> Tracks:
        """The same on the session's own memory, for a short look: cells change with those of the session."""
        return self._table.tracks({**self._meta, "size": self.size, "runs": self.runs}, is_lent=True)

    @property
    def runs(self) -> list[Any]:
        """What is known of the runs behind these tracks: models, licences, settings."""
        return _each_once([*self._meta.get("runs", ()), *self._history.facts])

    def before(self, step: int, id: int) -> Cells:
        """Cells (T,) of a track as they are; those that still are what a step made them, as they were before it.

        Raises
        ------
        EditError
            If there is no such track, or the step cannot be read.
        """
        frames, ids = np.arange(self.n_frames), np.array([id], np.int64)
        cells = self.read(frames, ids)
        for block in self._history.journal.patch(step).blocks:
            index, own = block.shared(frames, ids)
            now = cells[index]
            cells.write(index, now.put(~now.differs(block.after[own]), block.before[own]))
        return cells[:, 0]

    def describe(self, **facts: Any) -> None:
        """Note facts about the video in `Tracks.meta`. This is not an edit.

        Raises
        ------
        EditError
            If the file refuses.
        """
        self._store.write(*(records.put_value("facts", name, value) for name, value in facts.items()))
        self._meta.update(facts)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What was noted by `describe`; not to be written to."""
        return MappingProxyType(self._meta)

    @property
    def video_path(self) -> Path | None:
        """Where the video is: beside the session file by its name, else where it was; None if it is not to be found."""
        return find_video(self.path, self._meta.get("video"))

    def check_video(self, video: Video) -> None:
        """Refuse a video that is not the one of this session.

        Raises
        ------
        EditError
            Saying how both differ.
        """
        check_video(video, self.n_frames, self.size, self._meta.get("video"))

    def _complete(self) -> None:
        if not self._store.is_file:
            self._history.complete()

    def _begin(self, store: Store, state: SessionState, meta: Mapping[str, Any], budget: int) -> None:
        super().__init__(TrackTable(state.n_frames))
        self.size = (state.width, state.height)
        self._store = store
        self._meta = {name: tuple(value) if name == "fps" else value for name, value in meta.items()
                      if name != FORGOTTEN}
        self._settings: dict[str, Any] = {}
        self._history = History(self._table, self._tell, store, budget)

    def _tell(self, patch: Patch) -> None:
        """For whoever shows the tracks."""


def _each_once(runs: Sequence[Any]) -> list[Any]:
    """Without those of which the same was said before: hundreds of fixes are made alike."""
    kept: dict[str, Any] = {}
    for run in runs:
        kept.setdefault(repr(run), run)
    return list(kept.values())
