"""What keys and menus do: each edit is one step, whoever tracks again is told, and nothing ends in a traceback."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.utils.shortcuts import default_shortcuts

from napari_cotracker.core.blending import Side, Sides
from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.ui import edit_actions
from napari_cotracker.ui.edit_actions import NUDGES
from napari_cotracker.ui.edit_table import EDITS

from .benches import Bench

MOVES = {"show", "copy"}


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    return Bench()


def sides_of(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both directions have an answer of their own for every track."""
    n = bench.session.n_frames
    scores = np.full(n, 0.5, np.float32)
    forward, backward = (Side(np.full((n, 2), at, np.float32), scores, scores) for at in (3, 8))
    monkeypatch.setattr(bench.session, "sides", lambda id: Sides(
        id, np.arange(n), forward, backward, bench.session.cells.xy[:, id]))


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_is_one_step_that_one_undo_takes_back(bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str
                                                        ) -> None:
    sides_of(bench, monkeypatch)
    bench.select(*((1, 2) if EDITS[name].fewest == 2 else (1,)))
    bench.span.choose(12, 30)
    before, rows = bench.session.cells.copy(), bench.session.rows
    assert bench.actions.offer(name).refusal == ""
    assert bench.actions.do(name)
    assert len(bench.labels) == 1
    assert bench.told == [f"done: {bench.labels[0]}"]
    bench.session.undo()
    assert not before.differs(bench.session.cells).any()
    assert bench.session.rows == rows


