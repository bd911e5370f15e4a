"""The panel in a real window, over a film that the test draws, with a worker that answers on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .mouse import settle
from .workers import StubWorker

N_FRAMES, HEIGHT, WIDTH = 20, 48, 64


def drawn(n_frames: int = N_FRAMES) -> np.ndarray:
    """(T, H, W, 3) a bright block that moves over a dark ground."""
    frames = np.full((n_frames, HEIGHT, WIDTH, 3), 40, np.uint8)
    for t in range(n_frames):
        frames[t, 10:20, t : t + 10] = 200
    return frames


class Window:
    """A viewer with the panel, as the user has it; nothing is computed."""

    def __init__(self, make_viewer: Any, monkeypatch: Any, show: bool = True) -> None:
        self.worker = StubWorker()
        monkeypatch.setattr("napari_cotracker.ui.panel.shared_worker", lambda: self.worker)
        self.viewer = make_viewer(show=show)
        self.viewer.window._qt_window.resize(1280, 800)
        _, self.panel = self.viewer.window.add_plugin_dock_widget("napari-cotracker", "CoTracker")
        self.desk = self.panel.desk
        settle(0.1)

    def add(self, data: Any = None, **arguments: Any) -> Any:
        """A video layer of the user's."""
        arguments = {"rgb": data is None, "name": "film", **arguments}
        layer = self.viewer.add_image(drawn() if data is None else data, **arguments)
        settle(0.1)
        return layer

    @property
    def project(self) -> Any:
        return self.desk.current

    @property
    def session(self) -> Any:
        return self.desk.current.session

    def press(self, button: Any) -> None:
        """Press a button, if it can be pressed."""
        button.click()
        settle()

    def close(self) -> None:
        """As when the panel is closed."""
        self.panel.close_all()
        settle()


Opener = Callable[[], Window]
"""Opens one more."""
