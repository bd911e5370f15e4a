"""Files that OpenEXR wrote, whole and cut off at every place where its library goes silent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.openexr_file import is_whole

OpenEXR = pytest.importorskip("OpenEXR")


def written(path: Path, height: int) -> bytes:
    pixels = np.random.default_rng(0).random((height, 20, 3)).astype(np.float32)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, "owner": "somebody"}
    OpenEXR.File(header, {"RGB": pixels}).write(str(path))
    return path.read_bytes()


@pytest.mark.parametrize("height", [1, 15, 16, 17, 40])
def test_a_file_is_whole_only_if_nothing_is_missing(height: int, tmp_path: Path) -> None:
    content = written(tmp_path / "a.exr", height)
    assert is_whole(tmp_path / "a.exr", height)
    for length in [*range(0, len(content), 7), len(content) - 1]:
        (tmp_path / "a.exr").write_bytes(content[:length])
        assert not is_whole(tmp_path / "a.exr", height)


def test_a_table_that_was_not_filled_in_is_told(tmp_path: Path) -> None:
    content = written(tmp_path / "a.exr", 16)
    place = next(place for place in range(len(content)) if content[place : place + 8]
                 == (place + 8).to_bytes(8, "little"))  # of the only lines, which follow at once
    (tmp_path / "a.exr").write_bytes(content[:place] + bytes(8) + content[place + 8 :])
    assert not is_whole(tmp_path / "a.exr", 16)
