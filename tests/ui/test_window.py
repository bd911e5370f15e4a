"""The plain window: napari with the film in it, or one sentence why not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import napari
import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, VideoError
from napari_cotracker.editing.session import Session
from napari_cotracker.ui import window


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[napari.Viewer]:
    """Viewers that were open when napari's loop would have started."""
    seen: list[napari.Viewer] = []
    monkeypatch.setattr(napari, "run", lambda: seen.append(napari.current_viewer()))
    return seen


@pytest.mark.usefixtures("make_napari_viewer")
def test_a_film_is_shown_from_its_first_frame(film: Path, run: list[napari.Viewer]) -> None:
    window.open_window(film)
    (viewer,) = run
    assert [layer.name for layer in viewer.layers] == ["film.mp4"]
    assert viewer.dims.current_step[0] == 0
    picture = np.asarray(viewer.screenshot(canvas_only=True, flash=False))
    assert picture[..., :3].std() > 1, "the film stands out from the canvas"
    viewer.close()


@pytest.mark.usefixtures("make_napari_viewer")
def test_without_a_film_napari_is_empty(run: list[napari.Viewer]) -> None:
    window.open_window()
    assert len(run[0].layers) == 0
    run[0].close()


def test_a_film_that_is_not_there_opens_no_window(tmp_path: Path, run: list[napari.Viewer]) -> None:
    with pytest.raises(VideoError, match=r"gone\.mp4"):
        window.open_window(tmp_path / "gone.mp4")
    assert run == []
    assert napari.current_viewer() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only there a program can lack a screen")
def test_without_a_screen_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CotrackerError, match="no screen"):
        window.check_screen()


def test_without_qt_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "qtpy.QtWidgets", None)
    with pytest.raises(CotrackerError, match=r'-m pip install "napari\[all\]"'):
        window.check_screen()


@pytest.mark.usefixtures("make_napari_viewer")
def test_a_session_is_shown_on_its_film(film: Path, tmp_path: Path, run: list[napari.Viewer]) -> None:
    session = Session.create(tmp_path / "mine.cotracker", 10, (64, 48), {"video": {"path": str(film)}})
    session.add_points(0, [[1, 1]])
    session.close()
    window.open_window(tmp_path / "mine.cotracker")
    (viewer,) = run
    assert [layer.name for layer in viewer.layers] == ["film.mp4", "film.mp4 tails", "film.mp4 points"]
    viewer.close()


def test_a_session_that_is_not_there_opens_no_window(tmp_path: Path, run: list[napari.Viewer]) -> None:
    with pytest.raises(CotrackerError, match=r"gone\.cotracker"):
        window.open_window(tmp_path / "gone.cotracker")
    assert run == []
    assert napari.current_viewer() is None


def test_a_film_that_is_opened_from_the_panel_is_one_project(make_napari_viewer: Any, film: Path) -> None:
    viewer = make_napari_viewer()
    panel = window.show_panel(viewer)
    panel.video.open_path(str(film))
    panel.video.open_path(str(film))
    assert len(list(panel.desk)) == 2
    assert panel.video.layers.currentIndex() == 1
    panel.close_all()
