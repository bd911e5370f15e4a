"""STMaps: float32, pixel centres at (x + 0.5) / width, read back by OpenEXR."""

import sys
from fractions import Fraction

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.stmap import identity, write_stmap
from tests.formats.stmap_reader import read_stmap

OpenEXR = pytest.importorskip("OpenEXR")


def raw(path):
    with OpenEXR.File(str(path)) as file:
        return file.channels()["RGBA"].pixels.copy(), dict(file.header())


def test_p_is_a_fraction_from_the_lower_left_edge(tmp_path):
    write_stmap(tmp_path / "m.1001.exr", identity((1920, 1080)), rate=Fraction(24000, 1001), comment="made by a (b)")
    pixels, header = raw(tmp_path / "m.1001.exr")
    assert pixels.shape == (1080, 1920, 4)
    assert pixels.dtype == np.float32
    assert pixels[20, 10].tolist() == pytest.approx([0.00546875, 0.98101852, 0, 1], abs=1e-7)
    assert pixels[0, 0, :2].tolist() == pytest.approx([0.5 / 1920, 1 - 0.5 / 1080], abs=1e-7)
    assert header["framesPerSecond"] == Fraction(24000, 1001)
    assert header["comments"] == "made by a (b)"
    assert header["compression"] == OpenEXR.ZIP_COMPRESSION


def test_a_map_comes_back_within_a_ten_thousandth_of_a_pixel(tmp_path):
    rng = np.random.default_rng(0)
    xy = rng.random((1080, 1920, 2)) * (1920, 1080) - 0.5
    alpha = rng.random((1080, 1920))
    write_stmap(tmp_path / "m.exr", xy, alpha)
    got, matte, rate = read_stmap(tmp_path / "m.exr")
    assert np.abs(got - xy).max() <= 1e-4
    assert matte == pytest.approx(alpha, abs=1e-7)
    assert rate is None
    write_stmap(tmp_path / "m.exr", identity((6, 4)), rate=Fraction(25))
    assert read_stmap(tmp_path / "m.exr")[2] == 25


def test_pixels_that_are_not_square_are_told(tmp_path):
    write_stmap(tmp_path / "m.exr", identity((6, 4)), aspect=Fraction(2))
    assert raw(tmp_path / "m.exr")[1]["pixelAspectRatio"] == 2


def test_the_identity_moves_nothing(tmp_path):
    write_stmap(tmp_path / "m.exr", identity((64, 48)))
    got, matte, _ = read_stmap(tmp_path / "m.exr")
    assert np.abs(got - identity((64, 48))).max() <= 1e-5
    assert (matte == 1).all()


def test_sampling_with_the_map_moves_a_picture_as_told(tmp_path):
    """As compositing programs do it: the fraction times the width, the centre of the first pixel at 0.5."""
    picture = np.random.default_rng(1).random((48, 64))
    write_stmap(tmp_path / "m.exr", identity((64, 48)) + np.array([3, -2]))
    pixels, _ = raw(tmp_path / "m.exr")
    column = np.floor(pixels[..., 0] * 64).astype(int)
    row = 47 - np.floor(pixels[..., 1] * 48).astype(int)
    np.testing.assert_array_equal(picture[row[5:, :-5], column[5:, :-5]], picture[3:46, 3:62])


def test_what_is_sampled_may_be_of_another_size(tmp_path):
    xy = np.tile(np.array([10.0, 20.0]), (4, 6, 1))
    write_stmap(tmp_path / "m.exr", xy, source=(1920, 1080))
    pixels, _ = raw(tmp_path / "m.exr")
    assert pixels[0, 0, :2].tolist() == pytest.approx([0.00546875, 0.98101852], abs=1e-7)
    got, _, _ = read_stmap(tmp_path / "m.exr", (1920, 1080))
    assert got == pytest.approx(xy, abs=1e-4)


def test_invalid_places_have_no_alpha_and_smear_nothing(tmp_path):
    xy = identity((6, 4))
    xy[1, 2] = np.nan
    xy[2, 3, 0] = np.inf
    write_stmap(tmp_path / "m.exr", xy, np.full((4, 6), 0.5))
    got, matte, _ = read_stmap(tmp_path / "m.exr")
    assert got == pytest.approx(identity((6, 4)), abs=1e-5)
    assert np.argwhere(matte == 0).tolist() == [[1, 2], [2, 3]]
    assert matte[0, 0] == 0.5


def test_says_what_is_wrong(tmp_path):
    with pytest.raises(FormatError, match="shape"):
        write_stmap(tmp_path / "m.exr", np.zeros((4, 6)))
    with pytest.raises(FormatError, match="alpha of shape"):
        write_stmap(tmp_path / "m.exr", identity((6, 4)), np.zeros((6, 4)))
    with pytest.raises(FormatError, match="cannot write"):
        write_stmap(tmp_path / "none" / "m.exr", identity((6, 4)))


def test_the_same_map_makes_the_same_file(tmp_path):
    for name in ("a.exr", "b.exr"):
        write_stmap(tmp_path / name, identity((6, 4)), rate=Fraction(25))
    assert (tmp_path / "a.exr").read_bytes() == (tmp_path / "b.exr").read_bytes()


def test_openimageio_warps_as_told(tmp_path):
    oiio = pytest.importorskip("OpenImageIO")
    picture = np.random.default_rng(0).random((48, 64, 3)).astype(np.float32)
    plate = oiio.ImageBuf(oiio.ImageSpec(64, 48, 3, "float"))
    plate.set_pixels(oiio.ROI(), picture)
    write_stmap(tmp_path / "m.exr", identity((64, 48)) + np.array([3, -2]))
    places = oiio.ImageBuf(str(tmp_path / "m.exr"))
    warped = oiio.ImageBufAlgo.st_warp(plate, places, filtername="triangle", flip_t=True)
    got = warped.get_pixels("float")[5:-5, 5:-5, :3]
    assert got == pytest.approx(picture[3:-7, 8:-2], abs=1e-3)


@pytest.mark.skipif(sys.platform != "linux", reason="others have names of UTF-8 or UTF-16 only")
def test_a_folder_that_openexr_cannot_take_is_told(tmp_path):
    folder = tmp_path / "f\udcfcr"
    folder.mkdir()
    with pytest.raises(FormatError, match="OpenEXR takes only names of UTF-8"):
        write_stmap(folder / "map.exr", np.zeros((2, 3, 2)))


@pytest.mark.parametrize("most", [1, 100, 390, 600])
def test_a_full_disk_is_told(tmp_path, most):
    """OpenEXR says nothing of the last bytes of a file, which are all that a small map has."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        with pytest.raises(FormatError, match="cannot write"):
            write_stmap(tmp_path / "m.exr", identity((30, 20)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
    write_stmap(tmp_path / "m.exr", identity((30, 20)))
    assert (tmp_path / "m.exr").stat().st_size > 600
