"""The progress of a part."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.tasks.progress import scaled
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
