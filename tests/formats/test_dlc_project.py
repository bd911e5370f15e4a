"""A DeepLabCut project: settings, names of pictures, joined labels."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats import dlc_project
from napari_cotracker.formats.dlc_frames import Frame
from napari_cotracker.formats.dlc_project import Project, Said, Shelf

CONFIG = """# DeepLabCut's own
Task: reach
scorer: 'Anna B'
multianimalproject: true
identity:
video_sets:
  C:/films/v.mp4:
    crop: 0, 640, 0, 480
individuals:
- mouse 1
- "mouse 2"
uniquebodyparts: []
multianimalbodyparts:
  - nose
  - tail  # at its base
bodyparts: MULTI!
skeleton:
- - nose
  - tail
dotsize: 12
"""


def test_the_settings_are_read(tmp_path):
    (tmp_path / "config.yaml").write_text(CONFIG)
    found = dlc_project.read_project(tmp_path / "labeled-data" / "v")
    assert (found.scorer, found.is_multi) == ("Anna B", True)
    assert found.names["individuals"] == ("mouse 1", "mouse 2")
    assert found.names["multianimalbodyparts"] == ("nose", "tail")
    assert found.names["uniquebodyparts"] == ()
    assert dlc_project.read_project(tmp_path) == Project()


@pytest.mark.parametrize(("name", "frame"), [
    ("img0012.png", 12), ("img7.png", 7), ("cam2_0003.png", 3), ("a.png", None), ("img12345678901.png", None)])
def test_the_last_number_of_a_name_is_the_frame(name, frame):
    assert dlc_project.frame_of_picture(name) == frame


def test_a_file_of_labels_stands_for_its_folder(tmp_path):
    assert Shelf.at(tmp_path / "CollectedData_Bo.b.h5") == Shelf(tmp_path, "Bo.b")
    assert Shelf.at(tmp_path / "v") == Shelf(tmp_path / "v")
    assert Shelf(tmp_path / "none").scorers() == [] and Shelf(tmp_path / "none").pictures() == {}


COLUMNS = (("A", "m", "a", "x"), ("A", "m", "a", "y"))
ROW = ("labeled-data", "v", "img1.png")


def said(values, columns=COLUMNS, row=ROW, gone=False):
    return Said(Frame(columns, (row,), np.array([values], float)), np.full((1, len(columns)), gone))


def test_joining_keeps_what_is_not_spoken_of():
    old = Frame((*COLUMNS, ("A", "m", "a", "note"), ("A", "single", "c", "x"), ("A", "single", "c", "y")), (ROW,),
                np.array([[1.0, 2, 3, 4, 5]]))
    other = (("A", "n", "b", "x"), ("A", "n", "b", "y"))
    whole = dlc_project.joined(old, said([7, 8], other, ("labeled-data", "v", "img0.png")))
    assert [column[1:] for column in whole.columns] == [
        ("m", "a", "x"), ("m", "a", "y"), ("m", "a", "note"), ("m", "b", "x"), ("m", "b", "y"), ("n", "a", "x"),
        ("n", "a", "y"), ("n", "b", "x"), ("n", "b", "y"), ("single", "c", "x"), ("single", "c", "y")]
    assert [row[2] for row in whole.rows] == ["img0.png", "img1.png"]
    np.testing.assert_array_equal(whole.values[1, [0, 1, 2, 9, 10]], [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(whole.values[0, [7, 8]], [7, 8])
    assert dlc_project.changes(old, said([7, 8], other)) == []


def test_new_labels_count_where_they_differ_or_are_gone():
    old = Frame(COLUMNS, (ROW,), np.array([[1.0, 2.0]]))
    assert dlc_project.joined(old, said([1.0005, 2])).values.tolist() == [[1, 2]]
    assert dlc_project.joined(old, said([np.nan, np.nan])).values.tolist() == [[1, 2]]
    assert dlc_project.joined(old, said([4, 6])).values.tolist() == [[4, 6]]
    assert dlc_project.changes(old, said([4, 6])) == [
        "1 label would move, by up to 5.0 pixels: 'm/a' in v/img1.png from (1.0, 2.0) to (4.0, 6.0)."]
    assert np.isnan(dlc_project.joined(old, said([np.nan, np.nan], gone=True)).values).all()


def test_rows_as_one_path_become_three_parts():
    frame = Frame(COLUMNS, (("/a/b/labeled-data/v/img1.png",), ("labeled-data\\v\\img2.png",)), np.zeros((2, 2)))
    assert dlc_project.with_paths(frame).rows == (ROW, ("labeled-data", "v", "img2.png"))
    with pytest.raises(FormatError, match="no labels of DeepLabCut"):
        dlc_project.with_paths(Frame(COLUMNS, ((3,),), np.zeros((1, 2))))
