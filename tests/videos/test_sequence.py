from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import cv2
import imageio.v3 as iio
import numpy as np
import OpenEXR
import pytest
import tifffile

from napari_cotracker.core import registry
from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.video import Video
from napari_cotracker.videos.exr_header import make_attributes, write_exr
from napari_cotracker.videos.levels import Levels
from napari_cotracker.videos.sequence import ImageSequence
from tests.videos.coded_films import number_in, paint

NUMBERS = [1001, 1002, 1003, 1005, 1009]


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    folder = tmp_path / "plates"
    folder.mkdir()
    for number in NUMBERS:
        iio.imwrite(folder / f"shot.{number}.png", paint(number % 1000))
    return folder


def test_frames_are_files_in_the_order_of_their_numbers(plates: Path) -> None:
    with ImageSequence(plates, fps=Fraction(24000, 1001)) as video:
        assert isinstance(video, Video)
        assert (video.n_frames, video.height, video.width) == (5, 96, 128)
        assert video.frame_numbers.tolist() == NUMBERS
        assert [number_in(frame) for frame in video.read(range(5))] == [1, 2, 3, 5, 9]
        assert number_in(video.read([3])[0]) == 5
        assert np.allclose(video.times, np.array([0, 1, 2, 4, 8]) * 1001 / 24000)
        assert video.fps == Fraction(24000, 1001)
        assert video.path == str(plates)


def test_openexr_tells_the_rate_unless_it_is_given(tmp_path: Path) -> None:
    for number in (1, 2):
        write_exr(tmp_path / f"a.{number}.exr", {"RGB": np.zeros((4, 6, 3), np.float32)},
                  make_attributes(Fraction(24000, 1001)))
    assert ImageSequence(tmp_path).fps == Fraction(24000, 1001)
    assert ImageSequence(tmp_path, fps=25).fps == 25
    iio.imwrite(tmp_path / "b.png", paint(1))
    assert ImageSequence(tmp_path / "b.png").fps == 24


def test_a_broken_file_is_a_bad_frame(plates: Path) -> None:
    (plates / "shot.1002.png").write_bytes(b"no picture")
    cv2.imwrite(str(plates / "shot.1005.png"), np.zeros((9, 9, 3)))
    with ImageSequence(plates) as video:
        assert [number_in(frame) for frame in video.read(range(5))] == [1, 1, 3, 3, 9]
        assert video.bad_frames == {1, 3}
        assert np.array_equal(video.read_native([3]), video.read_native([2]))


def test_a_broken_first_file_reads_as_the_next_good_one(plates: Path) -> None:
    (plates / "shot.1001.png").write_bytes(b"")
    with ImageSequence(plates) as video:
        assert video.bad_frames == {0}
        assert [number_in(frame) for frame in video.read([0, 1])] == [2, 2]
    for path in plates.iterdir():
        path.write_bytes(b"")
    with pytest.raises(VideoError, match=r"shot\.1001\.png"):
        ImageSequence(plates)


def test_a_file_that_vanishes_is_a_bad_frame(plates: Path) -> None:
    video = ImageSequence(plates)
    (plates / "shot.1002.png").unlink()
    assert number_in(video.read([1])[0]) == 1
    assert video.bad_frames == {1}


def test_a_disk_that_is_away_makes_no_bad_frames(plates: Path) -> None:
    video = ImageSequence(plates)
    assert number_in(video.read([0])[0]) == 1
    plates.rename(plates.with_name("away"))
    for emptied in (False, True):  # by an unmounted disk, whose folder stays
        if emptied:
            plates.mkdir()
        for read in (video.read, video.read_native):
            with pytest.raises(VideoError, match=r"cannot read .*shot\.1005\.png.*try again"):
                read([3])
    plates.with_name("away").replace(plates)
    assert number_in(video.read([3])[0]) == 5
    assert not video.bad_frames


