"""The panel's section that carries an edit through the shot: what is painted or placed once sticks to what moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from qtpy.QtWidgets import QCheckBox

from ..tasks.edits import Edit
from ..tasks.paint_back import Back, PaintBack
from ..tasks.remote import Worker
from .desk import Desk
from .project import Project
from .propagate_back import BACK, EDITS
from .propagate_corners import Corners
from .propagate_drawing import Drawn
from .propagate_facts import FactsView
from .propagate_form import EditForm
from .propagate_layers import EditLayers
from .propagate_live import LiveEdit
from .propagate_output import Output
from .propagate_source import PLACED
from .sections import Section, row, tip


class PropagateSection(Section):
    """What is to stick, to which tracks, what it looks like on the frame that is shown, and how it leaves the window.

    Parameters
    ----------
    desk : Desk
    worker : Worker
    """

    def __init__(self, desk: Desk, worker: Worker) -> None:
        super().__init__("Propagate edits", is_open=False)
        self._desk = desk
        self._project: Project | None = None
        self._layers: EditLayers | None = None
        self._is_over = False
        self.form, self.facts = EditForm(desk), FactsView()
        self.source = self.form.source
        self.source.carried = self._carried
        self.live = LiveEdit(self._asked, self, front=self._front)
        self.output = Output(desk, worker, self.form.edit, lambda: self.source.painted_layer.layer,
                             front=self.form.in_front)
        self.corners = Corners(desk, lambda: None if self._layers is None else self._layers.dots, self._corners_now,
                               self)
        self.preview = QCheckBox("Preview", checked=True)
        tip(self.preview, "preview", "Show the current frame as a render will look")
        self.support = QCheckBox("Tracks and support", checked=True)
        tip(self.support, "tracks and support", "Tracks that carry it: bright where they agree with it, dark where "
            "they miss by two pixels, a red ring where they are left out; and the outline around them")
        self.body.addWidget(self.form)
        self.body.addLayout(row(self.preview, self.support, 1))
        self.body.addWidget(self.facts)
        self.body.addWidget(self.output)
        self._connect()
        self._on_what()
        self._follow()

    def close_all(self) -> None:
        """Take everything away that is ours, and hear nothing more."""
        if self._is_over:
            return
        self._is_over = True
        self.live.close()
        self.output.close_all()
        self.corners.close()
        self.source.close()
        self.form.front.close()
        self.form.back.close()
        self._desk.viewer.dims.events.point.disconnect(self._on_frame)
        self._desk.current_changed.disconnect(self._follow)
        self._listen(None)

    def _asked(self) -> tuple[Project, Edit | Back] | None:
        """For what is shown: nothing while the section is folded."""
        return self.form.edit() if self.is_open else None

    def _front(self) -> Any:
        asked = self.form.in_front()
        return None if asked is None else asked.front.at

    # what is shown

    def _carried(self) -> Any:
        """Where corners are carried to on the frame that is shown, as far as that is known."""
        drawn, project = self.live.drawn, self._desk.current
        return drawn.corners if drawn is not None and project is not None and drawn.t == project.frame else None

    def _corners_now(self) -> Any:
        """Where corners are drawn: as they were placed on this frame, else where they are carried to."""
        project = self._desk.current
        if project is None or self.form.what not in PLACED or not self.is_open:
            return None
        placed = self.source.placed.at(project.frame)
        return self._carried() if placed is None else np.asarray(placed.corners, float)

    def _show(self) -> None:
        """Bring the layers and the facts up to date."""
        drawn, project, is_steady = self.live.drawn, self._desk.current, self.form.what == "stabilise"
        if project is None or (self._layers is None and not self.is_open):
            return
        layers = self._own_layers(project)
        shown = drawn if self.is_open and self.preview.isChecked() else None
        if shown is not None and self._shows_itself(shown):
            shown = replace(shown, labels=None)
        layers.show_content(shown, on_top=is_steady, like=self.source.painted_layer.layer)
        # in a picture that was moved, tracks lie elsewhere
        marks = drawn if self.is_open and not (is_steady and self.preview.isChecked()) else None
        layers.show_marks(marks, self._corners_now(), with_tracks=self._shows_tracks())
        if drawn is not None and drawn.facts is not None:
            self.facts.show_facts(drawn.facts)
        elif drawn is not None:
            self.facts.say(self._about_paint())

    def _about_paint(self) -> str:
        """What there is to say of paint that no tracks carry."""
        settled = None if self.live.now is None else self.live.now.settled
        if not isinstance(settled, PaintBack):
            return ""
        return "One picture, on all frames" if settled.is_one_picture else "Paint of its own on every frame"

    def _shows_tracks(self) -> bool:
        """Labels that are made of tracks would lie beneath these."""
        return self.support.isChecked() and self.form.what != "labels"

    def _shows_itself(self, drawn: Drawn) -> bool:
        """Whether a mask lies over the frame already, as it was painted there."""
        layer = self.source.painted_layer.layer
        return drawn.t in self.source.painted and layer is not None and layer.visible and layer.ndim > 2

    def _own_layers(self, project: Project) -> EditLayers:
        if self._layers is None:
            self._layers = EditLayers(project, self._desk.look.values.size)
            self._layers.removed.connect(self._on_removed)
        return self._layers

    def _show_state(self) -> None:
        missing, live = self.form.missing(), self.live.now
        self.output.refresh(live, missing)
        self.note(EDITS[self.form.what] if live is not None else "")
        if missing:
            self.facts.say(missing)
        elif live is None and self.live.is_solving:
            self.facts.say("Opening …" if self.form.what == BACK else "Solving …")
        self.facts.show_doubts(() if live is None else live.doubts)

    def _show_progress(self, done: float) -> None:
        if done < 1 and self.live.now is None and self.form.what != BACK:
            self.facts.say(f"Solving … {done:.0%}")

    def _fail(self, sentence: str) -> None:
        """What was solved last stays, and it is said why there is nothing newer."""
        if self.live.now is None:
            self.facts.say("")
        self.facts.show_trouble(sentence)

    # what happens

    def _on_length(self) -> None:
        self.form.back.look()
        self.live.outdate()
        self._on_changed()

    def _on_changed(self) -> None:
        self.live.soon()
        self._show()
        self._show_state()

    def _on_what(self) -> None:
        self.output.show_what(self.form.what)
        self.support.setVisible(self.form.what != BACK)
        self.live.forget()

    def _on_frame(self, _: object = None) -> None:
        project = self._desk.current
        if self.is_open and project is not None:
            self.live.paint()
            if self.form.what in PLACED and (self.live.now is None or project.frame in self.source.placed):
                self._show()  # what is painted comes a moment later

    def _on_patch(self, _: object = None) -> None:
        if self.is_open and self.form.what != BACK:
            self.live.outdate()

    def _on_fold(self, is_open: bool) -> None:
        if is_open:
            self.live.soon()
        else:
            self.live.forget()
            self._drop_layers()
        self._show_state()

    def _on_selection(self) -> None:
        if self.is_open and self.form.what != BACK and self.form.carriers.currentData() == "selected":
            self._on_changed()

    def _on_removed(self) -> None:
        """The user took one of our layers away, and does not want to see it."""
        self.preview.setChecked(False)
        self.support.setChecked(False)

    def _follow(self) -> None:
        """Another video: what was painted belongs to the one before."""
        project = self._desk.current
        if project is not self._project:
            self.live.forget()
            self._listen(project)
            self.source.follow(project)
            self.form.front.follow()
            self.form.back.follow()
        self.setEnabled(project is not None)
        self._show_state()

    def _listen(self, project: Project | None) -> None:
        self._drop_layers()
        old, self._project = self._project, project
        for signal, hear in _signals(old, self):
            signal.disconnect(hear)
        for signal, hear in _signals(project, self):
            signal.connect(hear)

    def _drop_layers(self) -> None:
        if self._layers is not None:
            self._layers.removed.disconnect(self._on_removed)
            self._layers.close()
            self._layers = None

    def _drag(self, corners: Any) -> None:
        if self._layers is not None:
            self._layers.show_marks(self.live.drawn, corners, with_tracks=self._shows_tracks())

    def _drop(self, corners: Any) -> None:
        if self._desk.current is not None:
            self.source.put_corners(self._desk.current.frame, corners)

    def _go_to(self, frame: int) -> None:
        if self._desk.current is not None:
            self._desk.current.go_to(frame)

    def _hand_corners(self) -> None:
        """Corners that were just placed can be dragged at once."""
        self._show()
        if self.form.what in PLACED and self._layers is not None and self._layers.dots is not None:
            self._desk.viewer.layers.selection.active = self._layers.dots

    def _connect(self) -> None:
        self.form.what_changed.connect(self._on_what)
        self.form.changed.connect(self._on_changed)
        self.form.front.painted.connect(self.live.paint)
        self.source.placed.changed.connect(self._hand_corners)
        self.preview.toggled.connect(self._show)
        self.support.toggled.connect(self._show)
        self.facts.frame_requested.connect(self._go_to)
        self._header.toggled.connect(self._on_fold)
        self.live.solved.connect(self._show_state)
        self.live.changed.connect(self._show_state)
        self.live.painted.connect(self._show)
        self.live.progressed.connect(self._show_progress)
        self.live.failed.connect(self._fail)
        self.output.changed.connect(self._show_state)
        self.corners.moved.connect(self._drag)
        self.corners.dropped.connect(self._drop)
        self._desk.current_changed.connect(self._follow)
        self._desk.viewer.dims.events.point.connect(self._on_frame)


def _signals(project: Project | None, section: PropagateSection) -> list[tuple[Any, Any]]:
    if project is None:
        return []
    return [(project.session.changed, section._on_patch), (project.selection.changed, section._on_selection),
            (project.length_known, section._on_length)]
