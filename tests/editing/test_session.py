"""The session: edits, their undoing, what listeners are told, and tracks in and out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.editing.patch import Patch, Row
from napari_cotracker.editing.session import Session
from tests.editing.walks import (
    EDITS,
    FACTS,
    JOINS,
    N_FRAMES,
    RUNS,
    Mirror,
    Snapshot,
    Walk,
    assert_same,
    cells_of,
    update_of,
    walks,
)

SIZE = (64, 48)


def session_of(*points: tuple[int, float, float], n_frames: int = N_FRAMES) -> Session:
    session = Session(n_frames, SIZE)
    for t, x, y in points:
        session.add_points(t, [[x, y]])
    return session


def tracks_of(ids: list[int], n_frames: int = N_FRAMES, seed: int = 0, **given: Any) -> Tracks:
    cells = cells_of(n_frames, len(ids), seed=seed)
    return Tracks(np.array(ids, np.int64), cells.xy, cells.visibility, cells.confidence, cells.state, cells.source,
                  **{"meta": {"size": SIZE}, **given})


@given(walks(*EDITS, *RUNS, *JOINS), st.booleans())
def test_history_leads_to_both_ends_and_back_through_the_same_states(steps: list[tuple[str, int]], begun: bool) -> None:
    session = Session.from_tracks(tracks_of([5, 2, 9])) if begun else Session(N_FRAMES, SIZE)
    start = Snapshot.of(session)
    walk = Walk(session)
    for step, seed in steps:
        walk.take(step, seed)
    while walk.runs:
        walk.take("close", 1)
    states = [Snapshot.of(session)]
    while session.undo():
        states.append(Snapshot.of(session))
    states[-1].assert_same(start)
    assert session.runs == []
    for state in states[-2::-1]:
        assert session.redo()
        Snapshot.of(session).assert_same(state)
        assert session.runs == state.runs
    while session.redo():
        pass
    while session.undo():
        pass
    Snapshot.of(session).assert_same(start)


def test_a_placed_point_is_an_anchor_on_its_frame_and_a_query() -> None:
    session = Session(N_FRAMES, SIZE)
    ids = session.add_points([2, 0], [[1, 2], [3, 4]], names=("nose", ""), groups=("left", ""))
    assert ids.tolist() == session.ids.tolist() == [0, 1]
    assert session.queries.to_array().tolist() == [[2, 1, 2], [0, 3, 4]]
    assert session.queries.names == ("nose", "point 1")
    assert [row.group for row in session.rows] == ["left", ""]
    assert sorted(zip(session.anchors.ids.tolist(), session.anchors.t.tolist())) == [(0, 2), (1, 0)]
    assert session.anchors.state.tolist() == [State.VISIBLE] * 2
    assert int(np.isfinite(session.cells.xy).all(-1).sum()) == 2
    session.add_points(1, [5, 6], placed=False)
    assert session.cells.source[1, 2] == Source.PREDICTED
    assert len(session.anchors) == 2


def test_fractions_of_frames_are_rounded() -> None:
    session = Session(N_FRAMES, SIZE)
    session.add_points([1.6], [[0, 0]])
    assert session.rows[0].t == 2


@pytest.mark.parametrize(
    ("t", "xy", "given", "message"),
    [
        (0, np.zeros((0, 2)), {}, "at least one point"),
        (0, [[np.nan, 1]], {}, "finite pixels"),
        (0, [[1e300, 1]], {}, "finite pixels"),
        (-1, [[1, 1]], {}, "frames 0 to 5, got frame -1"),
        ([0, 6], [[1, 1], [2, 2]], {}, "frames 0 to 5, got frame 6"),
        ([0, np.nan], [[1, 1], [2, 2]], {}, "got frame nan"),
        ([0, 1], [[1, 1]], {}, "1 frames, one for each point, got 2"),
        (0, [[1, 1, 1]], {}, r"shape \(n, 2\)"),
        (0, [[1, 1]], {"names": ("a", "b")}, "1 names, one for each point, got 2"),
        (0, [[1, 1]], {"groups": ("a", "b")}, "1 groups, one for each point, got 2"),
    ],
)
def test_points_that_cannot_be_placed_are_refused(t: Any, xy: Any, given: Any, message: str) -> None:
    session = Session(N_FRAMES, SIZE)
    mirror = Mirror(session)
    with pytest.raises(EditError, match=message):
        session.add_points(t, xy, **given)
    assert (len(session.ids), session.undo_label, mirror.patches) == (0, "", [])


@pytest.mark.parametrize("act", [
    lambda session: session.delete([0, 7]), lambda session: session.rename(7, "a"),
    lambda session: session.regroup([7], "a"), lambda session: session.columns([0, 7]),
    lambda session: session.read([0], [7]), lambda session: session.queries_of([7]),
    lambda session: session.apply(Patch("", before=(Row(7, "", "", 0, (0, 0)),))),
])
def test_a_track_that_is_not_there_is_named(act: Any) -> None:
    session = session_of((0, 1, 2))
    with pytest.raises(EditError, match="got 7, which is not there"):
        act(session)
    assert session.undo_label == "place point 0"


def test_a_track_that_is_there_cannot_come() -> None:
    session = session_of((0, 1, 2))
    with pytest.raises(EditError, match="new to this session, got 0"):
        session.apply(Patch("", after=(Row(0, "", "", 0, (0, 0)),)))
    assert session.undo_label == "place point 0"


def test_edits_that_change_nothing_are_none() -> None:
    session = session_of((0, 1, 2))
    session.rename(0, " point 0 ")
    session.rename(0, " ")
    session.regroup([0], "")
    session.regroup([], "left")
    session.delete([])
    assert session.undo_label == "place point 0"


def test_a_track_that_is_named_twice_is_deleted_once() -> None:
    session = session_of((0, 1, 2), (1, 3, 4), (2, 5, 6))
    before = Snapshot.of(session)
    session.delete([1, 0, 1])
    assert session.ids.tolist() == [2]
    assert session.undo_label == "delete 2 tracks"
    session.undo()
    Snapshot.of(session).assert_same(before)


def test_ids_are_never_given_again_and_stay_in_order() -> None:
    session = session_of((0, 1, 2), (1, 3, 4), (2, 5, 6))
    session.delete([1])
    session.undo()
    assert session.ids.tolist() == [0, 1, 2]
    session.delete([2])
    assert session.add_points(0, [[0, 0]]).tolist() == [3]
    session.undo()
    assert session.add_points(0, [[0, 0]]).tolist() == [4]
    assert session.new_ids(2).tolist() == [5, 6]


def test_labels_say_what_undo_and_redo_would_do() -> None:
    session = session_of((0, 1, 2))
    session.rename(0, "nose")
    session.regroup([0], "left")
    session.add_points(0, [[1, 1], [2, 2]])
    session.delete([0])
    labels = ["delete nose", "place 2 points", "put nose into group left", "rename point 0 to nose", "place point 0"]
    for label in labels:
        assert session.undo_label == session.undo() == session.redo_label == label
    assert (session.undo_label, session.undo()) == ("", "")
    assert session.redo() == "place point 0"


def test_a_new_edit_forgets_what_was_undone() -> None:
    session = session_of((0, 1, 2))
    session.rename(0, "nose")
    session.undo()
    session.regroup([0], "left")
    assert (session.redo_label, session.redo()) == ("", "")


def test_nobody_can_write_into_what_a_session_shows() -> None:
    session = session_of((0, 1, 2))
    for array in (session.ids, session.cells.xy, session.cells.source):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    copy = session.tracks
    copy.xy[:], copy.ids[:] = 9, 9
    assert session.cells.xy[0, 0].tolist() == [1, 2]
    assert session.ids.tolist() == [0]


@given(st.lists(st.integers(0, 40), unique=True, max_size=6), st.integers(0, 99))
def test_tracks_survive_the_way_in_and_out(ids: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    queries = Queries(rng.integers(0, N_FRAMES, len(ids)), rng.integers(0, 9, (len(ids), 2)), np.array(ids, np.int64))
    tracks = tracks_of(ids, seed=seed, names=tuple(f"n{i}" for i in ids), groups=tuple(f"g{i}" for i in ids),
                       queries=queries if ids else None, meta={"size": SIZE, "fps": (25, 1), "runs": [FACTS]})
    out = Session.from_tracks(tracks).tracks
    order = np.argsort(tracks.ids)
    wanted = tracks.select(order)
    assert out.ids.tolist() == sorted(ids)
    for name in ("xy", "visibility", "confidence", "state", "source"):
        np.testing.assert_array_equal(getattr(out, name), getattr(wanted, name), strict=True)
    assert (out.names, out.groups) == (wanted.names, wanted.groups)
    assert {**out.meta, "created": 0} == {**tracks.meta, "created": 0}
    if ids:
        assert out.queries is not None
        np.testing.assert_array_equal(out.queries.to_array(), queries.to_array()[order])
        assert Session.from_tracks(tracks).add_points(0, [[0, 0]]).tolist() == [max(ids) + 1]


def test_a_track_without_a_query_starts_where_it_is_first_tracked_if_anywhere() -> None:
    xy = np.full((4, 3, 2), np.nan, np.float32)
    xy[2:, 0], xy[1:, 1] = 5, 6
    xy[0, 0, 0] = 1
    scores = np.ones((4, 3), np.float32)
    queries = Queries(np.array([3]), np.array([[7, 8]], np.float32), np.array([4]))
    tracks = Tracks(np.array([9, 4, 1]), xy, scores, scores, queries=queries, meta={"size": SIZE})
    session = Session.from_tracks(tracks)
    assert session.ids.tolist() == [1, 4, 9]
    assert session.queries.ids.tolist() == [4, 9], "of track 1 no start is known"
    assert session.queries.to_array().tolist() == [[3, 7, 8], [2, 5, 5]]
    assert session.queries_of([9, 1]).to_array().tolist() == [[2, 5, 5]]
    assert session.tracks.queries is not None
    assert session.incomplete().tolist() == [4, 9], "a run cannot fill a track that starts nowhere"


def test_tracks_of_no_frame_or_no_track_or_no_position_are_sessions() -> None:
    assert len(Session.from_tracks(tracks_of([], 3)).tracks) == 0
    assert Session.from_tracks(tracks_of([1, 2], 0)).tracks.n_frames == 0
    nowhere = replace(tracks_of([1]), xy=np.full((N_FRAMES, 1, 2), np.nan))
    assert Session.from_tracks(nowhere).tracks.queries is None


def test_the_size_of_the_picture_must_be_known() -> None:
    tracks = tracks_of([1], meta={})
    with pytest.raises(EditError, match="size of their picture"):
        Session.from_tracks(tracks)
    assert Session.from_tracks(tracks, (32, 24)).tracks.size == (32, 24)


def test_what_was_undone_before_tracks_are_loaded_never_comes_back() -> None:
    session = session_of((0, 1, 2))
    session.undo()
    mirror = Mirror(session)
    session.load(tracks_of([3, 0]))
    mirror.compare()
    assert (session.undo(), session.redo()) == ("", "")
    assert session.add_points(0, [[1, 1]]).tolist() == [4]
    with pytest.raises(EditError, match="empty session without a run, got 6 frames for one of 3"):
        session.load(tracks_of([7]))
    with pytest.raises(EditError, match="expected tracks of 5 frames"):
        Session(5, SIZE).load(tracks_of([7]))


def test_tracks_are_not_loaded_into_a_run() -> None:
    session = Session(N_FRAMES, SIZE)
    session.begin_run("track", [])
    with pytest.raises(EditError, match="without a run"):
        session.load(tracks_of([7]))


@pytest.mark.parametrize(("direction", "ids"), [("both", [0, 1]), ("forward", [0]), ("backward", [0, 1])])
def test_incomplete_tracks_have_cells_that_a_run_would_fill(direction: str, ids: list[int]) -> None:
    session = session_of((2, 1, 1), (2, 2, 2), (0, 3, 3))
    run = session.begin_run("track", [1, 2])
    run.write(update_of(range(2, N_FRAMES), [1], empty=0))
    run.write(update_of(range(N_FRAMES), [2], empty=0))
    assert session.incomplete(direction).tolist() == ids


def test_facts_of_the_video_are_noted() -> None:
    session = Session(N_FRAMES, SIZE, {"fps": (25, 1)})
    session.describe(video={"path": "a"})
    meta = session.tracks.meta
    assert (meta["fps"], meta["video"], meta["size"], meta["runs"]) == ((25, 1), {"path": "a"}, SIZE, [])
    assert meta["created"]


def test_facts_of_runs_outlive_the_history() -> None:
    session = Session(N_FRAMES, SIZE, budget=1)
    ids = session.add_points(0, [[1, 1]])
    for seed in range(3):
        run = session.begin_run("track", ids)
        run.write(update_of(range(1, N_FRAMES), ids, seed, empty=0))
        run.close({**FACTS, "seed": seed})
    assert [facts["seed"] for facts in session.runs] == [0, 1, 2]
    assert session.undo() == "track"
    assert [facts["seed"] for facts in session.tracks.meta["runs"]] == [0, 1]
    assert session.undo() == "", "the budget holds one"


def test_a_session_gets_longer_and_shorter() -> None:
    session = session_of((0, 1, 1), (5, 2, 2))
    cells = session.cells.copy()
    session.set_length(8)
    assert_same(session.cells[:6], cells)
    assert np.isnan(session.cells.xy[6:]).all()
    session.add_points(7, [[3, 3]])
    session.set_length(4)
    assert_same(session.cells[:, :2], cells[:4])
    patches = list[Patch]()
    session.changed.connect(patches.append)
    while session.undo():
        pass
    assert len(session.ids) == 0
    while session.redo():
        pass
    assert session.ids.tolist() == [0, 1, 2]
    assert np.isfinite(session.cells.xy).all(-1).sum() == 1
    assert all((patch.frames < 4).all() for patch in patches), "listeners hear only of frames that are there"


def test_the_length_stays_while_points_are_tracked() -> None:
    session = session_of((0, 1, 1))
    run = session.begin_run("track", [0])
    with pytest.raises(EditError, match="number of frames while points are tracked"):
        session.set_length(9)
    run.close()
    session.set_length(9)
    assert session.n_frames == 9


def test_a_correction_that_changes_nothing_is_no_step() -> None:
    session = session_of((0, 1, 2))
    session.correct(0, 3, [5, 6])
    before = session.last_step
    session.correct(0, 3, [5, 6])
    assert session.last_step == before


def test_a_correction_is_an_anchor_and_on_the_first_frame_moves_the_query() -> None:
    session = session_of((2, 10, 10), (2, 20, 20))
    before = session.tracks
    session.correct(0, 5, (11, 12))
    assert session.undo_label == "correct point 0"
    assert session.anchors.t.tolist() == [2, 2, 5]
    np.testing.assert_array_equal(session.cells.xy[5, 0], [11, 12])
    np.testing.assert_array_equal(session.queries.xy, before.queries.xy)
    session.correct(0, 2, [[9, 8]])
    np.testing.assert_array_equal(session.queries.xy, [[9, 8], [20, 20]])
    session.undo()
    session.undo()
    np.testing.assert_array_equal(session.tracks.xy, before.xy)
    np.testing.assert_array_equal(session.queries.xy, before.queries.xy)


@pytest.mark.parametrize(("id", "t", "xy"), [(7, 0, (1, 1)), (0, N_FRAMES, (1, 1)), (0, 0, (np.nan, 1))])
def test_a_correction_that_makes_no_sense_is_refused(id: int, t: int, xy: Any) -> None:
    session = session_of((2, 10, 10))
    with pytest.raises(EditError, match="expected"):
        session.correct(id, t, xy)
    assert session.undo_label == "place point 0"


def test_whole_tracks_join_as_one_edit_under_numbers_of_their_own() -> None:
    session = session_of((1, 5, 6))
    before = Snapshot.of(session)
    brought = tracks_of([4, 0], seed=3, names=("nose", "tail"))
    ids = session.bring(brought, "import 2 tracks")
    assert (ids.tolist(), session.ids.tolist()) == ([1, 2], [0, 1, 2])
    assert session.tracks.names[1:] == ("nose", "tail")
    np.testing.assert_array_equal(session.cells.xy[:, 1:], brought.xy)
    np.testing.assert_array_equal(session.cells.source[:, 1:], brought.source)
    after = Snapshot.of(session)
    assert session.undo() == "import 2 tracks"
    Snapshot.of(session).assert_same(before)
    session.redo()
    Snapshot.of(session).assert_same(after)


def test_their_query_points_come_along() -> None:
    session = session_of((1, 5, 6))
    queries = Queries(np.array([3, 2]), np.array([[7, 8], [9, 10]], np.float32), np.array([0, 4]), ("tail", "nose"))
    session.bring(tracks_of([4, 0], queries=queries), "import")
    assert session.queries.t.tolist() == [1, 2, 3]
    assert session.queries.xy[1:].tolist() == [[9, 10], [7, 8]]


@pytest.mark.parametrize(("ids", "n_frames"), [([], N_FRAMES), ([1], N_FRAMES + 1)])
def test_none_or_tracks_of_another_length_are_refused(ids: list[int], n_frames: int) -> None:
    session = session_of((1, 5, 6))
    with pytest.raises(EditError, match=f"at least one track of {N_FRAMES} frames"):
        session.bring(tracks_of(ids, n_frames), "import")
    assert session.ids.tolist() == [0]