def test_a_file_that_may_not_be_read_just_now_is_no_bad_frame(plates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video = ImageSequence(plates)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        with pytest.raises(VideoError, match="in use"):
            video.read([1])
    assert number_in(video.read([1])[0]) == 2 and not video.bad_frames


def refuse(path: Path, *how: object, **more: object) -> None:
    raise PermissionError(13, "in use")


def test_pictures_of_several_sizes_are_refused(plates: Path) -> None:
    iio.imwrite(plates / "shot.1009.png", paint(1, 64, 48))
    with pytest.raises(VideoError, match="64 × 48"):
        ImageSequence(plates)


def test_depth_is_kept_for_native_reading(tmp_path: Path) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (3, 8, 9, 3), dtype=np.uint16)
    for number, picture in enumerate(deep):
        cv2.imwrite(str(tmp_path / f"d{number}.png"), picture[:, :, ::-1])
    video = ImageSequence(tmp_path)
    assert np.array_equal(video.read_native([2, 0]), deep[[2, 0]])
    assert np.array_equal(video.read([1])[0], np.rint(deep[1] / 257))
    limited = ImageSequence(tmp_path, contrast_limits=(1000, 2000))
    assert np.array_equal(limited.read([1])[0] == 255, deep[1] >= 1998.04)
    assert limited.fingerprint != video.fingerprint


def test_exr_is_linear_light(tmp_path: Path) -> None:
    for number in range(2):
        header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
        with OpenEXR.File(header, {"RGB": np.full((4, 5, 3), [0.18, 2.0, 0.0], np.float32)}) as file:
            file.write(str(tmp_path / f"a.{number}.exr"))
    video = ImageSequence(tmp_path / "a.#.exr")
    assert video.read([1])[0, 0, 0].tolist() == [118, 255, 0]
    assert video.read_native([1])[0, 0, 0].tolist() == pytest.approx([0.18, 2.0, 0.0])


def test_float_tiff_is_spread_and_pages_are_frames(tmp_path: Path) -> None:
    ramp = np.linspace(-5, 5, 64, dtype=np.float32).reshape(8, 8)
    tifffile.imwrite(tmp_path / "stack.tif", np.stack([ramp, ramp + 1, ramp - 1]), photometric="minisblack")
    video = ImageSequence(tmp_path / "stack.tif")
    assert video.n_frames == 3
    assert np.array_equal(video.read_native([1])[0, :, :, 0], ramp + 1)
    middle = video.read([0])[0, :, :, 0]
    assert (np.diff(middle.reshape(-1).astype(int)) >= 0).all() and 100 < middle[4, 0] < 150


@pytest.mark.parametrize("grey", [True, False])
def test_twelve_bits_in_sixteen_are_not_shown_black(tmp_path: Path, grey: bool) -> None:
    for number in (1, 2, 3):
        picture = paint(number).astype(np.uint16)[..., 0 if grey else slice(None)]
        iio.imwrite(tmp_path / f"a.{number}.tif", picture * 16)
    with ImageSequence(tmp_path) as video:
        pictures = video.read(range(3))
        assert pictures.min() == 0 and pictures.max() == 255
        assert [number_in(picture) for picture in pictures] == [1, 2, 3]
        assert video.read_native([0]).max() < 4096


def test_the_fingerprint_does_not_follow_limits_that_were_estimated(tmp_path: Path) -> None:
    for number in (1, 2):
        iio.imwrite(tmp_path / f"a.{number}.tif", paint(number).astype(np.uint16) * 16)
    now, before, given = (ImageSequence(tmp_path), ImageSequence(tmp_path),
                          ImageSequence(tmp_path, contrast_limits=(0, 4095)))
    before._levels = Levels()  # as they were
    assert now.fingerprint == before.fingerprint != given.fingerprint
    assert now.version != before.version


