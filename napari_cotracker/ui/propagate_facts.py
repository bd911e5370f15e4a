"""How far to trust an edit, in words: on the frame that is shown, and on which frames to look."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from ..core.moments import spans
from ..core.words import counted
from ..tasks.edit_settled import EditFacts
from .links import Links
from .sections import GAP, hint

MOST = 12  # stretches that are listed
HOW = {"held": "held", "chained": "by way of other frames", "reference": "reference frame"}


class FactsView(QWidget):
    """A line of facts, a sentence where there is doubt, and the doubtful frames.

    Signals
    -------
    frame_requested : (int)
    """

    frame_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts, self.doubt, self.frames = hint(), QLabel(wordWrap=True), Links()
        self.doubt.setAccessibleName("doubt")
        self.frames.setAccessibleName("doubtful frames")
        self.frames.setToolTip("Frames that are worth a look; click to go there")
        self.frames.clicked.connect(lambda t: self.frame_requested.emit(int(t)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for label in (self.facts, self.doubt, self.frames):
            column.addWidget(label)
        self.facts.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # nothing jumps while one scrubs
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.show_doubts(())
        self.say("")

    def say(self, text: str, doubt: str = "") -> None:
        """Say something in the place of facts."""
        self.facts.setText(text)
        self.show_trouble(doubt)

    def show_facts(self, facts: EditFacts) -> None:
        """How far to trust the frame that is shown."""
        self.say(sentence_of(facts), facts.doubt)

    def show_trouble(self, sentence: str) -> None:
        """What is wrong, beside what was known before."""
        self.doubt.setText(sentence)
        self.doubt.setVisible(bool(sentence))

    def show_doubts(self, frames: Iterable[int]) -> None:
        """List the frames that are worth a look, those next to each other together."""
        found = spans(np.bincount(np.array(list(frames), np.int64)) > 0)
        words = [("Doubtful:", "")] if found else []
        words += [(f"{a}" if a == b else f"{a}–{b}", str(a)) for a, b in found[:MOST]]
        if len(found) > MOST:
            words.append((f"and {len(found) - MOST} more", str(found[MOST][0])))
        self.frames.show_words(words)
        self.frames.setVisible(bool(words))


def sentence_of(facts: EditFacts) -> str:
    """``homography, 87 of 93 tracks, 0.31 px, 94 % of the area supported``."""
    if not facts.model:
        return f"{facts.inliers} of {counted(facts.tracks, 'track')} visible"
    parts = [facts.model, f"{facts.inliers} of {counted(facts.tracks, 'track')}"]
    if np.isfinite(facts.residual):
        parts.append(f"{facts.residual:.2f} px")
    parts.append(f"{100 * facts.support:.0f} % of the area supported")
    return ", ".join([*parts, *([HOW[facts.how]] if facts.how in HOW else [])])
