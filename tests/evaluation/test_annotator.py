"""The simulated person says the truth, the same one every time."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.evaluation.annotator import Annotator, Answer, choose_tracks
from tests.evaluation.annotated import clip_of, steady_hand, straight


def test_what_is_near_is_approved_where_it_is() -> None:
    person = steady_hand(clip_of(straight(5)))
    reply = person.answer(0, 2, np.array([25.0, 20.0], np.float32), True)
    assert reply.answer is Answer.VERIFY and reply.is_visible and reply.xy.tolist() == [25, 20]


@pytest.mark.parametrize("xy", [(25.1, 20.0), (np.nan, np.nan)])
def test_what_is_off_or_missing_is_placed_anew(xy: tuple[float, float]) -> None:
    person = steady_hand(clip_of(straight(5)))
    reply = person.answer(0, 2, np.array(xy, np.float32), False)
    assert reply.answer is Answer.CORRECT and reply.is_visible and reply.xy.tolist() == [21, 20]


@pytest.mark.parametrize(("said", "answer"), [(True, Answer.OCCLUDE), (False, Answer.VERIFY)])
def test_a_hidden_point_is_never_placed(said: bool, answer: Answer) -> None:
    person = steady_hand(clip_of(straight(5), np.arange(5)[:, None] != 2))
    reply = person.answer(0, 2, np.array([200.0, 20.0], np.float32), said)
    assert reply.answer is answer and not reply.is_visible and np.isnan(reply.xy).all()


def test_the_hand_trembles_alike_every_time_but_not_alike_everywhere() -> None:
    clip = clip_of(straight(2000, 2, speed=0.1))
    person = Annotator.of(clip, 2)
    off = np.array([person.place(0, t) for t in range(2000)]) - clip.xy[:, 0]
    assert 0.6 < off.std() < 0.8 and np.abs(off.mean(0)).max() < 0.1
    again = Annotator.of(clip, 1)
    assert (again.place(0, 7) == person.place(0, 7)).all()
    other = Annotator.of(clip_of(clip.xy, name="another"), 2)
    assert (other.place(0, 7) != person.place(0, 7)).all()
    assert not np.allclose(person.place(1, 7) - clip.xy[7, 1], person.place(0, 7) - clip.xy[7, 0])


def test_tolerance_is_of_a_picture_of_256_unless_native() -> None:
    clip = clip_of(straight(5), size=(1024, 512))
    assert (Annotator.of(clip, 1).tolerance, Annotator.of(clip, 1, is_native=True).tolerance) == (16, 4)


def test_errors_count_only_where_the_point_can_be_seen() -> None:
    person = steady_hand(clip_of(straight(3), [[True], [False], [True]]))
    xy = np.array([[[23.0, 24.0]], [[0.0, 0.0]], [[np.nan, np.nan]]], np.float32)
    assert person.error(xy)[:, 0].tolist() == [5, 0, np.inf]


def test_tracks_are_chosen_evenly_among_those_seen_long_enough() -> None:
    visible = np.ones((10, 9), bool)
    visible[3:, 4] = False
    assert choose_tracks(visible, 3).tolist() == [0, 5, 8]
    assert choose_tracks(visible, 99).tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    brief = np.arange(10)[:, None] == [2, 99]
    assert choose_tracks(brief, 5).tolist() == [0]
