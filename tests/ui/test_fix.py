"""One correction on its way: what stays owed of it, and when it is settled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.gaps import Gap
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.fix import Fix
from napari_cotracker.ui.unfinished import owed_by


@pytest.fixture
def fix(qapp: object) -> Fix:
    """Of two tracks, with a first answer for both."""
    session = Session(10, (64, 48))
    session.add_points(0, [[1, 1], [2, 2]])
    gaps = [Gap(id, 0, 9, (1, 1), None, np.zeros((10, 2), np.float32)) for id in (0, 1)]
    fix = Fix(gaps, session.begin_run("again", [0, 1], joins=session.last_step), [owed_by(1, gap) for gap in gaps])
    fix.run.write(TrackUpdate(np.arange(1, 4), np.array([0, 1]), np.ones((3, 2, 2), np.float32),
                              *np.ones((2, 3, 2), np.float32), 0.5))
    return fix


def test_what_gives_way_stays_owed(fix: Fix) -> None:
    (owed,) = fix.give_way({0})
    assert owed.id == 0
    assert ([gap.id for gap in fix.gaps], [one.id for one in fix.owed]) == ([1], [1])
    assert fix.run.is_open
    fix.give_way({1})
    assert not fix.run.is_open
    assert not fix.is_settled


@pytest.mark.parametrize(("end", "is_settled"), [
    (lambda fix: fix.mailbox.finished.emit({"sides": (), "bad_frames": ()}, False), True),
    (lambda fix: fix.mailbox.finished.emit(None, True), False),
    (lambda fix: fix.mailbox.failed.emit(TrackingError("out of memory")), True), (lambda fix: fix.end(), False)])
def test_it_is_settled_by_an_end_of_its_own(fix: Fix, end: Callable[[Fix], object], is_settled: bool) -> None:
    landed: list[Fix] = []
    fix.landed.connect(landed.append)
    end(fix)
    fix.end()
    assert (landed, fix.is_settled, fix.run.is_open) == ([fix], is_settled, False)
