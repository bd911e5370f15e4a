"""A desk for tests of edits: a session, a selection, a frame, and what the user is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np

from napari_cotracker.editing.session import Session
from napari_cotracker.ui.desk import Desk
from napari_cotracker.ui.edit_actions import EditActions
from napari_cotracker.ui.selection import Selection
from napari_cotracker.ui.span_choice import SpanChoice

from .timelines import make_session


def trembling() -> Session:
    """As `make_session`, but tracks tremble."""
    tracks = make_session().tracks
    tremor = np.random.default_rng(0).normal(0, 0.5, tracks.xy.shape).astype(np.float32)
    return Session.from_tracks(replace(tracks, xy=tracks.xy + tremor))


class Bench:
    """Stands for the current project and for the desk that it lies on; as in a window, tracks that go are let go."""

    def __init__(self, session: Session | None = None) -> None:
        self.session = trembling() if session is None else session
        self.selection, self.frame, self.span = Selection(), 15, SpanChoice()
        self.current: Any = self
        self.told: list[str] = []
        self.session.changed.connect(self._on_changed)
        self.actions = EditActions(cast(Desk, self), self.span)

    def _on_changed(self, patch: Any) -> None:
        self.selection.keep(self.session.ids)

    def say(self, text: str) -> None:
        self.told.append(text)

    def go_to(self, frame: int) -> None:
        self.frame = frame

    def select(self, *ids: int) -> None:
        self.selection.set(list(ids))

    @property
    def labels(self) -> list[str]:
        """Of the steps that are done."""
        return [step.label for step in self.session.steps]
