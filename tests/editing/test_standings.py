"""Moments are brought up to date piece by piece, and are then what they would be from scratch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.core.ranking import Moment, order
from napari_cotracker.editing.standings import COMPARED, RANKED, Standings
from tests.doubtful_clips import Sheet, jump, sheet, spoiled, waver

PARTS = ("xy", "visibility", "confidence", "state", "source")


def become(clip: Sheet, other: Sheet) -> None:
    """The same object holds another's cells, as a session does after an edit."""
    for name in (*PARTS, "ids"):
        setattr(clip, name, getattr(other, name).copy())


def everything(standings: Standings) -> list[Moment]:
    return [moment for moments in standings.by_track.values() for moment in moments]


def fresh(clip: Sheet) -> list[Moment]:
    standings = Standings(clip)
    standings.refresh()
    return order(everything(standings))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 500), st.data())
def test_any_edits_end_as_from_scratch(seed: int, data: st.DataObject) -> None:
    clip, other = spoiled(seed, 30), spoiled(seed + 1, 30)
    standings = Standings(clip)
    for _ in range(3):
        if data.draw(st.booleans()):
            steps = standings.steps()
            for _ in range(data.draw(st.integers(0, 4))):
                next(steps, None)
        columns = data.draw(st.lists(st.integers(0, len(clip.ids) - 1), min_size=1, max_size=3, unique=True))
        for name in PARTS:
            frames = slice(*sorted(data.draw(st.tuples(st.integers(0, 30), st.integers(0, 30)))))
            getattr(clip, name)[frames, columns] = getattr(other, name)[frames, columns]
        standings.mark(clip.ids[columns].tolist())
        if data.draw(st.booleans()) and len(clip.ids) > 2:
            become(clip, clip.pick(np.setdiff1d(np.arange(len(clip.ids)), columns[:1])))
    standings.refresh()
    assert order(everything(standings)) == fresh(clip)


def test_tracks_come_and_go() -> None:
    whole = sheet()
    jump(whole, 3, 40)
    clip = whole.pick(np.arange(3))
    standings = Standings(clip)
    standings.refresh()
    become(clip, whole)
    assert standings.is_stale
    standings.refresh()
    assert order(everything(standings)) == fresh(clip)
    become(clip, whole.pick(np.array([0, 1, 2, 4, 5, 6])))
    standings.refresh()
    assert not [moment for moment in everything(standings) if moment.id == 30]
    assert order(everything(standings)) == fresh(clip)
    become(clip, whole.pick(np.arange(0)))
    standings.refresh()
    assert everything(standings) == []


def test_another_length_of_the_clip() -> None:
    clip = sheet(40)
    standings = Standings(clip)
    standings.refresh()
    other = sheet(80)
    waver(other, 4, range(60, 70), 0.4)
    become(clip, other)
    standings.refresh()
    assert order(everything(standings))[0].frame == 60


def test_work_comes_in_slices_and_says_how_far_it_is() -> None:
    clip = sheet(20)
    many = clip.pick(np.tile(np.arange(16), 5))
    many.ids = np.arange(80)
    shares = list(Standings(many).steps())
    assert len(shares) >= 80 / COMPARED + 80 / RANKED
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_only_what_an_edit_touches_is_ranked_again() -> None:
    clip = sheet(20)
    many = clip.pick(np.tile(np.arange(16), 10))
    many.ids = np.arange(160)
    many.xy += np.repeat(np.arange(10), 16)[:, None] * np.float32(300)  # ten sheets, far apart
    many.size = (3000, 3000)
    standings = Standings(many)
    standings.refresh()
    waver(many, 40, range(5, 9), 0.1)
    standings.mark([40])
    standings.mark([1234])  # of no such track
    assert sum(1 for _ in standings.steps()) <= 3
    assert {moment.id for moment in everything(standings) if moment.score > 0.5} == {40}


def test_of_a_large_session_less_is_done_in_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = spoiled(3, 64)
    usual = len(list(Standings(clip).steps()))
    monkeypatch.setattr("napari_cotracker.editing.standings.USUAL", 4)
    standings = Standings(clip)
    assert len(list(standings.steps())) >= 2 * usual
    assert order(everything(standings)) == fresh(clip)
