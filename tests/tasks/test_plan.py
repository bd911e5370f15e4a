"""What a run will do, decided before anything is loaded."""

import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, TrackingError
from napari_cotracker.core.queries import Queries
from napari_cotracker.tasks.plan import TrackOptions, check_queries, estimate, licence_to_accept, make_plan, plan_passes
from napari_cotracker.tasks.recorder import Side
from tests.moving_films import Film
from tests.trackers.networks import small_file

FILM = Film(np.zeros((10, 40, 60, 3), np.uint8))


def at(*frames: int) -> Queries:
    return Queries(np.array(frames), np.full((len(frames), 2), 5.0))


@pytest.mark.parametrize(
    ("frames", "direction", "expected"),
    [
        ((3, 5), "both", [(range(3, 10), Side.AFTER), (range(5, -1, -1), Side.BEFORE)]),
        ((0,), "both", [(range(10), Side.AFTER)]),
        ((9,), "both", [(range(9, -1, -1), Side.BEFORE)]),
        ((3,), "forward", [(range(3, 10), Side.AFTER)]),
        ((3,), "backward", [(range(3, -1, -1), Side.BEFORE)]),
        ((0,), "backward", []),
    ],
)
def test_passes_start_at_the_outermost_queries(frames: tuple[int, ...], direction: str, expected: list) -> None:
    passes = plan_passes(10, at(*frames), direction, whole=False)
    assert [(one.frames, one.side) for one in passes] == expected


def test_a_tracker_of_both_sides_runs_once_over_everything() -> None:
    (one,) = plan_passes(10, at(4), "both", whole=True)
    assert (one.frames, one.side) == (range(10), Side.BOTH)
    assert [one.side for one in plan_passes(10, at(4), "forward", whole=True)] == [Side.AFTER]


def test_settings_reach_the_tracker_and_unknown_ones_are_refused() -> None:
    plan = make_plan(FILM, at(0), TrackOptions("lucas-kanade", settings={"radius": 9}))
    assert plan.entry.name == "lucas-kanade" and plan.settings.radius == 9
    deep = make_plan(FILM, at(0), TrackOptions(model="cotracker3", iters=3, resolution=(64, 96), device="cpu"))
    assert (deep.settings.iters, deep.settings.resolution, deep.settings.device) == (3, (64, 96), "cpu")
    with pytest.raises(TrackingError, match=r"radius.*got 'colour'"):
        make_plan(FILM, at(0), TrackOptions(settings={"colour": 1}))
    with pytest.raises(TrackingError, match="radius ≥ 3"):
        make_plan(FILM, at(0), TrackOptions(settings={"radius": 1}))


def test_numbers_of_numpy_and_devices_of_torch_are_as_good() -> None:
    torch = pytest.importorskip("torch")
    options = TrackOptions(iters=np.int64(4), support_grid=np.int32(0), resolution=np.array([64, 96]),
                           device=torch.device("cuda", 1))
    assert (options.device, options.resolution) == ("cuda:1", (64, 96))


@pytest.mark.parametrize("wrong", [
    {"direction": "up"}, {"iters": 0}, {"support_grid": -1}, {"resolution": (4, 4)}, {"iters": 2.5}, {"iters": "6"},
    {"resolution": 384}, {"resolution": (384, 512, 3)}, {"resolution": (38.4, 51)}, {"device": None}, {"device": "gpu"},
])
def test_options_without_sense_are_refused(wrong: dict) -> None:
    with pytest.raises(TrackingError, match="expected"):
        TrackOptions(**wrong)


@pytest.mark.parametrize("xy", [(-59, 0), (119, 79), (-0.4, 39.6)])
def test_points_near_the_picture_are_fine(xy: tuple[float, float]) -> None:
    check_queries(FILM, Queries(np.array([0]), np.array([xy])))


@pytest.mark.parametrize(("t", "xy"), [(0, (-61, 0)), (0, (0, 81)), (10, (5, 5)), (-1, (5, 5))])
def test_points_far_off_or_outside_the_clip_are_one_clear_error(t: int, xy: tuple[float, float]) -> None:
    with pytest.raises(TrackingError, match=r"expected .* got .*'point 0'"):
        check_queries(FILM, Queries(np.array([t]), np.array([xy])))


def test_an_estimate_loads_and_fetches_nothing_and_grows_with_the_work() -> None:
    few, many = (estimate(FILM, at(*[0] * n), TrackOptions(model="cotracker3")) for n in (1, 500))
    assert 0 < few.peak_bytes < many.peak_bytes and 0 < few.seconds < many.seconds


def test_an_estimate_knows_the_size_of_the_network_in_the_file() -> None:
    small, official = (
        estimate(FILM, at(0), TrackOptions(model="cotracker3", mode="online", checkpoint=path))
        for path in (small_file(), None)
    )
    assert small.seconds < official.seconds / 50


def test_the_licence_is_asked_for_official_weights_only() -> None:
    assert licence_to_accept(FILM, TrackOptions()) is None
    notice = licence_to_accept(FILM, TrackOptions(model="cotracker3"))
    assert notice is not None and notice.file == "scaled_offline.pth"
    with pytest.raises(CotrackerError):
        licence_to_accept(FILM, TrackOptions(model="nothing"))


def test_what_is_written_down_as_it_comes_takes_memory_of_its_own() -> None:
    video, queries = Film(np.zeros((90, 8, 8, 3), np.uint8)), Queries(np.zeros(50), np.ones((50, 2)))
    options = TrackOptions(model="still")
    extra = estimate(video, queries, options, kept=True).peak_bytes - estimate(video, queries, options).peak_bytes
    assert 50 <= extra / (90 * 50) <= 60
