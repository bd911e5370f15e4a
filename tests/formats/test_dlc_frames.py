"""DeepLabCut's tables and their text."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats import dlc_frames
from napari_cotracker.formats.dlc_frames import Frame


def text(folder, *lines):
    (folder / "a.csv").write_text("\n".join(lines) + "\n")
    return folder / "a.csv"


def test_a_table_becomes_text_and_back(tmp_path):
    columns = (("A", 'one, "two"', "x"), ("A", 'one, "two"', "y"))
    frame = Frame(columns, (("labeled-data", "v, w", "img1.png"),), np.array([[0.1, np.nan]]))
    dlc_frames.write_csv(tmp_path / "a.csv", frame)
    assert (tmp_path / "a.csv").read_text().splitlines()[3] == 'labeled-data,"v, w",img1.png,0.1,'
    got = dlc_frames.read_csv(tmp_path / "a.csv")
    assert (got.columns, got.rows) == (frame.columns, frame.rows)
    np.testing.assert_array_equal(got.values, frame.values)


def test_points_are_found_by_individual_and_body_part():
    columns = [("A", "m", "a", "x"), ("A", "m", "a", "y"), ("A", "single", "b", "y"), ("A", "single", "b", "x"),
               ("A", "m", "c", "x")]
    frame = dlc_frames.frame_of(columns, [], np.zeros((0, 5)))
    assert frame.places() == {("m", "a"): {"x": 0, "y": 1}, ("", "b"): {"y": 2, "x": 3}}
    assert frame.is_multi and frame.scorer() == "A"


@pytest.mark.parametrize(("columns", "shape", "said"), [
    ([("A", "x"), ("A", "y")], (0, 2), "levels"), ([("A", "a", "x")], (0, 1), "columns x and y"),
    ([("A", "a", "x"), ("A", "a", "y")], (1, 2), "rows"), ([], (0, 0), "levels"),
])
def test_other_tables_are_refused(columns, shape, said):
    with pytest.raises(FormatError, match=said):
        dlc_frames.frame_of(columns, [], np.zeros(shape))


def test_labels_of_two_people_are_refused():
    with pytest.raises(FormatError, match="one scorer, got 'A', 'B'"):
        dlc_frames.frame_of([("A", "a", "x"), ("B", "a", "y")], [], np.zeros((0, 2))).scorer()


@pytest.mark.parametrize(("lines", "said"), [
    (["frame,x,y"], "begins with one of"), (["scorer,A", "bodyparts,a,b"], "cells in each header line"),
    (["scorer,A,A", "coords,x,y"], "header lines"), (["scorer,A,A"], "header lines"),
    (["scorer,A,A", "bodyparts,a,a", "coords,x,y", "0,1,z"], "line 4: expected numbers"),
    (["scorer,A,A", "bodyparts,a,a", "coords,x,y", "0,1"], "line 4: expected 3 cells"),
])
def test_texts_that_are_no_such_table_are_refused(lines, said, tmp_path):
    with pytest.raises(FormatError, match=said) as caught:
        dlc_frames.read_csv(text(tmp_path, *lines))
    assert "cannot read" in str(caught.value)


def test_a_table_is_told_by_its_first_lines(tmp_path):
    lines = ["scorer,A,A", "bodyparts,a,a", "coords,x,y"]
    assert dlc_frames.sniff_csv(text(tmp_path, *lines, "nonsense")) == ("x", "y")
    assert dlc_frames.sniff_csv(text(tmp_path, "scorer,A,A", "frame,1,2")) is None
    assert dlc_frames.sniff_csv(text(tmp_path, "track_id,frame,x,y")) is None
    assert dlc_frames.sniff_csv(tmp_path / "none.csv") is None


def test_numbers_are_short_and_near_enough():
    values = np.array([10.1, 1919.123], np.float32)
    assert [repr(value) for value in dlc_frames.plain_numbers(values).tolist()] == ["10.1", "1919.12305"]
