"""The files of a COLMAP model, whole and damaged."""

import struct

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats import colmap_model

CAMERAS = "# comment\n\n1 PINHOLE 1920 1080 1500 1500 960 540\n"
IMAGES = "# comment\n1 1 0 0 0 0 0 0 1 a picture 7.png\n10.5 20.5 8 1 2 -1\n2 1 0 0 0 0 0 0 1 b.png\n\n"
POINTS = "8 1 2 3 0 0 0 0.25 1 0\n"


def model(folder, cameras=CAMERAS, images=IMAGES, points=POINTS):
    for name, text in (("cameras", cameras), ("images", images), ("points3D", points)):
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


def test_text_is_read_line_by_line(tmp_path):
    found = colmap_model.read_text(model(tmp_path))
    assert found.sizes == {(1920, 1080)} and found.errors == {8: 0.25}
    assert [picture.name for picture in found.pictures] == ["a picture 7.png", "b.png"]
    assert found.pictures[0].xy.tolist() == [[10.5, 20.5], [1, 2]]
    assert found.pictures[0].points.tolist() == [8, -1] and len(found.pictures[1].points) == 0


def test_the_last_picture_may_lack_its_empty_line(tmp_path):
    assert len(colmap_model.read_text(model(tmp_path, images=IMAGES.rstrip("\n"))).pictures) == 2


@pytest.mark.parametrize(("files", "said"), [
    ({"cameras": "1 PINHOLE 1920\n"}, "line 1 of cameras.txt: expected CAMERA_ID MODEL WIDTH HEIGHT"),
    ({"cameras": "1 PINHOLE wide 1080 5\n"}, "expected a whole number, got 'wide'"),
    ({"images": "1 1 0 0 0 0 0 0 1\n\n"}, "line 1 of images.txt: expected IMAGE_ID"),
    ({"images": "1 1 0 0 0 0 0 0 1 a.png\n1 2\n"}, "line 2 of images.txt: expected X Y POINT3D_ID"),
    ({"images": "1 1 0 0 0 0 0 0 1 a.png\n1 2 three\n"}, "line 2 of images.txt: expected numbers, got '1 2 three'"),
    ({"images": "1 1 0 0 0 0 0 0 1 a.png\n1 2 0.5\n"}, "expected whole numbers for POINT3D_ID"),
    ({"images": "1 1 0 0 0 0 0 0 1 a.png\n1 2 1e300\n"}, "expected whole numbers for POINT3D_ID"),
    ({"images": "1 1 0 0 0 0 0 0 1 a.png\n1 2 nan\n"}, "expected whole numbers for POINT3D_ID"),
    ({"points": "8 1 2 3\n"}, "line 1 of points3D.txt: expected POINT3D_ID X Y Z"),
    ({"points": "-8 1 2 3 0 0 0 0.25 1 0\n"}, "expected a whole number, got '-8'"),
    ({"points": "8 1 2 3 0 0 0 small 1 0\n"}, "expected numbers, got 'small'"),
])
def test_a_bad_line_is_quoted(files, said, tmp_path):
    with pytest.raises(FormatError, match=said):
        colmap_model.read_text(model(tmp_path, **files))


def test_a_model_is_found_where_programs_put_it(tmp_path):
    inner = tmp_path / "project" / "sparse" / "0"
    inner.mkdir(parents=True)
    model(inner)
    for path in (tmp_path / "project", tmp_path / "project" / "sparse", inner, inner / "images.txt"):
        assert colmap_model.find_model(path) == (inner, ".txt")
    (inner / "points3D.txt").unlink()
    assert colmap_model.find_model(inner) is colmap_model.find_model(inner / "images.txt") is None


def binary(folder, cameras=None, images=None, points=None):
    camera = struct.pack("<IiQQ4d", 1, 1, 1920, 1080, 1500, 1500, 960, 540)
    image = struct.pack("<I7dI", 1, 1, 0, 0, 0, 0, 0, 0, 1) + b"a.png\0" + struct.pack("<Q2dqddq", 2, 10.5, 20.5, 8,
                                                                                      1, 2, -1)
    point = struct.pack("<Q3d3BdQ2I", 8, 1, 2, 3, 0, 0, 0, 0.25, 1, 1, 0)
    for name, given, own in (("cameras", cameras, camera), ("images", images, image), ("points3D", points, point)):
        (folder / f"{name}.bin").write_bytes(struct.pack("<Q", 1) + own if given is None else given)
    return folder


def test_binary_is_read_alike(tmp_path):
    found = colmap_model.read_binary(binary(tmp_path))
    assert found.sizes == {(1920, 1080)} and found.errors == {8: 0.25}
    assert found.pictures[0].name == "a.png"
    assert found.pictures[0].xy.tolist() == [[10.5, 20.5], [1, 2]] and found.pictures[0].points.tolist() == [8, -1]


def test_cameras_of_a_model_that_is_not_known_still_have_a_size(tmp_path):
    cameras = struct.pack("<QIiQQ", 2, 1, 99, 640, 480)
    assert colmap_model.read_binary(binary(tmp_path, cameras)).sizes == {(640, 480)}


@pytest.mark.parametrize("files", [
    {"images": struct.pack("<Q", 1 << 60)}, {"images": b"\1"}, {"points": struct.pack("<Q", 3)},
    {"images": struct.pack("<QI7dI", 1, *[0] * 9) + b"no end"},
    {"images": struct.pack("<QI7dI", 1, *[0] * 9) + b"a\0" + struct.pack("<Q", 1 << 60)},
    {"images": struct.pack("<QI7dI", 1, *[0] * 9) + b"\xff\0" + bytes(8)},
    {"points": struct.pack("<QQ3d3BdQ", 1, 8, *[0] * 7, 1 << 61)}, {"cameras": struct.pack("<QIi", 1, 1, 1)},
])
def test_what_claims_more_than_it_holds_is_refused(files, tmp_path):
    with pytest.raises(FormatError, match="damaged or cut short"):
        colmap_model.read_binary(binary(tmp_path, **files))


def test_binary_holds_ids_of_64_bits(tmp_path):
    image = struct.pack("<QI7dI", 1, *[0] * 9) + b"a\0" + struct.pack("<Q2dq", 1, 1, 2, 2**62 + 1)
    found = colmap_model.read_binary(binary(tmp_path, images=image))
    np.testing.assert_array_equal(found.pictures[0].points, [2**62 + 1])
