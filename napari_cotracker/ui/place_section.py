"""The panel's second section: points to follow, one by one, as grids, or from a table."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtWidgets import QButtonGroup, QComboBox, QFileDialog, QLineEdit, QPlainTextEdit, QPushButton, QSpinBox

from ..core.errors import CotrackerError
from ..core.queries import grid_queries
from ..tasks.points import points_of_table
from .areas import AreaTool, areas_in
from .desk import Desk, Tool
from .naming import Naming
from .sections import Section, button, form, hint, row, tip

TOOLS = {
    Tool.PLACE: ("Place", "A click in the picture begins a new track there."),
    Tool.CORRECT: ("Correct", "A click puts the selected track there on this frame; runs leave it alone from then on."),
    Tool.SELECT: ("Select", "A click or a box selects tracks."),
}
WHOLE, BOX, POLYGON = "the whole picture", "a box that I draw", "a polygon that I draw"
NAMES_HELP = ("Names for the points that you click next, in order: nose, left ear, …; a slash separates individual and "
              "keypoint.")


class PlaceSection(Section):
    """Tools, grids, names and tables."""

    def __init__(self, desk: Desk, naming: Naming) -> None:
        super().__init__("Points")
        self._desk, self._naming = desk, naming
        self._area = AreaTool(desk, self._fill)
        self._dialog: QFileDialog | None = None
        self.tools = QButtonGroup(self)
        self.tool_buttons: dict[Tool, QPushButton] = {}
        self._make_tools()
        self._make_grid()
        self._make_names()
        self.count = hint()
        self.import_button = button("From a table…", "Points of a CSV file with the columns t,x,y (id,name)",
                                    self.ask_for_table)
        self.body.addLayout(row(self.count, self.import_button))
        desk.tool_changed.connect(self._show_tool)
        desk.current_changed.connect(self.refresh)
        desk.viewer.layers.events.connect(self._list_areas)
        naming.changed.connect(self._show_names)
        self._show_tool()
        self._show_names()
        self.refresh()

    def refresh(self) -> None:
        """Show the current video's state."""
        project = self._desk.current
        count = 0 if project is None else len(project.session.ids)
        self.count.setText({0: "No points yet.", 1: "1 point."}.get(count, f"{count} points."))
        self.setEnabled(project is not None)
        self._list_areas()

    def add_grid(self) -> None:
        """A grid on the current frame, within what is chosen."""
        project, within = self._desk.current, self.within.currentText()
        if project is None:
            return
        count = (self.columns.value(), self.rows.value())
        if within in (BOX, POLYGON):
            self._area.begin("rectangle" if within == BOX else "polygon")
            return
        try:
            if within == WHOLE:
                self._add(grid_queries(project.session.size, count).xy)
            else:
                self._add(self._area.points_in(self.within.currentData(), count))
        except CotrackerError as error:
            self._desk.say(str(error))

    def ask_for_table(self) -> None:
        """Show a file dialog, which does not block the window."""
        self._dialog = QFileDialog(self, "Points from a table", filter="Tables (*.csv *.tsv *.txt)")
        self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._dialog.fileSelected.connect(self.read_table)
        self._dialog.open()

    def read_table(self, path: str) -> None:
        """Add the points of a CSV file."""
        project = self._desk.current
        if project is None:
            return
        try:
            ids = project.insert(points_of_table(Path(path)))
        except CotrackerError as error:
            self._desk.say(str(error))
            return
        self._desk.say(f"{len(ids)} points from {Path(path).name}")

    def close_area(self) -> None:
        """Take the layer away in which an area is being drawn."""
        self._area.end()

    def _fill(self, layer: object) -> None:
        """An area was drawn."""
        try:
            self._add(self._area.points_in(layer, (self.columns.value(), self.rows.value())))
        except CotrackerError as error:
            self._desk.say(str(error))

    def _add(self, xy: object) -> None:
        project = self._desk.current
        if project is None:
            return
        ids = project.place(project.frame, xy, group=self._naming.group, placed=False)
        self._desk.say(f"{len(ids)} points on frame {project.frame}; press Track to follow them")

    def _make_tools(self) -> None:
        for tool, (text, help_text) in TOOLS.items():
            made = button(text, help_text)
            made.setCheckable(True)
            self.tools.addButton(made)
            self.tool_buttons[tool] = made
            made.clicked.connect(lambda _, tool=tool: self._desk.pick(tool))
        self.advice = hint()
        self.body.addLayout(row(*self.tool_buttons.values()))
        self.body.addWidget(self.advice)

    def _make_grid(self) -> None:
        self.columns, self.rows = (QSpinBox(minimum=1, maximum=200, value=8) for _ in range(2))
        for field in (self.columns, self.rows):
            field.setMinimumWidth(10 * self.fontMetrics().averageCharWidth())
        tip(self.columns, "grid columns", "Points across.")
        tip(self.rows, "grid rows", "Points down.")
        self.within = QComboBox()
        tip(self.within, "grid area", "Where the grid lies: Labels and Shapes layers of yours are listed, too.")
        self.within.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.grid_button = button("Add", "Put the grid onto the current frame", self.add_grid)
        times = hint("×")
        times.setAlignment(Qt.AlignmentFlag.AlignCenter)
        lines = form()
        times.setMinimumWidth(0)
        lines.addRow("Grid", row(self.columns, times, self.rows, 1))
        lines.addRow("within", row(self.within, self.grid_button))
        self.body.addLayout(lines)

    def _make_names(self) -> None:
        self.names = QPlainTextEdit(placeholderText="nose, left ear, right ear, …")
        self.names.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 12)
        self.names.setTabChangesFocus(True)
        tip(self.names, "names of the next points", NAMES_HELP)
        self.next_name = hint()
        self.skip_button = button("Skip", "Leave this name out", self._naming.skip)
        self.again_button = button("Again", "Begin the list anew, for the next individual", self._naming.start_over)
        self.group = QLineEdit(placeholderText="none")
        tip(self.group, "group of new points", "New points belong to this group; groups share a colour.")
        lines = form()
        lines.addRow("Names", self.names)
        lines.addRow("Group", self.group)
        folded = Section("Names and groups", is_open=False)
        folded.body.addLayout(lines)
        folded.body.addWidget(self.next_name)
        folded.body.addLayout(row(self.skip_button, self.again_button))
        self.body.addWidget(folded)
        self.names.textChanged.connect(lambda: self._naming.read(self.names.toPlainText()))
        self.group.textChanged.connect(lambda text: setattr(self._naming, "group", text.strip()))

    def _show_tool(self) -> None:
        self.tool_buttons[self._desk.tool].setChecked(True)
        self.advice.setText(TOOLS[self._desk.tool][1])

    def _show_names(self) -> None:
        self.next_name.setText(self._naming.progress)
        for shown in (self.next_name, self.skip_button, self.again_button):
            shown.setVisible(bool(self._naming.names))

    def _list_areas(self, event: object = None) -> None:
        kind = getattr(event, "type", "")
        if kind not in ("", "inserted", "removed", "reordered"):
            return
        chosen = self.within.currentText()
        with QSignalBlocker(self.within):
            self.within.clear()
            for text in (WHOLE, BOX, POLYGON):
                self.within.addItem(text)
            for layer in areas_in(self._desk.viewer):
                self.within.addItem(f"the layer {layer.name}", layer)
            self.within.setCurrentIndex(max(self.within.findText(chosen), 0))
