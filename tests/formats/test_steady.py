"""How a film was held still."""

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.steady import SteadyFile, read_steady, write_steady


def test_it_comes_back_exactly(tmp_path: Path) -> None:
    matrices = np.eye(3) + np.random.default_rng(0).normal(0, 0.1, (4, 3, 3))
    write_steady(tmp_path / "s.json", SteadyFile(matrices, (160, 120), "lock", "who"))
    found = read_steady(tmp_path / "s.json")
    np.testing.assert_array_equal(found.matrices, matrices)
    assert (found.size, found.path, found.about) == ((160, 120), "lock", "who")


@pytest.mark.parametrize(("text", "why"), [
    ("[]", "cannot read"), ("{", "cannot read"), ('{"format": "other"}', "expected the file beside a film"),
    ('{"format": "napari-cotracker-steady", "version": 1, "size": [4, 4], "path": "lock", "matrices": []}',
     "matrices that can be inverted"),
    ('{"format": "napari-cotracker-steady", "version": 1, "size": [4, 4], "path": "lock", "matrices": '
     '[[1,0,0,0,1,0,0,0,0]]}', "matrices that can be inverted"),
    ('{"format": "napari-cotracker-steady", "version": 1, "matrices": [[1,0,0,0,1,0,0,0,1]]}', "cannot read")])
def test_another_file_is_told(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(FormatError, match=why):
        read_steady(tmp_path / "s.json")
    with pytest.raises(FormatError, match="cannot read"):
        read_steady(tmp_path / "none.json")
