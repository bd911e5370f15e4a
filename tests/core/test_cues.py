"""Every fault is noticed, by the right cue, where it is."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.core.cues import Cue, CueWeights, Curve, Evidence, gather, words
from napari_cotracker.core.neighbours import Neighbours
from napari_cotracker.core.tracks import Source, is_anchor
from tests.doubtful_clips import Sheet, blink, drift, jump, sheet, spoiled, strangers, swap, waver


def evidence_of(clip: Sheet, doubt: np.ndarray | None = None, weights: CueWeights | None = None) -> Evidence:
    columns = np.arange(len(clip.ids))
    neighbours = Neighbours(clip, clip.size)
    neighbours.compare(columns)
    return gather(clip, clip.size, columns, np.full(len(columns), -1), neighbours, doubt=doubt, weights=weights)


def peak(scores: np.ndarray) -> tuple[int, int]:
    t, n = np.unravel_index(scores.argmax(), scores.shape)
    return int(t), int(n)


def test_nothing_speaks_against_tracks_without_a_fault() -> None:
    assert evidence_of(sheet()).worst.max() < 0.2


def test_low_confidence_counts_where_a_point_is_in_sight() -> None:
    clip = sheet()
    waver(clip, 3, range(30, 40), 0.3)
    waver(clip, 4, range(30, 40), 0.3)
    clip.visibility[30:40, 4] = 0.1
    scores = evidence_of(clip).scores[Cue.LOW_CONFIDENCE]
    assert (scores[30:40, 3] > 0.8).all()
    assert (np.delete(scores, 3, 1) < 0.1).all()


def test_a_confidence_that_nobody_gave_is_not_low() -> None:
    clip = sheet()
    clip.confidence[:] = np.nan
    assert not evidence_of(clip).scores[Cue.LOW_CONFIDENCE].any()


def test_many_flips_weigh_more_than_one() -> None:
    clip = sheet()
    blink(clip, 2, range(40, 46))
    clip.visibility[40:, 7] = 0.1
    scores = evidence_of(clip).scores[Cue.FLIP]
    assert peak(scores)[1] == 2
    assert peak(scores)[0] in range(40, 46)
    assert 0.05 < scores[:, 7].max() < 0.6 * scores[:, 2].max()


def test_disagreement_is_scaled_by_the_picture() -> None:
    clip, half = sheet(), CueWeights().disagreement.half
    doubt = np.full(clip.state.shape, np.nan, np.float32)
    doubt[20:30, 6] = half
    assert evidence_of(clip, doubt).scores[Cue.DISAGREEMENT, 25, 6] == pytest.approx(0.5)
    clip.size = (512, 200)
    assert evidence_of(clip, 2 * doubt).scores[Cue.DISAGREEMENT, 25, 6] == pytest.approx(0.5)


def test_sides_that_agree_speak_for_a_track() -> None:
    clip = sheet()
    waver(clip, 3, range(30, 40), 0.5)
    alone = evidence_of(clip).worst[35, 3]
    doubt = np.zeros(clip.state.shape, np.float32)
    assert evidence_of(clip, doubt).worst[35, 3] < 0.5 * alone


def test_a_jump_is_noticed_where_it_lands() -> None:
    clip = sheet()
    jump(clip, 3, 40)
    assert peak(evidence_of(clip).scores[Cue.JUMP]) == (40, 3)


def test_a_track_that_always_trembles_does_not_jump() -> None:
    clip = sheet()
    clip.xy[:, 3] += np.random.default_rng(0).normal(0, 4, (80, 2))
    trembling = evidence_of(clip).scores[Cue.JUMP, :, 3].max()
    calm = sheet()
    jump(calm, 3, 40, 12)
    assert trembling < 0.6 * evidence_of(calm).scores[Cue.JUMP, :, 3].max()


def test_a_swap_is_noticed_on_both_tracks() -> None:
    clip = sheet()
    swap(clip, 5, 6, 50)
    scores = evidence_of(clip).worst
    assert {int(n) for n in np.flatnonzero(scores.max(0) > 0.3)} == {5, 6}
    assert set(scores[:, [5, 6]].argmax(0).tolist()) == {50}


def test_an_outlier_grows_with_what_it_slides_off() -> None:
    clip = sheet()
    drift(clip, 9, 30)
    scores = evidence_of(clip).scores[Cue.OUTLIER]
    assert (scores[:30].max(1) < 0.1).all()
    assert (scores[50:].argmax(1) == 9).all()
    assert scores[79, 9] > 0.3


def test_far_from_anchors_is_worse_than_near_but_never_much() -> None:
    clip = sheet(1000).pick(np.arange(2))
    clip.anchor(999, 0)
    scores = evidence_of(clip).scores[Cue.FAR]
    assert scores[500, 0] > scores[50, 0] > 0
    assert scores[999, 1] > scores[500, 1]
    assert scores.max() < 0.2


def test_leaving_the_picture_is_worth_a_look() -> None:
    clip = sheet()
    clip.xy[:, 1, 0] = np.linspace(100, 300, 80)
    scores = evidence_of(clip).scores[Cue.BORDER]
    first_outside = int(np.flatnonzero(clip.xy[:, 1, 0] > 255.5)[0])
    assert peak(scores) == (first_outside, 1)
    assert scores[first_outside, 1] > 0.2 > scores[first_outside + 10 :, 1].max()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_nothing_is_asked_of_anchors_and_empty_cells(seed: int) -> None:
    clip = spoiled(seed)
    found = evidence_of(clip, np.full(clip.state.shape, 20, np.float32))
    nothing = is_anchor(clip.source) | np.isnan(clip.xy[..., 0]) | (clip.source == Source.INTERPOLATED)
    assert not found.scores[:, nothing].any()
    assert np.isfinite(found.scores).all()
    assert found.scores.min() >= 0
    assert found.scores.max() <= 1
    assert found.scores.dtype == np.float32


def test_points_on_things_that_go_their_own_ways_are_no_doubts_of_one_another() -> None:
    found = evidence_of(strangers()).scores[Cue.OUTLIER]
    assert np.percentile(found, 90) < 0.2


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.permutations(range(16)))
def test_the_order_of_tracks_does_not_matter(seed: int, mixed: list[int]) -> None:
    clip = spoiled(seed)
    found = evidence_of(clip).scores
    np.testing.assert_allclose(evidence_of(clip.pick(np.array(mixed))).scores, found[:, :, mixed], atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(0, 15), min_size=1, unique=True))
def test_some_tracks_are_judged_as_among_all(seed: int, some: list[int]) -> None:
    clip = spoiled(seed)
    neighbours = Neighbours(clip, clip.size)
    neighbours.compare(np.arange(16))
    starts = np.full(16, 3)
    whole = gather(clip, clip.size, np.arange(16), starts, neighbours).scores
    part = gather(clip, clip.size, np.array(some), starts[some], neighbours).scores
    np.testing.assert_array_equal(part, whole[:, :, some])


@pytest.mark.parametrize(("n_frames", "tracks"), [(0, 4), (1, 4), (1, 1), (2, 1), (80, 1), (80, 0)])
def test_hardly_anything(n_frames: int, tracks: int) -> None:
    clip = sheet(n_frames).pick(np.arange(tracks))
    assert evidence_of(clip).scores.shape == (len(Cue), n_frames, tracks)


def test_cells_of_which_nothing_is_known() -> None:
    clip = SimpleNamespace(**vars(sheet(10)))
    clip.xy = np.full_like(clip.xy, np.nan)
    clip.visibility, clip.confidence = np.full((2, *clip.state.shape), np.nan, np.float32)
    neighbours = Neighbours(clip, (256, 256))
    neighbours.compare(np.arange(16))
    assert not gather(clip, (256, 256), np.arange(16), np.full(16, -1), neighbours).scores.any()


def test_a_cue_is_switched_off_by_its_weight() -> None:
    clip = sheet()
    waver(clip, 3, range(30, 40), 0.3)
    off = CueWeights(low_confidence=Curve(0, 0.1))
    assert not evidence_of(clip, weights=off).scores[Cue.LOW_CONFIDENCE].any()


def test_a_curve_is_half_its_top_at_its_half() -> None:
    amounts = np.array([-1, 0, 4, 1e6, np.nan, np.inf], np.float32)
    np.testing.assert_allclose(Curve(0.8, 4, 2)(amounts), [0, 0, 0.4, 0.8, 0, 0.8], atol=1e-6)


@pytest.mark.parametrize(
    ("cue", "amount", "expected"),
    [
        (Cue.LOW_CONFIDENCE, 0.213, "confidence 0.21"),
        (Cue.FLIP, 1, "visibility flips once in 10 frames"),
        (Cue.FLIP, 3, "visibility flips 3 times in 10 frames"),
        (Cue.DISAGREEMENT, 7.2, "forward and backward are 7 px apart"),
        (Cue.JUMP, 14.4, "jumps 14 px"),
        (Cue.OUTLIER, 6, "moves unlike its neighbours (6 px)"),
        (Cue.FAR, 120, "120 frames from the nearest anchor"),
        (Cue.FAR, 200, "no frame of it was checked yet"),
        (Cue.BORDER, -1, "leaves the picture"),
        (Cue.BORDER, 2, "at the border of the picture"),
    ],
)
def test_reasons_in_words(cue: Cue, amount: float, expected: str) -> None:
    assert words(cue, amount, 200) == expected