def test_cells_become_what_the_edit_says(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sides_of(bench, monkeypatch)
    bench.span.choose(12, 14)
    bench.select(1)
    for name, state, source in (("hide", State.OCCLUDED, Source.HUMAN), ("show", State.VISIBLE, Source.HUMAN),
                                ("take after", State.VISIBLE, Source.HUMAN)):
        bench.actions.do(name)
        cells = bench.session.cells[12:15, 1]
        assert set(cells.state.tolist()) == {state}, name
        assert set(cells.source.tolist()) <= {source, Source.VERIFIED}, name
    bench.select(4)
    bench.actions.do("take after")
    assert (bench.session.cells.xy[12:15, 4] == 8).all()
    assert (bench.session.cells.xy[15, 4] != 8).all(), "only the chosen frames"
    bench.actions.do("end")
    assert np.flatnonzero(bench.session.cells.state[:, 4] == State.UNKNOWN).tolist() == list(range(15, 40))


def test_the_part_that_splits_off_is_selected_and_the_merged_one(bench: Bench) -> None:
    bench.select(1)
    bench.actions.do("split")
    assert bench.selection.one == 5
    bench.select(1, 5)
    bench.actions.do("merge")
    assert bench.selection.one == 1


def test_whoever_tracks_again_is_told_where_tracks_are_elsewhere(bench: Bench, monkeypatch: pytest.MonkeyPatch
                                                                  ) -> None:
    sides_of(bench, monkeypatch)
    heard: list[tuple[list[int], int]] = []
    bench.actions.after = lambda ids, t: heard.append((ids.tolist(), t))
    bench.span.choose(12, 30)
    for name, edit in EDITS.items():
        bench.select(*((1, 2) if edit.fewest == 2 else (1,)))
        bench.actions.do(name)
        assert heard == ([([1], 12), ([1], 30)] if name in MOVES else []), name
        bench.session.undo()
        heard.clear()
    bench.select(1, 2)
    bench.actions.nudge(1, 0)
    assert heard == [([1, 2], 15)]


def test_an_edit_stays_if_what_lies_around_cannot_be_tracked(bench: Bench) -> None:
    def refuse(ids: object, t: int) -> None:
        raise TrackingError("no such device")

    bench.actions.after = refuse
    bench.select(1)
    assert bench.actions.nudge(1, 0)
    assert bench.told[-1] == "no such device"
    assert bench.labels == ["nudge point 1"]


def test_nothing_is_tracked_again_when_nothing_changed(bench: Bench) -> None:
    heard: list[int] = []
    bench.actions.after = lambda ids, t: heard.append(t)
    assert not bench.actions.nudge(1, 0), "nothing is selected"
    bench.select(3)
    bench.frame = 30
    assert bench.actions.do("show") is False, "it is an anchor in sight"
    assert bench.told == ["select tracks first: click their points or their rows", "nothing to change there"]
    assert not heard


def test_nudging_moves_all_that_are_selected_by_pixels(bench: Bench) -> None:
    bench.select(1, 2)
    before = bench.session.cells.xy[15, 1:3].copy()
    for key in ("Shift-Right", "Shift-Up", "Control-Shift-Left"):
        assert bench.actions.nudge(*NUDGES[key])
    np.testing.assert_allclose(bench.session.cells.xy[15, 1:3] - before, [[0.9, -1]] * 2, atol=1e-4)
    assert bench.labels == ["nudge 2 tracks"] * 3


def test_the_keys_that_nudge_are_not_naparis() -> None:
    taken = {str(key) for keys in default_shortcuts.values() for key in keys}
    assert {"Left", "Alt+Up", "Ctrl+Up"} <= taken, "this test sees what napari binds"
    assert len(NUDGES) == 8
    assert not {name.replace("Control", "Ctrl").replace("-", "+") for name in NUDGES} & taken


def test_names_groups_and_deletion(bench: Bench) -> None:
    bench.select(1)
    assert bench.actions.rename("nose")
    assert not bench.actions.rename("nose")
    bench.select(1, 2)
    assert not bench.actions.rename("both")
    assert bench.told[-1] == "select exactly one track, not 2"
    assert bench.actions.regroup(" face ")
    assert [row.group for row in bench.session.rows] == ["", "face", "face", "", ""]
    assert bench.actions.delete()
    assert bench.session.ids.tolist() == [0, 3, 4]
    assert len(bench.labels) == 3
    for act in (bench.actions.delete, lambda: bench.actions.regroup("x"), lambda: bench.actions.rename("x")):
        assert not act(), "they are gone"


def test_what_cannot_be_is_told_in_a_sentence(bench: Bench) -> None:
    (id,) = bench.session.add_points(3, [[5, 5]])
    bench.select(id)
    assert not bench.actions.do("show")
    assert "place the point there first" in bench.told[-1]
    assert not bench.actions.nudge(1, 0)
    assert "position to nudge" in bench.told[-1]
    assert not bench.actions.do("straight")
    assert "choose frames" in bench.told[-1]


def test_without_a_video_it_says_so(bench: Bench) -> None:
    bench.current = None
    assert not bench.actions.do("hide")
    assert not bench.actions.nudge(1, 0)
    assert bench.actions.offer("hide").refusal == "open a video first"
    assert bench.actions.offer_retrack().refusal == "open a video first"
    bench.actions.retrack_span()
    bench.actions.go_to_first()
    assert set(bench.told) == {"open a video first"}


def test_the_chosen_frames_are_tracked_again_on_demand(bench: Bench) -> None:
    heard: list[tuple[list[int], range]] = []
    bench.actions.retrack_span()
    bench.actions.retrack = lambda ids, frames: heard.append((ids.tolist(), frames))
    bench.select(3)
    assert bench.actions.offer_retrack().text == "Track point 3 again, frames 0–30"
    bench.actions.retrack_span()
    bench.select(1, 3)
    bench.actions.retrack_span()
    assert "choose frames" in bench.told[-1]
    bench.span.choose(12, 20)
    bench.actions.retrack_span()
    assert heard == [([3], range(31)), ([1, 3], range(12, 21))]


def test_the_first_frame_is_where_a_track_is_first_anywhere(bench: Bench) -> None:
    (id,) = bench.session.add_points(7, [[5, 5]])
    bench.select(id)
    bench.actions.go_to_first()
    assert bench.frame == 7
    bench.select(1, id)
    bench.actions.go_to_first()
    assert bench.frame == 0


def test_a_menu_does_not_wait_for_very_many_cells(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.select(3)
    bench.frame = 30
    assert bench.actions.offer("show").refusal
    monkeypatch.setattr(edit_actions, "MOST_REHEARSED", 10)
    assert not bench.actions.offer("show").refusal, "what it would say is told once it is done"
