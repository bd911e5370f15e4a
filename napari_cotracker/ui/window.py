"""The napari window with a video in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import CotrackerError

if TYPE_CHECKING:
    from napari import Viewer


def open_window(path: Path | None = None) -> None:
    """Show napari, with a video if one is given, until the user closes it.

    Parameters
    ----------
    path : Path, optional
        A video file or an image sequence.

    Raises
    ------
    CotrackerError
        If the video cannot be opened, or there is no screen or no Qt.
    """
    check_screen()
    viewer = make_viewer(path)
    viewer.window.activate()
    import napari

    napari.run()


def make_viewer(path: Path | None = None) -> Viewer:
    """A napari viewer with a lazy video layer; the video is opened first, so that a mistake opens no window."""
    from .reader import read_layers

    layers = read_layers(str(path)) if path else []
    import napari

    viewer = napari.Viewer(title="CoTracker" if path is None else f"{path.name}: CoTracker")
    for data, arguments, kind in layers:
        getattr(viewer, f"add_{kind}")(data, **arguments)
        viewer.dims.set_current_step(0, 0)
    return viewer


def check_screen() -> None:
    """Refuse to start where Qt would end the program: without a binding or without a screen.

    Raises
    ------
    CotrackerError
    """
    try:
        import qtpy.QtWidgets  # noqa: F401
    except Exception as error:
        raise CotrackerError(
            f"napari needs a working Qt to open a window, got: {str(error).splitlines()[0]}; "
            "run: pip install 'napari-cotracker[all]'"
        ) from error
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in screens):
        raise CotrackerError(
            "there is no screen to open a window on; the commands demo, track, convert and info work without one"
        )
