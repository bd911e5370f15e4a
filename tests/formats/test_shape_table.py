"""The table of a Shapes layer."""

from pathlib import Path

import numpy as np
import pytest
from napari_builtins.io import csv_to_layer_data

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.shape_table import shape_table

TRIANGLE = np.array([(10.5, 20), (30, 20.25), (20, 40)])


def test_napari_reads_it_as_shapes(tmp_path: Path) -> None:
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
