"""Spans between anchors: closed, open, and up to where a person says that the track is not there."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.editing.brackets import Bracket, Span, bracket, spans, spans_of_track
from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.claims import is_ended, is_pinned
from tests.editing.acts import moving, said
from tests.editing.walks import cells_of


def track(pins: Any = (), walls: Any = (), n_frames: int = 12) -> Cells:
    """One track with anchors on some frames, x being 10 more than the frame, and ended on others."""
    cells = moving(n_frames, 1)[:, 0]
    for t in pins:
        cells.state[t], cells.source[t] = State.VISIBLE, Source.HUMAN
    for t in walls:
        cells.xy[t], cells.state[t], cells.source[t] = np.nan, State.UNKNOWN, Source.HUMAN
    return cells


@pytest.mark.parametrize(("pins", "walls", "t", "expected"), [
    ((), (), 5, Bracket(0, 11, None, None)),
    ((2, 8), (), 5, Bracket(2, 8, 2, 8)),
    ((0, 2, 8, 11), (), 5, Bracket(2, 8, 2, 8)),
    ((2, 5, 8), (), 5, Bracket(2, 8, 2, 8)),
    ((5,), (), 5, Bracket(0, 11, None, None)),
    ((2,), (), 5, Bracket(2, 11, 2, None)),
    ((8,), (), 5, Bracket(0, 8, None, 8)),
    ((2,), (9, 10, 11), 5, Bracket(2, 8, 2, None)),
    ((8,), (0, 1), 5, Bracket(2, 8, None, 8)),
    ((1, 10), (3, 7), 5, Bracket(4, 6, None, None)),
    ((), (4, 6), 5, Bracket(5, 5, None, None)),
    ((0, 11), (5,), 5, Bracket(0, 11, 0, 11)),
    ((0, 11), (), 0, Bracket(0, 11, None, 11)),
    ((0, 11), (), 11, Bracket(0, 11, 0, None)),
])
def test_the_anchors_around_a_frame(pins: Any, walls: Any, t: int, expected: Bracket) -> None:
    assert bracket(track(pins, walls), t) == expected


def at(t: int) -> tuple[float, float]:
    return (t + 10.0, 0.0)


@pytest.mark.parametrize(("pins", "walls", "t", "expected"), [
    ((0, 5, 9), (), 5, [Span(0, 5, at(0), at(5)), Span(5, 9, at(5), at(9))]),
    ((5,), (), 5, [Span(0, 5, None, at(5)), Span(5, 11, at(5), None)]),
    ((4, 5, 7), (), 5, [Span(5, 7, at(5), at(7))]),
    ((4, 5, 6), (), 5, []),
    ((0,), (), 0, [Span(0, 11, at(0), None)]),
    ((11,), (), 11, [Span(0, 11, None, at(11))]),
    ((10,), (), 10, [Span(0, 10, None, at(10)), Span(10, 11, at(10), None)]),
    ((3, 5), (7, 8), 5, [Span(3, 5, at(3), at(5)), Span(5, 6, at(5), None)]),
    ((3, 5), (6,), 5, [Span(3, 5, at(3), at(5))]),
    ((2, 8), (), 5, [Span(2, 8, at(2), at(8))]),
    ((2,), (), 5, [Span(2, 11, at(2), None)]),
    ((), (), 5, []),
    ((4, 6), (5,), 5, [Span(4, 6, at(4), at(6))]),
])
def test_what_a_fix_solves_again(pins: Any, walls: Any, t: int, expected: list[Span]) -> None:
    found = spans(track(pins, walls), t)
    assert found == expected
    assert [span.is_closed for span in found] == [None not in (span.start_xy, span.end_xy) for span in expected]


@pytest.mark.parametrize(("pins", "walls", "expected"), [
    ((), (), []),
    ((0, 11), (), [Span(0, 11, at(0), at(11))]),
    ((3, 4, 8), (), [Span(0, 3, None, at(3)), Span(4, 8, at(4), at(8)), Span(8, 11, at(8), None)]),
    ((2, 9), (5, 6), [Span(0, 2, None, at(2)), Span(2, 4, at(2), None), Span(7, 9, None, at(9)),
                      Span(9, 11, at(9), None)]),
])
def test_all_spans_of_a_track(pins: Any, walls: Any, expected: list[Span]) -> None:
    assert spans_of_track(track(pins, walls)) == expected


@pytest.mark.parametrize("state", [State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN])
def test_an_anchor_that_says_no_place_bounds_nothing_to_start_from(state: State) -> None:
    cells = track((2,))
    said(cells[:, None], 8, 0, state)
    assert bracket(cells, 5).right is None
    assert bracket(cells, 5).last == (11 if state == State.OCCLUDED else 7)


def test_approved_cells_count_and_interpolated_ones_do_not() -> None:
    cells = moving(9, 1)
    said(cells, 2, 0, State.OCCLUDED_LOCATED, Source.VERIFIED)
    said(cells, 6, 0, State.VISIBLE, Source.INTERPOLATED)
    assert bracket(cells[:, 0], 4) == Bracket(2, 8, 2, None)


@pytest.mark.parametrize("t", [-1, 12])
def test_a_frame_that_is_not_there_is_refused(t: int) -> None:
    with pytest.raises(EditError, match=f"from 0 to 11, got {t}"):
        bracket(track(), t)
    with pytest.raises(EditError, match=f"from 0 to 11, got {t}"):
        spans(track(), t)


@given(st.integers(0, 999), st.integers(1, 12))
def test_spans_hold_no_anchor_but_their_ends_and_never_overlap(seed: int, n_frames: int) -> None:
    cells = cells_of(n_frames, seed=seed)
    pinned, ended = is_pinned(cells), is_ended(cells)
    found = spans_of_track(cells)
    for span in found:
        inner = np.s_[span.first + 1 : span.last]
        assert not pinned[inner].any()
        assert not ended[span.first : span.last + 1].any()
        for t, xy in ((span.first, span.start_xy), (span.last, span.end_xy)):
            assert bool(pinned[t]) == (xy is not None)
            assert xy is None or xy == tuple(cells.xy[t].tolist())
    assert all(a.last <= b.first for a, b in pairwise(found))
    for t in np.flatnonzero(pinned).tolist():
        assert set(spans(cells, t)) == {span for span in found if t in (span.first, span.last)}
