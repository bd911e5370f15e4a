from __future__ import annotations

import builtins
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import imageio.v3 as iio
import numpy as np
import OpenEXR
import pytest
import tifffile
from PIL import Image

from napari_cotracker.core.errors import MissingExtraError, VideoError
from napari_cotracker.videos.images import count_pages, is_half, read_image, tell_left_out

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (10, 12, 3), dtype=np.uint8)
DEEP = RNG.integers(0, 65536, (10, 12, 3), dtype=np.uint16)


@pytest.mark.parametrize("picture", [COLOURS, COLOURS[:, :, 0], DEEP, DEEP[:, :, 0], np.dstack([DEEP, DEEP[:, :, :1]]),
                                     np.dstack([COLOURS, COLOURS[:, :, :1]])], ids=str)
def test_png_keeps_its_depth_and_channels(tmp_path: Path, picture: Any) -> None:
    path = tmp_path / "a.PNG"
    order = [2, 1, 0, 3][: picture.shape[2]] if picture.ndim == 3 else slice(None)
    path.write_bytes(cv2.imencode(".png", picture[:, :, order] if picture.ndim == 3 else picture)[1].tobytes())
    read = read_image(path)
    assert read.dtype == picture.dtype and np.array_equal(read, picture)


def test_palettes_become_colours_and_grey_with_alpha_too(tmp_path: Path) -> None:
    Image.fromarray(COLOURS // 64 * 64).quantize(64).save(tmp_path / "p.png")
    assert np.array_equal(read_image(tmp_path / "p.png")[:, :, :3], COLOURS // 64 * 64)
    Image.fromarray(COLOURS[:, :, :2], "LA").save(tmp_path / "la.png")
    assert np.array_equal(read_image(tmp_path / "la.png"), COLOURS[:, :, [0, 0, 0, 1]])


def test_jpeg_is_turned_upright(tmp_path: Path) -> None:
    smooth = np.repeat(np.linspace(0, 255, 32).astype(np.uint8)[None, :, None], 16, 0).repeat(3, 2)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(smooth).save(tmp_path / "a.jpg", quality=98, exif=exif)
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - np.rot90(smooth, -1)).max() < 8
    Image.fromarray(smooth).convert("CMYK").save(tmp_path / "b.jpg", quality=98)
    assert np.abs(read_image(tmp_path / "b.jpg").astype(int) - smooth).max() < 12


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float16, np.float64, np.int32])
def test_tiff_keeps_depth_and_becomes_float_where_there_is_no_other_way(tmp_path: Path, dtype: Any) -> None:
    picture = (RNG.uniform(0, 200, (10, 12, 3))).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", picture, photometric="rgb")
    read = read_image(tmp_path / "a.tif")
    assert read.dtype == (dtype if dtype in (np.uint8, np.uint16) else np.float32)
    assert np.allclose(read, picture, atol=1e-4)


def test_tiff_planes_compression_white_is_zero_and_pages(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "planes.tif", np.moveaxis(COLOURS, 2, 0), photometric="rgb", planarconfig="separate")
    assert np.array_equal(read_image(tmp_path / "planes.tif"), COLOURS)
    cv2.imwrite(str(tmp_path / "lzw.tif"), COLOURS[:, :, ::-1], [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    assert np.array_equal(read_image(tmp_path / "lzw.tif"), COLOURS)
    tifffile.imwrite(tmp_path / "white.tif", 255 - COLOURS[:, :, 0], photometric="miniswhite")
    assert np.array_equal(read_image(tmp_path / "white.tif"), COLOURS[:, :, 0])
    tifffile.imwrite(tmp_path / "stack.tif", DEEP[None, :, :, 0] + np.arange(3, dtype=np.uint16)[:, None, None],
                     photometric="minisblack")
    assert count_pages(tmp_path / "stack.tif") == 3 and count_pages(tmp_path / "white.tif") == 1
    assert np.array_equal(read_image(tmp_path / "stack.tif", 2), DEEP[:, :, 0] + np.uint16(2))


def write_exr(path: Path, channels: dict[str, Any], data: Any = None, display: Any = None) -> Path:
    header: dict[str, Any] = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    for name, window in (("dataWindow", data), ("displayWindow", display)):
        if window is not None:
            header[name] = tuple(np.array(corner, np.int32) for corner in window)
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))
    return path


