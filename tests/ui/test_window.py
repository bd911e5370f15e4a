"""The plain window: napari with the film in it, or one sentence why not."""

from __future__ import annotations

import sys
from pathlib import Path

import napari
import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, VideoError
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
    with pytest.raises(CotrackerError, match=r"pip install 'napari-cotracker\[all\]'"):
        window.check_screen()
