from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.equality import same
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Tracks

NAN = float("nan")


@pytest.mark.parametrize(("a", "b", "equal"), [
    (np.array([1, NAN]), np.array([1, NAN]), True), (np.array([1.0]), np.array([[1.0]]), False),
    (np.array([1, 2]), [1, 2], True), ({"a": np.arange(2)}, {"a": np.arange(2)}, True), ({"a": 1}, {"b": 1}, False),
    ({"a": np.arange(2)}, {"a": np.arange(3)}, False), ("x", "x", True), (None, np.arange(2), False),
], ids=str)
def test_arrays_and_mappings(a: Any, b: Any, equal: bool) -> None:
    assert same(a, b) == same(b, a) == equal


def test_tracks_and_queries_are_compared_by_what_they_hold() -> None:
    queries = [Queries.from_array([[0, 1, 2], [3, 4, 5]]) for _ in range(2)]
    assert queries[0] == queries[1] != Queries.from_array([[0, 1, 2], [3, 4, 6]])
    cells = np.full((4, 2), NAN)
    tracks = [Tracks(np.arange(2), np.full((4, 2, 2), NAN), cells, cells, queries=each,
                     meta={"frame_numbers": np.arange(4)}) for each in queries]
    assert tracks[0] == tracks[1] != replace(tracks[1], names=("a", "b"))
    assert tracks[0] != queries[0] and tracks[0] not in [None, "tracks"]
