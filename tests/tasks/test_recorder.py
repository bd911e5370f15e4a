"""What a recorder keeps, whatever order updates come in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Anchors, Source, State
from napari_cotracker.tasks.recorder import Recorder, Side

T, IDS = 6, np.array([4, 7, 2])
QUERIES = Queries(np.array([0, 3, 5]), np.array([[1, 2], [3, 4], [5, 6]]), IDS)


def update(frames: list[int], ids: list[int], value: float) -> TrackUpdate:
    cells = (len(frames), len(ids))
    scores = np.full(cells, 0.5, np.float32)
    return TrackUpdate(np.array(frames), np.array(ids), np.full((*cells, 2), value, np.float32), scores, scores, 0.5)


updates = st.lists(
    st.tuples(
        st.lists(st.integers(0, T - 1), min_size=1, max_size=T, unique=True),
        st.lists(st.sampled_from(IDS.tolist()), min_size=1, max_size=3, unique=True),
        st.one_of(st.just(float("nan")), st.floats(-50, 50, width=32)),
        st.sampled_from(Side),
    ),
    max_size=8,
)


@given(updates, st.booleans())
def test_later_values_win_nan_never_does_and_held_cells_hold(written: list, with_anchor: bool) -> None:
    anchors = Anchors(np.array([4]), np.array([2]), np.array([[9, 9]], np.float32), np.array([1], np.uint8))
    recorder = Recorder(T, QUERIES, anchors if with_anchor else None)
    expected = np.full((T, 3), np.nan, np.float32)
    for frames, ids, value, side in written:
        taken = recorder.write(update(frames, ids, value), side)
        for row, t in enumerate(frames):
            for column, track in enumerate(ids):
                n = IDS.tolist().index(track)
                held = t == QUERIES.t[n] or (with_anchor and (t, track) == (2, 4))
                asked = {Side.BOTH: True, Side.AFTER: t >= QUERIES.t[n], Side.BEFORE: t < QUERIES.t[n]}[side]
                if asked and not held and np.isfinite(value):
                    expected[t, n] = value
                    assert taken.xy[row, column, 0] == np.float32(value)
                elif not held:
                    assert np.isnan(taken.xy[row, column]).all()
    tracks = recorder.tracks({})
    expected[QUERIES.t, np.arange(3)] = QUERIES.xy[:, 0]
    if with_anchor:
        expected[2, 0] = 9
    np.testing.assert_array_equal(tracks.xy[:, :, 0], expected)
    np.testing.assert_array_equal(tracks.source == Source.NONE, np.isnan(expected))
    assert (tracks.visibility[QUERIES.t, np.arange(3)] == 1).all()


@given(st.integers(0, 3))
def test_tracks_that_join_late_are_like_those_from_the_start(late: int) -> None:
    whole, growing = Recorder(T, QUERIES), Recorder(T, QUERIES.select(np.arange(3 - late)))
    growing.add(QUERIES.select(np.arange(3 - late, 3)))
    for recorder in (whole, growing):
        recorder.write(update([0, 1, 2], IDS.tolist(), 8.0))
    np.testing.assert_array_equal(whole.tracks({}).xy, growing.tracks({}).xy)
    assert growing.tracks({}).names == QUERIES.names


def test_anchors_keep_their_state_even_without_a_place() -> None:
    nowhere = np.array([[np.nan, np.nan], [8, 8]], np.float32)
    states = np.array([State.OCCLUDED, State.OCCLUDED_LOCATED], np.uint8)
    anchors = Anchors(np.array([4, 7]), np.array([3, 3]), nowhere, states)
    recorder = Recorder(T, QUERIES, anchors)
    recorder.write(update([3], [4, 7], 1.0))
    tracks = recorder.tracks({})
    assert np.isnan(tracks.xy[3, 0]).all() and tracks.state[3, 0] == State.OCCLUDED
    assert tracks.xy[3, 1].tolist() == [8, 8] and tracks.visibility[3, 1] == 0
    assert (tracks.source[3, :2] == Source.HUMAN).all() and len(tracks.anchors()) == 2


def test_bad_frames_are_unknown_but_for_anchors() -> None:
    anchors = Anchors(np.array([4]), np.array([2]), np.array([[9, 9]], np.float32), np.array([1], np.uint8))
    recorder = Recorder(T, QUERIES, anchors)
    recorder.write(update([1, 2], IDS.tolist(), 1.0))
    states = recorder.tracks({}, bad_frames={2, 99}).states()
    assert states[2].tolist() == [State.VISIBLE, State.UNKNOWN, State.UNKNOWN]
    assert State.UNKNOWN not in states[1]


def test_unanswered_names_the_tracks_whose_side_is_empty() -> None:
    recorder = Recorder(T, QUERIES)
    recorder.write(update([4], [4], 1.0), Side.AFTER)
    # the query of track 2 lies on the last frame, the one of track 4 on the first
    assert recorder.unanswered(Side.AFTER).ids.tolist() == [7]
    assert recorder.unanswered(Side.BEFORE).ids.tolist() == [7, 2]


@pytest.mark.parametrize("wrong", [update([0], [99], 1.0), update([T], [4], 1.0), update([-1], [4], 1.0)])
def test_answers_nobody_asked_for_are_refused(wrong: TrackUpdate) -> None:
    with pytest.raises(TrackingError, match="expected answers"):
        Recorder(T, QUERIES).write(wrong)


def test_a_taken_id_is_refused() -> None:
    with pytest.raises(TrackingError, match="got 7"):
        Recorder(T, QUERIES).add(QUERIES.select(np.array([1])))


def test_scores_are_kept_within_0_and_1() -> None:
    recorder = Recorder(T, QUERIES)
    one = update([1, 2], [4], 1.0)
    odd = np.array([[7.0], [np.nan]], np.float32)
    recorder.write(TrackUpdate(one.frames, one.ids, one.xy, odd, -one.confidence, 0))
    tracks = recorder.tracks({})
    assert tracks.visibility[1:3, 0].tolist() == [1, 0] and tracks.confidence[1, 0] == 0
