"""A run as the panel sees it: phases, progress, and one edit whatever happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.ui.tracking import Phase, Progress, Tracking

from .conftest import CountingVideo
from .mouse import settle
from .workers import StubJob, StubWorker


class Bench:
    """A session of two points with a run over both."""

    def __init__(self, **options: Any) -> None:
        self.session = Session(12, (8, 6))
        self.session.add_points(0, [[1, 1], [2, 2]], placed=False)
        self.worker = StubWorker()
        self.tracking = Tracking(self.session, self.worker)
        self.ended: list[str] = []
        self.failed: list[Any] = []
        self.tracking.ended.connect(self.ended.append)
        self.tracking.failed.connect(self.failed.append)
        self.options = TrackOptions(model="lucas-kanade", **options)
        self.start()

    def start(self) -> None:
        self.tracking.start(CountingVideo(), self.session.queries, self.options, "track 2 points")

    @property
    def job(self) -> StubJob:
        return self.worker.jobs[-1]

    def tracked(self) -> int:
        return int(np.isfinite(self.session.cells.xy).all(-1).sum())


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    return Bench()


def test_rows_fill_while_it_runs_and_the_whole_is_one_edit(bench: Bench) -> None:
    assert bench.tracking.phase is Phase.RUNNING
    bench.job.answer(range(1, 6), 0.4)
    settle(0.02)
    assert bench.tracked() == 12
    assert bench.tracking.frames == range(1, 6)
    assert bench.session.undo_label == "place 2 points", "the run is not over"
    bench.job.answer(range(6, 12), 1.0)
    bench.job.finish({"meta": {"runs": [{"model": "lucas-kanade", "seconds": 3}]}, "bad_frames": [11]})
    settle(0.02)
    assert bench.tracking.phase is Phase.IDLE
    assert bench.ended == ["Tracked."]
    assert bench.session.undo_label == "track 2 points"
    (run,) = bench.session.runs
    assert (run["licence"], run["seconds"], run["cancelled"]) == ("BSD-3-Clause", 3, False)
    bench.session.undo()
    assert bench.tracked() == 2


def test_it_is_given_what_the_session_holds(bench: Bench) -> None:
    assert bench.job.task == "follow"
    assert bench.job.arguments["queries"].ids.tolist() == [0, 1]
    assert bench.job.arguments["options"] is bench.options


def test_pause_and_going_on(bench: Bench) -> None:
    bench.tracking.pause()
    assert bench.tracking.phase is Phase.PAUSED
    bench.tracking.pause()
    bench.tracking.resume()
    assert bench.tracking.phase is Phase.RUNNING
    assert bench.job.told == ["pause", "resume"]


def test_cancelling_keeps_what_is_done_with_its_licence(bench: Bench) -> None:
    bench.job.answer(range(1, 4))
    settle(0.02)
    bench.tracking.cancel()
    assert bench.tracking.phase is Phase.CANCELLING
    bench.tracking.cancel()
    assert bench.job.told == ["cancel"]
    bench.job.finish(None, cancelled=True)
    settle(0.02)
    assert bench.tracking.phase is Phase.IDLE
    assert bench.ended == ["Cancelled; what was tracked is kept."]
    assert bench.tracked() == 8
    assert (bench.session.runs[0]["licence"], bench.session.runs[0]["cancelled"]) == ("BSD-3-Clause", True)


def test_a_run_that_breaks_off_is_told_once_keeps_its_part_and_the_next_one_works(bench: Bench) -> None:
    bench.job.answer(range(1, 4))
    bench.job.fail(TrackingError("the tracking process was killed"))
    settle(0.02)
    assert [str(error) for error in bench.failed] == ["the tracking process was killed"]
    assert bench.tracked() == 8
    assert bench.session.undo_label == "track 2 points"
    bench.start()
    bench.job.answer(range(1, 12), 1.0)
    bench.job.finish()
    settle(0.02)
    assert bench.tracked() == 24


def test_a_run_that_changes_nothing_says_so(bench: Bench) -> None:
    bench.job.finish()
    settle(0.02)
    assert bench.ended == ["Nothing changed: these points were tracked already."]
    assert bench.session.undo_label == "place 2 points"


def test_points_that_come_later_are_handed_on_and_may_be_written(bench: Bench) -> None:
    ids = bench.session.add_points(4, [[3, 3]])
    bench.tracking.add(bench.session.queries_of(ids))
    assert [added.ids.tolist() for added in bench.job.added] == [[2]]
    bench.job.answer(range(5, 8), ids=[2])
    settle(0.02)
    assert np.isfinite(bench.session.cells.xy[5:8, 2]).all()


def test_only_one_run_at_a_time(bench: Bench) -> None:
    bench.start()
    assert len(bench.worker.jobs) == 1


def test_closing_ends_it_at_once_and_hears_nothing_more(bench: Bench) -> None:
    bench.job.answer(range(1, 4))
    settle(0.02)
    bench.tracking.close()
    assert bench.tracking.phase is Phase.IDLE
    assert bench.job.told == ["cancel"]
    bench.job.answer(range(4, 12))
    bench.job.finish(None, True)
    settle(0.05)
    assert bench.tracked() == 8
    assert not bench.session.is_running()
    assert bench.ended == []
    bench.tracking.close()


def test_progress_is_told_in_words() -> None:
    assert str(Progress()) == ""
    assert str(Progress(0.5, "frame 24", 3.14, 67.0)) == "frame 24 · 3.1 frames/s · 1:07 left"


@pytest.mark.parametrize(("seconds", "words"), [(7.9, "0:07"), (3599, "59:59"), (3884, "1:04:44"), (36000, "10:00:00")])
def test_time_left_is_told_in_hours_where_there_are_some(seconds: float, words: str) -> None:
    assert str(Progress(left=seconds)) == f"{words} left"


def test_rate_and_time_left_follow_from_the_share_that_is_done(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("napari_cotracker.ui.tracking.monotonic", lambda: now[0])
    bench = Bench(direction="forward")
    for seconds, done in ((0, 0.1), (2, 0.3), (4, 0.5)):
        now[0] = 100.0 + seconds
        bench.job.answer(range(1, 3), done)
        settle(0.02)
    assert bench.tracking.progress.rate == pytest.approx(0.4 * 12 / 4)
    assert bench.tracking.progress.left == pytest.approx(5.0)
    bench.tracking.pause()
    now[0] = 160.0
    bench.tracking.resume()
    now[0] = 162.0
    bench.job.answer(range(3, 6), 0.7)
    settle(0.02)
    assert bench.tracking.progress.left == pytest.approx(3.0), "time in a pause does not count"


def test_a_run_that_waits_for_something_more_urgent_says_so_and_does_not_count_the_time(
        qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("napari_cotracker.ui.tracking.monotonic", lambda: now[0])
    bench = Bench()
    said = []
    for seconds, done, message in ((100, 0.1, "frame 1"), (105, 0.2, "frame 2"), (106, 0.2, "paused"),
                                   (206, 0.2, "paused"), (207, 0.2, "frame 3"), (211, 0.3, "frame 4")):
        now[0] = float(seconds)
        bench.job.listener.updated(TrackUpdate.heartbeat(done, message))
        settle(0.02)
        said.append(str(bench.tracking.progress))
    assert said[1] == "frame 2 · 0.3 frames/s · 0:40 left"
    assert said[2] == said[3] == "waiting its turn · 0.3 frames/s · 0:40 left", "nobody paused it"
    assert said[5] == "frame 4 · 0.3 frames/s · 0:35 left"


def test_pausing_while_it_waits_anyway_counts_no_moment_twice(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("napari_cotracker.ui.tracking.monotonic", lambda: now[0])
    bench = Bench()
    for seconds, done, act in ((0, 0.1, None), (10, 0.2, None), (20, 0.2, bench.tracking.pause),
                               (30, 0.2, bench.tracking.resume), (40, 0.3, None)):
        now[0] = float(seconds)
        bench.job.listener.updated(TrackUpdate.heartbeat(done, "paused" if seconds == 10 else "frame 2"))
        settle(0.02)
        if act is not None:
            act()
    assert bench.tracking.progress.left == pytest.approx(0.7 * 20 / 0.2), "it went on from 0 to 10 and from 30 to 40"


def test_when_the_file_refuses_the_run_ends_in_words(bench: Bench, tmp_path: Path) -> None:
    bench.session.save_as(tmp_path / "a.cotracker")
    bench.job.answer(range(1, 4))
    settle(0.02)
    bench.session.close()
    bench.job.answer(range(4, 6))
    settle(0.02)
    (error,) = bench.failed
    assert "closed" in str(error)
    assert bench.job.told == ["cancel"]
    assert bench.tracking.phase is Phase.IDLE
    assert bench.tracked() == 8


def test_when_the_file_refuses_its_end_that_is_told(bench: Bench, tmp_path: Path) -> None:
    bench.session.save_as(tmp_path / "a.cotracker")
    bench.job.answer(range(1, 4))
    settle(0.02)
    bench.session.close()
    bench.job.finish(None)
    settle(0.02)
    assert "closed" in str(bench.failed[0])
    assert bench.ended == []
    assert bench.tracking.phase is Phase.IDLE
