"""A run from queries to tracks, with trackers that misbehave."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core import registry
from napari_cotracker.core.declarations import NoOptions, TrackerEntry
from napari_cotracker.core.errors import CheckpointError, TrackingError, VideoError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, Estimate, TrackJob, TrackUpdate
from napari_cotracker.core.tracks import Anchors, Source, State
from napari_cotracker.tasks.track import TrackOptions, track
from tests.generators import drain
from tests.moving_films import Film, moving_film
from tests.trackers.networks import small_file

Work = Callable[[TrackJob, Control], Iterator[TrackUpdate]]
QUERIES = Queries(np.array([2, 5]), np.array([[10, 11], [20, 21]]), np.array([3, 8]), ("a/x", "b"))


def film(n_frames: int = 8, bad: tuple[int, ...] = ()) -> Film:
    return Film(np.zeros((n_frames, 40, 60, 3), np.uint8), bad)


def stamp(job: TrackJob, t: int, queries: Queries | None = None) -> TrackUpdate:
    """One frame: x tells the frame, y the direction."""
    ids = (queries or job.queries).ids
    xy = np.empty((1, len(ids), 2), np.float32)
    xy[..., 0], xy[..., 1] = t, job.frames.step
    scores = np.full((1, len(ids)), 0.9, np.float32)
    done = (abs(t - job.frames[0]) + 1) / len(job.frames)
    return TrackUpdate(np.array([t]), ids, xy, scores, scores, done)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[TrackJob]]:
    """Registers a tracker ``fake`` made of a function, and gives the jobs that it was asked to do."""

    def register(work: Work, bidirectional: bool = False) -> list[TrackJob]:
        jobs: list[TrackJob] = []

        class Fake:
            def track(self, job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
                jobs.append(job)
                return work(job, control)

        known = dict(registry.trackers())
        make, estimate = (lambda settings: Fake()), (lambda job: Estimate(1, 1.0))
        entry = TrackerEntry("fake", "Fake", NoOptions, make, estimate, bidirectional)
        monkeypatch.setattr(registry, "trackers", lambda: {**known, "fake": entry})
        return jobs

    return register


def each_frame(job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
    for t in job.frames:
        if control.cancelled():
            return
        yield stamp(job, t)


FAKE = TrackOptions(model="fake")


def test_forward_counts_after_the_query_and_backward_before_it(fake: Any) -> None:
    jobs = fake(each_frame)
    updates, tracks = drain(track(film(), QUERIES, FAKE))
    assert [job.frames for job in jobs] == [range(2, 8), range(5, -1, -1)]
    for column, t_query in enumerate(QUERIES.t):
        assert tracks.xy[:, column, 0].tolist() == [QUERIES.xy[column, 0] if t == t_query else t for t in range(8)]
        assert (tracks.xy[:t_query, column, 1] == -1).all() and (tracks.xy[t_query + 1 :, column, 1] == 1).all()
        assert tracks.xy[t_query, column].tolist() == QUERIES.xy[column].tolist()
        assert tracks.visibility[t_query, column] == tracks.confidence[t_query, column] == 1
    assert (tracks.source == Source.PREDICTED).all() and (tracks.state == State.FROM_SCORES).all()
    done = [update.done for update in updates]
    assert done == sorted(done) and done[-1] == 1


def test_updates_hold_only_what_counts(fake: Any) -> None:
    fake(each_frame)
    updates, tracks = drain(track(film(), QUERIES, FAKE))
    for update in updates:
        if len(update.frames):
            given = np.isfinite(update.xy)
            columns = [tracks.ids.tolist().index(i) for i in update.ids]
            np.testing.assert_array_equal(update.xy[given], tracks.xy[np.ix_(update.frames, columns)][given])


def test_a_tracker_of_both_sides_runs_once(fake: Any) -> None:
    jobs = fake(each_frame, bidirectional=True)
    _, tracks = drain(track(film(), QUERIES, FAKE))
    assert [job.frames for job in jobs] == [range(8)]
    assert np.isfinite(tracks.xy).all()


@pytest.mark.parametrize(("direction", "known"), [("forward", slice(2, 8)), ("backward", slice(0, 3))])
def test_one_direction_leaves_the_rest_nan(fake: Any, direction: str, known: slice) -> None:
    fake(each_frame)
    _, tracks = drain(track(film(), QUERIES.select(np.array([0])), TrackOptions(model="fake", direction=direction)))
    where = np.zeros(8, bool)
    where[known] = True
    np.testing.assert_array_equal(np.isfinite(tracks.xy[:, 0, 0]), where)
    assert (tracks.source[~where, 0] == Source.NONE).all()


def test_anchors_hold_and_are_human(fake: Any) -> None:
    jobs = fake(each_frame)
    visible = np.array([State.VISIBLE], np.uint8)
    anchors = Anchors(np.array([3]), np.array([6]), np.array([[33, 34]], np.float32), visible)
    _, tracks = drain(track(film(), QUERIES, FAKE, anchors=anchors))
    assert tracks.xy[6, 0].tolist() == [33, 34] and tracks.source[6, 0] == Source.HUMAN
    assert tracks.source[2, 0] == Source.PREDICTED
    assert all(job.anchors is anchors for job in jobs)


def test_bad_frames_are_unknown(fake: Any) -> None:
    fake(each_frame)
    _, tracks = drain(track(film(bad=(4,)), QUERIES, FAKE))
    assert (tracks.state[4] == State.UNKNOWN).all() and (tracks.state[3] == State.FROM_SCORES).all()


def test_cancel_keeps_what_is_done_and_says_so(fake: Any) -> None:
    jobs = fake(each_frame)

    class Later(Control):
        asked = 0

        def cancelled(self) -> bool:
            self.asked += 1
            return self.asked > 4

    _, tracks = drain(track(film(), QUERIES, FAKE, control=Later()))
    assert len(jobs) == 1
    assert np.isfinite(tracks.xy[:, 0, 0]).any() and np.isnan(tracks.xy[7]).all()
    assert tracks.meta["runs"][0]["cancelled"] is True


@pytest.mark.parametrize("error", [RuntimeError("CUDA error: no kernel"), MemoryError(), KeyError("x"), IndexError()])
def test_whatever_a_tracker_raises_is_a_tracking_error(fake: Any, error: Exception) -> None:
    def fail(job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        yield stamp(job, job.frames[0])
        raise error

    fake(fail)
    with pytest.raises(TrackingError, match=r"fake (stopped with|ran out of memory)") as raised:
        drain(track(film(), QUERIES, FAKE))
    assert "\n" not in str(raised.value)


def test_errors_of_ours_pass_as_they_are(fake: Any) -> None:
    def fail(job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        raise CheckpointError("a damaged file")
        yield

    fake(fail)
    with pytest.raises(CheckpointError, match=r"^a damaged file$"):
        drain(track(film(), QUERIES, FAKE))


class FilmThatGoes(Film):
    """A film on a drive that may be unplugged."""

    is_gone = False

    @property
    def fingerprint(self) -> str:
        if self.is_gone:
            raise VideoError("cannot read 'film.mp4'")
        return "as it was"

    @fingerprint.setter
    def fingerprint(self, value: str) -> None:
        pass


@pytest.mark.parametrize("direction", ["forward", "both"])
def test_a_film_that_goes_away_takes_nothing_with_it(fake: Any, direction: str) -> None:
    clip = FilmThatGoes(np.zeros((8, 40, 60, 3), np.uint8))

    def unplugged(job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        if clip.is_gone:
            raise VideoError("cannot read 'film.mp4'")
        yield from each_frame(job, control)
        clip.is_gone = True

    fake(unplugged)
    run, tracks = track(clip, QUERIES, TrackOptions(model="fake", direction=direction)), None
    if direction == "forward":
        _, tracks = drain(run)
    else:
        with pytest.raises(TrackingError, match=r"^cannot read 'film.mp4'$") as raised:
            drain(run)
        tracks = raised.value.tracks
    assert tracks is not None and np.isfinite(tracks.xy[2:, 0]).all()
    assert tracks.meta["video"]["fingerprint"] == "as it was"
    assert tracks.meta["runs"][0]["cancelled"] is (direction == "both")


def test_an_array_that_cannot_be_hashed_is_refused_before_anything_is_tracked(fake: Any) -> None:
    class Torn(Film):
        @property
        def fingerprint(self) -> str:
            raise KeyError("chunk 0")

        @fingerprint.setter
        def fingerprint(self, value: str) -> None:
            pass

    jobs = fake(each_frame)
    with pytest.raises(TrackingError, match="chunk 0"):
        drain(track(Torn(np.zeros((8, 40, 60, 3), np.uint8)), QUERIES, FAKE))
    assert jobs == []


def test_weights_that_go_away_take_nothing_with_them(tmp_path: Path) -> None:
    weights = shutil.copyfile(small_file(), tmp_path / "mine.safetensors")
    clip, _ = moving_film(6)
    options = TrackOptions(checkpoint=weights, resolution=(64, 64))
    run = track(clip, Queries(np.array([0]), np.array([[60, 60]])), options)
    while not len(next(run).frames):
        pass
    weights.unlink()
    _, tracks = drain(run)
    assert tracks.meta["runs"][0]["checkpoint"]["name"] == "mine.safetensors"
    assert np.isfinite(tracks.xy).all()


class AddOnce(Control):
    """Hands in a point once, at the n-th question."""

    def __init__(self, queries: Queries, at: int) -> None:
        self.queries, self.at = queries, at

    def new_queries(self) -> Queries | None:
        self.at -= 1
        return self.queries if self.at == 0 else None


@pytest.mark.parametrize("takes_them", [True, False], ids=["tracker takes it up", "tracker ignores it"])
@pytest.mark.parametrize("at", [1, 5, 9])
@pytest.mark.parametrize("t", [0, 4, 7])
def test_added_points_are_tracked_on_both_sides_whenever_they_come(
    fake: Any, takes_them: bool, at: int, t: int
) -> None:
    added = Queries(np.array([t]), np.array([[30, 31]]), np.array([50]), ("new",))

    def listen(job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        extra = None
        for frame in job.frames:
            new = control.new_queries()
            extra = new if new is not None and takes_them else extra
            yield stamp(job, frame)
            if extra is not None:
                yield stamp(job, frame, extra)

    fake(listen)
    _, tracks = drain(track(film(), QUERIES, FAKE, control=AddOnce(added, at)))
    assert tracks.ids.tolist() == [3, 8, 50] and tracks.names[2] == "new"
    assert tracks.queries is not None and len(tracks.queries) == 3
    assert tracks.xy[t, 2].tolist() == [30, 31]
    if not takes_them:
        assert np.isfinite(tracks.xy[:, 2]).all()
    assert np.isfinite(tracks.xy[:, :2]).all()


def test_a_wrong_added_point_is_refused(fake: Any) -> None:
    def listen(job: TrackJob, control: Control) -> Iterator[TrackUpdate]:
        control.new_queries()
        yield stamp(job, job.frames[0])

    fake(listen)
    outside = Queries(np.array([99]), np.array([[1, 1]]), np.array([50]))
    with pytest.raises(TrackingError, match="frame 99"):
        drain(track(film(), QUERIES, FAKE, control=AddOnce(outside, 1)))


def test_the_meta_tells_how_the_tracks_were_made() -> None:
    clip, _ = moving_film(6)
    options = TrackOptions("lucas-kanade", settings={"radius": 8})
    _, tracks = drain(track(clip, Queries(np.array([0]), np.array([[60, 60]])), options))
    meta = tracks.meta
    assert meta["size"] == (160, 120) and meta["fps"] == (25, 1) and meta["frame_numbers"][0] == 1001
    assert meta["video"] == {"path": None, "fingerprint": "made up"}
    assert meta["created"].endswith("+00:00")
    (run,) = meta["runs"]
    assert run["model"] == run["tracker"] == "lucas-kanade"
    assert run["direction"] == "both" and run["cancelled"] is False
    assert run["licence"] == "BSD-3-Clause" and run["settings"]["radius"] == 8 and run["seconds"] >= 0


def test_one_frame_holds_the_queries_alone() -> None:
    updates, tracks = drain(track(film(1), Queries(np.array([0]), np.array([[60, 60]]))))
    assert tracks.xy.tolist() == [[[60, 60]]] and updates[-1].done == 1


def test_lucas_kanade_answers_on_both_sides_of_queries_on_any_frame() -> None:
    clip, where = moving_film(20)
    queries = Queries(np.array([0, 10, 19]), np.array([[60, 60], [80, 50], [100, 70]], np.float32))
    _, tracks = drain(track(clip, queries))
    truth = np.stack([np.concatenate([where(queries.xy[[n]], queries.t[n], t) for n in range(3)]) for t in range(20)])
    assert np.linalg.norm(tracks.xy - truth, axis=2).max() < 0.5
    assert (tracks.states() == State.VISIBLE).mean() > 0.95


def test_official_weights_without_consent_are_one_clear_error() -> None:
    with pytest.raises(CheckpointError, match=r"licence.*CC-BY-NC"):
        drain(track(film(), QUERIES, TrackOptions(model="cotracker3")))
