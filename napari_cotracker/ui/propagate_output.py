"""What becomes of an edit: a film, pictures, a file, a layer, or tracks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from napari.layers import Layer
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from ..core.errors import CotrackerError, TakenError
from ..core.tracker import TrackUpdate
from ..core.words import counted
from ..tasks.edit_contents import PinContent
from ..tasks.edit_front import PackedMattes, packing
from ..tasks.edit_settled import SettledEdit
from ..tasks.edits import Edit
from ..tasks.paint_back import Back
from ..tasks.remote import Worker
from .background import Background
from .desk import Desk
from .exchange import Errand
from .importing import take_in
from .project import Project
from .propagate_back import BACK
from .propagate_front import Asked
from .propagate_keeping import Kept, keeping, layer_of
from .propagate_live import Live
from .sections import GAP, ask_for_new_file, button, choice, form, row, tip
from .spelling import spell

FILMS = {"mp4": "Film, H.264 (.mp4)", "mov": "Film, ProRes 4444 (.mov)", "mkv": "Film, lossless FFV1 (.mkv)"}
PICTURES = {"####.png": "PNG pictures", "####.tif": "TIFF pictures", "####.exr": "OpenEXR pictures"}
MASKS = {"####.png": "Label pictures (.png)", "####.exr": "Soft mattes, OpenEXR", "json": "COCO masks (.json)",
         "tif": "All frames in one TIFF", "csv": "Table of shapes (.csv)", "mp4": "Film with the mask (.mp4)"}
OUTPUTS = {
    "mask": MASKS, "labels": MASKS, "stmap": {"####.exr": "STMaps, OpenEXR"},
    **{what: {**FILMS, **PICTURES} for what in ("insert", "effect", "stabilise", BACK)},
    "pin": {"pin.nk": "Nuke corner pin (.nk)", "txt": "After Effects corner pin (.txt)", "npz": "Tracks (.npz)",
            "csv": "Table (.csv)", "mp4": "Film with its outline (.mp4)"},
}
"""What a name may end in, for each kind of edit, and what is written then."""


class Output(QWidget):
    """Writes an edit with the child process, or keeps it in the window.

    Parameters
    ----------
    desk : Desk
    worker : Worker
    make : callable
        The project and the edit that the user asks for now, or None. May raise a `CotrackerError`.
    painted : callable
        The layer on which a mask is painted, or None: what is kept looks like it.
    front : callable
        The matte of what is in front, or None. May raise a `CotrackerError`.

    Attributes
    ----------
    bar : QWidget
        How far it is, for the panel's foot; hidden while nothing is under way.

    Signals
    -------
    changed : something began or ended
    """

    changed = Signal()

    def __init__(self, desk: Desk, worker: Worker, make: Callable[[], tuple[Project, Edit | Back] | None],
                 painted: Callable[[], Layer | None], *, front: Callable[[], Asked | None],
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._make, self._painted, self._front = desk, make, painted, front
        self._errand, self._keeper = Errand(worker, self), Background("edit keeper", self)
        self._packer = Background("matte packer", self)
        self._packed_for: tuple[Project, dict[str, Any]] | None = None
        self._refused: str | None = None
        self._live: Live | None = None
        self._last, self._what = "", ""
        self._kept_for: tuple[Project, Layer | None] | None = None
        self._make_fields()
        self._lay_out()
        self._errand.changed.connect(self._on_changed)
        self._errand.progressed.connect(self._show_update)
        self._errand.failed.connect(self._on_trouble)
        self._keeper.progressed.connect(lambda done: self._show_progress(done, "carrying the mask to every frame"))
        self._keeper.finished.connect(self._add_layer)
        self._keeper.failed.connect(self._on_trouble)
        self._packer.progressed.connect(lambda done: self._show_progress(done, "reading what is in front"))
        self._packer.finished.connect(self._send_packed)
        self._packer.failed.connect(self._on_trouble)

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self._errand.is_busy or self._keeper.is_busy or self._packer.is_busy

    def show_what(self, what: str) -> None:
        """Offer what can be made of one of `EDITS`."""
        self._what = what
        self.kinds.clear()
        for ending, title in OUTPUTS[what].items():
            self.kinds.addItem(title, ending)
        self.keep_button.setVisible(what in ("mask", "labels"))
        self.tracks_button.setVisible(what == "pin")
        self._refused = None
        self._say("")

    def refresh(self, live: Live | None, missing: str) -> None:
        """Let buttons be pressed that make sense; of others the tooltip says why not."""
        self._live = live
        why = "Something is being written: wait, or stop it" if self.is_busy else missing
        solved = why or ("" if live is not None else "It is not solved yet")
        for pressed, reason, does in ((self.render_button, why, "Write it to a film, pictures or a file"),
                                      (self.keep_button, solved, "A layer of your own with the mask on every frame"),
                                      (self.tracks_button, solved, "The four corners join the tracks")):
            pressed.setEnabled(not reason)
            pressed.setToolTip(reason or does)
        self.replace_button.setVisible(self._refused is not None)
        self.bar.setVisible(self.is_busy)

    def ask_where(self) -> None:
        """Show a file dialog."""
        ending = self.kinds.currentData()
        kinds = f"{self.kinds.currentText()} (*.{ending.rpartition('.')[2]})"
        dialog = ask_for_new_file(self, "Render to", self.render, self._proposed(ending), kinds)
        dialog.setOption(dialog.Option.DontConfirmOverwrite)  # there is a button for it where it matters

    def render(self, path: str, overwrite: bool = False) -> None:
        """Have the child write it."""
        self._refused = None
        self._desk.attempt(lambda: self._send(path, overwrite))

    def replace(self) -> None:
        """Write where somebody else's file is, for the user said so."""
        if self._refused is not None:
            self.render(self._refused, overwrite=True)

    def keep(self) -> None:
        """Carry the mask to every frame, in the background, and add a layer with it."""
        if self._live is not None:
            self._desk.attempt(partial(self._keep, self._live))

    def add_tracks(self) -> None:
        """The corners of a pin join the tracks, as one step that can be undone."""
        if self._live is not None:
            self._desk.attempt(partial(self._add_tracks, self._live))

    def stop(self) -> None:
        """End what is under way; nothing of it stays."""
        if self.is_busy:
            self._errand.cancel()
            self._keeper.drop()
            self._packer.drop()
            self._desk.say("Stopped; nothing was written.")
            self._on_changed()

    def close_all(self) -> None:
        """For good."""
        self._errand.cancel()
        self._keeper.close()
        self._packer.close()

    def _keep(self, live: Live) -> None:
        asked, settled = self._front(), live.settled
        assert isinstance(settled, SettledEdit)
        self._kept_for = live.project, self._painted()
        self._show_progress(0.0, "carrying the mask to every frame")
        front = None if asked is None else asked.front.at
        self._keeper.ask(lambda: keeping(settled, live.project.session.n_frames, front))
        self._on_changed()

    def _send(self, path: str, overwrite: bool) -> None:
        asked = self._make()
        if asked is None:
            return
        (project, edit), front = asked, self._front()
        self._last = path
        self._show_progress(0.0, "waiting for its turn")
        self._say("")
        arguments: dict[str, Any] = {"out": path, "overwrite": overwrite}
        if isinstance(edit, Back):
            self._post(project, {**arguments, "steady": edit.steady, "paint": edit.paint}, task="back")
            return
        arguments |= {"edit": edit, "tracks": project.to_save()}
        if front is not None and not front.path:  # the child has no such layer
            self._packed_for = project, arguments
            self._packer.ask(lambda: packing(front.front))
            self._on_changed()
        else:
            self._post(project, arguments if front is None else {**arguments, "front": front.path})

    def _send_packed(self, mattes: PackedMattes) -> None:
        if self._packed_for is not None:
            (project, arguments), self._packed_for = self._packed_for, None
            self._post(project, {**arguments, "front": mattes})

    def _post(self, project: Project, arguments: dict[str, Any], task: str = "propagate") -> None:
        self._errand.send(task, arguments, partial(self._show_done, arguments["out"]), project.video,
                          urgent=False)

    def _show_done(self, path: str, done: Any) -> None:
        self._say("\n".join([f"{done.files[0].name} and {counted(len(done.files) - 1, 'file')} more." if
                                       len(done.files) > 1 else f"{Path(path).name} is written.",
                                       *(f"• {sentence}" for sentence in done.notes)]))
        self._desk.say(f"rendered to {Path(path).name}")

    def _add_tracks(self, live: Live) -> None:
        assert isinstance(live.settled, SettledEdit) and isinstance(live.settled.content, PinContent)
        count = take_in(live.project, live.settled.content.tracks(), "the corner pin as tracks")
        self._desk.say(f"{counted(count, 'corner')} joined the tracks; {spell('Control-Z')} takes them away again")

    def _add_layer(self, kept: Kept) -> None:
        self._on_changed()
        if self._kept_for is None:
            return
        (project, like), self._kept_for = self._kept_for, None
        if project in list(self._desk):
            layer = layer_of(kept, project, like)
            self._desk.viewer.add_layer(layer)
            self._desk.say(f"{layer.name} is a layer of yours now: change it, save it, track points within it")

    def _on_trouble(self, error: CotrackerError) -> None:
        self._refused = self._last if isinstance(error, TakenError) else None
        self._say(str(error))
        self._desk.say("Nothing was written; the section says why.")
        self._on_changed()

    def _on_changed(self) -> None:
        self.changed.emit()

    def _say(self, text: str) -> None:
        self.report.setText(text)
        self.report.setVisible(bool(text))

    def _show_update(self, update: TrackUpdate) -> None:
        self._show_progress(update.done, update.message)

    def _show_progress(self, done: float, text: str) -> None:
        self._progress.setValue(int(1000 * done))
        self._says.setText(text)

    def _proposed(self, ending: str) -> str:
        project = self._desk.current
        source = "" if project is None else project.video.path or project.layer.source.path or project.layer.name
        name = Path(source or "film")
        return str(name.with_name(f"{name.stem}-{self._what}.{ending}"))

    def _make_fields(self) -> None:
        self.kinds = choice("render as", "What is written")
        self.render_button = button("Render…", "", self.ask_where)
        self.keep_button = button("Keep as layer", "", self.keep)
        self.tracks_button = button("Add to the tracks", "", self.add_tracks)
        self.replace_button = button("Write anyway", "Replace what is there", self.replace)
        self.report = QLabel(wordWrap=True)
        tip(self.report, "render report", "What was written, and what could not be kept as it was")
        self._progress = QProgressBar(minimum=0, maximum=1000, textVisible=False)
        self._progress.setFixedHeight(6)
        self._progress.setAccessibleName("progress of the edit")
        self._says = QLabel()
        self.stop_button = button("Stop", "Stop; nothing half-written stays", self.stop)
        self.bar = QWidget()
        self.bar.setVisible(False)

    def _lay_out(self) -> None:
        lines = form()
        lines.addRow("Write", self.kinds)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(lines)
        column.addLayout(row(self.render_button, self.keep_button, self.tracks_button, 1))
        column.addWidget(self.report)  # not in the form, which would cut off words that wrap
        column.addLayout(row(self.replace_button, 1))
        self._say("")
        foot = form()
        foot.setSpacing(GAP)
        foot.addRow("Edit", row(self._says, 1, self.stop_button))
        foot.setWidget(foot.rowCount(), foot.ItemRole.SpanningRole, self._progress)
        self.bar.setLayout(foot)
