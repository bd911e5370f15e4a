"""The frame rate of images is typed in the panel; it reaches what is exported, and the session when it is opened."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_cotracker.core.tracks import Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.export import read_tracks
from napari_cotracker.ui.session_opening import open_session

from .conftest import CountingVideo
from .mouse import settle
from .windows import Opener, Window, drawn


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "plate"
    folder.mkdir()
    for number, picture in enumerate(drawn(4)):
        iio.imwrite(folder / f"shot.{1001 + number}.png", picture)
    return folder


def write(window: Window, text: str) -> None:
    """As a person does: mark all, type, Enter."""
    field = window.panel.video.rate.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()


def test_it_is_there_for_images_and_arrays_and_not_for_films(another: Opener, images: Path, film: Path) -> None:
    window = another()
    rate = window.panel.video.rate
    assert rate.isHidden()
    window.panel.video.open_path(str(images / "shot.1002.png"))
    assert not rate.isHidden() and rate.field.text() == "24"
    assert window.panel.video.facts.text() == "4 frames · 64 × 48", "the rate is not said twice"
    window.panel.video.open_path(str(film))
    assert rate.isHidden()
    window.add()
    assert not rate.isHidden() and rate.field.text() == "24"


def test_it_reaches_session_and_tracks_before_and_after_the_first_step(another: Opener, images: Path) -> None:
    window = another()
    window.panel.video.open_path(str(images))
    write(window, "25")
    assert window.project.video.fps == 25
    window.project.place(0, [[5, 6]])
    assert window.session.tracks.meta["fps"] == (25, 1)
    write(window, "23.976")
    assert window.project.to_save().meta["fps"] == (24000, 1001)
    assert window.panel.video.rate.field.text() == "23.976"
    assert "23.976 frames per second" in window.said[-1]
    window.session.undo()
    assert window.session.tracks.meta["fps"] == (24000, 1001), "it is no step"


def save_at_30(window: Window, images: Path, path: Path) -> None:
    """A session of these images, closed."""
    window.panel.video.open_path(str(images))
    window.project.place(0, [[5, 6]])
    write(window, "30")
    window.project.file.save_as(path)
    window.close()


def test_a_session_that_is_opened_again_has_it(another: Opener, images: Path, tmp_path: Path) -> None:
    save_at_30(another(), images, tmp_path / "mine.cotracker")
    window = another()
    open_session(window.desk, tmp_path / "mine.cotracker")
    assert window.project.video.fps == 30
    assert window.panel.video.rate.field.text() == "30"
    assert window.session.tracks.meta["fps"] == (30, 1)


def test_one_whose_images_have_moved_has_it(another: Opener, images: Path, tmp_path: Path) -> None:
    save_at_30(another(), images, tmp_path / "mine.cotracker")
    images.rename(tmp_path / "elsewhere")
    window = another()
    window.panel.video.open_path(str(tmp_path / "elsewhere"))
    open_session(window.desk, tmp_path / "mine.cotracker")
    assert window.project.video.fps == 30
    assert window.session.tracks.meta["fps"] == (30, 1)


def test_what_is_exported_has_it(another: Opener, images: Path, tmp_path: Path) -> None:
    window = another()
    window.panel.video.open_path(str(images))
    window.project.place(0, [[5, 6]])
    write(window, "50")
    window.project.show().points.save(str(tmp_path / "out.npz"), plugin="napari-cotracker")
    assert tuple(read_tracks(tmp_path / "out.npz").meta["fps"]) == (50, 1)


def test_tracks_that_are_loaded_bring_theirs(another: Opener) -> None:
    window = another()
    window.add(drawn(4)[..., 0])
    xy = np.zeros((4, 1, 2))
    window.project.adopt(Tracks(np.array([0]), xy, np.ones((4, 1)), np.ones((4, 1)), meta={"fps": (12, 1)}))
    assert window.project.video.fps == 12
    assert window.panel.video.rate.field.text() == "12"


def test_another_plane_of_a_stack_has_the_same(another: Opener) -> None:
    window = another()
    window.add(np.zeros((4, 3, 20, 30), np.uint8), contrast_limits=(0, 255))
    write(window, "5")
    window.viewer.dims.set_point(1, 2)
    settle()
    assert window.project.held == {1: 2}
    assert window.project.video.fps == 5


def test_nonsense_is_one_sentence_and_changes_nothing(another: Opener, images: Path) -> None:
    window = another()
    window.panel.video.open_path(str(images))
    write(window, "fast")
    assert window.said[-1] == "expected frames per second such as 24, 23.976 or 24000/1001, got 'fast'"
    assert window.panel.video.rate.field.text() == "24"
    assert window.project.video.fps == 24


def test_a_session_that_can_only_be_looked_at_keeps_its_own(another: Opener, images: Path, tmp_path: Path) -> None:
    first = another()
    first.panel.video.open_path(str(images))
    first.project.place(0, [[5, 6]])
    first.project.file.save_as(tmp_path / "mine.cotracker")
    window = another()
    open_session(window.desk, tmp_path / "mine.cotracker")
    assert window.session.is_read_only
    write(window, "25")
    assert "open in another window" in window.said[-1]
    assert (window.project.video.fps, window.panel.video.rate.field.text()) == (24, "24")


def test_what_was_begun_for_one_video_is_not_taken_for_another(another: Opener, images: Path) -> None:
    window = another()
    window.panel.video.open_path(str(images))
    QTest.keyClicks(window.panel.video.rate.field, "9")
    window.add()
    assert window.panel.video.rate.field.text() == "24"
    QTest.keyClick(window.panel.video.rate.field, Qt.Key.Key_Return)
    assert window.project.video.fps == 24


def test_a_film_keeps_its_own_whatever_a_session_says(another: Opener) -> None:
    from napari_cotracker.ui.noted import take_rate

    film = CountingVideo(path="film.mp4")
    take_rate(film, {"fps": (12, 1)})
    assert film.fps == Fraction(25)
    assert Session(3, (4, 4)).facts.get("fps") is None
