"""The part of the panel in which points get their names: keypoints, individuals, edges, groups."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from qtpy.QtCore import QSignalBlocker
from qtpy.QtWidgets import QLineEdit, QPlainTextEdit

from ..core.skeleton import Skeleton, edges_text
from ..core.words import counted
from ..tasks.names import names_of
from .background import Background
from .desk import Desk
from .names_kept import NamesKeeper, last_time
from .naming import Naming
from .sections import Section, ask_for_file, button, form, hint, row, tip

NAMES_STYLE = "QPlainTextEdit { min-height: 3em; max-height: 3em; border: 1px solid rgba(128, 128, 128, 110) }"
NAMES_HELP = ("Names for the points that you click next, in order: nose, left ear, … A slash before a name: it belongs "
              "to none of the individuals.")
INDIVIDUALS_HELP = "Each of these has all of the names, one after the other: mouse1/nose, mouse1/tail, … mouse2/nose"
EDGES_HELP = "Pairs of names that exports to SLEAP, COCO and NWB join as a skeleton: nose – left ear, nose – tail"
FILE_HELP = "Take names and edges from labels of any format, a session, or a DeepLabCut project's config.yaml"


class NamesSection(Section):
    """The list of names, and which one is next.

    Parameters
    ----------
    desk : Desk
    naming : Naming
    """

    def __init__(self, desk: Desk, naming: Naming) -> None:
        super().__init__("Names and groups", is_open=False)
        self._desk, self._naming = desk, naming
        self._make()
        self._lay_out()
        self._reader = Background("names of a file", self)
        self._reader.finished.connect(self._take_over)
        self._reader.failed.connect(lambda error: desk.say(str(error)))
        self.names.textChanged.connect(lambda: naming.read(self.names.toPlainText()))
        self.individuals.textChanged.connect(naming.read_individuals)
        self.edges.textChanged.connect(naming.read_edges)
        self.group.textChanged.connect(lambda text: setattr(naming, "group", text.strip()))
        naming.changed.connect(self._show)
        naming.restored.connect(self._show_restored)
        self._keeper = NamesKeeper(desk, naming, self)
        self._show()

    def read_file(self, path: str) -> None:
        """Take the names of a file."""
        project = self._desk.current
        size = (1, 1) if project is None else project.session.size

        def work() -> Generator[float, None, tuple[str, Skeleton]]:
            yield 0.0
            return Path(path).name, names_of(path, size)
        self._reader.ask(work)

    def ask_for_names(self) -> None:
        """Show a file dialog."""
        ask_for_file(self, "Names from a file", self.read_file)

    def take_last(self) -> None:
        """The list of the last time again."""
        self._naming.take_over(last_time())

    def let_go(self) -> None:
        """Note names, and read no more."""
        self._keeper.close()
        self._reader.close()

    def _make(self) -> None:
        self.names = QPlainTextEdit(placeholderText="nose, left ear, right ear, …")
        self.names.setStyleSheet(NAMES_STYLE)
        self.names.setTabChangesFocus(True)
        tip(self.names, "names of the next points", NAMES_HELP)
        self.individuals = QLineEdit(placeholderText="mouse1, mouse2, …")
        tip(self.individuals, "individuals", INDIVIDUALS_HELP)
        self.edges = QLineEdit(placeholderText="nose – left ear, …")
        tip(self.edges, "edges of the skeleton", EDGES_HELP)
        self.group = QLineEdit(placeholderText="none")
        tip(self.group, "group of new points", "New points belong to this group; groups share a colour.")
        self.next_name = hint()
        self.skip_button = button("Skip", "Leave this name out: it cannot be seen", self._naming.skip)
        self.again_button = button("Again", "Go back to the names that were left out", self._naming.start_over)
        self.last_button = button("As last time", "", self.take_last)
        self.file_button = button("From a file…", FILE_HELP, self.ask_for_names)

    def _lay_out(self) -> None:
        lines = form()
        for label, field in (("Names", self.names), ("Individuals", self.individuals), ("Edges", self.edges),
                             ("Group", self.group)):
            lines.addRow(label, field)
        self.body.addWidget(self.next_name)
        self.body.addLayout(row(self.skip_button, self.again_button, self.last_button, self.file_button))
        self.body.addLayout(lines)

    def _show(self) -> None:
        self.note(self._naming.next)
        strangers = self._naming.skeleton.strangers
        unknown = f"Edges: {', '.join(strangers)} is not among the names." if strangers else ""
        self.next_name.setText("\n".join(filter(None, (self._naming.progress, unknown))))
        self.next_name.setVisible(bool(self.next_name.text()))
        has_names = bool(self._naming.names)
        last = Skeleton() if has_names else last_time()
        self.skip_button.setVisible(has_names)
        self.again_button.setVisible(has_names)
        self.skip_button.setEnabled(bool(self._naming.next))
        self.again_button.setEnabled(bool(self._naming.left_out))
        self.last_button.setVisible(bool(last.names))
        told = f"The names that you used last: {', '.join(last.names)}"
        self.last_button.setToolTip(told)
        self.last_button.setAccessibleDescription(told)

    def _show_restored(self) -> None:
        """What is in the fields is what was typed at another time."""
        skeleton = self._naming.skeleton
        with QSignalBlocker(self.names):
            self.names.setPlainText(", ".join(skeleton.keypoints))
        for field, text in ((self.individuals, ", ".join(skeleton.individuals)),
                            (self.edges, edges_text(skeleton.edges)), (self.group, self._naming.group)):
            with QSignalBlocker(field):
                field.setText(text)

    def _take_over(self, found: tuple[str, Skeleton]) -> None:
        name, skeleton = found
        self._naming.take_over(skeleton)
        edges = f" and {counted(len(skeleton.edges), 'edge')}" if skeleton.edges else ""
        self._desk.say(f"{counted(len(skeleton.names), 'name')}{edges} from {name}")
