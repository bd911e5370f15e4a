"""A file for every frame, or none."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import TakenError, VideoError
from napari_cotracker.core.tracker import Control
from napari_cotracker.tasks.progress import Cancelled
from napari_cotracker.tasks.sequences import write_sequence
from tests.moving_films import Film

FILM = Film(np.zeros((4, 6, 8, 3), np.uint8))


class After(Control):
    """Wants no more after some questions; or pauses once."""

    def __init__(self, cancel: int = 99, pause: int = -1) -> None:
        self.cancel, self.pause, self.asked = cancel, pause, 0

    def cancelled(self) -> bool:
        self.asked += 1
        return self.asked > self.cancel

    def paused(self) -> bool:
        self.pause -= 1
        return self.pause == 0


def save(t: int) -> Callable[[Path], object]:
    return lambda path: path.write_text(str(t))


def made(path: Path, frames: range = range(4), **more: object) -> tuple[tuple[Path, ...], int]:
    steps = write_sequence(save, FILM, path, "png", frames, **more)  # type: ignore[arg-type]
    count = 0
    while True:
        try:
            next(steps)
            count += 1
        except StopIteration as end:
            return end.value, count


def test_files_have_the_numbers_of_the_plate(tmp_path: Path) -> None:
    files, count = made(tmp_path / "m.#####.png", range(1, 3))
    assert [file.name for file in files] == ["m.01002.png", "m.01003.png"]
    assert [file.read_text() for file in files] == ["1", "2"]
    assert count == 2
    assert made(tmp_path / "m.#####.png", range(1, 3))[0] == files  # what we wrote may be replaced


def test_a_pause_is_a_heartbeat_without_a_file(tmp_path: Path) -> None:
    files, count = made(tmp_path / "new", control=After(pause=2))
    assert (len(files), count) == (4, 5)


def test_what_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.1001.png").write_text("mine")
    with pytest.raises(Cancelled):
        made(tmp_path / "m.####.png", overwrite=True, control=After(2))
    steps = write_sequence(save, FILM, tmp_path / "folder", "png", range(4))
    next(steps)
    steps.close()
    assert [path.name for path in tmp_path.iterdir()] == ["m.1001.png"]
    assert (tmp_path / "m.1001.png").read_text() == "mine"


def test_what_others_wrote_stays_unless_told(tmp_path: Path) -> None:
    (tmp_path / "m.1003.png").write_text("mine")
    with pytest.raises(TakenError, match=r"m\.1003\.png"):
        made(tmp_path / "m.####.png")
    assert [path.name for path in tmp_path.iterdir()] == ["m.1003.png"]
    made(tmp_path / "m.####.png", overwrite=True)
    assert (tmp_path / "m.1003.png").read_text() == "2"


def test_a_disk_that_is_full_is_one_sentence(tmp_path: Path) -> None:
    def refuse(t: int) -> Callable[[Path], object]:
        def write(path: Path) -> None:
            raise OSError(28, "No space left on device")

        return write

    with pytest.raises(VideoError, match="No space left on device"):
        list(write_sequence(refuse, FILM, tmp_path / "m.####.png", "png", range(4)))
    with pytest.raises(VideoError, match="a place for the frame number of 4 images"):
        made(tmp_path / "m.png")
    assert list(tmp_path.iterdir()) == []


def test_the_next_frame_is_drawn_and_written_while_one_is_being_written(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    both = threading.Barrier(2, timeout=20)

    def draw(t: int) -> Callable[[Path], object]:
        def write(path: Path) -> None:
            both.wait()
            path.write_text(str(t))

        return write

    list(write_sequence(draw, FILM, tmp_path / "m.####.png", "png", range(4)))
    assert [path.read_text() for path in sorted(tmp_path.iterdir())] == ["0", "1", "2", "3"]
