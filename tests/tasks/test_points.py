"""Points from a table or a grid, and masks as people draw them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.tasks.points import points_of_grid, points_of_table, read_mask

VIDEO: Any = SimpleNamespace(n_frames=10, width=64, height=48)


def test_a_table_gives_its_points(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("t,x,y,name\n0,1.5,2,nose\n9,3,4,tail\n")
    queries = points_of_table(path)
    assert queries.to_array().tolist() == [[0, 1.5, 2], [9, 3, 4]]
    assert queries.names == ("nose", "tail")


@pytest.mark.parametrize("frame", [-1, 10])
def test_a_grid_lies_on_a_frame_that_is_there(frame: int) -> None:
    assert set(points_of_grid(VIDEO, 3, 9).t.tolist()) == {9}
    with pytest.raises(CotrackerError, match=f"from 0 to 9 for the grid, got {frame}"):
        points_of_grid(VIDEO, 3, frame)


def test_a_grid_stays_within_its_mask(tmp_path: Path) -> None:
    mask = np.zeros((48, 64), np.uint8)
    mask[:, :32] = 1
    iio.imwrite(tmp_path / "mask.png", mask)
    grid = points_of_grid(VIDEO, 4, mask=tmp_path / "mask.png")
    assert len(grid) == 8
    assert (grid.xy[:, 0] < 32).all()


@pytest.mark.parametrize("channels", [(7,), (7, 255), (0, 7, 0), (0, 0, 7, 255)], ids=["L", "LA", "RGB", "RGBA"])
def test_a_mask_is_where_a_picture_is_neither_black_nor_transparent(channels: tuple[int, ...], tmp_path: Path) -> None:
    picture = np.zeros((4, 6, len(channels)), np.uint8)
    picture[1, 2] = channels
    if len(channels) in (2, 4):
        picture[3, 3, :-1] = 200
    iio.imwrite(tmp_path / "mask.png", picture[..., 0] if len(channels) == 1 else picture)
    assert np.argwhere(read_mask(tmp_path / "mask.png")).tolist() == [[1, 2]]


@pytest.mark.parametrize("content", [None, b"", b"text"])
def test_a_mask_that_cannot_be_read_is_named(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CotrackerError, match=r"mask\.png"):
        read_mask(path)
