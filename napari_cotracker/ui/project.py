"""One video of one viewer with everything that belongs to it: tracks, selection, run, and how they are shown."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from napari.layers import Layer
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from ..core.errors import CotrackerError, EditError
from ..core.queries import Queries
from ..core.tracks import Tracks
from ..core.video import Video
from ..editing.patch import Patch
from ..editing.session import Session
from ..tasks.film_facts import frame_facts
from ..tasks.plan import TrackOptions
from ..tasks.remote import Worker
from .axes import frame_of, held_at, step_of, to_frame
from .corrections import Corrections
from .layers import TracksView
from .look import Look
from .noted import absolute, identity_of, take_rate
from .reader import VideoArray
from .removing import remove_layers
from .selection import Selection
from .session_files import SessionFile
from .sources import video_of
from .tracking import Tracking

if TYPE_CHECKING:
    from napari import Viewer

INDEX_MS = 100  # how often the index of a film is asked whether it is complete


class Project(QObject):
    """A video layer, its session, and the layers that show it.

    Layers are added when there is something to show, or a tool needs them.

    Parameters
    ----------
    viewer : Viewer
    layer : Image
        The user's own; it is never changed but for its length, when that was provisional.
    look : Look
    worker : Worker
    session : Session, optional
        One of this very video, to go on with; without, a new one.

    Raises
    ------
    VideoError
        If the layer is no video.

    Signals
    -------
    length_known : the film's index is complete
    table_changed : tracks came, went, or got another entry
    view_changed : our layers came
    closing : what is still written is to come to an end
    told : (str) why something was not done
    """

    length_known, view_changed, table_changed, closing = Signal(), Signal(), Signal(), Signal()
    told = Signal(str)

    def __init__(self, viewer: Viewer, layer: Layer, look: Look, worker: Worker, parent: QObject | None = None, *,
                 session: Session | None = None) -> None:
        super().__init__(parent)
        self.id = uuid4().hex
        self.viewer, self.layer, self._look = viewer, layer, look
        self.video: Video = video_of(layer, step_of(viewer, layer))
        self.held = held_at(viewer, layer)
        self._array = layer.data if isinstance(layer.data, VideoArray) else None
        length = len(self._array) if self._array is not None else self.video.n_frames
        self._is_new = session is None
        self.session = session or Session(length, (self.video.width, self.video.height))
        take_rate(self.video, self.session.facts)
        self.file = SessionFile(self.session, self.video_facts, self)
        self.file.told.connect(self.told)
        self.selection = Selection()
        self.tracking = Tracking(self.session, worker, self)
        self.corrections = Corrections(self, worker)
        self.view: TracksView | None = None
        self._waiting: tuple[NDArray[np.int64], TrackOptions, str] | None = None
        self.session.changed.connect(self._on_changed)
        self._clock = QTimer(self)
        self._clock.setInterval(INDEX_MS)
        self._clock.timeout.connect(self._settle)
        if self.is_indexed:
            self._describe()
        else:
            self._clock.start()

    @property
    def is_indexed(self) -> bool:
        """Whether the number of frames is final."""
        return self._array is None or self._array.is_settled

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was done yet, so that another session can take its place."""
        has_no_place = self.file.path is None or self.file.is_unsaved
        return has_no_place and not len(self.session.ids) and not self.session.steps

    @property
    def is_waiting(self) -> bool:
        """Whether a run will begin as soon as the index is complete."""
        return self._waiting is not None

    @property
    def frame(self) -> int:
        """The frame that is shown, 0-based."""
        return min(frame_of(self.viewer, self.layer), self.session.n_frames - 1)

    def new_problem(self) -> str:
        """Why the last frame could not be read, told once; "" if nothing is wrong."""
        return "" if self._array is None else self._array.take_problem()

    def follow_plane(self) -> bool:
        """Until something is done, it is about the plane that further sliders show; says whether that is another."""
        now = held_at(self.viewer, self.layer)
        if not self.is_untouched or now == self.held:
            return False
        self.held.update(now)  # in place: the layers that lie over the video share it
        self.video = video_of(self.layer, step_of(self.viewer, self.layer))
        take_rate(self.video, self.session.facts)
        with suppress(EditError):
            self.session.describe(video=self.video_facts())
        return True

    def go_to(self, frame: int) -> None:
        """Show a frame."""
        to_frame(self.viewer, self.layer, int(np.clip(frame, 0, self.session.n_frames - 1)))

    def show(self) -> TracksView:
        """The layers that show the tracks, added if they are not there."""
        if self.view is None:
            self.view = TracksView(self.viewer, self.layer, self.session, self.selection, self._look, held=self.held,
                                   project=self.id)
            self.view.removed.connect(self._forget_view)
            self.view.told.connect(self._tell)
            self.view_changed.emit()
        return self.view

    def place(self, t: int, xy: ArrayLike, names: tuple[str, ...] = (), group: str = "", *, placed: bool = True
              ) -> NDArray[np.int64]:
        """New points; a run that is on its way takes them up.

        Raises
        ------
        EditError
            If a point is not finite, or its frame is not there.
        """
        self.show()
        count = len(np.reshape(xy, (-1, 2)))
        ids = self.session.add_points(t, xy, names=names, groups=(group,) * count, placed=placed)
        self.tracking.add(self.session.queries_of(ids))
        return ids

    def insert(self, queries: Queries, group: str = "") -> NDArray[np.int64]:
        """New points from a table; ids are given anew.

        Raises
        ------
        EditError
            If one lies on no frame of the video.
        """
        self.show()
        groups = (group,) * len(queries)
        ids = self.session.add_points(queries.t, queries.xy, names=queries.names, groups=groups, placed=False)
        self.tracking.add(self.session.queries_of(ids))
        return ids

    def adopt(self, tracks: Tracks) -> None:
        """Show tracks from a file in place of this project's own, which must be empty.

        Raises
        ------
        EditError
            If there are tracks already, or these are of another length or size of picture.
        """
        if len(self.session.ids):
            raise EditError("expected a video without tracks to load into; open the video once more, in another layer")
        if (tracks.n_frames, tracks.size or self.session.size) != (self.session.n_frames, self.session.size):
            size, own = tracks.size or self.session.size, self.session.size
            raise EditError(
                f"expected tracks of {self.session.n_frames} frames and {own[0]} × {own[1]} pixels, got "
                f"{tracks.n_frames} frames and {size[0]} × {size[1]}; open the video that they were made on"
            )
        self.session.load(tracks)
        take_rate(self.video, self.session.facts)
        self.show().refresh()
        self.table_changed.emit()

    def to_save(self) -> Tracks:
        """The tracks as a file should hold them, with the video's fingerprint."""
        tracks = self.session.tracks
        if not self.is_indexed:
            return tracks
        video = {"path": self.video.path, "fingerprint": self.video.fingerprint}
        return replace(tracks, meta={**tracks.meta, "video": video})

    def video_facts(self) -> dict[str, Any]:
        """What a session notes of its video."""
        return identity_of(self.video, self.layer, self.held)

    def start(self, ids: ArrayLike, options: TrackOptions, label: str) -> None:
        """Track points; a film whose index is not complete is waited for.

        Raises
        ------
        CotrackerError
            If there is nothing to track, or the options make no sense.
        """
        wanted = np.asarray(ids, np.int64)
        if not len(wanted):
            raise EditError("expected points to track, got none; click one in the picture first")
        self._waiting = None
        if not self.is_indexed:
            self._waiting = (wanted, options, label)
            return
        queries = self.session.queries_of(wanted)
        self.tracking.start(self.video, queries, options, label)

    def stop(self) -> None:
        """End the run, keeping what it did; one that waits does not begin."""
        self._waiting = None
        self.tracking.cancel()

    def close(self) -> None:
        """End the run, take our layers away, and let go of the session's file (a film layer keeps its video)."""
        self._clock.stop()
        self.closing.emit()
        self.tracking.close()
        self.corrections.close()
        self.session.changed.disconnect(self._on_changed)
        if self.view is not None:
            view, self.view = self.view, None
            view.detach(remove=True)
        self.file.close()

    def give_way(self) -> None:
        """Close, and take our layers away at once, for others are about to come."""
        layers = [] if self.view is None else [self.view.tails, self.view.points]
        self.close()
        remove_layers(self.viewer, layers)
        self.deleteLater()

    def _settle(self) -> None:
        """Once the index is complete, layer and tracks get the film's true length."""
        if self._array is None or not self._array.is_settled:
            return
        self._clock.stop()
        is_other = self._array.settle()
        with suppress(CotrackerError):
            self.session.set_length(len(self._array))
        self._describe()
        if self.view is not None:
            self.view.refresh()
        if is_other:
            self.layer.data = self._array  # last, for it has napari ask every layer for its extent
        self.length_known.emit()
        if self._waiting is not None:
            (ids, options, label), self._waiting = self._waiting, None
            self.start(ids[self.session.has(ids)], options, label)

    def _describe(self) -> None:
        """Note what is known of the video; a session from a file knows it, unless its video has moved."""
        video, session = self.video, self.session
        if session.is_read_only or (not self._is_new and session.video_path == absolute(video.path)):
            return
        with suppress(EditError):
            session.describe(**frame_facts(video), video=self.video_facts())

    def _on_changed(self, patch: Patch) -> None:
        if patch.changes_table:
            self.selection.keep(self.session.ids)
            self.table_changed.emit()

    def _tell(self, why: str) -> None:
        self.told.emit(why)

    def _forget_view(self) -> None:
        self.view = None


def layer_tag(layer: Any) -> dict[str, Any]:
    """What this program noted in a layer's metadata; empty for the user's own layers."""
    tag = layer.metadata.get("napari_cotracker", {})
    return tag if isinstance(tag, dict) else {}
