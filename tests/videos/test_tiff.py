"""TIFF files of other programs, by tifffile and Pillow."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.rendering import Rendering
from napari_cotracker.videos.sequence import ImageSequence
from napari_cotracker.videos.tiff import check_size, read_tiff, read_with_opencv

RED = (200, 30, 40, 128)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("grey", [False, True])
def test_a_tiff_whose_colours_are_multiplied_by_alpha(dtype: type, grey: bool, tmp_path: Path) -> None:
    """Paint from Photoshop or Nuke: half transparent red came half as bright."""
    most = np.iinfo(dtype).max
    straight = np.array([[[0.8, 0.4, 0.2, 0.5], [1, 0.5, 0, 1], [0, 0, 0, 0]]])
    times = np.concatenate([straight[..., :3] * straight[..., 3:], straight[..., 3:]], 2)
    kept = [1, 3] if grey else [0, 1, 2, 3]
    for kind, stored in (("assocalpha", times), ("unassalpha", straight)):
        tifffile.imwrite(tmp_path / "a.tif", (stored[..., kept] * most).round().astype(dtype),
                         photometric="minisblack" if grey else "rgb", planarconfig="contig", extrasamples=[kind])
        found = read_tiff(tmp_path / "a.tif")
        assert found.dtype == dtype
        assert found / most == pytest.approx(straight[..., [1, 1, 1, 3] if grey else kept], abs=0.005)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_floats_are_multiplied_by_alpha_whatever_the_file_has(dtype: type, tmp_path: Path) -> None:
    """Colours that were not were taken as if they were, and came out too bright where they are soft."""
    straight = np.array([[[0.5, 0.25, 2, 0.5], [1, 1, 1, 0]]], dtype)
    times = np.concatenate([straight[..., :3] * straight[..., 3:], straight[..., 3:]], 2)
    for kind, stored in (("assocalpha", times), ("unassalpha", straight)):
        tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extrasamples=[kind])
        assert (read_tiff(tmp_path / "a.tif") == times).all()


def test_floats_with_alpha_are_written_as_what_they_are(tmp_path: Path) -> None:
    """They are multiplied by alpha, and were labelled as if they were not."""
    light = np.random.default_rng(0).uniform(0, 1, (1, 6, 8, 4)).astype(np.float32)
    for number, (pixels, kind) in enumerate([(light, 1), ((light * 255).astype(np.uint8), 2)]):
        folder = tmp_path / f"plate{number}"
        folder.mkdir()
        tifffile.imwrite(folder / "a.tif", pixels[0], photometric="rgb",
                         extrasamples=["assocalpha" if kind == 1 else "unassalpha"])
        plate = ImageSequence(folder / "a.tif")
        with Rendering(tmp_path / f"out{number}" / "a.tif", plate, frames=range(1)) as rendering:
            rendering.add(plate.read_native([0])[0])
        with tifffile.TiffFile(tmp_path / f"out{number}" / "a.tif") as file:
            assert file.pages[0].extrasamples == (kind,)
            assert (file.pages[0].asarray() == pixels[0]).all()


def test_grey_with_alpha_is_a_picture_like_others(tmp_path: Path) -> None:
    """It could be opened, and not be rendered."""
    grey = np.full((6, 8, 2), (77, 128), np.uint8)
    for kind, told in (("unassalpha", [77, 77, 77, 128]), ("unspecified", [77])):
        tifffile.imwrite(tmp_path / "a.tif", grey, photometric="minisblack", planarconfig="contig", extrasamples=[kind])
        assert ImageSequence(tmp_path / "a.tif").read_native([0])[0, 0, 0].tolist() == told


def with_alpha_of(path: Path, kind: int) -> Path:
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages[0].tags[338].overwrite(kind)
    return path


@pytest.mark.parametrize(("kind", "told"), [(2, RED), (1, (255, 60, 80, 128))])
def test_lzw_with_alpha(kind: int, told: tuple[int, ...], tmp_path: Path) -> None:
    """As Photoshop, ImageMagick and Pillow pack it: colours that are not multiplied came so, (100, 15, 20)."""
    Image.fromarray(np.full((8, 9, 4), RED, np.uint8)).save(tmp_path / "a.tif", compression="tiff_lzw")
    found = read_tiff(with_alpha_of(tmp_path / "a.tif", kind))
    assert found.shape == (8, 9, 4) and np.abs(found.astype(int) - told).max() <= 1


def test_lzw_of_other_kinds(tmp_path: Path) -> None:
    pages = [Image.fromarray(np.full((8, 9, 3), shade, np.uint8)) for shade in (10, 20)]
    pages[0].save(tmp_path / "two.tif", compression="tiff_lzw", save_all=True, append_images=pages[1:])
    assert ImageSequence(tmp_path / "two.tif").read([0, 1])[:, 0, 0].tolist() == [[10] * 3, [20] * 3]
    Image.fromarray(np.full((8, 9, 2), (77, 128), np.uint8), "LA").save(tmp_path / "la.tif", compression="tiff_lzw")
    assert read_tiff(tmp_path / "la.tif")[0, 0].tolist() == [77, 77, 77, 128]
    deep = np.full((8, 9, 3), (1000, 2000, 60000), np.uint16)
    cv2.imwrite(str(tmp_path / "deep.tif"), deep)
    with tifffile.TiffFile(tmp_path / "deep.tif") as file:
        assert file.pages[0].compression.name == "LZW"
    assert (read_tiff(tmp_path / "deep.tif") == deep[..., ::-1]).all()
    Image.fromarray(np.full((8, 9), 500, np.uint16)).save(
        tmp_path / "pages.tif", compression="tiff_lzw", save_all=True,
        append_images=[Image.fromarray(np.full((8, 9), 900, np.uint16))])
    with pytest.raises(VideoError, match=r"cannot unpack page 1 of 'pages.tif'; save it without"):
        read_tiff(tmp_path / "pages.tif", 1)


def test_colours_of_print_become_rgb(tmp_path: Path) -> None:
    """Cyan, magenta, yellow and black were taken for red, green, blue and alpha."""
    ink = Image.fromarray(np.full((8, 9, 4), (0, 255, 255, 0), np.uint8), "CMYK")
    ink.save(tmp_path / "a.tif")
    assert read_tiff(tmp_path / "a.tif")[0, 0].tolist() == [255, 0, 0]


def test_what_cannot_be_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"nonsense")
    with pytest.raises(VideoError, match="damaged or cut off"):
        read_with_opencv(tmp_path / "a.tif")
    for size in ((0, 5), (1 << 15, 1 << 15)):
        with pytest.raises(VideoError, match=f"announces {size[0]} × {size[1]} pixels"):
            check_size(tmp_path / "a.tif", *size)
