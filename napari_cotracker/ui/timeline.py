"""The timeline: a heat map of all tracks, the curve of one, and the frame that is shown."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QToolTip, QVBoxLayout, QWidget

from ..core.heat import Heat
from ..core.tracks import is_anchor
from ..editing.patch import Patch
from ..editing.session import Session
from .picking import Picker
from .scope import Scope
from .selection import Selection
from .shades import Shades
from .strips import Strips
from .subscriptions import Subscriptions
from .timeline_bar import TimelineBar
from .track_facts import curve_of, sentence_of, sorted_rows

PAUSE = 100  # ms between repaints while a run streams
NO_VIDEO = "Open a video and place points on it: this shows how sure the tracker is of each of them."
NO_TRACKS = "No tracks yet. Place a point in the picture, then track it: every track becomes a row here."
NO_SELECTION = "No track is selected. Click one in the picture, or show all of them again."


class Timeline(QWidget):
    """Tracks × frames at a glance, for going to frames and for selecting tracks.

    Attributes
    ----------
    frame_requested : Signal(int)
        The user went to a frame (0-based).
    help_requested : Signal
        The user asks for keys and mouse.
    menu_requested : Signal(QPoint)
        The user asks what can be done with the selected tracks, at a place on the screen.
    span : SpanChoice
        The frames that are chosen for it.
    """

    frame_requested = Signal(int)
    help_requested = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Timeline of the tracks")
        shades = Shades.of(self.palette())
        self.scope = Scope(shades, self)
        self.bar = TimelineBar(shades)
        self.strips, self.span = Strips(self.scope), self.scope.span
        self.ruler, self.heatmap, self.curve = self.strips.ruler, self.strips.heatmap, self.strips.curve
        self._session: Session | None = None
        self._selection = Selection()
        self._heat = self.heatmap.heat
        self._order = np.zeros(0, np.int64)
        self._picker = Picker(self._selection)
        self._painted, self._is_out_of_order = 0.0, False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._flush)
        self._looks = QTimer(self, singleShot=True, interval=0)
        self._looks.timeout.connect(self._take_looks)
        self._links = Subscriptions()
        self.destroyed.connect(self._links.clear)
        self._lay_out()
        self._connect()
        self.show_session(None, None)

    # for the window

    def show_session(self, session: Session | None, selection: Selection | None,
                     frame_numbers: Sequence[int] | None = None) -> None:
        """Show another session, or none.

        Parameters
        ----------
        session : Session or None
        selection : Selection or None
            Shared with whoever else shows the session.
        frame_numbers : (T,) sequence of int, optional
            The clip's own numbers; counted from 0 if not given.
        """
        self._links.clear()
        self._session, self._selection = session, Selection() if selection is None else selection
        self._picker = Picker(self._selection)
        self._links.add(self._selection.changed, self._on_selected)
        if session is not None:
            self._links.add(session.changed, self._on_changed)
        self._heat = Heat(np.zeros(0, np.int64), 0)
        self._order = np.zeros(0, np.int64)
        self.scope.clear()
        self.refresh(frame_numbers)
        self.heatmap.fit()

    def refresh(self, frame_numbers: Sequence[int] | None = None) -> None:
        """Look at the session anew: its number of frames changed, say."""
        self.scope.set_length(self._session.n_frames if self._session else 0, frame_numbers)
        self._take_table()
        self._heat.mark()
        self._is_out_of_order = True
        self._flush()

    def set_frame(self, t: int) -> None:
        """Move the playhead; nothing is emitted."""
        self.scope.set_frame(t)

    def set_running(self, frames: range | None) -> None:
        """Mark the frames that are being tracked; with None tracking has ended."""
        ended = frames is None and self.scope.running is not None
        self.scope.set_running(frames)
        if ended:
            self._is_out_of_order = True
            self._flush()

    def step(self, by: int) -> None:
        """Select the track above (-1) or below (1) what is selected."""
        self._picker.step(self.visible_order, by)

    @property
    def visible_order(self) -> NDArray[np.int64]:
        """(n,) ids of the tracks that are shown, from top to bottom."""
        return self._heat.ids[self.heatmap.order]

    # what changes

    def _on_changed(self, patch: Patch) -> None:
        if patch.changes_table:
            self._take_table()
        for block in patch.blocks:
            self._heat.mark(block.ids, block.frames)
        if self._is_streamed(patch):
            self._flush_soon()
            return
        # one cell that changes moves no row away from under the mouse, nor does an edit of chosen frames
        self._is_out_of_order |= self.span.frames is None and (patch.changes_table or len(patch.frames) > 1)
        self._flush()

    def _is_streamed(self, patch: Patch) -> bool:
        """Whether a run, not the user, changes cells."""
        by_hand = any(is_anchor(block.after.source).any() for block in patch.blocks)
        return bool(self._session and self._session.is_running() and not patch.changes_table and not by_hand)

    def _flush_soon(self) -> None:
        if not self._timer.isActive():
            since = (time.monotonic() - self._painted) * 1000
            self._timer.start(max(round(PAUSE - since), 0))

    def _flush(self) -> None:
        """Show what changed; of a very large change one part after another."""
        self._timer.stop()
        if self._session is None:
            return
        self._painted = time.monotonic()
        frames = self._heat.refresh(self._session.cells, self._session.size, self.bar.quantity)
        self.heatmap.show_frames(frames)
        if self._heat.is_stale:
            self._timer.start(0)
        elif self._is_out_of_order:
            self._is_out_of_order = False
            self._arrange()
        if not self._heat.is_stale:
            self._show_curve()

    def _take_table(self) -> None:
        """Tracks came, went or have other names."""
        session = self._session
        self._heat = self._heat.reshape(session.ids, session.n_frames) if session else Heat(np.zeros(0, np.int64), 0)
        places = np.searchsorted(self._heat.ids, self._order)
        known = places < len(self._heat.ids)
        known[known] = self._heat.ids[places[known]] == self._order[known]
        kept = self._order[known]
        # until rows are put in order again, new ones are on top
        self._order = np.concatenate([np.setdiff1d(self._heat.ids, kept), kept])
        self.strips.fit_gutter(self._names())
        self._show_rows()

    def _arrange(self) -> None:
        """Put rows in order; while a run streams, they keep their places."""
        if self._session is not None and self.scope.running is None:
            rows = sorted_rows(self.bar.order, self._heat.codes, self._session.rows)
            self._order = self._heat.ids[rows]
        self._show_rows()

    def _show_rows(self) -> None:
        rows = self._session.rows if self._session else []
        shown = self._order
        if self.bar.only_selected:
            shown = shown[np.isin(shown, self._selection.ids)]
        self.heatmap.message = NO_VIDEO if self._session is None else NO_SELECTION if len(rows) else NO_TRACKS
        self.heatmap.show_tracks(self._heat, np.searchsorted(self._heat.ids, shown), self._names(),
                                 np.array([row.t for row in rows], np.int64))
        self.heatmap.show_selected(np.isin(shown, self._selection.ids))
        count = len(shown)
        self.ruler.set_caption(f"{count} track{'s' * (count != 1)}" if count else "")

    def _show_curve(self) -> None:
        one, session = self._selection.one, self._session
        if session is None or one is None or not session.has(one).all():
            self.curve.show_data(None)
        else:
            self.curve.show_data(curve_of(session, one))

    # what the user does

    def _on_selected(self) -> None:
        if self.bar.only_selected:
            self._show_rows()
        else:
            self.heatmap.show_selected(np.isin(self.visible_order, self._selection.ids))
        if (one := self._selection.one) is not None:
            self._bring_into_sight(one)
        self._show_curve()

    def _bring_into_sight(self, id: int) -> None:
        place = np.flatnonzero(self.visible_order == id)
        if len(place):
            self.heatmap.show_rows(self.heatmap.rows.showing(int(place[0])))

    def _on_row_pressed(self, place: int, keys: Qt.KeyboardModifier) -> None:
        # where only selected rows are shown, a plain click would take all others away
        self._picker.press(self.visible_order, place, keys, keep=self.bar.only_selected)

    def _on_row_asked(self, place: int) -> None:
        """A menu is about what is selected; a row that is not becomes that."""
        id = int(self.visible_order[place])
        if id not in self._selection:
            self._selection.set([id])

    def _on_chosen(self) -> None:
        self.bar.set_shades(self.scope.shades)
        self._heat.mark()
        self._is_out_of_order = True
        self._flush()

    def _show_tip(self, place: int, frame: int, at: QPoint) -> None:
        if self._session is not None:
            text = sentence_of(self._session, int(self.visible_order[place]), frame, self.scope.numbers[frame])
            QToolTip.showText(at, text, self.heatmap)

    # looks

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.setContentsMargins(0, 2, 0, 0)
        column.addWidget(self.bar)
        column.addWidget(self.strips, 1)

    def _connect(self) -> None:
        self.strips.frame_requested.connect(self.frame_requested)
        self.strips.menu_requested.connect(self.menu_requested)
        self.bar.changed.connect(self._on_chosen)
        self.bar.help_requested.connect(self.help_requested)
        self.heatmap.row_pressed.connect(self._on_row_pressed)
        self.heatmap.row_asked.connect(self._on_row_asked)
        self.heatmap.row_stepped.connect(self.step)
        self.heatmap.hovered.connect(self._show_tip)

    def _names(self) -> list[str]:
        return [row.name for row in self._session.rows] if self._session else []

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange)
        if event.type() in kinds and hasattr(self, "_looks"):
            self._looks.start()  # once the widgets within have heard of it, too

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_looks()

    def _take_looks(self) -> None:
        shades = Shades.of(self.palette())
        self.bar.set_shades(shades)
        self.strips.set_looks(self.bar.caption_font(), shades, self._names())
