"""How cells look: arrays only, no window."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.core.tracks import Source, Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.appearance import Appearance
from napari_cotracker.ui.colours import NO_VALUE
from napari_cotracker.ui.look import COLOURS, Look
from napari_cotracker.ui.selection import Selection

T, N = 8, 4


@pytest.fixture
def parts() -> tuple[Session, Look, Selection, Appearance]:
    xy = np.stack(np.meshgrid(10.0 * np.arange(N), np.arange(T)), -1).astype(np.float32)
    xy[:3, 3] = np.nan
    scores = np.where(np.isfinite(xy[..., 0]), 1, np.nan).astype(np.float32)
    visibility = scores.copy()
    visibility[:, 2] = 0
    source = np.full((T, N), Source.PREDICTED, np.uint8)
    source[4, 0] = Source.HUMAN
    tracks = Tracks(np.arange(N), xy, visibility, scores, source=source, meta={"size": (100, 100)})
    session, look, selection = Session.from_tracks(tracks), Look(), Selection()
    return session, look, selection, Appearance(session, look, selection)


def test_points_are_filled_ringed_or_left_out(parts: tuple[Session, Look, Selection, Appearance]) -> None:
    style = parts[3].points(0)
    assert style.shown.tolist() == [True, True, True, False]
    assert style.face[:, 3].tolist() == [1, 1, 0, 0]
    assert style.rim[3, 3] == 0
    assert style.rim_width[2] > style.rim_width[0]
    assert np.isfinite(style.xy).all()


def test_selected_points_and_anchors_stand_out(parts: tuple[Session, Look, Selection, Appearance]) -> None:
    _, look, selection, appearance = parts
    look.choose(size=10)
    selection.set([1])
    style = appearance.points(4)
    assert style.is_anchor.tolist() == [True, False, False, False]
    assert style.size[0] > style.size[3] == 10
    assert style.size[1] > 10
    assert style.rim[1, :3].min() == 1
    assert style.rim[0, :3].max() < 0.1, "dark around the bright colour of a good score"


def test_tails_link_what_is_seen(parts: tuple[Session, Look, Selection, Appearance]) -> None:
    style = parts[3].tails(np.arange(1, 5))
    assert style.xy.shape == (N, 4, 2)
    assert style.colours.shape == (N, 4, 4)
    assert style.linked.tolist() == [
        [True, True, True, False], [True, True, True, False], [False] * 4, [False, False, True, False]]


@pytest.mark.parametrize("by", COLOURS)
def test_everything_that_can_be_chosen_has_colours(
        parts: tuple[Session, Look, Selection, Appearance], by: str) -> None:
    _, look, _, appearance = parts
    look.choose(colour_by=by)
    colours = appearance.colours(np.arange(3))
    assert colours.shape == (3, N, 4)
    colours[:] = 0
    assert appearance.colours(np.arange(3)).any(), "the caller may write to them"
    grey = np.isclose(appearance.colours(np.array([4]))[0], NO_VALUE).all(-1).tolist()
    assert grey == {"anchor error": [False, True, True, True], "group": [True] * N}.get(by, [False] * N)


def test_a_change_of_groups_and_anchors_is_seen_after_forgetting(
        parts: tuple[Session, Look, Selection, Appearance]) -> None:
    session, look, _, appearance = parts
    look.choose(colour_by="group")
    before = appearance.colours(np.array([0]))
    session.regroup([1], "left")
    appearance.forget()
    assert (before[0, 1] != appearance.colours(np.array([0]))[0, 1]).any()
