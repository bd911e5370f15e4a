"""A film that counts what is read of it."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError

if TYPE_CHECKING:
    from .windows import Opener, Window


class CountingVideo:
    """Frame *k* is filled with the grey value *k*; every frame number asked for is noted."""

    def __init__(self, n_frames: int = 12, path: str | None = None) -> None:
        self.n_frames, self.height, self.width, self.path = n_frames, 6, 8, path
        self.fps, self.fingerprint = Fraction(25), "grey"
        self.times, self.frame_numbers = np.arange(n_frames) / 25, np.arange(n_frames)
        self.bad_frames: set[int] = set()
        self.asked: list[int] = []

    def read(self, frames: Iterable[int]) -> Any:
        frames = list(frames)
        if any(not 0 <= frame < self.n_frames for frame in frames):
            raise VideoError(f"asked for {frames}")
        self.asked += frames
        return np.stack([np.full((6, 8, 3), frame, np.uint8) for frame in frames]) if frames else np.zeros((0, 6, 8, 3))

    read_native = read

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(autouse=True)
def still_heap() -> None:
    """napari collects all garbage whenever a layer goes: what is here to stay need not be looked through each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def plugins_found() -> Iterator[None]:
    """Every window looks for plugins twice, and reads all their manifests: while tests run, these stay the same."""
    from npe2 import PluginManifest

    found = list(PluginManifest.discover())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PluginManifest, "discover", lambda paths=(): iter(found))
        yield


@pytest.fixture(autouse=True, scope="session")
def settings_in_memory() -> Iterator[None]:
    """napari writes its settings whenever a dock gets its place: here to nowhere, least of all to the user's file."""
    from napari.settings import get_settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(get_settings(), "config_path", None)
        yield


@pytest.fixture
def video() -> CountingVideo:
    return CountingVideo()


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Path]:
    """A real file of ten frames whose grey value says which frame it is: 20, 40, 60, …"""
    import av

    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(10):
            picture = np.full((48, 64, 3), 20 * (number + 1), np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return path


@pytest.fixture
def window(make_napari_viewer: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A viewer with the panel and a worker that answers on demand. Nothing is drawn: this is fast, and safe from GL."""
    from .windows import Window

    made = Window(make_napari_viewer, monkeypatch, show=False)
    yield made
    made.close()


@pytest.fixture
def another(make_napari_viewer: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Opens one more window, as after a new start of napari."""
    from .windows import Window

    made: list[Window] = []

    def make() -> Window:
        made.append(Window(make_napari_viewer, monkeypatch, show=False))
        made[-1].said = []
        made[-1].desk.told.connect(made[-1].said.append)
        return made[-1]

    yield make
    for window in made:
        window.close()


@pytest.fixture
def bare(qapp: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Queue, answers, corrections and keys without napari, for what needs no picture: this is ten times as fast."""
    from .bare_desk import BareWindow

    made = BareWindow(monkeypatch)
    yield made
    made.close()


@pytest.fixture
def shown(make_napari_viewer: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The same on the screen, for clicks in the picture."""
    from .windows import Window

    made = Window(make_napari_viewer, monkeypatch, show=True)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def forgetful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Choices and sessions are kept for one test only, and never in the user's own folders."""
    from napari import settings

    from napari_cotracker.editing import places

    monkeypatch.setattr(places, "unsaved_folder", lambda: tmp_path / "sessions")
    monkeypatch.setattr(settings, "_CFG_PATH", str(tmp_path / "settings" / "settings.yaml"))
    settings._clear_plugin_settings_cache()
    yield
    settings._clear_plugin_settings_cache()
