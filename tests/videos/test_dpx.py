"""DPX images by FFmpeg's encoder, with headers as SMPTE ST 268-1 has them."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.tasks.open import open_video
from napari_cotracker.videos.dpx import Told, read_dpx, told_by
from napari_cotracker.videos.image_origin import origin_of
from napari_cotracker.videos.images import read_image
from napari_cotracker.videos.plate_facts import plate_facts
from napari_cotracker.videos.rendering import Rendering

RAMP = np.linspace(0, 65535, 32).astype(np.uint16)


def write_dpx(path: Path, pixels: str = "gbrp10le", timecode: str = "", rate: float = 0.0, transfer: int = 6) -> Path:
    """A ramp from black to white; of ten bits, FFmpeg stores the low byte first."""
    picture = np.broadcast_to(RAMP[None, :, None], (8, 32, 3))
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("dpx", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 8, pixels
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb48le")
        container.mux(stream.encode(frame.reformat(format=pixels)))
        container.mux(stream.encode())
    content = path.read_bytes()
    order = ">" if content[:4] == b"SDPX" else "<"
    (begin,) = struct.unpack_from(f"{order}I", content, 4)  # FFmpeg's own header has no place for the rest
    content = bytearray(content[:begin].ljust(2048, b"\xff") + content[begin:])
    struct.pack_into(f"{order}I", content, 4, 2048)
    struct.pack_into(f"{order}I", content, 16, len(content))
    struct.pack_into(f"{order}I", content, 1920, int(timecode.replace(":", "") or "ffffffff", 16))
    struct.pack_into(f"{order}f", content, 1940, rate)
    struct.pack_into(f"{order}I", content, 1724, 0xFFFFFFFF)
    content[801] = transfer
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("pixels", "most_off"), [("gbrp10le", 64), ("gbrp12le", 16), ("rgb48be", 0), ("rgb24", 330)])
def test_colours_are_those_of_the_file_and_white_is_white(pixels: str, most_off: int, tmp_path: Path) -> None:
    found = read_dpx(write_dpx(tmp_path / "a.dpx", pixels))
    assert found.shape == (8, 32, 3) and found.dtype == (np.uint8 if pixels == "rgb24" else np.uint16)
    found = found.astype(int) * (257 if found.dtype == np.uint8 else 1)
    assert (found[:, 0] == 0).all() and (found[:, -1] == 65535).all()
    assert np.abs(found[0, :, 1] - RAMP).max() <= most_off


@pytest.mark.parametrize("pixels", ["gbrp10le", "rgb48be"])
def test_the_header_tells_time_rate_and_curve(pixels: str, tmp_path: Path) -> None:
    path = write_dpx(tmp_path / "a.dpx", pixels, "01:02:03:14", 23.976, 3)
    assert told_by(path) == Told(
        "01:02:03:14", Fraction(24000, 1001), "logarithmic", 10 if pixels == "gbrp10le" else 16)
    with av.open(str(path)) as container:
        next(container.decode(video=0))
        assert float(container.streams.video[0].codec_context.framerate) == pytest.approx(23.976)


def test_what_tells_nothing(tmp_path: Path) -> None:
    assert told_by(write_dpx(tmp_path / "a.dpx", timecode="", transfer=0)) == Told(bits=10)
    assert told_by(write_dpx(tmp_path / "b.dpx", timecode="ab:02:03:14", rate=float("nan"))).timecode is None
    short = bytearray((tmp_path / "a.dpx").read_bytes())
    struct.pack_into("<I", short, 1920, 0x01000000)
    assert short[:4] == b"XPDS"
    struct.pack_into("<I", short, 4, 1664)  # where pixels begin: all that follows is none of the header
    (tmp_path / "e.dpx").write_bytes(short)
    assert told_by(tmp_path / "e.dpx") == Told(bits=10)
    (tmp_path / "c.dpx").write_bytes((tmp_path / "a.dpx").read_bytes()[:700])
    (tmp_path / "d.dpx").write_bytes(b"nonsense")
    for name in ("c.dpx", "d.dpx", "gone.dpx", "a.png"):
        assert told_by(tmp_path / name) == Told()
    for name in ("c.dpx", "d.dpx"):
        with pytest.raises(VideoError, match=name):
            read_image(tmp_path / name)


def test_a_plate_of_dpx_is_a_sequence_with_its_numbers_and_timecode(tmp_path: Path) -> None:
    """One image was a film of one frame, and a pattern was not found."""
    (tmp_path / "plate").mkdir()
    for number in (1001, 1002, 1004):
        write_dpx(tmp_path / "plate" / f"p.{number}.dpx", timecode=f"01:00:00:{number - 990}", rate=24)
    for name in ("", "p.####.dpx", "p.1002.dpx"):
        video = open_video(tmp_path / "plate" / name)
        assert video.frame_numbers.tolist() == [1001, 1002, 1004] and video.fps == 24
    assert origin_of(video, 2).timecode == "01:00:00:14"
    facts = plate_facts(video)
    assert (facts["bits"], facts["timecode"], facts["colours"]) == (10, "01:00:00:11", {"transfer": "BT.709"})
    for out, number in (("a.mov", None), ("o.####.exr", 1004), ("o.####.png", 1004)):
        with Rendering(tmp_path / out, video, frames=range(1, 3)) as rendering:
            for picture in video.read_native(range(1, 3)):
                rendering.add(picture)
        assert number is None or rendering.targets[-1].name == out.replace("####", str(number))
    assert (read_image(tmp_path / "o.1004.png") == video.read_native([2])[0]).all()
    with av.open(str(tmp_path / "a.mov")) as container:
        assert container.streams.video[0].metadata["timecode"] == "01:00:00:12"
    library = pytest.importorskip("OpenEXR")
    with library.File(str(tmp_path / "o.1004.exr"), header_only=True) as file:
        assert (file.header()["timeCode"].frame, file.header()["framesPerSecond"]) == (14, 24)
