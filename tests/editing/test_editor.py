"""All edits together: what each may touch, and that each can be undone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker import read_tracks, write_tracks
from napari_cotracker.core.blending import Side
from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracks import Source, State, is_anchor
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.claims import is_ended, is_located, is_pinned
from napari_cotracker.editing.editor import Editor
from napari_cotracker.editing.session import Session
from tests.editing.acts import NAMES, acts, any_session, make, moving, predicted, said, session_of
from tests.editing.walks import Mirror, Snapshot, assert_same, update_of

SEEDS = st.integers(0, 999)


def act(session: Session, name: str, seed: int) -> bool:
    """Do an edit; whether it was not refused."""
    try:
        make(name, session, seed).do(session.edit)
    except EditError:
        return False
    return True


@settings(max_examples=40)
@given(SEEDS, acts(20, *NAMES, "undo", "undo", "redo"))
def test_history_leads_back_to_the_start_and_on_to_the_end(seed: int, steps: list[tuple[str, int]]) -> None:
    session = any_session(seed)
    mirror, start = Mirror(session), Snapshot.of(session)
    for name, step_seed in steps:
        getattr(session, name)() if name in {"undo", "redo"} else act(session, name, step_seed)
    end = Snapshot.of(session)
    undone = 0
    while session.undo():
        undone += 1
    Snapshot.of(session).assert_same(start)
    for _ in range(undone):
        session.redo()
    Snapshot.of(session).assert_same(end)
    mirror.compare()


@settings(max_examples=300)
@given(SEEDS, st.sampled_from(NAMES), SEEDS)
def test_an_edit_is_one_step_that_touches_only_the_cells_it_names(seed: int, name: str, act_seed: int) -> None:
    session = any_session(seed)
    mirror, before = Mirror(session), Snapshot.of(session)
    named = make(name, session, act_seed)
    done = act(session, name, act_seed)
    after = Snapshot.of(session)
    changes = before.rows != after.rows or bool(before.cells.differs(after.cells).any())
    assert len(mirror.patches) == changes
    assert done or not changes, "what is refused changes nothing"
    if not changes:
        return
    common = np.intersect1d([row.id for row in before.rows], session.ids)
    was = before.cells[:, np.isin([row.id for row in before.rows], common)]
    changed = was.differs(session.read(np.arange(session.n_frames), common))
    changed[np.ix_(named.frames, np.isin(common, named.ids))] = False
    assert not changed.any()
    assert {row for row in before.rows if row.id not in named.ids} <= set(after.rows)
    assert session.undo() == mirror.patches[0].label
    Snapshot.of(session).assert_same(before)


@settings(max_examples=100)
@given(SEEDS, acts(6))
def test_a_track_is_followed_from_one_of_its_positions(seed: int, steps: list[tuple[str, int]]) -> None:
    session = any_session(seed)
    for name, step_seed in steps:
        before = {row.id: (row, session.read(np.arange(session.n_frames), [row.id])) for row in session.rows}
        act(session, name, step_seed)
        for n, row in enumerate(session.rows):
            old, cells = before.get(row.id, (None, session.cells[:, [n]]))
            located = is_located(session.cells[:, n])
            if row != old or cells.differs(session.cells[:, [n]])[row.t, 0]:
                assert located[row.t] or not located.any()
            if row != old and located.any():
                assert row.xy == tuple(session.cells.xy[row.t, n].tolist())


@settings(max_examples=150)
@given(SEEDS, st.sampled_from(["smooth", "interpolate", "take"]), SEEDS)
def test_anchors_hold(seed: int, name: str, act_seed: int) -> None:
    session = any_session(seed)
    before = session.cells.copy()
    act(session, name, act_seed)
    held = is_pinned(before) | is_ended(before) if name == "interpolate" else is_anchor(before.source)
    assert not (before.differs(session.cells) & held).any()


@given(SEEDS, st.sampled_from(NAMES), SEEDS, SEEDS)
def test_an_edit_while_points_are_tracked_can_be_undone(seed: int, name: str, act_seed: int, run_seed: int) -> None:
    session = any_session(seed)
    start = Snapshot.of(session)
    run = session.begin_run("track", session.ids)
    run.write(update_of(range(session.n_frames), session.ids, run_seed))
    if act(session, name, act_seed) and session.undo_label:
        session.undo()
    run.close()
    while session.undo():
        pass
    Snapshot.of(session).assert_same(start)


@pytest.mark.parametrize("do", [
    lambda edit: edit.occlude(7, 0), lambda edit: edit.move([0, 7], 0, [[1, 1], [2, 2]]), lambda edit: edit.end(7, 3),
    lambda edit: edit.split(7, 3), lambda edit: edit.merge([0, 7]), lambda edit: edit.swap(0, 7, 3),
    lambda edit: edit.take(7, [0], Side.nothing(1)),
])
def test_a_track_that_is_not_there_is_named(do: Any) -> None:
    refused(do, "got 7, which is not there")


@pytest.mark.parametrize("do", [
    lambda edit: edit.occlude(0, [3, 12]), lambda edit: edit.show(0, range(10, 13)),
    lambda edit: edit.move(0, 12, (1, 1)),
    lambda edit: edit.end(0, 12), lambda edit: edit.start(0, 12), lambda edit: edit.paste(0, 12, 3),
    lambda edit: edit.paste(0, 3, 12), lambda edit: edit.split(0, 12), lambda edit: edit.swap(0, 1, 12),
    lambda edit: edit.take(0, [12], Side.nothing(1)), lambda edit: edit.smooth(0, 12), lambda edit: edit.clear([], 12),
])
def test_a_frame_that_is_not_there_is_named(do: Any) -> None:
    refused(do, "expected frames 0 to 11, got frame 12")


@pytest.mark.parametrize(("do", "message"), [
    (lambda edit: edit.occlude(0, [0.5]), "frames as whole numbers, got 0.5"),
    (lambda edit: edit.occlude(0, np.nan), "frames as whole numbers, got nan"),
    (lambda edit: edit.occlude(0, -1), "frames 0 to 11, got frame -1"),
    (lambda edit: edit.occlude(0, np.ones(12, bool)), "frames as whole numbers, got True"),
    (lambda edit: edit.occlude("nose", 0), "ids of tracks as whole numbers, got nose"),
    (lambda edit: edit.move([0, 1], 0, (1, 1)), "one point for each of 2 tracks, got 1"),
    (lambda edit: edit.move([], 0, (1, 1)), "one point for each of 0 tracks, got 1"),
    (lambda edit: edit.move([0, 0], 0, [(1, 1), (2, 2)]), "one point for each of 1 tracks, got 2"),
    (lambda edit: edit.move(0, 0, (np.inf, 1)), "finite"),
    (lambda edit: edit.move(0, [0, 1], (1, 1)), "expected one frame, got 2"),
    (lambda edit: edit.nudge(0, 0, (np.nan, 1)), "finite"),
    (lambda edit: edit.nudge(0, 0, 1), r"pixels \(x, y\) for all tracks or for each of 1, got \(\)"),
    (lambda edit: edit.merge([]), "at least one track"),
    (lambda edit: edit.split([0, 1], 3), "expected one track, got 2"),
    (lambda edit: edit.take(0, [1, 2], Side.nothing(3)), "an answer for 2 frames, got one for 3"),
])
def test_what_makes_no_sense_is_refused(do: Any, message: str) -> None:
    refused(do, message)


def refused(do: Any, message: str) -> None:
    session = session_of(moving())
    before = Snapshot.of(session)
    with pytest.raises(EditError, match=message):
        do(session.edit)
    Snapshot.of(session).assert_same(before)
    assert session.undo_label == ""


@pytest.mark.parametrize("do", [
    lambda edit: edit.occlude([], 3), lambda edit: edit.occlude(0, []), lambda edit: edit.show([], range(3)),
    lambda edit: edit.move([], 3, []), lambda edit: edit.nudge([], 3, (1, 1)), lambda edit: edit.verify(0, []),
    lambda edit: edit.end([0, 1], 11), lambda edit: edit.start([0, 1], 0), lambda edit: edit.clear(0, []),
    lambda edit: edit.paste(0, 3, []), lambda edit: edit.interpolate(0, []), lambda edit: edit.interpolate(0, 3),
    lambda edit: edit.interpolate(0, [3, 4]), lambda edit: edit.smooth(0, []),
    lambda edit: edit.smooth(0, 3, window=1, order=0),
    lambda edit: edit.take(0, [], Side.nothing(0)), lambda edit: edit.take(0, [1], Side.nothing(1)),
    lambda edit: edit.swap(0, 0, range(5)), lambda edit: edit.swap(0, 1, []), lambda edit: edit.merge(1),
    lambda edit: edit.merge([1, 1]),
])
def test_an_edit_that_changes_nothing_is_none(do: Any) -> None:
    session = session_of(moving())
    do(session.edit)
    assert session.undo_label == ""


@pytest.mark.parametrize(("do", "label"), [
    (lambda edit: edit.move(0, 3, (1, 1)), "correct point 0"),
    (lambda edit: edit.move([0, 1], 3, [(1, 1), (2, 2)]), "correct 2 tracks"),
    (lambda edit: edit.nudge(0, 3, (1, 0)), "nudge point 0"),
    (lambda edit: edit.occlude(0, range(3, 6)), "hide point 0, frames 3–5"),
    (lambda edit: edit.show(0, [2, 5, 7]), "show point 0, 3 frames"),
    (lambda edit: edit.verify([0, 1], 4), "approve 2 tracks, frame 4"),
    (lambda edit: edit.end(0, 4), "end point 0 at frame 4"),
    (lambda edit: edit.start(1, 4), "start point 1 at frame 4"),
    (lambda edit: edit.leave_out(0, range(3, 6)), "mark point 0 as gone, frames 3–5"),
    (lambda edit: edit.clear(0, range(3, 6)), "clear point 0, frames 3–5"),
    (lambda edit: edit.paste(0, 3, [6, 7]), "paste point 0 from frame 3 to frames 6–7"),
    (lambda edit: edit.interpolate(0, range(2, 6)), "interpolate point 0, frames 2–5"),
    (lambda edit: edit.take(0, [2], Side(np.ones((1, 2), np.float32), np.ones(1, np.float32), np.ones(1, np.float32))),
     "take the other answer for point 0, frame 2"),
    (lambda edit: edit.split(0, 4), "split point 0 at frame 4"),
    (lambda edit: edit.merge([0, 1]), "merge point 1 into point 0"),
    (lambda edit: edit.swap(0, 1, range(4, 9)), "swap point 0 and point 1, frames 4–8"),
    (lambda edit: edit.swap(0, 1, range(12)), "swap point 0 and point 1"),
])
def test_history_has_words_for_it(do: Any, label: str) -> None:
    session = session_of(moving())
    do(session.edit)
    assert session.undo_label == label


def test_frames_come_in_any_order() -> None:
    session, other = session_of(moving()), session_of(moving())
    session.edit.occlude(0, [5, 3, 3, 4.0])
    Editor(other).occlude(0, np.arange(3, 6, dtype=np.uint8))
    assert_same(session.cells, other.cells)
    assert session.undo_label == "hide point 0, frames 3–5"
    side = Side(np.array([[5, 5], [3, 3], [4, 4]], np.float32), *np.ones((2, 3), np.float32))
    session.edit.take(1, [5, 3, 4], side)
    assert session.cells.xy[3:6, 1].tolist() == [[3, 3], [4, 4], [5, 5]]


def test_tracks_without_cells_and_clips_of_one_frame() -> None:
    session = session_of(Cells.empty(3, 2))
    edit = session.edit
    edit.verify([0, 1], range(3))
    edit.smooth([0, 1], range(3))
    assert session.undo_label == ""
    edit.move(0, 2, (5, 6))
    assert session.queries.to_array().tolist() == [[2, 5, 6]], "from here it can be followed"
    assert edit.merge([1, 0]) == 1
    assert session.queries.to_array().tolist() == [[2, 5, 6]]
    alone = session_of(predicted([[[1, 2]], ]))
    for name in NAMES:
        act(alone, name, 1)
    assert alone.n_frames == 1


def test_a_new_track_of_a_split_never_had_its_id_before() -> None:
    session = session_of(moving())
    edit = session.edit
    assert edit.split(0, 4, " tail ") == 2
    assert [row.name for row in session.rows] == ["point 0", "point 1", "tail"]
    session.undo()
    assert edit.split(0, 4) == 3
    assert edit.merge([0, 3]) == 0
    assert session.ids.tolist() == [0, 1]


@settings(max_examples=100)
@given(SEEDS, st.integers(0, 9))
def test_what_was_split_and_merged_is_as_it_was(seed: int, t: int) -> None:
    session = any_session(seed)
    before = session.cells.copy()
    try:
        new = session.edit.split(1, t)
    except EditError:
        return
    session.edit.merge([1, new])
    assert_same(session.cells, before)


@settings(max_examples=100)
@given(SEEDS, st.lists(st.integers(0, 9)))
def test_what_was_swapped_twice_is_as_it_was(seed: int, frames: list[int]) -> None:
    session = any_session(seed)
    before = session.cells.copy()
    session.edit.swap(0, 2, frames)
    assert not frames or before[frames][:, [0, 2]].differs(session.cells[frames][:, [2, 0]]).sum() == 0
    session.edit.swap(0, 2, frames)
    assert_same(session.cells, before)


def test_queries_come_back_with_a_second_swap() -> None:
    cells = moving()
    said(cells, 0)
    session = session_of(cells)
    before = Snapshot.of(session)
    session.edit.swap(0, 1, range(4))
    assert [row.xy for row in session.rows] == [(10, 10), (10, 0)]
    assert session.anchors.ids.tolist() == [1]
    session.edit.swap(0, 1, range(4))
    Snapshot.of(session).assert_same(before)


def test_several_tracks_are_swapped_with_as_many_others_in_one_step() -> None:
    session = session_of(moving(6, 4))
    before = session.cells.copy()
    session.edit.swap([0, 1], [3, 2], range(2, 6))
    assert_same(session.cells[2:], before[2:, [3, 2, 1, 0]])
    assert_same(session.cells[:2], before[:2])
    assert session.undo_label == "swap 2 tracks with 2 others, frames 2–5"
    session.undo()
    assert_same(session.cells, before)


@pytest.mark.parametrize(("a", "b"), [([0, 1], [2]), ([0, 1], [1, 2]), ([0, 0], [1, 2]), ([], [0])])
def test_who_is_swapped_with_whom_must_be_clear(a: list[int], b: list[int]) -> None:
    session = session_of(moving(6, 4))
    with pytest.raises(EditError, match="expected as many tracks"):
        session.edit.swap(a, b, range(6))


def test_the_page_of_edits_names_them_all_and_its_example_runs(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "edits.md").read_text("utf-8")
    table = page[page.index("| edit |") : page.index("## Who")]
    edits = {name for name in vars(Editor) if not name.startswith("_")}
    assert set(re.findall(r"`(\w+)\(", table)) == edits == set(NAMES)
    monkeypatch.chdir(tmp_path)
    write_tracks("tracks.npz", session_of(moving(40, 3)).tracks)
    exec(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0], {})
    assert capsys.readouterr().out == "smooth 3 tracks\n"
    edited = read_tracks("edited.npz")
    assert edited.source[[9, 12], 0].tolist() == [Source.INTERPOLATED, Source.HUMAN]
    assert (edited.state[5:9, 1] == State.OCCLUDED).all()


def test_states_and_sources_are_those_of_the_edits() -> None:
    session = session_of(moving(count=1))
    edit = session.edit
    edit.occlude(0, [3, 4])
    edit.verify(0, range(6))
    edit.interpolate(0, range(2, 6))
    edit.end(0, 9)
    assert session.cells.state[:, 0].tolist() == [State.VISIBLE] * 3 + [State.OCCLUDED_LOCATED] * 2 + [
        State.VISIBLE] + [State.FROM_SCORES] * 4 + [State.UNKNOWN] * 2
    assert session.cells.source[:, 0].tolist() == [Source.VERIFIED] * 3 + [Source.INTERPOLATED] * 2 + [
        Source.VERIFIED] + [Source.PREDICTED] * 4 + [Source.HUMAN] * 2
    run = session.begin_run("track", [0])
    run.write(update_of(range(12), [0], empty=0))
    assert np.isnan(session.cells.xy[10:]).all(), "no run goes on after the end"


def test_pairs_of_tracks_and_frames_are_approved_in_one_step() -> None:
    session = session_of(moving(40, 3))
    steps = len(session.steps)
    session.edit.verify([2, 0, 2], [7, 3, 30], paired=True)
    assert sorted(zip(*(found.tolist() for found in np.nonzero(session.cells.source == Source.VERIFIED)))) == [
        (3, 0), (7, 2), (30, 2)]
    assert len(session.steps) == steps + 1
    with pytest.raises(EditError, match="one frame for each of 2 tracks, got 1"):
        session.edit.verify([0, 1], [4], paired=True)
