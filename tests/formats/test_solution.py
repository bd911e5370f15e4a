"""The folder of what was solved."""

import csv
import json

import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats import solution
from tests.formats.rigid_scene import make_scene
from tests.formats.solved_scene import make_solved

FILES = {"README.txt", "transforms.json", "points.ply", "bal.txt", "points.csv", "sparse"}


def write(folder):
    sparse = folder / "model"
    sparse.mkdir(exist_ok=True)
    (sparse / "cameras.txt").write_text("# none\n")
    tracks = make_scene(6, 40).tracks()
    tracks.meta["runs"] = [{"model": "CoTracker3", "licence": "CC BY-NC 4.0"}]
    solution.write(folder / "shot.db", make_solved("RADIAL"), tracks, images="images", sparse=sparse)
    return folder / "shot_solved"


def test_everything_is_there_and_says_who_made_it(tmp_path):
    folder = write(tmp_path)
    assert {path.name for path in folder.iterdir()} == FILES
    assert (folder / "sparse" / "0" / "cameras.txt").read_text() == "# none\n"
    for name in ("README.txt", "transforms.json", "points.ply"):
        assert "CoTracker3 (CC BY-NC 4.0)" in (folder / name).read_text("utf-8"), name
    assert "RADIAL, fx 1100.000" in (folder / "README.txt").read_text("utf-8")
    with (folder / "points.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert (rows[3]["track_id"], rows[3]["name"], rows[3]["pictures"]) == ("103", "point 103", "6")
    assert json.loads((folder / "transforms.json").read_text())["ply_file_path"] in FILES


def test_only_its_own_folder_is_replaced(tmp_path):
    solution.check_free(tmp_path / "shot.db")
    (write(tmp_path) / "bal.txt").unlink()
    solution.check_free(tmp_path / "shot.db")
    assert {path.name for path in write(tmp_path).iterdir()} == FILES
    (tmp_path / "shot_solved" / "images").mkdir()
    with pytest.raises(FormatError, match="more in it"):
        solution.check_free(tmp_path / "shot.db")
    (tmp_path / "shot_solved" / "images").rmdir()
    (tmp_path / "shot_solved" / "README.txt").write_text("Dear diary")
    with pytest.raises(FormatError, match="more in it"):
        solution.check_free(tmp_path / "shot.db")
    (tmp_path / "b_solved").write_text("a file")
    with pytest.raises(FormatError, match="more in it"):
        solution.check_free(tmp_path / "b.db")


def test_what_came_out_is_told():
    solved = make_solved("PINHOLE")
    assert solution.notes_of({"models": 1}, solved, 9) == [
        "6 of 9 pictures and 40 points were solved with a reprojection error of 0.00 pixels; the focal length came out "
        "as 1100.0 pixels."]
    solved.tracks[1] = 0
    parts, again = solution.notes_of({"models": 3}, solved, 9)[1:]
    assert "3 parts" in parts and "has one already: 1;" in again
