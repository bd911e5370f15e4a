"""The measures, against cases worked out by hand and against another way to count."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.evaluation.metrics import (
    THRESHOLDS,
    Scores,
    counted_cells,
    distances,
    mean_scores,
    queries_of,
    score,
)

NAN = float("nan")
SIZE = (256, 256)


def still(n_frames: int, n: int = 1) -> Any:
    return np.full((n_frames, n, 2), 100.0)


def score_errors(errors: list[float], truly: list[int], said: list[int], size: tuple[int, int] = SIZE) -> Scores:
    """One point, queried on frame 0, off by `errors` px to the right on the frames after it."""
    truth = still(len(errors) + 1)
    xy = truth.copy()
    xy[1:, 0, 0] += errors
    seen, visible = (np.array([1, *cells], bool)[:, None] for cells in (truly, said))
    return score(truth, seen, xy, visible, counted=counted_cells([0], len(truth)), size=size)


def test_a_perfect_tracker_has_full_marks() -> None:
    got = score_errors([0, 0, 0, 0], truly=[1, 1, 0, 1], said=[1, 1, 0, 1])
    assert got.within == got.jaccard == (1, 1, 1, 1, 1)
    assert (got.average_jaccard, got.delta_avg, got.occlusion_accuracy, got.survival) == (1, 1, 1, 1)
    assert (got.always_visible, got.median_error) == (0.75, 0)


def test_a_case_by_hand() -> None:
    # visible: 0.5 and 3 px off, said so; 0.5 px off but said occluded; 40 px off, said visible
    # occluded: one said visible, one not
    got = score_errors([0.5, 3, 0.5, 40, 7, 7], truly=[1, 1, 1, 1, 0, 0], said=[1, 1, 0, 1, 1, 0])
    assert got.within == (0.5, 0.5, 0.75, 0.75, 0.75)
    assert got.delta_avg == pytest.approx(0.65)
    # at 1 and 2 px: one hit; false alarms are the 3 px, the 40 px and the occluded one; four truly visible
    # from 4 px on: two hits; false alarms are the 40 px and the occluded one
    assert got.jaccard == (1 / 7, 1 / 7, 2 / 6, 2 / 6, 2 / 6)
    assert got.average_jaccard == pytest.approx((2 / 7 + 1) / 5)
    assert got.occlusion_accuracy == pytest.approx(4 / 6)
    assert got.always_visible == pytest.approx(4 / 6)
    assert got.median_error == pytest.approx(1.75)
    assert got.survival == 1


def test_a_threshold_is_not_within_itself() -> None:
    assert score_errors([1, 16], truly=[1, 1], said=[1, 1]).within == (0, 0.5, 0.5, 0.5, 0.5)


def test_distances_are_those_of_a_picture_of_256_pixels() -> None:
    got = score_errors([8, 8], truly=[1, 1], said=[1, 1], size=(1024, 128))  # 8 px of 1024 are 2 of 256
    assert got.within == (0, 0, 1, 1, 1) and got.median_error == 2
    seen, low = np.ones((2, 1)), still(2) + np.array([0, 8])
    high = score(still(2), seen, low, seen, counted=counted_cells([0], 2), size=(1024, 128))
    assert high.median_error == 16  # and 8 px of 128 in height are 16


def test_what_is_not_predicted_is_a_miss_and_not_visible() -> None:
    got = score_errors([NAN, 0], truly=[1, 1], said=[1, 1])
    assert got.within == got.jaccard == (0.5,) * 5
    assert (got.occlusion_accuracy, got.survival, got.median_error) == (0.5, 0, math.inf)
    assert score_errors([NAN], truly=[0], said=[1]).occlusion_accuracy == 1
    assert got.to_dict()["median_error"] is None


def test_a_point_that_is_never_visible_measures_only_what_can_be_measured() -> None:
    got = score_errors([0, 0], truly=[0, 0], said=[0, 1])
    assert (got.occlusion_accuracy, got.always_visible) == (0.5, 0)
    assert np.isnan([got.delta_avg, got.median_error, got.reappearance]).all()
    assert got.jaccard == (0,) * 5  # a false alarm is an alarm
    nothing = score_errors([0, 0], truly=[0, 0], said=[0, 0])
    assert math.isnan(nothing.average_jaccard) and nothing.to_dict()["average_jaccard"] is None


def test_survival_ends_with_the_first_failure_that_can_be_seen() -> None:
    assert score_errors([51, 0, 0, 0], truly=[1] * 4, said=[1] * 4).survival == 0
    assert score_errors([50, 0, 51, 0], truly=[1] * 4, said=[1] * 4).survival == 0.5
    assert score_errors([50, 99, 51, 0], truly=[1, 0, 1, 1], said=[1] * 4).survival == 0.5


def test_survival_is_the_mean_over_tracks_and_goes_away_from_the_query_on_both_sides() -> None:
    truth, xy = still(5, 3), still(5, 3)
    xy[0, 0] += 200  # the far end of the first track's side before its query
    xy[3, 1] += 200  # the second track is lost at once after its own
    seen = np.ones((5, 3), bool)
    got = score(truth, seen, xy, seen, counted=counted_cells([2, 2, 2], 5, "strided"), size=SIZE)
    assert got.survival == pytest.approx((3 / 4 + 2 / 4 + 1) / 3)
    last = score(truth, seen, xy, seen, counted=counted_cells([3, 3, 4], 5), size=SIZE)
    assert last.survival == 1  # a track without a frame to survive is no track


def test_a_return_is_measured_after_an_absence_and_for_ten_frames() -> None:
    absences = [1, 0, 0, 1, 0, 0, 0] + [1] * 11  # two frames, then three
    errors = [9, 9, 9, 9, 9, 9, 9] + [2] * 6 + [4] * 4 + [9]
    assert score_errors(errors, truly=absences, said=absences).reappearance == 2
    errors[-6:] = [4] * 6  # now five of each, were it not for an eleventh
    assert score_errors(errors, truly=absences, said=absences).reappearance == 3
    hidden = [1, 0, 0, 0, 1, 0, 1]  # a short gap within the return belongs to it, its hidden frame does not
    assert score_errors([9, 9, 9, 9, 1, 9, 3], truly=hidden, said=hidden).reappearance == 2
    assert math.isnan(score_errors([9, 9, 9], truly=[1, 0, 0], said=[1, 0, 0]).reappearance)


def test_being_out_of_sight_before_the_query_is_no_absence() -> None:
    seen = np.array([0, 0, 0, 1, 1, 1], bool)[:, None]
    assert math.isnan(score(still(6), seen, still(6), seen, counted=counted_cells([3], 6), size=SIZE).reappearance)


def test_before_a_query_in_the_middle_a_return_is_met_going_backward() -> None:
    seen = np.array([1, 0, 0, 0, 1, 1], bool)[:, None]
    xy = still(6)
    xy[0] += [3, 4]
    xy[5] += [6, 8]
    assert score(still(6), seen, xy, seen, counted=counted_cells([4], 6, "strided"), size=SIZE).reappearance == 5


def test_the_cells_that_count() -> None:
    assert_array_equal(counted_cells([0, 2, 3], 4), [[0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0]])
    assert_array_equal(counted_cells([0, 2], 4, "strided"), [[0, 1], [1, 1], [1, 0], [1, 1]])
    seen = np.zeros((12, 3), bool)
    seen[3:, 0] = seen[10, 2] = True
    assert_array_equal(queries_of(seen), [[3, 10], [0, 2]])
    assert_array_equal(queries_of(seen, "strided"), [[5, 10, 10], [0, 0, 2]])
    for wrong in (lambda: counted_cells([0], 2, "last"), lambda: queries_of(seen, "last")):
        with pytest.raises(CotrackerError, match="expected protocol first or strided, got 'last'"):
            wrong()


def slow_scores(truth: Any, seen: Any, xy: Any, said: Any, counted: Any) -> dict[str, float]:
    """The definitions, cell by cell."""
    counts: dict[str, float] = {}
    for limit in THRESHOLDS:
        true_positive = false_positive = visible = near = 0
        for cell in zip(*np.nonzero(counted), strict=True):
            close = math.dist(truth[cell], xy[cell]) < limit
            visible += seen[cell]
            near += seen[cell] and close
            true_positive += seen[cell] and close and said[cell]
            false_positive += said[cell] and not (seen[cell] and close)
        counts[f"within_{limit}"] = near / visible
        counts[f"jaccard_{limit}"] = true_positive / (visible + false_positive)
    return counts


@pytest.mark.parametrize("protocol", ["first", "strided"])
def test_another_way_to_count_comes_to_the_same(protocol: str) -> None:
    random = np.random.default_rng(3)
    seen = random.random((20, 9)) < 0.7
    truth = random.uniform(0, 256, (20, 9, 2))
    frames, points = queries_of(seen, protocol)
    truth, seen = truth[:, points], seen[:, points]
    xy = truth + random.normal(0, 5, truth.shape)
    said = random.random(seen.shape) < 0.6
    counted = counted_cells(frames, 20, protocol)
    got = score(truth, seen, xy, said, counted=counted, size=SIZE)
    expected = slow_scores(truth, seen, xy, said, counted)
    assert {name: got.to_dict()[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    assert got.delta_avg == pytest.approx(np.mean([expected[f"within_{limit}"] for limit in THRESHOLDS]))
    assert got.occlusion_accuracy == pytest.approx((seen == said)[counted].mean())


def test_the_mean_is_over_clips_and_skips_what_is_not_known() -> None:
    one = score_errors([0, 0, 0, 0], truly=[1] * 4, said=[1] * 4)
    other = score_errors([3], truly=[1], said=[1])
    unknown = score_errors([0], truly=[0], said=[0])
    mean = mean_scores([one, other, unknown])
    assert mean.within == pytest.approx((0.5, 0.5, 1, 1, 1)) and mean.delta_avg == pytest.approx(0.8)
    assert mean.occlusion_accuracy == 1 and mean.always_visible == pytest.approx(2 / 3)
    assert mean.median_error == 1.5 and math.isnan(mean.reappearance)
    assert set(mean_scores([]).to_dict().values()) == {None}


def test_scores_are_plain_values() -> None:
    facts = score_errors([0.5, 3], truly=[1, 1], said=[1, 1]).to_dict()
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert (facts["within_1"], facts["jaccard_16"], facts["reappearance"]) == (0.5, 1, None)


def test_shapes_that_disagree_are_refused() -> None:
    with pytest.raises(CotrackerError, match=r"one shape \(T, N\), got \(3, 1\), \(2, 1\)"):
        score(still(3), np.ones((3, 1)), still(2), np.ones((3, 1)), counted=np.ones((3, 1)), size=SIZE)


def test_an_empty_clip_measures_nothing() -> None:
    none = np.zeros((0, 2), bool)
    assert set(score(still(0, 2), none, still(0, 2), none, counted=none, size=SIZE).to_dict().values()) == {None}
    assert distances(still(0), still(0)).shape == (0, 1)
