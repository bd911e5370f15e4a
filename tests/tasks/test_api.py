"""The calls that other programs rely on."""

import inspect

import numpy as np
import pytest

import napari_cotracker
from napari_cotracker import Queries, track
from napari_cotracker.core.errors import TrackingError, VideoError
from napari_cotracker.core.tracker import RemoteControl, TrackUpdate
from napari_cotracker.trackers import still
from tests.moving_films import moving_film


def test_an_array_and_a_list_of_points_are_enough() -> None:
    film, where = moving_film(6)
    tracks = track(film.frames, [[0, 60, 60], [3, 80, 50]])
    assert tracks.xy.shape == (6, 2, 2)
    assert np.linalg.norm(tracks.xy[5, 0] - where([(60, 60)], 0, 5)[0]) < 0.3
    assert np.linalg.norm(tracks.xy[0, 1] - where([(80, 50)], 3, 0)[0]) < 0.3


def test_ids_names_and_updates_come_through() -> None:
    film, _ = moving_film(4)
    seen = []
    queries = Queries(np.array([0]), np.array([[60, 60]]), np.array([77]), ("nose",))
    tracks = track(film, queries, model="still", on_update=seen.append)
    assert tracks.ids.tolist() == [77] and tracks.names == ("nose",)
    assert seen[-1].done == 1 and sum(len(update.frames) for update in seen) >= 4


def test_the_signature_is_the_one_promised() -> None:
    parameters = inspect.signature(track).parameters
    assert list(parameters) == [
        "video", "queries", "model", "mode", "device", "checkpoint", "iters", "support_grid", "resolution",
        "direction", "precision", "fast", "accept_licence", "on_update", "control", "session", "resume",
    ]
    assert all(p.kind is p.KEYWORD_ONLY for name, p in parameters.items() if name not in ("video", "queries"))
    for name in ("open_video", "read_tracks", "write_tracks"):
        assert callable(getattr(napari_cotracker, name))


def test_a_run_that_is_cancelled_returns_what_it_has() -> None:
    control = RemoteControl()

    def stop(update: TrackUpdate) -> None:
        if len(update.frames):
            control.cancel()

    n_frames = 3 * still.FRAMES_PER_UPDATE
    tracks = track(np.zeros((n_frames, 8, 8, 3), np.uint8), [[0, 4, 4]], model="still", on_update=stop, control=control)
    assert np.isfinite(tracks.xy[:, 0, 0]).sum() == still.FRAMES_PER_UPDATE
    assert tracks.meta["runs"][0]["cancelled"]


def test_a_callback_that_fails_stops_the_run() -> None:
    film, _ = moving_film(4)

    def fail(update: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        track(film, [[0, 60, 60]], on_update=fail)


@pytest.mark.parametrize("queries", [[[0, 60]], [], [[0, 60, float("nan")]], "points", [[4, 60, 60]]])
def test_wrong_queries_are_one_clear_error(queries: object) -> None:
    film, _ = moving_film(4)
    with pytest.raises(TrackingError, match="expected"):
        track(film, queries)  # type: ignore[arg-type]


def test_a_wrong_video_is_one_clear_error() -> None:
    with pytest.raises(VideoError, match="expected"):
        track("no such film.mp4", [[0, 1, 1]])
