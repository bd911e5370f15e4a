"""The panel's first section: which video, and what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.layers import Layer
from qtpy.QtCore import QSignalBlocker

from ..core.errors import CotrackerError
from .axes import plane_of
from .desk import Desk
from .rate_field import RateField
from .sections import Section, ask_for_file, button, choice, hint, row
from .session_opening import is_session, open_session, resume
from .session_row import SessionRow
from .sources import facts_of

OPEN_HINT = "Open a film here, drop one onto the window, or choose File ▸ Open Sample ▸ CoTracker."


class VideoSection(Section):
    """Chooses the current video among the viewer's image layers, or opens a file; says where its session is kept."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Video")
        self._desk = desk
        self.layers = choice("video layer", "The image layer to track in: every layer with frames is listed.")
        self.layers.setPlaceholderText("no video yet")
        self.open_button = button("Open…", "Open a film, one picture of an image sequence, or a session",
                                  self.ask_for_file)
        self.facts, self.rate, self.session = hint(), RateField(desk), SessionRow(desk)
        self.body.addLayout(row(self.layers, self.open_button))
        self.body.addWidget(self.facts)
        self.body.addWidget(self.rate)
        self.body.addWidget(self.session)
        self.session.follow()
        self.session.chosen.connect(lambda path: resume(desk, path))
        self.layers.activated.connect(self._choose)
        desk.videos_changed.connect(self.refresh)
        desk.current_changed.connect(self.refresh)
        self._follow_names(desk.viewer.layers.events.renamed)
        self.refresh()

    def refresh(self) -> None:
        """Show the viewer as it is now."""
        project = self._desk.current
        with QSignalBlocker(self.layers):
            self.layers.clear()
            for layer in self._desk.videos():
                self.layers.addItem(layer.name, layer)
            if project is not None:
                self.layers.setCurrentIndex(self._place_of(project.layer))
        self.layers.setEnabled(self.layers.count() > 0)
        plane = "" if project is None else plane_of(project.layer, project.held)
        self.facts.setText(OPEN_HINT if project is None else " · ".join(filter(None, (facts_of(project.video), plane))))
        self.rate.refresh()

    def ask_for_file(self) -> None:
        """Show a file dialog."""
        ask_for_file(self, "Open a film, an image sequence or a session", self.open_path)

    def open_path(self, path: str) -> None:
        """Add a video to the viewer and make it current, or go on with a session."""
        from .window import add_video

        try:
            if is_session(path):
                open_session(self._desk, Path(path))
            else:
                self._desk.choose(add_video(self._desk.viewer, Path(path)))
        except CotrackerError as error:
            self._desk.say(str(error))

    def _follow_names(self, renamed: Any) -> None:
        hear = self._on_renamed
        renamed.connect(hear)
        self.destroyed.connect(lambda: renamed.disconnect(hear))

    def _on_renamed(self, event: object) -> None:
        self.refresh()

    def _place_of(self, layer: Layer) -> int:
        return next((i for i in range(self.layers.count()) if self.layers.itemData(i) is layer), -1)

    def _choose(self, index: int) -> None:
        before = self._desk.current
        if self._desk.choose(self.layers.itemData(index)) is None:  # it was no video after all
            self._desk.choose(None if before is None else before.layer)
            self.refresh()
