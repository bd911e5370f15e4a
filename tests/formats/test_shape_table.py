"""The table of a Shapes layer."""

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.shape_table import read_shape_table, shape_table

TRIANGLE = np.array([(10.5, 20), (30, 20.25), (20, 40)])


@pytest.mark.usefixtures("napari_works")
def test_napari_reads_it_as_shapes(tmp_path: Path) -> None:
    from napari_builtins.io import csv_to_layer_data

    with shape_table(tmp_path / "s.csv") as add:
        add(0, [TRIANGLE, TRIANGLE + 5])
        add(2, [TRIANGLE * 2])
    data, facts, kind = csv_to_layer_data(str(tmp_path / "s.csv"))
    assert kind == "shapes"
    assert facts["shape_type"] == ["polygon"] * 3
    np.testing.assert_allclose(data[2], np.column_stack([[2, 2, 2], TRIANGLE[:, ::-1] * 2]))


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot write"), shape_table(tmp_path / "nowhere" / "s.csv") as add:
        add(0, [TRIANGLE])


def test_it_comes_back(tmp_path: Path) -> None:
    with shape_table(tmp_path / "s.csv") as add:
        add(0, [TRIANGLE, TRIANGLE + 5])
        add(2, [TRIANGLE * 2])
    found = read_shape_table(tmp_path / "s.csv")
    assert {t: len(shapes) for t, shapes in found.items()} == {0: 2, 2: 1}
    np.testing.assert_allclose(found[2][0].vertices, TRIANGLE * 2)


@pytest.mark.usefixtures("napari_works")
def test_what_napari_saves_is_read(tmp_path: Path) -> None:
    from napari_builtins.io import napari_write_shapes

    box = np.array([(1.0, 2), (1, 8), (5, 8), (5, 2)])
    meta = {"shape_type": ["ellipse", "path", "rectangle"]}
    napari_write_shapes(str(tmp_path / "s.csv"), [box, box, box + 1], meta)
    found = read_shape_table(tmp_path / "s.csv")
    assert [(shape.is_ellipse, shape.vertices[1].tolist()) for shape in found[None]] == [
        (True, [8, 1]), (False, [9, 2])]


@pytest.mark.parametrize("rows", ["0,ellipse,0,0,1,2\n", "0,polygon,0,0,1,nan\n", "0,polygon,0,0,1,x\n"])
def test_a_damaged_table_is_told(tmp_path: Path, rows: str) -> None:
    (tmp_path / "s.csv").write_text("index,shape-type,vertex-index,axis-0,axis-1,axis-2\n" + rows)
    with pytest.raises(FormatError, match="cannot read"):
        read_shape_table(tmp_path / "s.csv")
