"""Fields for an edit: what it is, what it is made of, how it looks and how it moves."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from ..core import registry
from ..core.declarations import NoOptions
from ..core.errors import EditError
from ..tasks.edit_front import asking_front
from ..tasks.edit_options import WITH_FRONT, WITH_MATTE, matte_of, options_of
from ..tasks.edits import Edit, MatteOptions, MotionOptions
from ..tasks.paint_back import Back
from .desk import Desk
from .option_fields import OptionFields
from .project import Project
from .propagate_back import BACK, EDITS, BackFields
from .propagate_front import Asked, FrontField
from .propagate_source import Source
from .sections import GAP, Section, choice, form

CARRIERS = {"near": "those near it", "selected": "selected tracks", "all": "all tracks"}
CARRIERS_TIP = ("Tracks that carry the edit. Those near it, on what is painted and close around it, are best for a "
                "single thing, all tracks for the whole picture.")


class EditForm(QWidget):
    """What is to stick to what moves.

    Parameters
    ----------
    desk : Desk

    Signals
    -------
    changed : any field, or what is painted
    what_changed : another kind of edit; `changed` follows
    """

    changed = Signal()
    what_changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.source, self.front, self.back = Source(desk), FrontField(desk), BackFields(desk)
        self.whats = choice("edit", "What the tracks are to carry", EDITS)
        self.effects = choice("effect", "What is done to the pixels within the mask",
                              {name: effect.title for name, effect in registry.effects().items()})
        self.carriers = choice("carried by", CARRIERS_TIP, CARRIERS)
        self.motion, self.matte = OptionFields(MotionOptions, "motion"), OptionFields(MatteOptions, "matte")
        self._behind_tip = self.matte.fields["behind"].toolTip()
        self.options = OptionFields(options_of("mask"), "mask")
        self._lay_out()
        self.whats.currentIndexChanged.connect(self._show_what)
        self.whats.currentIndexChanged.connect(
            lambda _: self.matte.show_words({"behind": matte_of(self.what)().behind}))
        self.effects.currentIndexChanged.connect(self._show_what)
        self.carriers.currentIndexChanged.connect(lambda _: self.changed.emit())
        for each in (self.motion, self.matte, self.source, self.front, self.back):
            each.changed.connect(self.changed)
        self.front.changed.connect(self._show_behind)
        self._show_what()

    @property
    def what(self) -> str:
        """One of `EDITS`."""
        return str(self.whats.currentData())

    def missing(self) -> str:
        """What is to be done before there is something to solve, in words."""
        project = self._desk.current
        if project is None:
            return "Open a film first."
        if not project.is_indexed:
            return "The film's index is being read."
        if self.what == BACK:
            return self.back.missing()
        if not len(project.session.ids):
            return "First place points on what the edit should stick to, and track them."
        return self.source.missing()

    def edit(self) -> tuple[Project, Edit | Back] | None:
        """What is asked for now, and of which video; None if something is missing.

        Raises
        ------
        CotrackerError
            If an option makes no sense.
        """
        project = self._desk.current
        if project is None or self.missing():
            return None
        if (back := self.back.asked() if self.what == BACK else None) is not None:
            return project, back
        effect = self.effects.currentData() if self.what == "effect" else None
        edit = Edit(self.what, self.source.paintings(), self.motion.options(), self.options.options(), effect,
                    self._carriers(project), self.matte.options())
        return project, edit if self.in_front() is None else asking_front(edit)

    def in_front(self) -> Asked | None:
        """The matte of what passes in front, if one was chosen and this kind of edit can be behind something.

        Raises
        ------
        VideoError
            If it does not fit the film.
        """
        return self.front.asked() if self.what in WITH_FRONT else None

    def _carriers(self, project: Project) -> tuple[int, ...] | None:
        which = self.carriers.currentData()
        if which == "near":
            return None
        if which == "all":
            return tuple(project.session.ids.tolist())
        if not len(project.selection):
            raise EditError("no track is selected; click one in the picture or in the timeline, or take all tracks")
        return tuple(project.selection.ids.tolist())

    def _show_behind(self) -> None:
        """Tracks are not asked for what is in front where a matte tells."""
        field, is_told = self.matte.fields["behind"], self.front.is_chosen
        field.setEnabled(not is_told)
        field.setToolTip("The matte that was chosen says what is in front" if is_told else self._behind_tip)

    def _show_what(self) -> None:
        old = self.options
        kind = NoOptions if self.what == BACK else options_of(self.what, self.effects.currentData())
        self.options = OptionFields(kind, self.what)
        self.options.changed.connect(self.changed)
        old.replace_by(self.options, self._place)
        self.options.setVisible(bool(self.options.fields))
        self._lines.setRowVisible(1, self.what == "effect")
        self.matte.setVisible(self.what in WITH_MATTE)
        self.source.show_what(self.what)
        self.front.setVisible(self.what in WITH_FRONT)
        self._looks.setVisible(bool(self.options.fields) or self.what in WITH_MATTE)
        self._moves.setVisible(self.what != BACK)
        self.source.setVisible(self.what != BACK)
        self.back.setVisible(self.what == BACK)
        self.back.look()
        self.what_changed.emit()
        self.changed.emit()

    def _lay_out(self) -> None:
        self._lines, carried = form(), form()
        self._lines.addRow("Edit", self.whats)
        self._lines.addRow("Effect", self.effects)
        carried.addRow("Carried by", self.carriers)
        self._looks, self._moves = Section("How it looks", is_open=False), Section("How it moves", is_open=False)
        holder = QWidget()
        self._place = QVBoxLayout(holder)
        self._place.setContentsMargins(0, 0, 0, 0)
        self._place.addWidget(self.options)
        self._looks.body.addWidget(holder)
        self._looks.body.addWidget(self.matte)
        self._moves.body.addLayout(carried)
        self._moves.body.addWidget(self.motion)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(self._lines)
        for part in (self.source, self.front, self.back, self._looks, self._moves):
            column.addWidget(part)
