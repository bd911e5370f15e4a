"""The napari window with the panel docked and a video in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import CotrackerError, pip_command

if TYPE_CHECKING:
    from napari import Viewer

NAME = "napari-cotracker"
PANEL = "CoTracker"


def open_window(path: Path | None = None) -> None:
    """Show napari with the panel, and a video if one is given, until the user closes it.

    Parameters
    ----------
    path : Path, optional
        A video file, an image sequence or a session.

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
    """A napari viewer with the panel; what it shows is opened first, so that a mistake opens no window."""
    from ..editing.session import Session
    from .reader import read_layers
    from .session_opening import Opening, is_session

    session = Session.open(path) if path is not None and is_session(path) else None
    layers = read_layers(str(path)) if path is not None and session is None else []
    import napari

    viewer = napari.Viewer(title="CoTracker" if path is None else f"{path.name}: CoTracker")
    for layer in layers:
        add_layer(viewer, layer)
    panel = show_panel(viewer)
    if session is not None:
        Opening(panel.desk, session).begin()
    return viewer


def show_panel(viewer: Viewer) -> Any:
    """The panel of a viewer, docked if it was not there."""
    _, panel = viewer.window.add_plugin_dock_widget(NAME, PANEL)
    return panel


def add_video(viewer: Viewer, path: Path) -> Any:
    """Add a video to a viewer; gives its layer.

    Raises
    ------
    VideoError
        If it cannot be opened.
    """
    from .reader import read_layers

    (layer,) = read_layers(str(path))
    return add_layer(viewer, layer)


def add_layer(viewer: Viewer, layer: Any) -> Any:
    """Add what a reader gave to a viewer, and show its first frame."""
    data, arguments, kind = layer
    was_empty = not viewer.layers
    bare = getattr(viewer, "__wrapped__", viewer)  # the proxy that panels get hands out proxies of layers
    added = getattr(bare, f"add_{kind}")(data, **arguments)
    if was_empty:
        viewer.dims.set_current_step(0, 0)
    return added


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
            f"run: {pip_command('all', 'PyQt6')}"
        ) from error
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in screens):
        raise CotrackerError(
            "there is no screen to open a window on; the commands demo, track, convert and info work without one"
        )
