"""What passes in front of an edit: a matte that is a layer of the user's, or a file."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image, Labels, Layer
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QWidget

from ..core.errors import CotrackerError
from ..tasks.edit_front import CheckedFront, Front, VideoFront, matte_in, open_front
from ..tasks.edit_settled import Matte
from .areas import index_of
from .background import Background
from .desk import Desk
from .propagate_source import CHANGES, layers_beside
from .reader import VideoArray
from .sections import ask_for_file, button, choice, choose_item, form, refill, row
from .sources import time_axis

if TYPE_CHECKING:
    from napari import Viewer

FILE = "file"
FILMS = "Mattes (*.mp4 *.mov *.mkv *.avi *.webm *.png *.tif *.tiff *.exr *.dpx *.jpg *.jpeg)"
TIP = ("A matte of what passes in front: where it is white or opaque, or has a label, the edit goes behind it. Without "
       "one, the tracks decide")
PAUSE_MS = 200  # after the last stroke on a matte, before it is looked at


@dataclass(frozen=True)
class Asked:
    """A matte that was chosen and fits the film.

    Parameters
    ----------
    front : CheckedFront
    path : str
        Where it can be opened again; empty where only this window has it.
    """

    front: CheckedFront
    path: str = ""


class FrontField(QWidget):
    """A line to choose a matte in.

    Parameters
    ----------
    desk : Desk

    Signals
    -------
    changed : another matte was chosen
    painted : the one that is chosen looks different
    """

    changed = Signal()
    painted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._file: tuple[str, CheckedFront] | None = None
        self._followed: Layer | None = None
        self._film: VideoFront | None = None  # of the layer that is followed, looked at once
        self._opener = Background("matte opener", self)
        self._opener.finished.connect(self._take_opened)
        self._opener.failed.connect(self._refuse)
        self.fronts = choice("in front", TIP)
        self.file_button = button("File…", "Read a film or pictures with the matte; of a sequence choose any picture",
                                  lambda: ask_for_file(self, "What is in front", self.take_file, FILMS))
        lines = form()
        lines.addRow("In front", row(self.fronts, self.file_button))
        self.setLayout(lines)
        self._clock = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._clock.timeout.connect(self.painted)
        self.list_layers()
        self.fronts.currentIndexChanged.connect(lambda _: self._on_chosen())
        desk.viewer.layers.events.connect(self.list_layers)

    @property
    def is_chosen(self) -> bool:
        """Whether there is a matte."""
        return self.fronts.currentData() is not None

    def asked(self) -> Asked | None:
        """The matte that was chosen; None if none was.

        Raises
        ------
        VideoError
            If it does not fit the film.
        """
        chosen, project = self.fronts.currentData(), self._desk.current
        if chosen is None or project is None:
            return None
        n_frames, size = project.session.n_frames, project.session.size
        if chosen == FILE:
            assert self._file is not None
            return Asked(self._file[1], self._file[0])
        path = chosen.data.video.path if self._film is not None else None
        front = self._film or _front_of(self._desk.viewer, chosen)
        return Asked(CheckedFront(front, n_frames, size), path or "")

    def take_file(self, path: str) -> None:
        """Open a file in the background; when it is open, it is chosen."""
        project = self._desk.current
        if project is not None:
            self._desk.say(f"Opening {Path(path).name} …")
            n_frames, size = project.session.n_frames, project.session.size
            self._opener.ask(lambda: _opening(path, n_frames, size))

    def follow(self) -> None:
        """Another video: its matte is another one."""
        self._opener.drop()
        self._release()
        self.list_layers()
        self.fronts.setCurrentIndex(0)

    def close(self) -> bool:
        """Listen no more."""
        self._desk.viewer.layers.events.disconnect(self.list_layers)
        self._opener.close()
        self._clock.stop()
        self._listen(None)
        self._release()
        return super().close()

    def list_layers(self, event: object = None) -> None:
        """Offer what there is."""
        if getattr(event, "type", "") not in CHANGES:
            return
        layers = layers_beside(self._desk, lambda layer: isinstance(layer, Labels | Image))
        file = {} if self._file is None else {FILE: Path(self._file[0]).name}
        if not refill(self.fronts, {None: "no matte", **file, **layers}):
            self._on_chosen()  # the one that was chosen has gone

    def _on_chosen(self) -> None:
        chosen = self.fronts.currentData()
        self._listen(chosen if isinstance(chosen, Layer) else None)
        self.changed.emit()

    def _take_opened(self, opened: tuple[str, CheckedFront]) -> None:
        self._release()
        self._file = opened
        self.list_layers()
        choose_item(self.fronts, FILE)
        self._desk.say(f"{Path(opened[0]).name} hides what lies behind it.")

    def _refuse(self, error: CotrackerError) -> None:
        self._desk.say(str(error))

    def _release(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file[1].close()

    def _listen(self, layer: Layer | None) -> None:
        old, self._followed = self._followed, layer
        film = None if layer is None else layer.data
        self._film = VideoFront(film.video) if isinstance(film, VideoArray) else None
        for each, is_new in ((old, False), (layer, True)):
            for name in ("paint", "set_data", "contrast_limits"):  # undo, too, sets data
                signal = None if each is None else getattr(each.events, name, None)
                if signal is not None:
                    (signal.connect if is_new else signal.disconnect)(self._on_painted)

    def _on_painted(self, _: object = None) -> None:
        self._clock.start()


@dataclass(frozen=True)
class LayerFront:
    """Mattes that a layer shows, as it shows them.

    Parameters
    ----------
    read : callable
        From a 0-based frame to its matte; may be called from any thread.
    n_frames : int
    size : (width, height)
    """

    read: Callable[[int], Matte]
    n_frames: int
    size: tuple[int, int]

    def at(self, t: int) -> Matte:
        """(H, W) 0 … 1."""
        return self.read(t)

    def close(self) -> None:
        """The layer stays the user's."""


def _front_of(viewer: Viewer, layer: Layer) -> Front:
    """Mattes of a layer; along axes that are neither time nor picture, where these are shown now."""
    data = layer.data[0] if layer.multiscale else layer.data
    ahead = layer.ndim - 2
    time, where = time_axis(layer), index_of(viewer, layer)
    read = _labels_at if isinstance(layer, Labels) else partial(_shades_at, limits=layer.contrast_limits, rgb=layer.rgb)

    def at(t: int) -> Matte:
        return read(data, tuple(t if axis == time else index for axis, index in enumerate(where)))

    height, width = data.shape[ahead : ahead + 2]
    return LayerFront(at, data.shape[time] if ahead else 1, (width, height))


def _labels_at(data: Any, where: tuple[int, ...]) -> Matte:
    return np.asarray(np.asarray(data[where]) != 0, np.float32)


def _shades_at(data: Any, where: tuple[int, ...], limits: Sequence[float], rgb: bool) -> Matte:
    """Alpha, or how white it is; of grey pixels by the contrast limits, so that what looks white is in front."""
    picture = np.asarray(data[where])
    if rgb:
        return matte_in(picture)
    low, high = limits
    return matte_in(((picture.astype(np.float32) - low) / max(high - low, 1e-6))[..., None])


def _opening(path: str, n_frames: int, size: tuple[int, int]) -> Generator[float, None, tuple[str, CheckedFront]]:
    """Open mattes; whoever does not want them any more has them closed."""
    front = open_front(path, n_frames, size)
    try:
        yield 1.0
    except GeneratorExit:
        front.close()
        raise
    return path, front
