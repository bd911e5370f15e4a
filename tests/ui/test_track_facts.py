"""What the timeline asks a session."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.heat import Heat
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.editing.editor import Editor
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.timeline_bar import ORDERS
from napari_cotracker.ui.track_facts import counts_of, curve_of, sentence_of, sorted_rows

from .timelines import make_session


def test_a_curve_holds_scores_speed_and_what_is_hidden() -> None:
    session = make_session()
    curve = curve_of(session, 2)
    assert curve.name == "point 2"
    assert np.flatnonzero(curve.hidden).tolist() == list(range(10, 20))
    assert curve.speed[1] == pytest.approx(2**0.5)
    assert curve_of(session, 3).anchors.tolist() == [30]


def test_a_curve_tells_who_says_what() -> None:
    session = make_session()
    edit = Editor(session)
    edit.interpolate(3, range(4, 10))
    edit.occlude(3, range(20, 23))
    edit.verify(3, 25)
    curve = curve_of(session, 3)
    assert curve.anchors.tolist() == [25, 30]
    assert np.flatnonzero(curve.denied).tolist() == [20, 21, 22]
    assert np.flatnonzero(curve.interpolated).tolist() == list(range(5, 9))


def test_a_sentence_says_all_of_a_cell() -> None:
    session = make_session()
    text = sentence_of(session, 3, 30, 1030)
    for part in ("point 3", "id 3", "frame 1030", "confidence 0.95", "visibility 0.95", "visible"):
        assert part in text
    assert "occluded" in sentence_of(session, 2, 12, 12)
    ids = session.add_points(3, [[1, 1]], names=["nose"])
    nothing = sentence_of(session, int(ids[0]), 9, 9)
    assert "nose" in nothing
    assert "not tracked" in nothing
    assert "nan" not in nothing


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_that_is_offered_holds_every_track(order: str) -> None:
    session = make_session()
    heat = Heat(session.ids, session.n_frames)
    heat.refresh(session.cells, session.size)
    rows = sorted_rows(order, heat.codes, session.rows)
    assert sorted(rows.tolist()) == list(range(5))
    if order == "worst first":
        assert rows[0] == 1


def test_tracks_of_a_frame_are_counted_by_what_they_are() -> None:
    session = Session(3, (64, 48))
    session.add_points(0, [[5, 5], [6, 6], [99, 5]])
    session.add_points(1, [[7, 7]])
    assert counts_of(session, 0) == "Frame 0: 3 visible · 1 not tracked"
    run = session.begin_run("track", session.ids)
    cells = (1, 3)
    run.write(TrackUpdate(np.array([2]), np.array([0, 1, 2]), np.array([[[5, 5], [6, 6], [99, 5]]], np.float32),
                          np.array([[0.9, 0.1, 0.9]], np.float32), np.ones(cells, np.float32), 1.0))
    run.close()
    assert counts_of(session, 2) == "Frame 2: 1 visible · 1 occluded · 1 out of view · 1 not tracked"
