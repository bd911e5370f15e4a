"""Tracks: what a cell is, and that the columns stay together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Anchors, Source, State, Tracks

SCORES = st.floats(0, 1, width=32)


def tracks_of(xy: Any, **given: Any) -> Tracks:
    xy = np.asarray(xy, np.float32)
    scores = np.where(np.isfinite(xy).all(2), np.float32(1), np.nan)
    return Tracks(**{"ids": np.arange(xy.shape[1]), "xy": xy, "visibility": scores, "confidence": scores, **given})


@given(arrays.arrays(np.float32, (2, 3, 2), elements=st.floats(-50, 200, width=32) | st.just(float("nan"))),
       arrays.arrays(np.float32, (2, 3), elements=SCORES), arrays.arrays(np.float32, (2, 3), elements=SCORES),
       arrays.arrays(np.uint8, (2, 3), elements=st.integers(0, 5)), SCORES)
def test_every_cell_is_resolved_and_its_own_state_wins(xy: Any, visibility: Any, confidence: Any, state: Any,
                                                       threshold: float) -> None:
    tracks = tracks_of(xy, visibility=visibility, confidence=confidence, state=state, meta={"size": (100, 80)})
    states = tracks.states(threshold)
    assert (states[state != State.FROM_SCORES] == state[state != State.FROM_SCORES]).all(), "a state of its own wins"
    assert (states != State.FROM_SCORES).all()
    unset = state == State.FROM_SCORES
    assert (states[unset & np.isnan(xy).any(2)] == State.UNKNOWN).all()
    visible = unset & (states == State.VISIBLE)
    assert (visibility * confidence > threshold)[visible].all()
    assert (xy[visible] >= -0.5).all()
    assert (xy[visible] <= (99.5, 79.5)).all()


def test_a_cell_is_visible_located_out_of_frame_or_unknown() -> None:
    xy = [[[5, 5], [5, 5], [-1, 5], [np.nan, 5]]]
    scores = {"visibility": [[0.9, 0.7, 1, 1]], "confidence": [[0.9, 0.8, 1, 1]]}
    tracks = tracks_of(xy, **scores, meta={"size": (10, 10)})
    assert tracks.states().tolist() == [[State.VISIBLE, State.OCCLUDED_LOCATED, State.OUT_OF_FRAME, State.UNKNOWN]]
    assert tracks.states(0.5)[0, 1] == State.VISIBLE
    assert tracks_of(xy, **scores).states()[0, 2] == State.VISIBLE, "without a size nothing is out of frame"


def test_a_cell_at_the_threshold_is_not_visible() -> None:
    tracks = tracks_of([[[5, 5]]], visibility=[[0.5]], confidence=[[1]])
    assert tracks.states(0.5).tolist() == [[State.OCCLUDED_LOCATED]]


def test_predicted_is_what_has_a_position_unless_said_otherwise() -> None:
    tracks = tracks_of([[[1, 1], [np.nan, np.nan]]])
    assert tracks.source.tolist() == [[Source.PREDICTED, Source.NONE]]
    assert tracks_of([[[1, 1]]], source=[[Source.IMPORTED]]).source.tolist() == [[Source.IMPORTED]]


def test_anchors_are_the_cells_of_a_person() -> None:
    source = [[Source.HUMAN, Source.PREDICTED], [Source.NONE, Source.VERIFIED]]
    state = [[State.VISIBLE, 0], [0, State.OCCLUDED]]
    xy = [[[1, 2], [3, 4]], [[5, 6], [np.nan, np.nan]]]
    anchors = tracks_of(xy, ids=[7, 9], source=source, state=state).anchors()
    assert anchors.ids.tolist() == [7, 9]
    assert anchors.t.tolist() == [0, 1]
    assert anchors.state.tolist() == [State.VISIBLE, State.OCCLUDED]
    np.testing.assert_array_equal(anchors.xy, [[1, 2], [np.nan, np.nan]])
    assert len(anchors) == 2
    assert len(Anchors.none()) == 0


@pytest.mark.parametrize("columns", [np.array([2, 0]), np.array([True, False, True]), slice(1, None)])
def test_selecting_keeps_everything_of_a_track_together(columns: Any) -> None:
    rng = np.random.default_rng(0)
    queries = Queries.from_array(np.column_stack([[0, 3, 2], rng.uniform(0, 9, (3, 2))]), ids=[4, 5, 6])
    tracks = tracks_of(rng.uniform(0, 9, (4, 3, 2)), ids=[4, 5, 6], names="abc", groups="xyz", queries=queries)
    picked = tracks.select(columns)
    rows = np.arange(3)[columns]
    assert picked.ids.tolist() == tracks.ids[rows].tolist()
    assert picked.names == tuple("abc"[row] for row in rows)
    assert picked.groups == tuple("xyz"[row] for row in rows)
    np.testing.assert_array_equal(picked.xy, tracks.xy[:, rows])
    assert picked.queries is not None
    assert set(picked.queries.ids.tolist()) == set(picked.ids.tolist())


def test_no_track_and_no_frame_are_possible() -> None:
    empty = tracks_of(np.zeros((5, 0, 2)))
    assert (len(empty), empty.n_frames) == (0, 5)
    assert empty.states().shape == (5, 0)
    assert len(empty.anchors()) == 0
    assert tracks_of(np.zeros((0, 2, 2))).states().shape == (0, 2)


def test_frame_numbers_are_the_plates_own_when_known() -> None:
    assert tracks_of(np.zeros((3, 1, 2))).frame_numbers.tolist() == [0, 1, 2]
    plate = tracks_of(np.zeros((3, 1, 2)), meta={"frame_numbers": [1001, 1002, 1005]})
    assert plate.frame_numbers.tolist() == [1001, 1002, 1005]


def test_size_is_known_only_if_stated() -> None:
    assert tracks_of(np.zeros((1, 1, 2))).size is None
    assert tracks_of(np.zeros((1, 1, 2)), meta={"size": [640, 480]}).size == (640, 480)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"xy": np.zeros((2, 2))}, r"shape \(T, N, 2\), got \(2, 2\)"),
        ({"xy": np.zeros((2, 3, 3))}, r"got \(2, 3, 3\)"),
        ({"ids": [1, 2]}, "expected 3 unique track ids, got 2"),
        ({"ids": [1, 1, 2]}, "expected 3 unique track ids, got 3 of which 2 differ"),
        ({"visibility": np.zeros((3, 2))}, r"visibility of shape \(T, N\) = \(2, 3\), got \(3, 2\)"),
        ({"confidence": np.zeros(6)}, "confidence"),
        ({"state": np.zeros((1, 3))}, "state"),
        ({"source": np.zeros((1, 3))}, "source"),
        ({"names": ("a",)}, "3 names, one for each track, got 1"),
        ({"groups": ("a", "b")}, "3 groups, one for each track, got 2"),
    ],
)
def test_columns_that_disagree_are_refused(given: dict[str, Any], message: str) -> None:
    ones = np.ones((2, 3))
    with pytest.raises(CotrackerError, match=message):
        Tracks(**{"ids": np.arange(3), "xy": np.zeros((2, 3, 2)), "visibility": ones, "confidence": ones, **given})


def test_a_look_at_tracks_is_short() -> None:
    cells = np.zeros((700, 2000), np.float32)
    tracks = Tracks(list(range(2000)), np.zeros((700, 2000, 2)), cells, cells, meta={"size": (64, 48)})
    assert repr(tracks) == "<Tracks: 2,000 tracks over 700 frames of 64 × 48>"
    assert repr(Queries.from_array([[0, 1, 2], [0, 3, 4]])) == "<Queries: 2 points on 1 frame>"
