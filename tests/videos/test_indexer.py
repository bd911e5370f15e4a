from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos import indexer
from napari_cotracker.videos.indexer import Indexer
from tests.videos.coded_films import damage

Clip = Callable[[str], Path]


@pytest.mark.parametrize(("name", "by_time"), [
    ("bframes.mp4", True), ("plain.ts", True), ("irregular.mkv", True), ("palette.gif", True),
    ("motion-jpeg.avi", True), ("bframes.avi", False), ("raw.h264", False),
])
def test_times_are_trusted_where_they_are_true(clip: Clip, name: str, by_time: bool) -> None:
    index = Indexer(str(clip(name))).complete()
    assert index.by_time == by_time and index.n_frames == 40 and index.complete


def test_what_is_asked_for_beyond_the_end_comes_with_the_whole_index(clip: Clip) -> None:
    building = Indexer(str(clip("bframes.mp4")))
    assert building.covering(10**9).n_frames == 40
    assert building.is_complete
    building.close()


def test_lost_pictures_keep_their_numbers_without_times(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "damaged.avi"
    path.write_bytes(damage(clip("bframes.avi").read_bytes(), 12, seed=3, part=(0.4, 0.5)))
    assert Indexer(str(path)).complete().n_frames == 40


def test_closing_frees_whoever_waits(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    honest = indexer.read_packets

    def stuck(container: object, stream: object) -> object:
        yield next(iter(honest(container, stream)))
        never.wait(60)

    monkeypatch.setattr(indexer, "read_packets", stuck)
    building = Indexer(str(clip("bframes.mp4")))
    caught: list[Exception] = []

    def wait() -> None:
        try:
            building.complete()
        except VideoError as error:
            caught.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    closing = threading.Thread(target=building.close)
    closing.start()
    waiting.join(60)
    assert "was closed" in str(caught[0])
    never.set()
    closing.join(60)


def test_a_failing_thread_is_an_error_for_whoever_waits(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(container: object, stream: object) -> object:
        raise MemoryError("no room")

    monkeypatch.setattr(indexer, "read_packets", fail)
    with pytest.raises(VideoError, match="MemoryError: no room"):
        Indexer(str(clip("bframes.mp4"))).covering(0)
