from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from napari_cotracker.videos import packets
from napari_cotracker.videos.indexer import Indexer
from napari_cotracker.videos.packets import PacketReader

Clip = Callable[[str], Path]
NAMES = ["bframes.mp4", "open-gop.ts", "negative.mp4", "irregular.mkv", "raw.h264", "bframes.avi", "palette.gif"]


@pytest.mark.parametrize("name", NAMES)
def test_packets_after_a_keyframe_are_the_same_wherever_one_comes_from(clip: Clip, name: str) -> None:
    index = Indexer(str(clip(name))).complete()
    reader = PacketReader(str(clip(name)), index, threads=1)
    whole = [(packet.pts, bytes(packet)) for packet in reader]
    labels = [label for label, _ in whole]
    for key in [*range(len(index.key_labels)), *reversed(range(len(index.key_labels))), -1]:
        reader.start(key)
        first = labels.index(index.key_labels[key]) if key >= 0 else 0
        assert [(packet.pts, bytes(packet)) for packet in reader] == whole[first:]
    reader.close()


@pytest.mark.parametrize("habit", ["late", "refuses"])
def test_a_container_that_seeks_badly_is_read_from_its_beginning(
    clip: Clip, monkeypatch: pytest.MonkeyPatch, habit: str
) -> None:
    honest = packets.open_film

    class Poor:
        def __init__(self, container: Any) -> None:
            self._container = container

        def __getattr__(self, name: str) -> Any:
            return getattr(self._container, name)

        def seek(self, offset: int, **how: Any) -> None:
            if habit == "refuses":
                raise av.error.PermissionError(1, "cannot seek")
            self._container.seek(10**7, **how)

    def open_poorly(path: str, threads: int) -> tuple[Any, Any]:
        container, stream = honest(path, threads)
        return Poor(container), stream

    monkeypatch.setattr(packets, "open_film", open_poorly)
    index = Indexer(str(clip("bframes.mp4"))).complete()
    reader = PacketReader(str(clip("bframes.mp4")), index, threads=1)
    reader.start(1)
    assert next(iter(reader)).pts == index.key_labels[1]
