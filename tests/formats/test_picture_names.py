"""What the pictures of a film are called."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.picture_names import picture_names
from tests.formats.samples import plain_tracks


def tracks_of(path=None, numbers=None):
    meta = {"video": {"path": str(path)}} if path else {}
    return replace(plain_tracks(), meta=meta | ({} if numbers is None else {"frame_numbers": np.array(numbers)}))


PLATE = range(1001, 1007)


@pytest.mark.parametrize("pattern", ["a_{:06d}.png", "a_%06d.png", "a_######.png", "a_{:06}.png"])
def test_a_pattern_has_one_place_for_the_number(pattern):
    assert picture_names(tracks_of(numbers=PLATE), pattern)[:2] == ["a_001001.png", "a_001002.png"]
    assert picture_names(tracks_of(numbers=PLATE), pattern, 7)[-1] == "a_000012.png"


def test_a_number_may_be_as_long_as_it_is():
    assert picture_names(tracks_of(), "{}.jpg")[5] == picture_names(tracks_of(), "%d.jpg")[5] == "5.jpg"


@pytest.mark.parametrize("pattern", ["frame.png", "a{}b{}", "{name}", "{0.__class__}", "%s", "{:f}", "a{}}", "{}\n"])
def test_other_patterns_are_refused(pattern):
    with pytest.raises(FormatError, match="one place for the number"):
        picture_names(tracks_of(), pattern)


def test_frames_of_a_film_get_plain_names():
    assert picture_names(tracks_of("/films/a.mp4"))[0] == picture_names(tracks_of())[0] == "frame_000000.png"
    assert picture_names(tracks_of(numbers=PLATE))[0] == "frame_001001.png"


@pytest.mark.parametrize("path", ["/plates/shot.1003.exr", "/plates/shot.####.exr", "/plates/shot.%04d.exr"])
def test_pictures_of_a_sequence_keep_their_names(path):
    names = picture_names(tracks_of(path, [1001, 1002, 1003, 1005, 1006, 1007]))
    assert names[2:4] == ["shot.1003.exr", "shot.1005.exr"]


def test_a_sequence_that_does_not_fit_gets_plain_names():
    assert picture_names(tracks_of("/plates/shot.0900.exr", PLATE))[0] == "frame_001001.png"
    assert picture_names(tracks_of("/plates/shot.1003.exr", PLATE), start=1)[0] == "frame_000001.png"
    assert picture_names(tracks_of("/plates/##.%d.png", PLATE))[0] == "frame_001001.png"


def test_pictures_of_a_folder_keep_their_names(tmp_path):
    for number in PLATE:
        (tmp_path / f"IMG_{number}_a.JPG").touch()
    assert picture_names(tracks_of(tmp_path, PLATE))[0] == "IMG_1001_a.JPG"
    (tmp_path / "IMG_1001_b.JPG").touch()  # which of the two is not known
    assert picture_names(tracks_of(tmp_path, PLATE))[0] == "frame_001001.png"
    (tmp_path / "IMG_1001_b.JPG").rename(tmp_path / "notes.txt")
    assert picture_names(tracks_of(tmp_path, [1, 2, 3, 4, 5, 6]))[0] == "frame_000001.png"


def test_pages_of_one_file_have_no_names_of_their_own(tmp_path):
    path = tmp_path / "stack3.tif"
    path.write_bytes(b"")
    assert picture_names(tracks_of(path))[0] == "frame_000000.png"
    for number in range(6):
        (tmp_path / f"stack{number}.tif").write_bytes(b"")
    assert picture_names(tracks_of(path))[0] == "stack0.tif"