def test_exr_is_read_in_float_with_alpha(tmp_path: Path) -> None:
    light = RNG.uniform(-1, 90, (6, 8, 4)).astype(np.float32)
    assert np.array_equal(read_image(write_exr(tmp_path / "a.exr", {"RGBA": light})), light)
    half = light[:, :, :3].astype(np.float16)
    assert np.array_equal(read_image(write_exr(tmp_path / "b.exr", {"RGB": half})), half.astype(np.float32))
    assert read_image(write_exr(tmp_path / "c.exr", {"Y": light[:, :, 0].copy()})).shape == (6, 8, 1)
    layered = {f"beauty.{c}": light[:, :, k].copy() for k, c in enumerate("RGB")} | {"depth.Z": light[:, :, 3].copy()}
    assert np.array_equal(read_image(write_exr(tmp_path / "d.exr", layered)), light[:, :, :3])


def test_exr_is_placed_on_its_display_window(tmp_path: Path) -> None:
    light = RNG.uniform(0, 1, (6, 8, 3)).astype(np.float32)
    over = write_exr(tmp_path / "over.exr", {"RGB": light}, ((-2, -1), (5, 4)), ((0, 0), (3, 2)))
    assert np.array_equal(read_image(over), light[1:4, 2:6])
    crop = read_image(write_exr(tmp_path / "crop.exr", {"RGB": light}, ((2, 1), (9, 6)), ((0, 0), (11, 9))))
    assert crop.shape == (10, 12, 3) and np.array_equal(crop[1:7, 2:10], light)
    assert crop.sum() == pytest.approx(light.sum(), rel=1e-4)


@pytest.mark.parametrize("corner", [(14, 2), (-20, 2), (2, 12), (2, -20)])
def test_exr_of_what_has_left_the_picture_is_black(corner: tuple[int, int], tmp_path: Path) -> None:
    x, y = corner
    light = np.ones((6, 8, 3), np.float32)
    path = write_exr(tmp_path / "a.exr", {"RGB": light}, ((x, y), (x + 7, y + 5)), ((0, 0), (11, 9)))
    assert read_image(path).shape == (10, 12, 3) and not read_image(path).any()


def test_exr_without_the_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "OpenEXR":
            raise ImportError(name)
        return honest(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match="-m pip install openexr"):
        read_image(tmp_path / "a.exr")