def test_a_stack_of_pages_is_not_taken_for_one_of_its_neighbours(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        tifffile.imwrite(tmp_path / f"cell_{number}.tif", np.full((5, 8, 9), number, np.uint8))
    video = ImageSequence(tmp_path / "cell_2.tif")
    assert video.n_frames == 5 and set(video.read(range(5)).ravel().tolist()) == {2}
    assert video.frame_numbers.tolist() == [0, 1, 2, 3, 4]
    for several in (tmp_path, tmp_path / "cell_#.tif"):
        with pytest.raises(VideoError, match=r"5 pages; give the path of one file"):
            ImageSequence(several)


def test_a_grey_frame_among_coloured_ones_is_made_coloured(plates: Path) -> None:
    iio.imwrite(plates / "shot.1003.png", np.full((96, 128), 7, np.uint8))
    video = ImageSequence(plates)
    assert video.read_native(range(5)).shape == (5, 96, 128, 3)
    assert (video.read([2]) == 7).all() and not video.bad_frames


@pytest.mark.parametrize("shape", [(12, 16, 3), (12, 16, 4)])
def test_a_plate_that_fades_from_grey_has_its_colours_and_its_alpha(shape: tuple[int, ...], tmp_path: Path) -> None:
    """ImageMagick and others save a black frame as grey; all of the plate was grey then, or without its alpha."""
    picture = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    iio.imwrite(tmp_path / "p.1.png", np.zeros(shape[:2] if shape[2] == 3 else (12, 16, 3), np.uint8))
    for number in (2, 3):
        iio.imwrite(tmp_path / f"p.{number}.png", picture)
    found = ImageSequence(tmp_path).read_native(range(3))
    assert found.shape == (3, *shape) and (found[1:] == picture).all()
    assert not found[0, ..., :3].any() and (shape[2] == 3 or (found[0, ..., 3] == 255).all())


def test_a_coloured_frame_among_grey_ones_is_bad_and_one_of_grey_colours_is_not(tmp_path: Path) -> None:
    """Its red was taken for grey."""
    for number in range(8):
        iio.imwrite(tmp_path / f"p.{number}.png", np.full((12, 16), 10 * number, np.uint8))
    iio.imwrite(tmp_path / "p.1.png", np.full((12, 16, 3), 200, np.uint8))
    iio.imwrite(tmp_path / "p.5.png", np.full((12, 16, 3), (200, 30, 40), np.uint8))
    video = ImageSequence(tmp_path)
    assert video.read_native([1, 5])[:, 0, 0, 0].tolist() == [200, 40]
    assert video.bad_frames == {5}


def test_the_fingerprint_follows_content_and_numbers(plates: Path, tmp_path: Path) -> None:
    prints = [ImageSequence(plates).fingerprint]
    moved = shutil.copytree(plates, tmp_path / "moved")
    for path in moved.iterdir():
        path.rename(moved / path.name.replace("shot", "take"))
    assert ImageSequence(moved / "take.1001.png").fingerprint == prints[0]
    iio.imwrite(moved / "take.1009.png", paint(10))
    prints.append(ImageSequence(moved).fingerprint)
    (moved / "take.1002.png").rename(moved / "take.1004.png")
    prints.append(ImageSequence(moved).fingerprint)
    assert len(set(prints)) == 3


def test_the_version_follows_every_file(tmp_path: Path) -> None:
    for number in range(9):
        tifffile.imwrite(tmp_path / f"shot.{number}.tif", paint(number))
    before, again = ImageSequence(tmp_path), ImageSequence(tmp_path)
    assert before.version == again.version
    tifffile.imwrite(tmp_path / "shot.3.tif", paint(333))  # rendered again, and of the same length
    after = ImageSequence(tmp_path)
    assert after.fingerprint == before.fingerprint and after.version != before.version


def test_the_registry_gives_sequences_images_patterns_and_folders(plates: Path) -> None:
    source = next(source for source in registry.video_sources() if source.name == "sequence")
    assert source.accepts(plates) and source.accepts(str(plates / "shot.####.png")) and source.accepts("missing.exr")
    assert not source.accepts("film.mp4") and not source.accepts(np.zeros((2, 3, 4)))
    assert source.priority < registry.video_sources()[-1].priority
    with pytest.raises(VideoError, match="there is no"):
        source.open(plates / "shot.7.jpg")
