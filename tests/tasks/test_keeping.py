"""A run that is written down as it comes: killed, it goes on and says what it would have said."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker import Queries, Session, Tracks, read_tracks, track
from napari_cotracker.core.errors import CotrackerError, EditError, TrackingError
from napari_cotracker.core.tracker import RemoteControl, TrackUpdate
from napari_cotracker.tasks import keeping
from napari_cotracker.tasks.keeping import LABEL, SETTING, forget, is_unfinished, place_for, track_kept
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.trackers import lucas_kanade
from napari_cotracker.trackers.still import StillTracker
from napari_cotracker.videos.writer import write_film
from tests.moving_films import moving_film

POINTS = [[0, 60, 50], [20, 80, 60], [50, 90, 70]]
LENGTH = 80
KEPT = Path("kept.cotracker")
CHILD = """
import sys, time
from napari_cotracker import track
from napari_cotracker.tasks import keeping
from napari_cotracker.trackers import lucas_kanade
lucas_kanade.FRAMES_PER_UPDATE, keeping.EVERY_SECONDS, keeping.SHARE = 4, 0.0, 1e9
track("film.mkv", {points}, model="lucas-kanade", session="kept.cotracker", resume=True,
      on_update=lambda update: time.sleep(0.1))
"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    write_film(path, iter(moving_film(LENGTH, turn=0.01)[0].frames), times=np.arange(LENGTH) / 25)
    return path


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.mkv").write_bytes(film.read_bytes())
    monkeypatch.setattr(lucas_kanade, "FRAMES_PER_UPDATE", 4)
    monkeypatch.setattr(keeping, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(keeping, "SHARE", 1e9)


def follow(resume: bool = True, **changes: Any) -> Tracks:
    values: dict[str, Any] = {"model": "lucas-kanade", "session": KEPT, "resume": resume}
    return track("film.mkv", POINTS, **(values | changes))


def test_a_session_that_refuses_its_run_is_not_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object, **named: object) -> None:
        raise EditError("cannot use the session: the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "begin_run", full)
        with pytest.raises(EditError, match="disk is full"):
            follow()
    assert [path.name for path in Path().iterdir()] == ["film.mkv"]


def answered() -> int:
    try:
        with closing(Session.open(KEPT, read_only=True)) as session:
            return int(np.isfinite(session.cells.xy).all(2).sum())
    except CotrackerError:
        return 0


def same(one: Tracks, other: Tracks) -> None:
    for name in ("ids", "xy", "visibility", "confidence", "state", "source"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


class Stops(RemoteControl):
    """Cancels after some answers."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def hear(self, update: TrackUpdate) -> None:
        self.left -= bool(len(update.frames))
        if not self.left:
            self.cancel()


def stopped(after: int, **changes: Any) -> Tracks:
    control = Stops(after)
    return follow(control=control, on_update=control.hear, **changes)


def test_a_run_that_is_killed_twice_goes_on_each_time_and_says_what_it_would_have_said() -> None:
    heard: list[TrackUpdate] = []
    whole, before = follow(session=None, resume=False, on_update=heard.append), 0
    all_of_it = sum(len(update.frames) for update in heard)
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", CHILD.format(points=POINTS)]) as child:
            until = time.monotonic() + 120
            while child.poll() is None and answered() < before + 40 and time.monotonic() < until:
                time.sleep(0.2)
            assert child.poll() is None
            child.send_signal(signal.SIGKILL)
        assert child.returncode == -signal.SIGKILL
        assert answered() >= before + 40  # all that was answered until then is there
        before = answered()
    heard.clear()
    same(follow(on_update=heard.append), whole)
    assert sum(len(update.frames) for update in heard) <= all_of_it - before // 3
    same(read_tracks(KEPT), whole)


def test_a_run_that_is_over_is_a_session_as_any_other_and_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = follow()
    with closing(Session.open(KEPT)) as session:
        assert session.steps == ()
        assert [(run["model"], run["cancelled"]) for run in session.runs] == [("lucas-kanade", False)]
    assert not is_unfinished(KEPT)
    monkeypatch.setattr(lucas_kanade.Run, "advance", lambda *_: pytest.fail("tracked again"))
    same(follow(), whole)


@pytest.mark.parametrize("direction", ["both", "forward", "backward"])
@pytest.mark.parametrize("after", [1, 17, 25])
def test_a_run_that_is_cancelled_goes_on_too(direction: str, after: int) -> None:
    whole = follow(session=None, resume=False, direction=direction)
    part = stopped(after, direction=direction)
    cut = bool(np.isnan(part.xy).sum() > np.isnan(whole.xy).sum())
    assert part.meta["runs"][0]["cancelled"] is is_unfinished(KEPT) is cut
    rest = follow(direction=direction)
    same(rest, whole)
    assert not rest.meta["runs"][0]["cancelled"] and not is_unfinished(KEPT)
    same(read_tracks(KEPT), whole)


def test_a_tracker_that_never_says_where_it_stands_goes_on_with_the_next_pass_or_begins_anew() -> None:
    whole = follow(session=None, resume=False, model="still")
    stopped(1, model="still")
    same(follow(model="still"), whole)


def test_it_can_be_looked_at_while_it_runs_and_a_second_run_is_refused() -> None:
    seen = []

    def look(update: TrackUpdate) -> None:
        if len(update.frames):
            np.testing.assert_array_equal(  # written before it is told
                read_tracks(KEPT).xy[update.frames], np.where(np.isnan(update.xy), read_tracks(KEPT).xy[update.frames],
                                                              update.xy))
            seen.append(update)
            with pytest.raises(EditError, match="open in another window"):
                follow()

    follow(on_update=look, direction="forward")
    assert len(seen) > 4


@pytest.mark.parametrize(("changes", "message"), [
    ({"model": "still"}, "expected model 'lucas-kanade' as in the run in 'kept.cotracker', got 'still'"),
    ({"direction": "forward"}, "expected direction 'both' .* got 'forward'"),
    ({"resume": False}, "which is there; go on with its run"),
    ({"queries": [[0, 60, 50]]}, r"expected the points of the run in 'kept.cotracker' \(3\), got others \(1\)"),
    ({"queries": [[0, 60, 50], [20, 80, 60], [50, 90, 71]]}, "got others"),
    ({"queries": Queries.from_array(POINTS, names=("a", "b", "c"))}, "got others"),
    ({"video": "other.mkv"}, "its pictures are others"), ({"video": "short.mkv"}, "its length or size is another"),
])
def test_a_run_of_something_else_is_refused_and_changes_nothing(changes: dict[str, Any], message: str) -> None:
    frames = moving_film(LENGTH)[0].frames
    write_film(Path("other.mkv"), iter(frames[::-1].copy()), times=np.arange(LENGTH) / 25)
    write_film(Path("short.mkv"), iter(frames[:9]), times=np.arange(9) / 25)
    stopped(6)
    before = read_tracks(KEPT)
    values: dict[str, Any] = {"video": "film.mkv", "queries": POINTS[:], "model": "lucas-kanade", "resume": True}
    if "short.mkv" in changes.values():
        changes = {**changes, "queries": [[0, 60, 50], [2, 80, 60], [5, 90, 70]]}
    with pytest.raises(CotrackerError, match=message):
        track(**(values | changes), session=KEPT)
    same(read_tracks(KEPT), before)


def test_what_a_person_did_to_it_since_is_not_undone_by_going_on() -> None:
    stopped(6)
    with closing(Session.open(KEPT)) as session:
        session.correct(0, 3, (1, 1))
    with pytest.raises(EditError, match=r"changed since .*'correct.* go on with it in the window"):
        follow()
    with closing(Session.open(KEPT)) as session:
        session.undo()
        assert session.steps[0].label == LABEL
    with pytest.raises(EditError, match="changed since"):
        follow()


def test_a_session_without_a_run_and_a_damaged_one_are_refused_in_a_sentence() -> None:
    with closing(Session.create("mine.cotracker", LENGTH, (160, 120))):
        pass
    with pytest.raises(EditError, match="which holds none; choose another name"):
        follow(session="mine.cotracker")
    stopped(6)
    with closing(Session.open(KEPT)) as session:
        session.set_setting(SETTING, {**session.settings[SETTING], "bookmark": "AAAA"})
    with pytest.raises(TrackingError, match=r"is damaged .*begin anew under another name"):
        follow()


def test_a_run_that_breaks_off_before_any_answer_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> Iterator[TrackUpdate]:
        raise RuntimeError("no cable")
        yield

    monkeypatch.setattr(StillTracker, "track", breaks)
    with pytest.raises(TrackingError, match="no cable"):
        follow(model="still")
    assert list(Path().glob("kept*")) == []


def test_a_disk_that_is_full_costs_the_session_but_not_the_tracks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = follow(session=None, resume=False)

    def full(*_: object) -> None:
        raise EditError("the disk is full")

    with monkeypatch.context() as patched, pytest.raises(EditError, match="full"):
        patched.setattr(Session, "set_setting", full)
        follow()
    assert not KEPT.exists()
    monkeypatch.setattr("napari_cotracker.editing.run.Run.write", full)
    with pytest.raises(TrackingError, match=r"could not be written .* the disk is full") as caught:
        track("film.mkv", POINTS, model="lucas-kanade", session="again.cotracker")
    assert caught.value.tracks is not None
    same(caught.value.tracks, whole)


def test_where_a_run_is_kept_and_how_it_is_forgotten() -> None:
    assert place_for(Path("a/film.cotracker")) == Path("a/film.cotracker")
    assert place_for(Path("a/tracks.npz")) == Path("a/tracks.npz.partial.cotracker")
    assert not is_unfinished(KEPT)
    stopped(6)
    assert is_unfinished(KEPT)
    forget(KEPT)
    assert list(Path().glob("kept*")) == []


def test_bookmarks_take_little_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "EVERY_SECONDS", 1000.0)
    noted = []
    whole = keeping._note
    monkeypatch.setattr(keeping, "_note", lambda *given: (noted.append(given[2]), whole(*given)))
    list(track_kept_here(TrackOptions(model="lucas-kanade")))
    assert len(noted) == 3  # at the beginning, the first one, and at the end


def track_kept_here(options: TrackOptions) -> Iterator[TrackUpdate]:
    from napari_cotracker import open_video

    with closing(open_video("film.mkv")) as film:
        yield from track_kept(film, Queries.from_array(POINTS), options, KEPT)
