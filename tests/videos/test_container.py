from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos import container
from napari_cotracker.videos.container import check_file, open_film, read_packets

Clip = Callable[[str], Path]


def test_packets_without_data_are_left_out(clip: Clip) -> None:
    film, stream = open_film(str(clip("bframes.mp4")))
    with film:
        packets = list(read_packets(film, stream))
    assert len(packets) == 40 and all(packet.size for packet in packets)


def test_an_animated_webp_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "wave.webp"
    pictures = [Image.new("RGB", (16, 12), (20 * k, 0, 0)) for k in range(3)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=40)
    with pytest.raises(VideoError, match="an animated WebP, which FFmpeg cannot decode; save it as GIF or as MP4"):
        open_film(str(path))
    pictures[2].save(path)
    film, stream = open_film(str(path))
    with film:
        assert stream.codec_context.width == 16


def test_reading_goes_on_after_damage_but_not_for_ever(clip: Clip) -> None:
    class Stumbling:
        def __init__(self, stumbles: int) -> None:
            self.stumbles = stumbles

        def demux(self, stream: object) -> object:
            if self.stumbles:
                self.stumbles -= 1
                raise av.error.InvalidDataError(1, "damaged")
            return iter([av.Packet(b"data")])

    assert len(list(read_packets(Stumbling(5), None))) == 1
    assert list(read_packets(Stumbling(10_000), None)) == []


def add_cover(path: Path) -> Path:
    """A sound file with a picture on its cover."""
    with av.open(str(path), "w", format="mp4") as film:
        sound = film.add_stream("aac", rate=8000)
        cover = film.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        film.mux(cover.encode(picture.reformat(format="yuvj420p")))
        film.mux(cover.encode())
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        film.mux(sound.encode(frame))
        film.mux(sound.encode())
    return path


def test_the_cover_of_a_song_is_no_film(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no moving pictures"):
        open_film(str(add_cover(tmp_path / "song.m4a")))


def test_playlists_do_not_reach_out(tmp_path: Path) -> None:
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(VideoError):
        open_film(str(path))


def test_announced_sizes_are_checked(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_PIXELS", 1000)
    with pytest.raises(VideoError, match="128 × 96 pixels"):
        open_film(str(clip("bframes.mp4")))


def test_impossible_paths_are_refused() -> None:
    for path in ("nul\0byte.mp4", "x" * 5000 + ".mp4"):
        with pytest.raises(VideoError):
            check_file(path)