def png_header(width: int, height: int, depth: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def test_broken_images_are_errors_of_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    iio.imwrite(tmp_path / "a.png", COLOURS)
    iio.imwrite(tmp_path / "b.jpg", np.zeros((200, 200, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "c.png"), DEEP)
    tifffile.imwrite(tmp_path / "d.tif", COLOURS)
    write_exr(tmp_path / "e.exr", {"RGB": RNG.uniform(0, 1, (60, 80, 3)).astype(np.float32)})
    for name in ("a.png", "b.jpg", "c.png", "d.tif", "e.exr"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for name in ("empty.png", "empty.tif", "empty.exr", "empty.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "bomb.png").write_bytes(png_header(60_000, 60_000, 16))
    (tmp_path / "text.jpg").write_text("hello")
    for path in [*tmp_path.iterdir(), tmp_path / "missing.png"]:
        with pytest.raises(VideoError) as caught:
            read_image(path)
        assert path.name in str(caught.value) and "\n" not in str(caught.value)
    assert capsys.readouterr().out == ""


def test_channels_are_no_frames(tmp_path: Path) -> None:
    stack = np.zeros((4, 2, 8, 9), np.uint16)
    tifffile.imwrite(tmp_path / "ij.tif", stack, imagej=True, metadata={"axes": "TCYX"})
    tifffile.imwrite(tmp_path / "a.ome.tif", stack, metadata={"axes": "TCYX"})
    for name in ("ij.tif", "a.ome.tif"):
        with pytest.raises(VideoError, match="2 channels in pages of their own"):
            count_pages(tmp_path / name)
    tifffile.imwrite(tmp_path / "one.tif", stack[:, 0], imagej=True, metadata={"axes": "TYX"})
    tifffile.imwrite(tmp_path / "rgb.tif", np.zeros((4, 8, 9, 3), np.uint8), imagej=True, metadata={"axes": "TYXS"})
    assert count_pages(tmp_path / "one.tif") == count_pages(tmp_path / "rgb.tif") == 4


def test_what_an_exr_holds_besides_is_told(tmp_path: Path) -> None:
    light = np.zeros((6, 8, 4), np.float32)
    assert tell_left_out(write_exr(tmp_path / "a.exr", {"RGBA": light})) == []
    assert tell_left_out(write_exr(tmp_path / "in.exr", {"RGB": light[..., :3].copy()}, ((2, 1), (9, 6)),
                                   ((0, 0), (11, 9)))) == []
    over = write_exr(tmp_path / "over.exr", {"RGB": light[..., :3].copy(), "depth.Z": light[..., 0].copy()},
                     ((-2, -1), (5, 4)), ((0, 0), (4, 2)))
    assert tell_left_out(over) == [
        "What the plate holds outside of its display window is left out: 2 pixels left, 1 right, 1 above, 2 below.",
        "Channels of the plate besides its colours are left out: depth.Z."]
    (tmp_path / "no.exr").write_bytes(b"nonsense")
    assert tell_left_out(tmp_path / "no.exr") == tell_left_out(tmp_path / "a.png") == []


def test_whether_colours_are_floats_of_16_bits(tmp_path: Path) -> None:
    half, full = np.zeros((6, 8, 3), np.float16), np.zeros((6, 8), np.float32)
    assert is_half(write_exr(tmp_path / "a.exr", {"RGB": half, "Z": full}))
    assert not is_half(write_exr(tmp_path / "b.exr", {"RGB": half, "A": full}))
    assert is_half(write_exr(tmp_path / "c.exr", {"Y": half[..., 0].copy(), "Z": full}))
    assert not is_half(write_exr(tmp_path / "d.exr", {"Y": np.zeros((6, 8), np.uint32)}))
    (tmp_path / "no.exr").write_bytes(b"nonsense")
    assert not is_half(tmp_path / "no.exr")


def test_what_is_no_image_is_told_as_such(tmp_path: Path) -> None:
    """It was called damaged, with Pillow's words, and was to be copied again."""
    for name in ("a.mp4", "tracks.npz"):
        (tmp_path / name).write_bytes(b"something else")
        with pytest.raises(VideoError, match=rf"expected an image \(\.png, .*\.dpx\), got '{name}'"):
            read_image(tmp_path / name)


@pytest.mark.parametrize("mode", ["P", "RGB", "L"])
def test_a_png_of_which_one_colour_is_transparent_has_alpha(mode: str, tmp_path: Path) -> None:
    """A logo with a palette, as made for the web, hid all of its surface."""
    entries = np.array([[0, 1], [2, 1]], np.uint8)
    picture = Image.fromarray(entries if mode != "RGB" else np.dstack([entries] * 3))
    if mode == "P":
        picture = picture.convert("P")
        picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    picture.save(tmp_path / "a.png", transparency=(0, 0, 0) if mode == "RGB" else 0)
    found = read_image(tmp_path / "a.png")
    assert found.shape == (2, 2, 4) and found.dtype == np.uint8
    assert found[..., 3].tolist() == [[0, 255], [255, 255]]
    assert found[0, 1, :3].tolist() == ([0, 255, 0] if mode == "P" else [1, 1, 1])


@pytest.mark.parametrize("names", ["R G B A", "red green blue alpha", "beauty.red beauty.green beauty.blue", "r g b"])
def test_colours_of_openexr_by_any_of_their_names(names: str, tmp_path: Path) -> None:
    """Of Nuke's layers and of small letters one channel was shown, in grey."""
    light = RNG.uniform(0, 1, (6, 8, 4)).astype(np.float32)
    channels = {name: light[..., k].copy() for k, name in enumerate(names.split())}
    found = read_image(write_exr(tmp_path / "a.exr", {**channels, "Z": light[..., 3].copy()}))
    assert np.array_equal(found, light[..., : len(channels)])


def test_the_part_with_colours_is_taken(tmp_path: Path) -> None:
    """Where depth comes first, depth was shown, without a word."""
    light = RNG.uniform(0, 1, (6, 8, 3)).astype(np.float32)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    parts = [OpenEXR.Part({**header, "name": "depth"}, {"Z": light[..., 0].copy()}),
             OpenEXR.Part({**header, "name": "rgba"}, {"RGB": light}),
             OpenEXR.Part({**header, "name": "more"}, {"RGB": light * 2})]
    OpenEXR.File(parts).write(str(tmp_path / "a.exr"))
    assert np.array_equal(read_image(tmp_path / "a.exr"), light)
    assert tell_left_out(tmp_path / "a.exr") == ["Only part 2 of the plate's 3 parts is taken."]
    parts[0] = OpenEXR.Part({**header, "name": "depth"}, {"Z": light[..., 0].astype(np.float16)})
    OpenEXR.File(parts).write(str(tmp_path / "a.exr"))
    assert not is_half(tmp_path / "a.exr")
    parts[0] = OpenEXR.Part({**header, "name": "depth"}, {"Z": light[..., 0].copy()})
    OpenEXR.File(parts[:1]).write(str(tmp_path / "b.exr"))
    assert read_image(tmp_path / "b.exr").shape == (6, 8, 1)
