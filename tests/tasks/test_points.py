"""Points from a table or a grid, and masks as people draw them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import State, Tracks
from napari_cotracker.tasks.export import read_tracks, write_tracks
from napari_cotracker.tasks.points import points_of_file, points_of_grid, points_of_table, read_mask

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


# labels of other programs


FILM: Any = SimpleNamespace(n_frames=10, width=64, height=48, fps=Fraction(25), path=None, times=np.arange(10) / 25,
                            frame_numbers=np.arange(10), fingerprint="grey", bad_frames=frozenset())


def labels(path: Path, **meta: Any) -> Path:
    """Three tracks over ten frames: the nose seen from frame 2 on, the tail hidden before 4, the paw nowhere."""
    xy = np.full((10, 3, 2), np.nan, np.float32)
    xy[2:, 0], xy[:, 1] = (10, 20), (30, 40)
    state = np.full((10, 3), State.VISIBLE, np.uint8)
    state[:4, 1], state[:2, 0], state[:, 2] = State.OCCLUDED_LOCATED, State.UNKNOWN, State.UNKNOWN
    scores = np.ones((10, 3), np.float32)
    tracks = Tracks(np.array([4, 6, 7]), xy, scores, scores, state, names=("m1/nose", "m1/tail", "m1/paw"),
                    meta={"size": (64, 48), **meta})
    write_tracks(path, tracks)
    return path


@pytest.mark.parametrize("name", ["labels.npz", "labels.json", "labels.csv"])
def test_points_of_labels_begin_where_they_are_first_seen(name: str, tmp_path: Path) -> None:
    path = labels(tmp_path / name)
    queries, _ = points_of_file(path, FILM)
    assert queries.names == ("m1/nose", "m1/tail")
    assert queries.to_array().tolist() == [[2, 10, 20], [4, 30, 40]]


def test_a_tracks_file_knows_where_its_tracks_began(tmp_path: Path) -> None:
    tracks = read_tracks(labels(tmp_path / "a.npz"))
    began = Queries([5, 9], [[1, 2], [3, 4]], [4, 6], ("m1/nose", "m1/tail"))
    write_tracks(tmp_path / "b.npz", replace(tracks.select(np.array([0, 1])), queries=began))
    assert points_of_file(tmp_path / "b.npz", FILM)[0].to_array().tolist() == [[5, 1, 2], [9, 3, 4]]


def test_labels_bring_their_skeleton(tmp_path: Path) -> None:
    known = {"skeleton": [["nose", "tail"]], "keypoints": ["nose", "ear", "tail"]}
    assert points_of_file(labels(tmp_path / "a.npz", **known), FILM)[1] == known
    (tmp_path / "points.csv").write_text("t,x,y\n3,1,2\n")
    queries, nothing = points_of_file(tmp_path / "points.csv", FILM)
    assert queries.to_array().tolist() == [[3, 1, 2]]
    assert nothing == {}


def test_labels_without_a_point_to_begin_with_are_refused(tmp_path: Path) -> None:
    tracks = read_tracks(labels(tmp_path / "a.npz"))
    write_tracks(tmp_path / "b.npz", tracks.select(np.array([2])))
    with pytest.raises(CotrackerError, match=r"a point that is seen somewhere, got none in 'b.npz'"):
        points_of_file(tmp_path / "b.npz", FILM)


def test_labels_of_another_film_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CotrackerError, match="pixels"):
        points_of_file(labels(tmp_path / "a.npz", size=(640, 480)), FILM)


def test_what_is_neither_a_table_nor_labels_is_told_as_such(tmp_path: Path) -> None:
    for name in ("torn.slp", "points.csv"):
        (tmp_path / name).write_text("neither")
    with pytest.raises(CotrackerError, match=r"a header with t,x,y.*Nor does it hold labels .*'torn.slp' may be"):
        points_of_file(tmp_path / "torn.slp", FILM)
    for name, words in (("points.csv", "a header with t,x,y"), ("missing.slp", "No such file")):
        with pytest.raises(CotrackerError, match=words) as told:
            points_of_file(tmp_path / name, FILM)
        assert "labels" not in str(told.value)
