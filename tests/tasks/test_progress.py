"""The progress of a part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.tasks.progress import Cancelled, beats, scaled
from tests.generators import drain

closed = []


def run() -> Iterator[TrackUpdate]:
    try:
        for done in (0.0, 0.5, 1.0):
            yield TrackUpdate.heartbeat(done, "working")
    finally:
        closed.append(True)
    return "result"


def test_a_part_goes_from_its_start_to_its_end_and_hands_on_its_result() -> None:
    updates, result = drain(scaled(run(), 0.2, 0.6))
    assert [update.done for update in updates] == pytest.approx([0.2, 0.4, 0.6])
    assert updates[0].message == "working" and result == "result"


def test_what_is_closed_early_closes_its_part() -> None:
    part = scaled(run(), 0, 1)
    next(part)
    closed.clear()
    part.close()
    assert closed


class Asked(Control):
    """Pauses at the second question, and wants no more from some frame on."""

    def __init__(self, most: int) -> None:
        self.most, self.questions = most, 0

    def paused(self) -> bool:
        self.questions += 1
        return self.questions == 2

    def cancelled(self) -> bool:
        return self.questions > self.most


def test_every_frame_has_its_beat_and_a_pause_beats_without_one() -> None:
    found = [(update.done, frame) for update, frame in beats(range(5, 8), Asked(99))]
    assert found == [(pytest.approx(1 / 3), 5), (pytest.approx(1 / 3), None), (pytest.approx(2 / 3), 6), (1.0, 7)]


def test_no_frame_is_begun_once_nobody_wants_more() -> None:
    begun = []
    with pytest.raises(Cancelled):
        begun += [frame for _, frame in beats(range(3), Asked(0))]
    assert begun == []
