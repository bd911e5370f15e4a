"""The panel's section that takes tracks out, and brings in what other programs know."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from ..core import registry
from ..core.declarations import GROUPS, Format
from ..core.errors import CotrackerError, EditError, FormatError, TakenError
from ..core.excerpt import Excerpt, take
from ..core.losses import losses
from ..core.words import counted
from ..tasks.export import ExportReport
from ..tasks.remote import Worker
from . import importing
from .background import Background
from .desk import Desk
from .exchange import Errand
from .option_fields import OptionFields
from .project import Project
from .sections import Section, ask_for_file, ask_for_new_file, button, choice, form, hint, row, tip

KINDS = {"predictions": "predictions", "anchors": "anchors, which no tracker moves"}
OF_A_FILM = ("tracks", "first", "last")  # what is chosen of one means nothing, or something else, for the next
LOOK_MS = 400  # after the last change, before it is said what would be lost


class ExportSection(Section):
    """Format, options, what the file will not hold, and where to write it; and files of others.

    Parameters
    ----------
    desk : Desk
    worker : Worker
    """

    options: OptionFields
    report: QLabel

    def __init__(self, desk: Desk, worker: Worker) -> None:
        super().__init__("Export", is_open=False)
        self._desk = desk
        self._errand = Errand(worker, self)
        self._errand.changed.connect(self.refresh)
        self._errand.failed.connect(self._on_trouble)
        self.arrival = importing.Arrival(self)
        self.arrival.changed.connect(self.refresh)
        self.arrival.failed.connect(self._on_trouble)
        self._reads = False
        self._looks = Background("losses of an export", self)
        self._looks.finished.connect(self._show_losses)
        self._looks.failed.connect(lambda error: self.report.setText(str(error)))
        self._refused: str | None = None
        self._last = ""
        self._project: Project | None = None
        self._clock = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._clock.timeout.connect(self.look)
        self._formats = {name: entry for name, entry in registry.formats().items() if entry.write is not None}
        self._make_fields()
        self._lay_out()
        self._header.toggled.connect(self._look_soon)
        desk.current_changed.connect(self._follow)
        self.formats.currentIndexChanged.connect(self._show_format)
        self._show_format()
        self._follow()

    @property
    def format(self) -> Format:
        """The chosen one."""
        return self._formats[self.formats.currentData()]

    def refresh(self) -> None:
        """Let buttons be pressed that make sense."""
        project = self._desk.current
        has_tracks = project is not None and len(project.session.ids) > 0
        self.export_button.setEnabled(has_tracks and not self._errand.is_busy)
        self.check_button.setEnabled(self.export_button.isEnabled())
        self.import_button.setEnabled(project is not None and not self._errand.is_busy and not self.arrival.is_busy)
        self.cancel_button.setVisible(self.arrival.is_busy or (self._reads and self._errand.is_busy))
        self.import_button.setHidden(not self.cancel_button.isHidden())
        self.replace_button.setVisible(self._refused is not None)

    def look(self) -> None:
        """Say what the chosen format does not hold of these tracks, once that is known: the window does not wait."""
        project = self._desk.current
        if project is None or not self.is_open:
            self._looks.drop()
            return
        self.refresh()
        try:
            excerpt = self.excerpt.options()
            self.options.options()  # if one makes no sense, it is said
        except FormatError as error:
            self._looks.drop()
            self.report.setText(str(error))
            return
        tracks, keeps = project.session.lent, self.format.keeps

        def work() -> Generator[float, None, list[str]]:
            chosen, left_out = take(tracks, excerpt)
            yield 0.5
            return [*left_out, *losses(chosen, keeps)] if len(chosen) else []
        self._looks.ask(work)

    def check(self) -> None:
        """Have the files written to nowhere, and show the report."""
        self._send(self._proposed(), self._show_check, dry_run=True)

    def ask_where(self) -> None:
        """Show a file dialog."""
        what = "folder" if self.format.is_folder else "file"
        kinds = "" if self.format.is_folder else f"{self.format.title} (*{self.format.suffixes[0]})"
        dialog = ask_for_new_file(self, f"Export to a new {what}", self.export, self._proposed(), kinds)
        dialog.setOption(dialog.Option.DontConfirmOverwrite)  # there is a button for it where it matters

    def export(self, path: str, overwrite: bool = False) -> None:
        """Write the tracks."""
        self._refused = None
        self._send(path, partial(self._show_done, path), overwrite=overwrite)

    def replace(self) -> None:
        """Write where somebody else's file is, for the user said so."""
        if self._refused is not None:
            self.export(self._refused, overwrite=True)

    def take_selected(self) -> None:
        """Only the selected tracks are to be written; all, if none is."""
        project = self._desk.current
        ids = [] if project is None else project.selection.ids[project.session.has(project.selection.ids)].tolist()
        self.excerpt.show_words({"tracks": ", ".join(map(str, ids))})
        self._look_soon()

    def ask_for_import(self) -> None:
        """Show a file dialog."""
        ask_for_file(self, "Import tracks", self.bring)

    def bring(self, path: str) -> None:
        """Read a file of any format; its tracks join those of the current video."""
        project = self._desk.current
        if self.arrival.is_busy:
            self._desk.say(importing.BUSY)
        elif project is not None:
            self._reads = True
            arguments = {"path": path, "size": project.session.size}
            self._errand.send("import", arguments, partial(self._take_in, project, Path(path)))

    def cancel_import(self) -> None:
        """Have the tracks that are on their way not come."""
        self._errand.cancel()
        self.arrival.cancel()
        self._desk.say("import cancelled; nothing was imported")

    def close_errand(self) -> None:
        """Hear nothing any more."""
        self._clock.stop()
        self._errand.cancel()
        self.arrival.close()
        self._looks.close()
        self._desk.current_changed.disconnect(self._follow)
        if self._project is not None:
            self._project.session.changed.disconnect(self._look_soon)

    def _follow(self) -> None:
        """Listen to another video's tracks."""
        old, self._project = self._project, self._desk.current
        if old is not self._project:
            if old is not None:
                old.session.changed.disconnect(self._look_soon)
                self.excerpt.show_words(dict.fromkeys(OF_A_FILM, ""))
            if self._project is not None:
                self._project.session.changed.connect(self._look_soon)
        self._look_soon()

    def _send(self, path: str, done: Any, **more: Any) -> None:
        project = self._desk.current
        if project is None:
            return
        try:
            arguments = {"tracks": project.to_save(), "path": path, "format": self.format.name,
                         "options": self.options.options(), "excerpt": self.excerpt.options(), **more}
        except FormatError as error:
            self._on_trouble(error)
            return
        self._last, self._reads = path, False
        self._looks.drop()
        self._errand.send("export", arguments, done, project.video if self.format.pictures else None)

    def _show_losses(self, lost: list[str]) -> None:
        self.report.setText("\n".join(f"• {sentence}" for sentence in lost))

    def _show_check(self, report: ExportReport) -> None:
        self.report.setText(_text_of(report))

    def _show_done(self, path: str, report: ExportReport) -> None:
        self.report.setText(_text_of(report))
        self._desk.say(f"exported {counted(report.tracks, 'track')} as {report.format} to {Path(path).name}")

    def _on_trouble(self, error: CotrackerError) -> None:
        self._refused = self._last if isinstance(error, TakenError) else None
        self.report.setText(str(error))
        # of a file that was dropped on the window nobody sees the report of a folded section
        self._desk.say("That was refused; Export says why." if self.is_open else self.report.text())
        self.refresh()

    def _take_in(self, project: Project, path: Path, tracks: Any) -> None:
        if project not in list(self._desk):
            raise EditError(f"expected the video of {path.name} to be still open; open it and import again")
        as_anchors = self.kinds.currentData() == "anchors"
        self.arrival.take(project, tracks, path.name, self._desk.say, as_anchors=as_anchors)

    def _show_format(self) -> None:
        entry, old = self.format, self.options
        self.options = OptionFields(entry.options, entry.name)
        self.options.changed.connect(self._look_soon)
        old.replace_by(self.options, self._place)
        self.options.setVisible(bool(self.options.fields))
        about = registry.header_of(entry)
        self.formats.setToolTip(about.partition("\n\n")[0].replace("``", ""))
        self._refused = None
        self._look_soon()

    def _look_soon(self, *_: object) -> None:
        self.which.note("changed" if self._is_excerpt() else "")
        self.refresh()
        self._clock.start()

    def _is_excerpt(self) -> bool:
        try:
            return bool(self.excerpt.options() != Excerpt())
        except FormatError:
            return True

    def _proposed(self) -> str:
        project = self._desk.current
        layer = None if project is None else project.layer
        source = "" if project is None else project.video.path or project.layer.source.path or project.layer.name
        name = Path(source or (layer.name if layer else "tracks"))
        if self.format.is_folder:
            return str(name.with_name(f"{name.stem}-{self.format.name}"))
        return str(name.with_suffix(self.format.suffixes[0]))

    def _make_fields(self) -> None:
        self.formats = choice("format", "What the tracks are written as")
        for group, title in GROUPS.items():
            self.formats.addItem(title)
            head = self.formats.model().item(self.formats.count() - 1)
            head.setEnabled(False)
            bold = head.font()
            bold.setBold(True)
            head.setFont(bold)
            for entry in self._formats.values():
                if entry.group == group:
                    self.formats.addItem(entry.title, entry.name)
        self.formats.setCurrentIndex(1)
        self.options = OptionFields(type(self.format.options()), self.format.name)
        self.excerpt, self.which = OptionFields(Excerpt, "excerpts"), Section("Which tracks and frames", is_open=False)
        self.excerpt.changed.connect(self._look_soon)
        self.report = QLabel(wordWrap=True)
        tip(self.report, "report", "What the file will not keep of these tracks")
        self.kinds = choice("imported points are", "Whether a tracker may move what is imported", KINDS)
        self.export_button = button("Export…", "Write the tracks to a file", self.ask_where)
        self.check_button = button("Check", "Say exactly what would be written, without writing it", self.check)
        self.replace_button = button("Write anyway", "Replace what is there", self.replace)
        self.selected_button = button("Only the selected", "Fill in the selected tracks' numbers; empty means all",
                                      self.take_selected)
        self.import_button = button("Import…", "Bring in tracks from a file of any of these formats; dropping it on "
                                    "napari's window does the same", self.ask_for_import)
        self.cancel_button = button("Cancel", "Stop the import; nothing is kept", self.cancel_import)

    def _lay_out(self) -> None:
        lines = form()
        lines.addRow("Format", self.formats)
        self.body.addLayout(lines)
        holder = QWidget()
        self._place = QVBoxLayout(holder)
        self._place.setContentsMargins(0, 0, 0, 0)
        self._place.addWidget(self.options)
        self.body.addWidget(holder)
        self.which.body.addWidget(self.excerpt)
        self.which.body.addLayout(row(self.selected_button, 1))
        self.body.addWidget(self.which)
        self.body.addLayout(row(self.export_button, self.check_button, self.replace_button, 1))
        self.body.addWidget(self.report)
        imports = form()
        imports.addRow("Import as", row(self.kinds, self.import_button, self.cancel_button))
        self.body.addLayout(imports)
        self.body.addWidget(hint("A file dropped on the window is imported as well."))


def _text_of(report: ExportReport) -> str:
    files = f" in {report.n_files:,} files" if report.n_files > 1 else ""
    given = f"{counted(report.tracks, 'track')} with {counted(report.positions, 'position')}"
    head = f"Made of {given}: {report.n_bytes / 1000:,.0f} kB{files}."
    return "\n".join([head, *(f"• {sentence}" for sentence in (*report.changes, *report.notes))])
