"""nerfstudio's transforms.json, read as its page says and projected."""

import json

import numpy as np
import pytest

from napari_cotracker.formats.nerfstudio import ply, transforms
from tests.formats.solved_scene import PARAMETERS, bend, make_solved


@pytest.mark.parametrize("model", PARAMETERS)
def test_points_are_where_they_were_seen(model):
    solved = make_solved(model)
    found = json.loads(transforms(solved, "images", "somebody (MIT)"))
    assert (found["camera_model"], found["w"], found["h"]) == ("OPENCV", 1280, 720)
    lens = np.array([found[name] for name in ("fl_x", "fl_y", "cx", "cy", "k1", "k2", "p1", "p2")])
    matrices = np.array([frame["transform_matrix"] for frame in found["frames"]])
    camera, point = solved.observations.T
    world = np.c_[solved.points[point], np.ones(len(point))]
    there = np.einsum("mij,mj->mi", np.linalg.inv(matrices)[camera], world)
    assert (there[:, 2] < 0).all()  # in front of a camera that looks along -z
    np.testing.assert_allclose(bend(there[:, :2] / -there[:, 2:3] * (1, -1), lens), solved.seen_at, atol=1e-6)


def test_pictures_are_named_and_the_maker_as_well():
    found = json.loads(transforms(make_solved("PINHOLE"), "images/", "somebody (MIT)"))
    assert [frame["file_path"] for frame in found["frames"]][:2] == ["images/0000.png", "images/0001.png"]
    assert found["made_by"] == "somebody (MIT)" and found["ply_file_path"] == "points.ply"
    assert np.linalg.det(np.array(found["frames"][0]["transform_matrix"])) == pytest.approx(1)
    beside = json.loads(transforms(make_solved("PINHOLE"), "", ""))
    assert beside["frames"][0]["file_path"] == "0000.png"


def test_the_points_are_a_plain_ply():
    solved = make_solved("PINHOLE")
    lines = ply(solved, "somebody (MIT)").splitlines()
    assert lines[:2] == ["ply", "format ascii 1.0"] and "comment somebody (MIT)" in lines
    assert "element vertex 40" in lines
    rows = np.array([line.split() for line in lines[lines.index("end_header") + 1 :]], float)
    np.testing.assert_allclose(rows[:, :3], solved.points, rtol=1e-7)
    assert (rows[:, 3:] == 128).all()
