"""Clips drawn on and written by a task."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_cotracker.core.errors import TakenError, VideoError
from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.render import Rendered, render
from tests.moving_films import Film, moving_film


def finished(run: Generator[TrackUpdate, None, Rendered | None]) -> tuple[list[TrackUpdate], Rendered | None]:
    beats = []
    while True:
        try:
            beats.append(next(run))
        except StopIteration as stop:
            return beats, stop.value


def as_is(frame: int, picture: NDArray[Any]) -> NDArray[Any]:
    return picture


def test_every_frame_is_drawn_on_and_written(tmp_path: Path) -> None:
    film, _ = moving_film(6)
    asked: list[int] = []

    def negative(frame: int, picture: NDArray[Any]) -> NDArray[Any]:
        asked.append(frame)
        assert (picture == film.frames[frame]).all()
        return 255 - picture

    beats, made = finished(render(film, negative, tmp_path / "a.mkv"))
    assert [beat.done for beat in beats] == pytest.approx([k / 6 for k in range(1, 7)])
    assert all("frames/s" in beat.message for beat in beats) and asked == list(range(6))
    assert made is not None and made.seconds > 0
    assert (made.path, made.kind, made.frames, made.notes) == (tmp_path / "a.mkv", "ffv1", 6, ())
    assert (open_video(tmp_path / "a.mkv").read(range(6)) == 255 - film.frames).all()


class Deep(Film):
    """Another depth natively."""

    def read_native(self, frames: Iterable[int]) -> NDArray[Any]:
        return self.frames[list(frames)].astype(np.uint16) * np.uint16(257) + np.uint16(1)


def test_the_plates_own_depth_and_numbers_are_kept(tmp_path: Path) -> None:
    film = Deep(moving_film(5)[0].frames)
    _, made = finished(render(film, as_is, tmp_path / "a.####.tif", frames=range(1, 4)))
    assert made is not None and [file.name for file in made.files] == ["a.1002.tif", "a.1003.tif", "a.1004.tif"]
    video = open_video(tmp_path)
    assert (video.read_native(range(3)) == film.read_native(range(1, 4))).all()
    finished(render(film, as_is, tmp_path / "b.####.png", native=False))
    assert open_video(tmp_path / "b.####.png").read_native([0]).dtype == np.uint8


class Stopping(Control):
    """Says stop after some questions."""

    def __init__(self, after: int, waits: int = 0) -> None:
        self.left, self.waits = after, waits

    def cancelled(self) -> bool:
        self.left -= 1
        return self.left < 0

    def paused(self) -> bool:
        self.waits -= 1
        return self.waits >= 0


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "out/a.####.png"])
def test_a_cancelled_render_leaves_nothing(tmp_path: Path, name: str) -> None:
    beats, made = finished(render(moving_film(8)[0], as_is, tmp_path / name, control=Stopping(3)))
    assert made is None and len(beats) == 3 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.mp4", "out/a.####.png"])
def test_a_render_given_up_leaves_nothing(tmp_path: Path, name: str) -> None:
    run = render(moving_film(8)[0], as_is, tmp_path / name)
    next(run)
    run.close()
    assert list(tmp_path.iterdir()) == []


def test_a_paused_render_goes_on_telling(tmp_path: Path) -> None:
    beats, made = finished(render(moving_film(2)[0], as_is, tmp_path / "a.mkv", control=Stopping(99, waits=2)))
    assert [beat.message for beat in beats].count("paused") == 2 and made is not None


def test_what_goes_wrong_leaves_nothing(tmp_path: Path) -> None:
    film, _ = moving_film(4)

    def breaks(frame: int, picture: NDArray[Any]) -> NDArray[Any]:
        if frame == 2:
            raise VideoError("cannot draw")
        return picture

    with pytest.raises(VideoError, match="cannot draw"):
        finished(render(film, breaks, tmp_path / "a.mov"))
    with pytest.raises(VideoError, match="without alpha"):
        finished(render(film, lambda frame, picture: np.dstack([picture, picture[..., :1]]), tmp_path / "a.mp4"))
    assert list(tmp_path.iterdir()) == []


def test_what_others_wrote_is_replaced_only_if_told(tmp_path: Path) -> None:
    film, _ = moving_film(3)
    (tmp_path / "a.1002.png").write_bytes(b"mine")
    with pytest.raises(TakenError, match=r"a\.1002\.png'.*allow to replace"):
        finished(render(film, as_is, tmp_path / "a.####.png"))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]
    finished(render(film, as_is, tmp_path / "a.####.png", overwrite=True))
    assert (open_video(tmp_path / "a.####.png").read([1])[0] == film.frames[1]).all()
    finished(render(film, as_is, tmp_path / "a.####.png"))  # it is ours now
    for number in (1001, 1003):
        (tmp_path / f"a.{number}.png").write_bytes(b"touched up")
    with pytest.raises(TakenError, match=r"a\.1001\.png' and 1 more"):
        finished(render(film, as_is, tmp_path / "a.####.png"))


def test_damaged_frames_are_told(tmp_path: Path) -> None:
    film = Film(moving_film(5)[0].frames, bad_frames=(1, 3))
    _, made = finished(render(film, as_is, tmp_path / "a.mkv"))
    assert made is not None and made.notes == ("2 frames cannot be decoded and show a neighbour: 1, 3.",)
