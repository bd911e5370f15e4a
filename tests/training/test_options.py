"""Courses: which lesson comes when, and networks that may ship."""

from __future__ import annotations

import json

import pytest
import torch

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.model import CoTracker3, CoTracker3Config
from napari_cotracker.training.options import PRESETS, Lesson, TrainOptions, find_preset

EACH = sorted(PRESETS)


def parameters_of(config: CoTracker3Config) -> int:
    with torch.device("meta"):
        return sum(p.numel() for p in CoTracker3(config).parameters())


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 0), (0.25, 0), (0.3, 1), (0.61, 1), (0.65, 2), (0.99, 2), (1.0, 2), (1.5, 2)]
)
def test_lessons_follow_one_another(share: float, expected: int) -> None:
    options = find_preset("compact").options
    assert options.lesson(share) is options.lessons[expected]


@pytest.mark.parametrize("name", EACH)
def test_every_course_is_complete(name: str) -> None:
    preset = find_preset(name)
    options = preset.options
    ends = [lesson.until for lesson in options.lessons]
    assert ends == sorted(set(ends))
    assert ends[-1] == 1
    assert preset.title
    for lesson in options.lessons:
        assert not any(side % 8 for side in lesson.size)
        assert lesson.batch % 2 == 0  # two processes share it
        # the smallest map of the pyramid must hold a picture
        assert min(lesson.size) / options.network.stride >= 2 ** (options.network.levels - 1)
    assert options.lessons[0].length <= options.network.window < options.lessons[-1].length


def test_the_compact_network_is_small_enough_to_ship() -> None:
    count = parameters_of(find_preset("compact").options.network)
    assert count > 4e6
    assert 2 * count < 16e6  # bytes in float16


def test_the_small_ones_are_smaller() -> None:
    small, tiny = (parameters_of(find_preset(name).options.network) for name in ("small", "tiny"))
    assert tiny < 1e5 < small < 2e6


@pytest.mark.parametrize("name", EACH)
def test_options_are_plain_values(name: str) -> None:
    options = find_preset(name).options
    values = json.loads(json.dumps(options.to_dict()))
    assert CoTracker3Config.from_dict(values["network"]) == options.network
    assert len(values["lessons"]) == len(options.lessons)
    assert values["rate"] == options.rate


def test_options_have_defaults_that_draw_every_clip_anew() -> None:
    options = TrainOptions(CoTracker3Config(), (Lesson(1.0, 8, (64, 64), 1, 4, 2),))
    assert (options.reuse, options.pool) == (1.0, 1)


def test_an_unknown_course_is_one_clear_error() -> None:
    with pytest.raises(TrackingError, match=r"expected a course out of compact, further, small, tiny; got 'huge'"):
        find_preset("huge")
