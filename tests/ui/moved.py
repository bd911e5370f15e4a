"""A film in a window with tracks on its moving block, for edits that stick to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_cotracker.core.tracks import Tracks
from napari_cotracker.ui.propagate_section import PropagateSection

from .mouse import settle, wait_until
from .windows import HEIGHT, N_FRAMES, WIDTH, Window


def tracks_on_block(drift: float = 0.0) -> Tracks:
    """Sixteen tracks that go right by a pixel with every frame, as the block of `windows.drawn` does."""
    x, y = np.meshgrid(np.linspace(1, 8, 4), np.linspace(11, 18, 4))
    start = np.stack([x.ravel(), y.ravel()], -1)
    xy = start[None] + np.arange(N_FRAMES)[:, None, None] * np.array([1 + drift, 0])
    seen = np.ones(xy.shape[:2], np.float32)
    return Tracks(np.arange(16), xy.astype(np.float32), seen, seen, meta={"size": (WIDTH, HEIGHT)})


def with_tracks(window: Window) -> PropagateSection:
    """The section, open, over a film with tracks."""
    window.add()
    window.project.adopt(tracks_on_block())
    window.panel.propagate.open()
    settle()
    return window.panel.propagate


def choose(box: Any, value: Any) -> None:
    """An entry of a list by what it stands for."""
    box.setCurrentIndex(next(k for k in range(box.count()) if box.itemData(k) == value))
    settle()


def square(t: int = 0) -> np.ndarray:
    """(H, W) a mask of the square on a frame."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[12:18, 2 + t : 8 + t] = 1
    return labels


def paint(layer: Any, t: int, labels: np.ndarray | None = None) -> None:
    """Paint on a frame as with the brush: napari tells of it, and knows how to undo it."""
    rows, columns = np.nonzero(square(t) if labels is None else labels)
    layer.data_setitem((np.full(len(rows), t), rows, columns), 1)


def solved(section: PropagateSection) -> Any:
    """Wait until everything is up to date; what was drawn last."""
    wait_until(lambda: not any(clock.isActive() for clock in [section.source.painted_layer._clock]), 20)
    wait_until(lambda: not section.live.is_solving, 20)
    project = section._desk.current
    wait_until(lambda: section.live.drawn is not None and section.live.drawn.t == project.frame
               and not section.live._painter.is_busy, 20)
    settle(0.05)
    return section.live.drawn
