"""Paint that was made on a steady film, and the file that says how the film was held still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from napari.layers import Labels, Layer
from qtpy.QtCore import QFileSystemWatcher, QSignalBlocker, Signal
from qtpy.QtWidgets import QWidget

from ..tasks.edits import WHATS
from ..tasks.paint_back import ENDING, Back, finding_steady, steady_paths
from .background import Background
from .desk import Desk
from .project import Project
from .propagate_pictures import PictureLayer, is_picture
from .propagate_source import CHANGES, layers_beside
from .reader import VideoArray
from .sections import ask_for_file, button, choice, choose_item, form, refill, row

BACK = "back"
EDITS = {**WHATS, BACK: "Paint back"}
"""What the panel offers: what tracks carry, and paint that needs none."""

PAINTS = "Paint (*.png *.tif *.tiff *.exr *.dpx *.webp *.mov *.mkv *.webm *.avi)"
STEADY = f"How a film was held still (*{ENDING})"


class BackFields(QWidget):
    """Fields for what goes back to the film.

    Parameters
    ----------
    desk : Desk

    Signals
    -------
    changed : another choice, or the paint's file was written again
    """

    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._file: Path | None = None
        self._given: list[Path] = []  # by hand
        self._found: list[Path] = []
        self._is_own_choice = False
        self._finder = Background("steady file finder", self)
        self._finder.finished.connect(self._take_found)
        self._picture = PictureLayer(desk, self)
        self._picture.painted.connect(self.changed)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(lambda _: self._on_paint())
        self._make_fields()
        self.list_layers()
        self.paints.currentIndexChanged.connect(lambda _: self._on_paint())
        self.steadies.currentIndexChanged.connect(lambda _: self._on_steady())
        desk.viewer.layers.events.connect(self.list_layers)

    def missing(self) -> str:
        """What is to be done before there is something to lay over the film, in words."""
        if self.paints.currentData() is None:
            return "Choose the paint made on the steady film, transparent elsewhere: a layer or a file."
        if isinstance(self.paints.currentData(), Labels) and self._picture.pixels() is None:
            return f"Paint on {self.paints.currentData().name}, over the steady film, what should go onto the film."
        if self.steadies.currentData() is None:
            return f"Choose the file beside the steady film: its name ends in {ENDING}."
        if self._is_steady_itself():
            return "This is the steady film itself: choose the film as it was shot, under Video."
        return ""

    def asked(self) -> Back | None:
        """What is to go back; None if something is missing."""
        if self.missing():
            return None
        chosen = self.paints.currentData()
        paint = self._path_of(chosen) or self._picture.pixels()
        return None if paint is None else Back(self.steadies.currentData(), paint)

    def look(self) -> None:
        """Look in the background for files that say how this film was held still."""
        project = self._desk.current
        if project is not None and project.is_indexed and self.isVisibleTo(self.parentWidget()):
            folders, n_frames, size = list(self._folders(project)), project.session.n_frames, project.session.size
            self._finder.ask(lambda: finding_steady(folders, n_frames, size))

    def take_paint(self, path: str) -> None:
        """A file is the paint; one that was chosen before is read again."""
        self._file = Path(path)
        self.list_layers()
        with QSignalBlocker(self.paints):
            choose_item(self.paints, self._file)
        self._on_paint()

    def take_steady(self, path: str) -> None:
        """A file says how the film was held still."""
        self._given = [Path(path)]
        self._list_steadies()
        with QSignalBlocker(self.steadies):
            choose_item(self.steadies, Path(path))
        self._on_steady()

    def follow(self) -> None:
        """Another video was held still in another way."""
        self._finder.drop()
        self._given, self._found, self._is_own_choice, self._file = [], [], False, None
        self._list_steadies()
        self.list_layers()
        self.look()

    def close(self) -> bool:
        """Listen no more."""
        self._desk.viewer.layers.events.disconnect(self.list_layers)
        self._finder.close()
        self._picture.follow(None)
        return super().close()

    def list_layers(self, event: object = None) -> None:
        """Offer what there is."""
        if getattr(event, "type", "") not in CHANGES:
            return
        layers = layers_beside(self._desk, _can_be_paint)
        file = {} if self._file is None else {self._file: self._file.name}
        if not refill(self.paints, {None: "choose paint", **file, **layers}):
            self._on_paint()  # what was chosen has gone

    def _on_paint(self) -> None:
        chosen = self.paints.currentData()
        self._picture.follow(chosen if isinstance(chosen, Layer) and self._path_of(chosen) is None else None)
        self._watch()
        self.look()
        self.changed.emit()

    def _watch(self) -> None:
        """Whoever paints in another program sees it here when it is saved; a file that was replaced is a new one."""
        if watched := self._watcher.files():
            self._watcher.removePaths(watched)
        path = self._path_of(self.paints.currentData())
        if path is not None and path.is_file():
            self._watcher.addPath(str(path))

    def _on_steady(self) -> None:
        chosen = self.steadies.currentData()
        self._given, self._is_own_choice = [] if chosen is None else [chosen], chosen is not None
        self.changed.emit()

    def _take_found(self, found: list[Path]) -> None:
        before = self.steadies.currentData()
        self._found = found
        self._list_steadies()
        if not self._is_own_choice:
            with QSignalBlocker(self.steadies):
                choose_item(self.steadies, self._likely(found))
        if self.steadies.currentData() != before:
            self.changed.emit()

    def _likely(self, found: Sequence[Path]) -> Path | None:
        """The only one that is named as a film in the window, or beside the paint, or at all: none astray."""
        named = {name for path in self._films() for name in steady_paths(path)}
        paint = self._path_of(self.paints.currentData())
        for group in ([path for path in found if path.absolute() in named],
                      [path for path in found if paint is not None and path.parent == paint.parent], found):
            if len(group) == 1:
                return group[0]
        return None

    def _folders(self, project: Project) -> Iterator[Path]:
        """Where such a file may lie: beside the paint, the film, and other films in the window."""
        paint = self._path_of(self.paints.currentData())
        for path in (paint, project.video.path, *self._films()):
            if path:
                yield from (name.parent for name in steady_paths(path))

    def _is_steady_itself(self) -> bool:
        project = self._desk.current
        path = None if project is None else project.video.path
        return path is not None and self.steadies.currentData().absolute() in steady_paths(path)

    def _films(self) -> list[Path]:
        films = (layer.data.video for layer in self._desk.viewer.layers if isinstance(layer.data, VideoArray))
        return [Path(film.path) for film in films if film.path is not None]

    def _path_of(self, chosen: Any) -> Path | None:
        if isinstance(chosen, Layer):
            path = chosen.data.video.path if isinstance(chosen.data, VideoArray) else None
            return None if path is None else Path(path)
        return chosen if isinstance(chosen, Path) else None

    def _list_steadies(self) -> None:
        listed = dict.fromkeys([*self._given, *self._found])
        names = {path: path.name.removesuffix(ENDING) for path in listed}
        refill(self.steadies, {None: "choose its file", **names})

    def _make_fields(self) -> None:
        self.paints = choice("paint", "What was painted on the steady film, transparent elsewhere: one picture, as an "
                             "image layer, a Labels layer in its colours, or a file; or a film or pictures of all "
                             "frames")
        self.paint_button = button("File…", "Read paint from a file; if there is a picture for every frame, choose any",
                                   lambda: ask_for_file(self, "Paint", self.take_paint, PAINTS))
        self.steadies = choice("steady film", f"The file beside the steady film, which ends in {ENDING}: it says how "
                               "the film was held still. Those beside the paint and the film are found")
        self.steady_button = button("File…", "Choose this file yourself",
                                    lambda: ask_for_file(self, "How it was held still", self.take_steady, STEADY))
        lines = form()
        lines.addRow("Paint", row(self.paints, self.paint_button))
        lines.addRow("Held still", row(self.steadies, self.steady_button))
        self.setLayout(lines)


def _can_be_paint(layer: Layer) -> bool:
    """One picture, or a film that can be opened again: its layer shows no alpha."""
    if isinstance(layer.data, VideoArray):
        return bool(layer.data.video.path)
    return is_picture(layer)
