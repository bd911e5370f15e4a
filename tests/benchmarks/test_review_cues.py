"""What the cues are measured with measures what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.review_cues import area, from_both_ends, from_one_point, judge, starts_of
from napari_cotracker.core.tracks import is_anchor
from napari_cotracker.evaluation.datasets import Clip
from tests.doubtful_clips import SIZE, sheet


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([0.1, 0.2, 0.8, 0.9], 1.0), ([0.9, 0.8, 0.2, 0.1], 0.0), ([0.1, 0.9, 0.1, 0.9], 0.5), ([0.5] * 4, np.nan)],
)
def test_the_area_under_the_curve(scores: list[float], expected: float) -> None:
    found = area(np.array(scores), np.array([False, False, True, True]))
    np.testing.assert_equal(found, expected)


@pytest.fixture
def clip_and_runs() -> tuple[Clip, dict[str, np.ndarray]]:
    """A film whose runs are exact, but for the backward one, which slides off."""
    truth = sheet()
    clip = Clip("sheet", Path("sheet.mp4"), truth.xy.astype(np.float64), np.ones(truth.state.shape, bool), SIZE)
    runs = {}
    for name in ("middle", "first", "last"):
        slid = np.linspace(30, 0, 80)[:, None, None] if name == "last" else 0
        runs |= {f"{name}_xy": truth.xy + np.float32(slid), f"{name}_visibility": truth.visibility,
                 f"{name}_confidence": truth.confidence}
    return clip, runs


def test_exact_tracks_have_no_wrong_cell(clip_and_runs: tuple[Clip, dict[str, np.ndarray]]) -> None:
    clip, runs = clip_and_runs
    solved = from_one_point(clip, runs)
    assert is_anchor(solved.tracks.source).sum() == 16
    judged = judge(clip, solved)
    assert judged.is_counted.all()
    assert not judged.is_wrong.any()
    assert not judged.hits.any()


def test_two_sides_disagree_between_their_anchors(clip_and_runs: tuple[Clip, dict[str, np.ndarray]]) -> None:
    clip, runs = clip_and_runs
    solved = from_both_ends(clip, runs)
    starts = starts_of(clip.visible)
    anchors = is_anchor(solved.tracks.source)
    assert anchors.sum() == 32
    assert anchors[starts["first"], np.arange(16)].all()
    assert anchors[starts["last"], np.arange(16)].all()
    assert solved.doubt is not None
    assert solved.doubt[30:50].min() > 5
    alone = judge(clip, solved._replace(doubt=None)).scores.max(0)
    assert judge(clip, solved).scores.max(0).mean() > 2 * alone.mean()
