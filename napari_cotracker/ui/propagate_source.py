"""What an edit is made of: a painted layer, a picture, corners, and the frames on which they were set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from napari.layers import Labels, Layer
from numpy.typing import NDArray
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QWidget

from ..core.errors import EditError
from ..tasks.edit_pictures import read_picture
from ..tasks.edits import Painting
from .areas import areas_in
from .colours import label_colours
from .desk import Desk
from .links import Links
from .placement import Placement
from .project import Project, layer_tag
from .propagate_corners import corners_amid
from .propagate_paintings import PaintedLayer, Paintings
from .propagate_pictures import PictureLayer, is_picture
from .sections import ask_for_file, button, choice, choose_item, form, refill, row

Points = NDArray[np.float64]

PAINTED, PLACED, STILL = ("mask", "effect"), ("insert", "pin"), ("stabilise", "stmap")
CHANGES = {"", "inserted", "removed", "reordered", "renamed"}  # after which the lists of layers may be others
MOST_BYTES = 16 << 30  # of a new layer to paint in; untouched frames of it take no memory
FILE = "file"
PICTURES = "Pictures (*.png *.tif *.tiff *.jpg *.jpeg *.exr *.dpx *.webp)"


class Source(QWidget):
    """Fields for what is propagated, by its kind.

    Signals
    -------
    changed

    Attributes
    ----------
    carried : callable
        Where corners are on the frame that is shown; whoever knows replaces it.
    """

    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.what = "mask"
        self.carried: Callable[[], Points | None] = lambda: None
        self.painted, self.placed, self.still = Paintings(self), Paintings(self), Paintings(self)
        self.painted_layer = PaintedLayer(desk, self.painted)
        self._file: tuple[str, NDArray[Any]] | None = None
        self._picture: NDArray[Any] | None = None
        self._picture_frame = 0
        self._picture_layer = PictureLayer(desk, self)
        self._picture_layer.painted.connect(self._choose_picture)
        self._make_fields()
        self._lay_out()
        self.layers.currentIndexChanged.connect(lambda _: self.painted_layer.follow(self.layers.currentData()))
        self.pictures.currentIndexChanged.connect(lambda _: self._choose_picture())
        for paintings in (self.painted, self.placed, self.still):
            paintings.changed.connect(self._on_changed)
        desk.viewer.layers.events.connect(self._list_layers)
        self.show_what("mask")

    def show_what(self, what: str) -> None:
        """Show the fields that one of `WHATS` needs."""
        self.what = what
        for field, shown in ((self.layers, what in PAINTED), (self.pictures, what == "insert"),
                             (self.frames, what != "labels")):
            self._lines.setRowVisible(self._rows[field], shown)
        self.place_button.setVisible(what in PLACED)
        self.use_button.setVisible(what in (*PAINTED, *STILL))
        self._list_layers()
        self._show_frames()

    def paintings(self) -> dict[int, Painting]:
        """What there is to propagate, by reference frames; empty while something is missing."""
        if self.what in PAINTED:
            return self.painted.all()
        if self.what == "pin":
            return self.placed.all()
        if self.what != "insert":
            return self.still.all() if self.what in STILL else {}
        if self._picture is None:
            return {}
        if not len(self.placed):
            return {self._picture_frame: Painting(picture=self._picture)} if self._covers_film else {}
        return {t: Painting(picture=self._picture, corners=painting.corners)
                for t, painting in self.placed.all().items()}

    def missing(self) -> str:
        """What is to be done before there is something to propagate, in words."""
        if self.paintings() or self.what in STILL or self.what == "labels":
            return ""
        if self.what in PAINTED:
            if self.painted_layer.layer is None:
                return "Choose a layer, or New to paint a mask on this frame."
            return "Paint on this frame what should be carried, or go to where it is painted and press This frame."
        if self.what == "insert" and self._picture is None:
            chosen = self.pictures.currentData()
            if isinstance(chosen, Labels):
                return f"Paint on {chosen.name} what should be carried, on the frame where it belongs."
            return "Choose a picture: an image layer, painted labels, or a file."
        return "Press Place for four corners on this frame, and drag them to where it belongs."

    def use_frame(self) -> None:
        """The frame that is shown becomes a reference frame.

        Raises
        ------
        EditError
            If there is nothing on it.
        """
        project = self._desk.current
        if project is not None and self.what in PAINTED:
            self.painted_layer.take()
        elif project is not None:
            self.still.clear()
            self.still.put(project.frame, Painting())

    def place(self) -> None:
        """Put four corners onto the frame that is shown: where they are carried to, or in its middle."""
        project = self._desk.current
        if project is None:
            return
        carried = self.carried()
        if carried is None or not np.isfinite(carried).all():
            aspect = None
            if self.what == "insert" and self._picture is not None:
                aspect = self._picture.shape[1] / self._picture.shape[0]
            carried = corners_amid(project.session.size, aspect)
        self.put_corners(project.frame, carried)
        self._desk.say("Drag the corners to where they belong; on other frames, dragging them corrects.")

    def put_corners(self, t: int, corners: Points) -> None:
        """Corners are here on this frame."""
        self.placed.put(t, Painting(corners=corners))

    def take_picture(self, path: str) -> None:
        """Read a picture file."""
        self._desk.attempt(lambda: self._take_picture(Path(path)))

    def follow(self, project: Project | None) -> None:
        """Another video, or none: its frames are others."""
        self.painted_layer.follow(None)
        for paintings in (self.painted, self.placed, self.still):
            paintings.clear()
        self._list_layers()
        self.setEnabled(project is not None)

    def close(self) -> bool:
        """Listen no more."""
        self.painted_layer.close()
        self._picture_layer.follow(None)
        self._desk.viewer.layers.events.disconnect(self._list_layers)
        return super().close()

    @property
    def _covers_film(self) -> bool:
        project = self._desk.current
        return (project is not None and self._picture is not None
                and self._picture.shape[1::-1] == project.session.size)

    def _take_picture(self, path: Path) -> None:
        self._file = path.name, read_picture(path)
        self._list_layers()
        choose_item(self.pictures, FILE)
        self._choose_picture()

    def _choose_picture(self) -> None:
        chosen = self.pictures.currentData()
        self._picture_layer.follow(chosen if isinstance(chosen, Layer) else None)
        is_file = chosen == FILE and self._file is not None
        self._picture = self._file[1] if is_file and self._file is not None else self._picture_layer.pixels()
        if self._picture is not None:
            self._use_picture()
        self._on_changed()

    def _use_picture(self) -> None:
        """A picture of another size than the film needs corners; they are put in the middle, if there are none."""
        project = self._desk.current
        if project is not None:
            is_layer = isinstance(self.pictures.currentData(), Layer)
            self._picture_frame = self._picture_layer.frame if is_layer else project.frame
            if not self._covers_film and not len(self.placed):
                self.place()

    def new_layer(self) -> None:
        """Add a Labels layer over the video, with the brush in hand."""
        project = self._desk.current
        if project is not None:
            self._desk.attempt(lambda: self._add_layer(project))

    def _add_layer(self, project: Project) -> None:
        place = Placement(project.layer, project.held)
        shape = (place.limits(project.session.n_frames)[1] + 1).astype(int)
        if shape.prod() > MOST_BYTES:
            raise EditError(f"expected a film of at most {MOST_BYTES >> 30} GB of pixels to paint on every frame, got "
                            f"{int(shape.prod()) >> 30} GB; add a Labels layer of one picture, and choose it here")
        layer = Labels(np.zeros(shape, np.uint8), name=f"{project.layer.name} mask", opacity=0.5, **place.transform())
        layer.colormap = label_colours()
        self._desk.viewer.add_layer(layer)
        choose_item(self.layers, layer)
        self._desk.viewer.layers.selection.active = layer
        layer.brush_size = max(round(max(project.session.size) / 40), 1)
        layer.mode = "paint"
        self._desk.say("Paint on this frame; what is painted on others corrects.")

    def _list_layers(self, event: object = None) -> None:
        if getattr(event, "type", "") not in CHANGES:
            return
        areas = {layer: layer.name for layer in areas_in(self._desk.viewer)}
        pictures = layers_beside(self._desk, is_picture)
        file = {} if self._file is None else {FILE: self._file[0]}
        refill(self.layers, {None: "choose a layer", **areas})
        if not refill(self.pictures, {None: "choose a picture", **file, **pictures}):
            self._choose_picture()
        self.painted_layer.follow(self.layers.currentData())  # the chosen one may have gone

    def _on_changed(self) -> None:
        self._show_frames()
        self.changed.emit()

    def _show_frames(self) -> None:
        frames = list(self.paintings())
        words = []
        for t in frames:
            words.append((f"{t}", f"go {t}"))
            if self.what != "insert" or len(self.placed):
                words.append(("✕", f"remove {t}"))
        self.frames.show_words(words or [("most tracks" if self.what in STILL else "none yet", "")])

    def _on_link(self, stands_for: str) -> None:
        verb, _, t = stands_for.partition(" ")
        project = self._desk.current
        if project is not None and verb == "go":
            project.go_to(int(t))
        elif verb == "remove":
            store = self.painted if self.what in PAINTED else self.still if self.what in STILL else self.placed
            store.remove(int(t))

    def _make_fields(self) -> None:
        self.layers = choice("painted layer", "Your Labels or Shapes layer with what should be carried")
        self.new_button = button("New", "A new layer to paint a mask in", self.new_layer)
        self.pictures = choice("picture", "An image layer of yours that is one picture, in colour or with alpha, "
                               "or a Labels layer in its colours")
        self.file_button = button("File…", "Read a picture from a file; transparent parts stay transparent",
                                  lambda: ask_for_file(self, "A picture", self.take_picture, PICTURES))
        self.place_button = button("Place", "Four corners on the current frame, to be dragged; on another frame they "
                                   "correct", self.place)
        self.frames = Links()
        self.frames.setAccessibleName("reference frames")
        self.frames.setToolTip("Frames on which you painted or placed it: the first is the main one, the others "
                               "correct. Click a number to go there, ✕ to leave it out. Most tracks: the one where "
                               "most are visible.")
        self.frames.clicked.connect(self._on_link)
        self.use_button = button("This frame", "Use what is on the current frame", self._use)

    def _use(self) -> None:
        self._desk.attempt(self.use_frame)

    def _lay_out(self) -> None:
        self._lines = form()
        self._rows: dict[QWidget, int] = {}
        for text, field, *more in (("Layer", self.layers, self.new_button),
                                   ("Picture", self.pictures, self.file_button),
                                   ("On frames", self.frames, self.place_button, self.use_button)):
            self._rows[field] = self._lines.rowCount()
            self._lines.addRow(text, row(field, *more))
        self.setLayout(self._lines)


def layers_beside(desk: Desk, fits: Callable[[Layer], bool]) -> dict[Layer, str]:
    """Layers that can be chosen for something, with their names: the user's own, but not the film."""
    film = None if desk.current is None else desk.current.layer
    return {layer: layer.name for layer in desk.viewer.layers
            if layer is not film and not layer_tag(layer) and fits(layer)}
