"""Query points: what is accepted, and what each refusal says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.queries import Queries, grid_queries

FRAMES = st.integers(0, 100_000)
POINTS = arrays.arrays(np.float32, st.tuples(st.integers(1, 30), st.just(2)), elements=st.floats(-1e5, 1e5, width=32))


@given(POINTS, st.data())
def test_an_array_survives_the_way_there_and_back(xy: np.ndarray, data: st.DataObject) -> None:
    t = data.draw(st.lists(FRAMES, min_size=len(xy), max_size=len(xy)))
    array = np.column_stack([t, xy]).astype(np.float32)
    np.testing.assert_array_equal(Queries.from_array(array).to_array(), array)


def test_ids_and_names_are_numbered_unless_given() -> None:
    queries = Queries.from_array([[0, 1, 2], [3, 4, 5]])
    assert queries.ids.tolist() == [0, 1]
    assert queries.names == ("point 0", "point 1")
    named = Queries.from_array([[0, 1, 2], [3, 4, 5]], ids=[7, 3], names=["cat/nose", "cat/tail"])
    assert named.ids.tolist() == [7, 3]
    assert named.names == ("cat/nose", "cat/tail")


def test_frames_that_miss_a_whole_one_by_rounding_alone_are_taken() -> None:
    assert Queries.from_array([[0.9999, 0, 0], [2.0001, 0, 0]]).t.tolist() == [1, 2]


def test_times_in_seconds_are_refused() -> None:
    with pytest.raises(TrackingError, match=r"whole query frames, got 1\.4 in row 1; .* multiply times in seconds"):
        Queries.from_array([[1, 0, 0], [1.4, 0, 0]])


def test_columns_of_a_data_frame_count_by_their_names() -> None:
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame({"name": ["nose"], "y": [30.0], "x": [20.0], "t": [5]})
    assert Queries.from_array(table) == Queries.from_array([[5, 20, 30]])
    unnamed = pd.DataFrame([[5, 20.0, 30.0]])
    assert Queries.from_array(unnamed) == Queries.from_array([[5, 20, 30]])


class WithGradients:
    """As a tensor of torch that asks for gradients."""

    def __array__(self, *_: object, **__: object) -> None:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (WithGradients(), "as numbers of shape"),
        ([1, 2, 3], r"shape \(3,\); a single point is \[\[t, x, y\]\]"),
        ([[1, 2]], r"shape \(1, 2\)"),
        (np.zeros((2, 3, 1)), r"shape \(2, 3, 1\)"),
        (np.zeros((0, 3)), "at least one query point, got none"),
        ([], r"shape \(0,\)"),
        ([[0, np.nan, 1]], r"finite query positions, got \(nan, 1\.0\) in row 0"),
        ([[0, 1, 1], [np.inf, 1, 1]], "finite query frames, got inf in row 1"),
        ([["0", "left", "1"]], "as numbers of shape"),
        ([[0, 1, 2], [3, 4]], "as numbers of shape"),
        (None, "shape"),
        ([[1e30, 0, 0]], "query frames, got 1e\\+30 in row 0"),
        ([[0, 1e300, 0]], "finite query positions, got \\(inf, 0.0\\) in row 0"),
    ],
)
def test_a_wrong_array_is_refused_in_one_sentence(array: Any, message: str) -> None:
    with pytest.raises(TrackingError, match=message) as caught:
        Queries.from_array(array)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"t": [0]}, "2 query frames, one for each position, got 1"),
        ({"ids": [1]}, "2 track ids, one for each query, got 1"),
        ({"ids": [1, 1]}, "unique track ids"),
        ({"names": ("nose",)}, "2 names, one for each query, got 1"),
        ({"xy": np.zeros((2, 3))}, r"shape \(N, 2\), got \(2, 3\)"),
    ],
)
def test_columns_that_disagree_are_refused(given: dict[str, Any], message: str) -> None:
    columns = {"t": [0, 0], "xy": np.zeros((2, 2)), **given}
    with pytest.raises(TrackingError, match=message):
        Queries(**columns)


def test_queries_do_not_change_with_the_array_they_came_from() -> None:
    array = np.ones((1, 3), np.float32)
    queries = Queries.from_array(array)
    xy = np.ones((1, 2), np.float32)
    direct = Queries(t=np.zeros(1, np.int64), xy=xy)
    array[:], xy[:] = 9, 9
    assert queries.xy.tolist() == direct.xy.tolist() == [[1, 1]]


@pytest.mark.parametrize("frame", [-1, 10])
def test_a_frame_that_the_clip_lacks_is_named(frame: int) -> None:
    queries = Queries.from_array([[0, 0, 0], [frame, 1, 1]])
    with pytest.raises(TrackingError, match=rf"from 0 to 9, got frame {frame} for 'point 1' \(row 1\)"):
        queries.check_against(10)


def test_queries_on_the_first_and_last_frame_fit_and_none_do_not() -> None:
    queries = Queries.from_array([[0, 0, 0], [9, 1, 1]])
    queries.check_against(10)
    with pytest.raises(TrackingError, match="got none"):
        queries.select(np.zeros(2, bool)).check_against(10)


@given(st.lists(st.booleans(), min_size=5, max_size=5))
def test_selecting_keeps_rows_together(mask: list[bool]) -> None:
    queries = Queries.from_array(np.arange(15).reshape(5, 3), ids=[9, 7, 5, 3, 1], names="abcde")
    picked = queries.select(np.array(mask))
    rows = np.flatnonzero(mask)
    np.testing.assert_array_equal(picked.to_array(), queries.to_array()[rows])
    assert picked.ids.tolist() == queries.ids[rows].tolist()
    assert picked.names == tuple("abcde"[row] for row in rows)


@given(st.tuples(st.integers(1, 2000), st.integers(1, 2000)), st.integers(1, 12), st.integers(1, 12))
def test_a_grid_lies_on_the_picture_and_about_its_centre(size: tuple[int, int], columns: int, rows: int) -> None:
    grid = grid_queries(size, (columns, rows), frame=4)
    assert len(grid) == columns * rows
    assert set(grid.t.tolist()) == {4}
    assert (grid.xy >= 0).all()
    assert (grid.xy <= np.subtract(size, 1)).all()
    np.testing.assert_allclose(grid.xy + grid.xy[::-1], np.broadcast_to(np.subtract(size, 1), grid.xy.shape), atol=1e-3)


def test_a_grid_keeps_the_published_margin() -> None:
    grid = grid_queries((640, 480), 5)
    assert (grid.xy[0] == 10).all()
    np.testing.assert_allclose(grid.xy[-1], [629, 469])
    assert grid.xy[1, 0] > grid.xy[0, 0], "x runs fastest"


def test_a_mask_keeps_the_points_on_it() -> None:
    mask = np.zeros((48, 64), bool)
    mask[:, 32:] = True
    grid = grid_queries((64, 48), 4, mask=mask)
    assert len(grid) == 8
    assert (grid.xy[:, 0] >= 32).all()


@pytest.mark.parametrize(
    ("count", "mask", "message"),
    [
        (0, None, "at least 1 × 1 points, got 0 × 0"),
        (-3, None, "got -3 × -3"),
        ((4, 0), None, "got 4 × 0"),
        (3, np.ones((64, 48), bool), r"\(48, 64\), got \(64, 48\)"),
        (3, np.zeros((48, 64), bool), "leaves no grid point"),
        (3, np.ones((48, 64, 3), bool), r"\(48, 64\), got \(48, 64, 3\)"),
    ],
)
def test_an_impossible_grid_is_refused(count: Any, mask: Any, message: str) -> None:
    with pytest.raises(TrackingError, match=message):
        grid_queries((64, 48), count, mask=mask)
