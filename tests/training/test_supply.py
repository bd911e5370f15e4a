"""Clips for the steps of a run: the same ones for the same seed, used as often as the course says."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
import torch

from napari_cotracker.training import supply as supplying
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import Clips, ClipSizes
from napari_cotracker.training.options import Lesson, TrainOptions, find_preset
from napari_cotracker.training.studio import Studio
from napari_cotracker.training.supply import Supply

CPU = torch.device("cpu")
LESSON = Lesson(0.5, 4, (32, 32), 2, 6, 2)
NEXT = Lesson(1.0, 6, (32, 40), 3, 5, 2)
TINY = find_preset("tiny").options
FRESH = replace(TINY, reuse=1.0, pool=1, solid=0.0)
REUSED = replace(TINY, reuse=3.0, pool=8, solid=0.0)
MIXED = replace(FRESH, solid=0.5)


def batches(options: TrainOptions, seed: int, steps: list[int], lesson: Lesson = LESSON) -> list[Clips]:
    with closing(Supply(options, seed, CPU)) as supply:
        return [supply.batch(step, lesson) for step in steps]


def same(one: Clips, other: Clips) -> bool:
    return torch.equal(one.video, other.video) and torch.equal(one.xy, other.xy)


@pytest.mark.parametrize("options", [FRESH, REUSED, MIXED])
def test_a_run_gets_the_same_clips_again(options: TrainOptions) -> None:
    first, again = (batches(options, 3, [0, 1, 2]) for _ in range(2))
    assert all(same(one, other) for one, other in zip(first, again, strict=True))


def test_a_step_gets_its_clips_whatever_came_before() -> None:
    following, jumped = batches(FRESH, 3, [0, 1, 2]), batches(FRESH, 3, [2])
    assert same(following[2], jumped[0])
    assert not same(following[0], following[1])


def test_another_seed_gets_other_clips() -> None:
    assert not same(batches(FRESH, 3, [0])[0], batches(FRESH, 4, [0])[0])


@pytest.mark.parametrize("options", [FRESH, REUSED, replace(REUSED, reuse=2.5, pool=2)])
@pytest.mark.parametrize("batch", [1, 3])
def test_a_batch_has_the_lessons_size_however_often_clips_are_used(options: TrainOptions, batch: int) -> None:
    for clips in batches(options, 5, list(range(5)), replace(LESSON, batch=batch)):
        assert clips.video.shape == (batch, 4, 3, 32, 32)
        assert clips.queries.shape == (batch, 6, 3)
        assert clips.xy.shape == (batch, 4, 6, 2)


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ClipSizes]]:
    """What is asked of the workshop."""
    asked: list[ClipSizes] = []

    class Counting(supplying.Workshop.func):  # type: ignore[misc,name-defined]
        def make(self, chance: Chance, sizes: ClipSizes) -> Clips:
            asked.append(sizes)
            return super().make(chance, sizes)

    monkeypatch.setattr(supplying, "Workshop", lambda chance, photos: Counting(chance, 3, 32, photos))
    yield asked


def test_reused_clips_are_drawn_that_much_less_often(drawings: list[ClipSizes]) -> None:
    batches(REUSED, 5, list(range(6)), replace(LESSON, batch=3))
    assert [sizes.clips for sizes in drawings[:6]] == [1] * 6
    drawings.clear()
    batches(FRESH, 5, list(range(3)), replace(LESSON, batch=3))
    assert [sizes.clips for sizes in drawings[:3]] == [3] * 3


def test_as_many_clips_as_the_course_says_show_solid_bodies(
    drawings: list[ClipSizes], monkeypatch: pytest.MonkeyPatch
) -> None:
    solid: list[ClipSizes] = []

    class Counting(Studio):
        def make(self, chance: Chance, sizes: ClipSizes) -> Clips:
            solid.append(sizes)
            return super().make(chance, sizes)

    monkeypatch.setattr(supplying, "Studio", Counting)
    for share in (0.0, 0.5, 1.0):
        drawings.clear()
        solid.clear()
        given = batches(replace(MIXED, solid=share), 5, list(range(6)), replace(LESSON, batch=3))
        assert all(len(clips) == 3 for clips in given)
        flat, bodies = (sum(sizes.clips for sizes in asked) for asked in (drawings, solid))
        # one batch is drawn ahead
        assert flat + bodies in (18, 21)
        assert abs(bodies / (flat + bodies) - share) < 0.25
        assert bool(flat) == (share < 1)
        assert bool(bodies) == (share > 0)


def test_the_next_batch_is_drawn_ahead(drawings: list[ClipSizes]) -> None:
    with closing(Supply(FRESH, 1, CPU)) as supply:
        supply.batch(0, LESSON)
        waited = time.monotonic()
        while len(drawings) < 2 and time.monotonic() < waited + 20:
            time.sleep(0.01)
        assert len(drawings) == 2


def test_long_clips_are_asked_about_from_their_beginning(drawings: list[ClipSizes]) -> None:
    batches(FRESH, 1, [0], replace(LESSON, length=TINY.network.window))
    batches(FRESH, 1, [0], replace(LESSON, length=TINY.network.window + 1))
    assert drawings[0].first < drawings[-1].first


def test_a_new_lesson_starts_with_an_empty_pool() -> None:
    with closing(Supply(REUSED, 2, CPU)) as supply:
        for step in range(3):
            supply.batch(step, LESSON)
        for step in range(3, 5):
            clips = supply.batch(step, NEXT)
            assert clips.video.shape == (3, 6, 3, 32, 40)
            assert clips.queries.shape == (3, 5, 3)


def test_clips_come_out_of_the_pool_with_other_augmentation() -> None:
    shown = torch.cat([clips.video for clips in batches(replace(REUSED, pool=1), 6, list(range(3)))])
    assert len({video.numpy().tobytes() for video in shown}) > 3


def test_the_thread_ends_with_the_supply() -> None:
    before = threading.active_count()
    supply = Supply(FRESH, 1, CPU)
    supply.batch(0, LESSON)
    assert threading.active_count() == before + 1
    supply.close()
    assert threading.active_count() == before


def test_a_mishap_while_drawing_reaches_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(chance: Chance, photos: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(supplying, "Workshop", fails)
    with closing(Supply(FRESH, 1, CPU)) as supply, pytest.raises(MemoryError, match="no room"):
        supply.batch(0, LESSON)


@pytest.mark.parametrize("options", [FRESH, REUSED])
def test_queries_stay_early_where_windows_slide(options: TrainOptions) -> None:
    longer = replace(LESSON, length=12, tracks=20)
    on_first = torch.cat([clips.queries[..., 0] == 0 for clips in batches(options, 8, list(range(6)), longer)])
    assert float(on_first.float().mean()) > 0.4
