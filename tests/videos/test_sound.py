from __future__ import annotations

from contextlib import closing
from pathlib import Path

import av
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.sound import Sound
from tests.videos.sounding_films import sound_sums, write_sounding


def copied(source: Path, target: Path, *given: object) -> list[str]:
    with av.open(str(target), "w") as container, closing(Sound(str(source), container, *given)) as sound:  # type: ignore[arg-type]
        sound.copy_until(0.3)
        sound.copy_until(None)
        return sound.notes


@pytest.mark.parametrize(("source", "codec", "target"), [
    ("a.mp4", "aac", "b.mkv"), ("a.mkv", "libopus", "b.mp4"), ("a.ts", "mp2", "b.mov"), ("a.mov", "pcm_s24le", "b.mp4"),
    ("a.avi", "libmp3lame", "b.mp4"),
])
def test_packets_are_the_same_in_another_container(tmp_path: Path, source: str, codec: str, target: str) -> None:
    write_sounding(tmp_path / source, 30, sounds=(codec,))
    assert copied(tmp_path / source, tmp_path / target, 0.0) == []
    assert sound_sums(tmp_path / target) == sound_sums(tmp_path / source)


def test_what_a_container_does_not_hold_is_told(tmp_path: Path) -> None:
    write_sounding(tmp_path / "a.mkv", 30, sounds=("libopus", "aac"))
    notes = copied(tmp_path / "a.mkv", tmp_path / "b.mov", 0.0)
    assert len(notes) == 1 and "opus" in notes[0] and ".mov" in notes[0]
    assert sound_sums(tmp_path / "b.mov") == sound_sums(tmp_path / "a.mkv")[1:]


def test_a_span_begins_at_its_beginning(tmp_path: Path) -> None:
    write_sounding(tmp_path / "a.mp4", 50)
    copied(tmp_path / "a.mp4", tmp_path / "b.mkv", 1.0, (1.0, 1.5))
    with av.open(str(tmp_path / "b.mkv")) as container:
        times = [float(packet.pts * packet.time_base) for packet in container.demux(audio=0) if packet.size]
    assert 0 <= times[0] < 0.025 and 0.47 < times[-1] < 0.5


def test_a_container_that_refuses_packets_is_one_sentence(tmp_path: Path) -> None:
    class Refusing:
        """A container whose disk is full."""

        def mux(self, packet: object) -> None:
            raise ValueError("no room")

    write_sounding(tmp_path / "a.mp4", 30)
    with av.open(str(tmp_path / "b.mkv"), "w") as container, closing(Sound(str(tmp_path / "a.mp4"), container, 0.0)
                                                                     ) as sound:
        sound._target = Refusing()
        with pytest.raises(VideoError, match=r"no room.*audio=no"):
            sound.copy_until(None)
