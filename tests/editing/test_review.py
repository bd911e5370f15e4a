"""Going through the queue: what comes next, what does not come back, what undo restores."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.core.cues import Cue
from napari_cotracker.core.errors import EditError
from napari_cotracker.core.ranking import order
from napari_cotracker.core.tracks import Source
from napari_cotracker.editing.review import Review
from tests.doubtful_clips import SIZE, Sheet, jump, sheet, spoiled, waver


def faulty() -> Sheet:
    """Three faults, of which that of track 50 is the worst and that of track 70 the least."""
    clip = sheet()
    for track in (2, 5, 7):
        clip.anchor(79, track)
    waver(clip, 5, range(50, 57), 0.3)
    waver(clip, 2, range(20, 27), 0.5)
    waver(clip, 7, range(10, 17), 0.7)
    return clip


def verify(clip: Sheet, review: Review) -> None:
    """The person says that the present moment is right."""
    moment = review.current
    assert moment
    clip.anchor(moment.frame, moment.id // 10, Source.VERIFIED)
    review.update([moment.id], [moment.frame])


def test_the_worst_comes_first_and_the_end_is_told() -> None:
    clip = faulty()
    review = Review(clip)
    assert review.current is None
    assert review.left() == 3
    seen = []
    while moment := review.next():
        seen.append((moment.id, moment.frame))
        verify(clip, review)
    assert seen == [(50, 53), (20, 23), (70, 13)]
    assert review.is_done
    assert review.current is None


def test_a_moment_is_moved_on_from_only_by_asking() -> None:
    review = Review(faulty())
    moment = review.next()
    assert review.remaining()[0] == review.current == moment


def test_what_was_passed_over_comes_back_when_its_cells_change() -> None:
    clip = faulty()
    review = Review(clip)
    first = review.next()
    assert first
    review.next()
    assert [moment.id for moment in review.remaining()] == [20, 70]
    waver(clip, 5, range(50, 57), 0.25)
    review.update([50], range(45, 60))
    assert [moment.id for moment in review.remaining()] == [50, 20, 70]


def test_changes_elsewhere_do_not_bring_it_back() -> None:
    clip = faulty()
    review = Review(clip)
    review.next()
    review.next()
    clip.confidence[30:40, 5] = 0.97
    review.update([50], range(30, 40))
    review.update([20], [50])
    assert [moment.id for moment in review.remaining()] == [20, 70]


def test_a_correction_that_made_it_worse_is_asked_about_again() -> None:
    clip = faulty()
    review = Review(clip)
    review.next()
    clip.anchor(53, 5)
    review.update([50], [53])
    waver(clip, 5, range(54, 78), 0.2)
    review.update([50], range(54, 78))
    assert review.next().id == 50


def test_a_correction_whose_run_comes_later_is_asked_about_only_then() -> None:
    clip = faulty()
    review = Review(clip)
    review.next()
    clip.anchor(53, 5)
    review.update([50], [53])
    assert review.next().id == 20
    waver(clip, 5, range(54, 78), 0.2)
    review.update([50], range(54, 78))
    assert review.next().id == 50


def test_tracks_that_are_being_tracked_are_held_back() -> None:
    review = Review(faulty())
    review.hold([50])
    assert review.next().id == 20
    review.release([50])
    assert review.next().id == 50


def test_of_a_long_stretch_the_rest_comes_back() -> None:
    clip = sheet()
    clip.anchor(79, 4)
    waver(clip, 4, range(10, 70), 0.3)
    review, frames = Review(clip), []
    while moment := review.next():
        frames.append(moment.frame)
        verify(clip, review)
    assert len(frames) >= 3
    assert np.diff(sorted(frames)).min() > 5


def test_going_back_and_on_again() -> None:
    review = Review(faulty())
    first, second = review.next(), review.next()
    assert review.back() == first == review.current
    assert review.back() is None
    assert review.current == first
    assert review.left() == 3
    assert review.next() == second


def test_what_was_skipped_can_be_recalled() -> None:
    clip = faulty()
    review = Review(clip)
    review.next()
    verify(clip, review)
    assert review.next().id == 20
    assert review.skip().id == 70
    assert [moment.id for moment in review.remaining()] == [70]
    assert review.recall() == 1
    assert [moment.id for moment in review.remaining()] == [20, 70]


def test_the_bound_decides_what_is_asked_for() -> None:
    review = Review(faulty())
    scores = [moment.score for moment in review.remaining(0)]
    assert scores == sorted(scores, reverse=True)
    assert review.left(scores[0]) == 0
    review.quality = 1 - scores[1]
    assert review.left() == 1
    review.next()
    assert review.next() is None
    with pytest.raises(EditError, match="quality from 0 to 1, got 80"):
        review.quality = 80


def test_all_that_remains_below_a_bound_is_accepted_at_once() -> None:
    clip = faulty()
    review = Review(clip)
    bound = review.remaining()[1].score
    ids, frames = review.accept_rest(bound)
    assert list(zip(ids.tolist(), frames.tolist()))[:2] == [(20, 23), (70, 13)]
    for id, frame in zip(ids.tolist(), frames.tolist()):
        clip.anchor(frame, id // 10, Source.VERIFIED)
    review.update(ids.tolist(), frames.tolist())
    assert [moment.id for moment in review.remaining()] == [50]


def test_in_the_order_of_time() -> None:
    review = Review(faulty())
    review.is_by_time = True
    assert [moment.id for moment in review.remaining()] == [70, 20, 50]


def test_only_some_tracks_or_groups() -> None:
    review = Review(faulty(), group_of=lambda id: "wing" if id < 60 else "tail")
    review.limit(ids=[20, 70])
    assert [moment.id for moment in review.remaining()] == [20, 70]
    review.limit(groups=["wing"])
    assert [moment.id for moment in review.remaining()] == [50, 20]
    review.limit(ids=[20, 70], groups=["wing"])
    assert review.next().id == 20
    review.limit()
    assert review.left() == 3


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 300), st.sampled_from([0.2, 0.8, 1.0]), st.booleans(), st.sets(st.integers(0, 15)))
def test_the_next_one_is_the_first_of_all_that_remain(seed: int, quality: float, by_time: bool, held: set[int]) -> None:
    review = Review(spoiled(seed, 30))
    review.quality, review.is_by_time = quality, by_time
    review.hold(10 * track for track in held)
    all_of_them = [one for one in order(review.remaining(0), by_time=by_time) if one.score > 1 - quality]
    assert review.remaining() == all_of_them and review.left() == len(all_of_them)
    assert review.is_done is (not all_of_them)
    assert review.next() == (all_of_them[0] if all_of_them else None)


def test_a_track_is_looked_at_once_for_an_answer_however_many_moments_it_has() -> None:
    asked: list[int] = []

    def group_of(id: int) -> str:
        asked.append(id)
        return "wing"

    review = Review(spoiled(3, 300), group_of=group_of)
    review.limit(groups=["wing"])
    many = review.remaining(0)
    for answer in (review.next, review.left, lambda: review.is_done):
        asked.clear()
        answer()
        assert len(asked) == len(set(asked)) < len(many)


def test_both_sides_are_asked_for_by_id() -> None:
    clip = sheet()
    clip.anchor(79, 8)
    doubt = np.full(80, np.nan, np.float32)
    doubt[30:50] = 30
    review = Review(clip, doubt_of={80: doubt}.get)
    moment = review.next()
    assert moment
    assert (moment.id, moment.cue, moment.reason) == (80, Cue.DISAGREEMENT, "forward and backward are 30 px apart")


def test_sides_that_come_later_are_asked_for_once_it_is_told() -> None:
    clip, doubts = sheet(), {}
    review = Review(clip, doubt_of=doubts.get)
    assert review.next() is None
    doubts[80] = np.full(80, 30, np.float32)
    assert review.next() is None, "nobody has said so yet"
    review.reconsider([80, 9999])
    moment = review.next()
    assert moment is not None
    assert (moment.id, moment.cue) == (80, Cue.DISAGREEMENT)


def test_a_start_counts_as_checked() -> None:
    clip = sheet()
    clip.source[0] = Source.PREDICTED
    far = {moment.id: moment.reason for moment in Review(clip).remaining(0)}
    assert far[0] == "no frame of it was checked yet"
    near = {moment.id: moment.reason for moment in Review(clip, start_of=lambda id: 40).remaining(0)}
    assert "no frame of it was checked yet" not in near.values()


def test_undo_restores_the_place_in_the_queue() -> None:
    clip = faulty()
    review = Review(clip)
    review.next()
    before, cells = json.loads(json.dumps(review.state())), clip.pick(np.arange(16))
    asked = review.remaining()
    verify(clip, review)
    review.next()
    verify(clip, review)
    review.next()
    clip.source[:], clip.state[:] = cells.source, cells.state
    review.update([50, 20], [53, 23])
    review.restore(before)
    assert review.current == asked[0]
    assert review.remaining() == asked
    assert review.back() is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 300), st.lists(st.sampled_from(["next", "skip", "back", "verify", "recall"]), max_size=12))
def test_any_walk_can_be_kept_and_restored(seed: int, walk: list[str]) -> None:
    clip = spoiled(seed, 30)
    review = Review(clip)
    for step in walk:
        if step != "verify":
            getattr(review, step)()
        elif review.current:
            clip.anchor(review.current.frame, list(clip.ids).index(review.current.id), Source.VERIFIED)
            review.update([review.current.id], [review.current.frame])
    state, other = json.loads(json.dumps(review.state())), Review(clip)
    other.restore(state)
    assert other.state() == state
    assert other.remaining(0) == review.remaining(0)
    assert other.current == review.current
    assert other.back() == review.back()


def test_a_track_that_is_gone_is_not_asked_about() -> None:
    clip = faulty()
    review = Review(clip)
    review.next()
    kept = clip.pick(np.array([n for n in range(16) if n != 5]))
    for name in ("xy", "visibility", "confidence", "state", "source", "ids"):
        setattr(clip, name, getattr(kept, name))
    review.update([50], range(80))
    assert review.current is None
    assert review.next().id == 20
    assert review.back() is None


@pytest.mark.parametrize(("n_frames", "tracks"), [(0, 0), (1, 1), (80, 0), (1, 16)])
def test_hardly_anything_to_review(n_frames: int, tracks: int) -> None:
    review = Review(sheet(n_frames).pick(np.arange(tracks)))
    assert list(review.steps()) is not None
    assert not review.is_stale
    assert review.next() is None
    assert review.is_done


def test_a_real_session_is_reviewed() -> None:
    from napari_cotracker.core.tracks import Tracks
    from napari_cotracker.editing.session import Session

    clip = sheet()
    jump(clip, 3, 40)
    session = Session.from_tracks(Tracks(clip.ids, clip.xy, clip.visibility, clip.confidence, clip.state, clip.source),
                                  SIZE)
    review = Review(session)
    moment = review.next()
    assert moment
    session.correct(moment.id, moment.frame, (100, 100))
    review.update([moment.id], [moment.frame])
    following = review.next()
    assert following is None or following.id != moment.id or following.frame != moment.frame
