"""The panel's second section: points to follow, one by one, as grids, or from a table."""

from __future__ import annotations

from pathlib import Path

from napari.layers import Layer
from numpy.typing import ArrayLike
from qtpy.QtCore import QSignalBlocker
from qtpy.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QSpinBox

from ..core.errors import CotrackerError
from ..core.queries import grid_queries
from ..tasks.points import points_of_table
from .areas import AreaTool, areas_in
from .axes import obstacle
from .desk import Desk, Tool
from .names_section import NamesSection
from .naming import Naming
from .sections import Section, ask_for_file, button, choice, form, hint, row, tip

TOOLS = {
    Tool.PLACE: ("Place", "F", "A click in the picture begins a new track there."),
    Tool.CORRECT: ("Correct", "G", "A click puts the selected track there, a drag moves any point; the frames around "
                   "are tracked again."),
    Tool.SELECT: ("Select", "D", "A click or a box selects tracks."),
}
WHOLE, BOX, POLYGON = "whole picture", "a box I draw", "a polygon I draw"
DRAWN = {BOX: "rectangle", POLYGON: "polygon"}
COUNT_STYLE = "min-width: 2.6em"  # napari's own is too wide for two side by side
CHANGES = {"", "inserted", "removed", "reordered", "renamed"}  # after which the list of areas may be another


class PlaceSection(Section):
    """Tools, grids, names and tables."""

    def __init__(self, desk: Desk, naming: Naming) -> None:
        super().__init__("Points")
        self._desk, self._naming = desk, naming
        self._area = AreaTool(desk, self._fill)
        self.tools = QButtonGroup(self)
        self.tool_buttons: dict[Tool, QPushButton] = {}
        self._make_tools()
        self._make_grid()
        self.naming = NamesSection(desk, naming)
        self.body.addWidget(self.naming)
        desk.tool_changed.connect(self._show_tool)
        desk.current_changed.connect(self.refresh)
        desk.viewer.layers.events.connect(self._list_areas)
        self._show_tool()
        self.refresh()

    def refresh(self) -> None:
        """Show the current video's state."""
        project = self._desk.current
        count = 0 if project is None else len(project.session.ids)
        self.note(str(count) if count else "")
        self.setEnabled(project is not None)
        self._list_areas()

    def add_grid(self) -> None:
        """A grid on the current frame, within what is chosen."""
        project, within = self._desk.current, self.within.currentData()
        if project is None:
            return
        if within in DRAWN:
            self._area.begin(DRAWN[within])
            return
        self._area.end()
        if reason := obstacle(self._desk.viewer, project.layer, project.held):
            self._desk.say(reason)
        elif within == WHOLE:
            self._add(grid_queries(project.session.size, self._counts()).xy)
        else:
            self._fill(within)

    def ask_for_table(self) -> None:
        """Show a file dialog."""
        ask_for_file(self, "Points from a table", self.read_table, "Tables (*.csv *.tsv *.txt)")

    def read_table(self, path: str) -> None:
        """Add the points of a CSV file."""
        project = self._desk.current
        if project is None:
            return
        try:
            ids = project.insert(points_of_table(Path(path)), self._naming.group)
        except CotrackerError as error:
            self._desk.say(str(error))
            return
        self._desk.say(f"{_points(len(ids))} from {Path(path).name}; press Track to follow them")

    def let_go(self) -> None:
        """Take the layer away in which an area is being drawn, note names, and hear no more of other layers."""
        self._area.end()
        self.naming.let_go()
        self._desk.viewer.layers.events.disconnect(self._list_areas)

    def _counts(self) -> tuple[int, int]:
        return self.columns.value(), self.rows.value()

    def _fill(self, layer: Layer) -> None:
        """A grid within the areas of a layer."""
        try:
            self._add(self._area.points_in(layer, self._counts()))
        except CotrackerError as error:
            self._desk.say(str(error))

    def _add(self, xy: ArrayLike) -> None:
        project = self._desk.current
        if project is None:
            return
        ids = project.place(project.frame, xy, group=self._naming.group, placed=False)
        self._desk.say(f"{_points(len(ids))} on frame {project.frame}; press Track to follow them")

    def _pick(self, tool: Tool) -> None:
        """Also the tool that is in hand already gives a drawing up."""
        self._area.end()
        self._desk.pick(tool)

    def _make_tools(self) -> None:
        for tool, (text, key, help_text) in TOOLS.items():
            made = button(text, f"{help_text} ({key})")
            made.setCheckable(True)
            self.tools.addButton(made)
            self.tool_buttons[tool] = made
            made.clicked.connect(lambda _, tool=tool: self._pick(tool))
        self.advice = hint()
        self.body.addLayout(row(*self.tool_buttons.values()))
        self.body.addWidget(self.advice)

    def _make_grid(self) -> None:
        self.columns, self.rows = (QSpinBox(minimum=1, maximum=200, value=8) for _ in range(2))
        for field in (self.columns, self.rows):
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            field.setStyleSheet(COUNT_STYLE)
        tip(self.columns, "grid columns", "Points across.")
        tip(self.rows, "grid rows", "Points down.")
        self.within = choice("grid area", "Where the grid goes; your Labels and Shapes layers are listed too.")
        self.grid_button = button("Add grid", "Put the grid onto the current frame", self.add_grid)
        self.import_button = button("From a table…", "Points of a CSV file with the columns t,x,y (id,name)",
                                    self.ask_for_table)
        self.rows.setPrefix("× ")
        lines = form()
        lines.addRow("Grid", row(self.columns, self.rows))
        lines.addRow("Within", self.within)
        self.body.addLayout(lines)
        self.body.addLayout(row(self.grid_button, self.import_button))
        self.within.currentIndexChanged.connect(self._show_area)

    def _show_tool(self) -> None:
        self.tool_buttons[self._desk.tool].setChecked(True)
        self.advice.setText(TOOLS[self._desk.tool][-1])

    def _show_area(self) -> None:
        self.grid_button.setText("Draw…" if self.within.currentData() in DRAWN else "Add grid")

    def _list_areas(self, event: object = None) -> None:
        if getattr(event, "type", "") not in CHANGES:
            return
        chosen = self.within.currentData()
        areas = {WHOLE: WHOLE, BOX: BOX, POLYGON: POLYGON,
                 **{layer: f"layer {layer.name}" for layer in areas_in(self._desk.viewer)}}
        with QSignalBlocker(self.within):
            self.within.clear()
            for area, text in areas.items():
                self.within.addItem(text, area)
            self.within.setCurrentIndex(list(areas).index(chosen) if chosen in areas else 0)
        self._show_area()


def _points(count: int) -> str:
    return "1 point" if count == 1 else f"{count} points"
