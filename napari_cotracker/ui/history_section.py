"""The panel's last section: the history of the current video."""

from __future__ import annotations

from collections.abc import Sequence

from .answers import Answers
from .desk import Desk
from .history_list import HistoryList
from .project import Project
from .sections import Section, bring_into_view


class HistorySection(Section):
    """Every step in words; a click goes there, and the queue of moments goes along.

    Parameters
    ----------
    desk : Desk
    answers : Answers
    """

    def __init__(self, desk: Desk, answers: Answers) -> None:
        super().__init__("History", is_open=False)
        self._desk, self._answers = desk, answers
        self._project: Project | None = None
        self.list = HistoryList()
        self.body.addWidget(self.list)
        self._header.toggled.connect(self._come_into_view)
        self.list.told.connect(desk.say)
        self.list.jumped.connect(self._go_along)
        desk.current_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Show the current video's."""
        if self._project is not self._desk.current:
            self._show(self._desk.current)

    def let_go(self) -> None:
        """Listen to no session any more."""
        self._desk.current_changed.disconnect(self.follow)
        self._show(None)

    def _come_into_view(self, is_open: bool) -> None:
        if is_open:  # it is the last one, and what is opened lies below the edge
            bring_into_view(self.list)

    def _show(self, project: Project | None) -> None:
        self._project = project
        self.list.show_session(None if project is None else project.session)

    def _go_along(self, undone: Sequence[int], redone: Sequence[int]) -> None:
        for number in undone:
            self._answers.after_undo(number)
        for number in redone:
            self._answers.after_redo(number)
