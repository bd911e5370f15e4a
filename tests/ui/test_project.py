"""One video with its tracks: lengths that become known, points in and out, runs that wait for an index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.plan import TrackOptions
from napari_cotracker.ui.reader import VideoArray

from .conftest import CountingVideo
from .mouse import settle, wait_until
from .windows import N_FRAMES, Window


class Provisional(CountingVideo):
    """A film whose index is complete when the test says so; its header promised more frames."""

    is_indexed = False
    expected_frames = 30


def provisional(window: Window) -> tuple[Any, Provisional]:
    video = Provisional(12)
    layer = window.viewer.add_image(VideoArray(video), rgb=True, name="long film")
    settle()
    return layer, video


def test_a_film_is_worked_on_before_its_length_is_known(window: Window) -> None:
    layer, video = provisional(window)
    assert layer.data.shape[0] == window.session.n_frames == 30
    window.project.place(3, [[2, 2]])
    heard = []
    window.project.length_known.connect(lambda: heard.append(window.session.n_frames))
    video.is_indexed = True
    wait_until(lambda: bool(heard), 3)
    assert heard == [12]
    assert layer.data.shape[0] == 12
    assert window.viewer.dims.nsteps[0] == 12
    assert window.session.queries.t.tolist() == [3]
    assert window.session.tracks.meta["fps"] == (25, 1)


def test_a_run_waits_for_the_length_and_then_begins(window: Window) -> None:
    _, video = provisional(window)
    window.project.place(3, [[2, 2]])
    window.press(window.panel.track.track_button)
    assert window.worker.jobs == []
    assert window.panel.track.says.text() == "reading the film's index"
    assert not window.panel.track.track_button.isEnabled()
    video.is_indexed = True
    wait_until(lambda: bool(window.worker.jobs), 3)
    assert window.worker.jobs[0].arguments["queries"].ids.tolist() == [0]


def test_a_run_that_waits_can_be_stopped(window: Window) -> None:
    _, video = provisional(window)
    window.project.place(3, [[2, 2]])
    window.press(window.panel.track.track_button)
    window.press(window.panel.track.stop_button)
    assert window.panel.track.track_button.isEnabled()
    video.is_indexed = True
    settle(0.3)
    assert window.worker.jobs == []


def test_the_frame_is_the_layers_own_wherever_it_lies(window: Window) -> None:
    window.add(scale=(0.5, 1, 1), translate=(10, 0, 0))
    window.project.go_to(7)
    assert window.project.frame == 7
    window.project.go_to(99)
    assert window.project.frame == N_FRAMES - 1
    window.project.go_to(-5)
    assert window.project.frame == 0


def test_points_of_a_table_get_new_ids_and_keep_their_names(window: Window) -> None:
    window.add()
    window.project.place(0, [[1, 1]])
    table = Queries(np.array([2, 3]), np.array([[4, 5], [6, 7]]), np.array([0, 9]), ("a", "b"))
    ids = window.project.insert(table, "g")
    assert ids.tolist() == [1, 2]
    assert [(row.name, row.group, row.t) for row in window.session.rows[1:]] == [("a", "g", 2), ("b", "g", 3)]
    with pytest.raises(EditError, match="frames 0 to 19"):
        window.project.insert(Queries(np.array([20]), np.array([[4, 5]])))


def test_points_that_come_in_mid_run_are_handed_on(window: Window) -> None:
    window.add()
    window.project.place(0, [[1, 1]])
    window.press(window.panel.track.track_button)
    window.project.place(5, [[9, 9]])
    (job,) = window.worker.jobs
    assert [queries.ids.tolist() for queries in job.added] == [[1]]
    job.answer(range(1, 5), ids=[0])
    job.answer(range(6, 9), ids=[1])
    settle(0.05)
    assert np.isfinite(window.session.cells.xy[6:9, 1]).all()


def test_without_points_there_is_nothing_to_track(window: Window) -> None:
    window.add()
    with pytest.raises(EditError, match="click one in the picture"):
        window.project.start([], TrackOptions(), "track")


def tracks(n_frames: int = N_FRAMES, size: tuple[int, int] = (64, 48)) -> Tracks:
    xy = np.full((n_frames, 2, 2), 9, np.float32)
    scores = np.ones((n_frames, 2), np.float32)
    return Tracks(np.array([4, 2]), xy, scores, scores, meta={"size": size})


def test_tracks_of_a_file_are_taken_by_an_empty_project_that_fits(window: Window) -> None:
    window.add()
    window.project.adopt(tracks())
    assert window.session.ids.tolist() == [2, 4]
    assert len(window.project.view.points.data) == 2
    with pytest.raises(EditError, match="without tracks"):
        window.project.adopt(tracks())


@pytest.mark.parametrize(("wrong", "match"), [(tracks(7), "got 7 frames"), (tracks(size=(64, 50)), "64 × 50")])
def test_tracks_of_another_film_are_refused(window: Window, wrong: Tracks, match: str) -> None:
    window.add()
    with pytest.raises(EditError, match=match):
        window.project.adopt(wrong)
    assert len(window.session.ids) == 0


def test_what_is_saved_names_the_film(window: Window, film: Path) -> None:
    from napari_cotracker.ui.window import add_video

    add_video(window.viewer, film)
    settle()
    wait_until(lambda: window.project.is_indexed)
    window.project.place(0, [[5, 5]])
    meta = window.project.to_save().meta
    assert meta["video"]["path"] == str(film)
    assert meta["video"]["fingerprint"] == window.project.video.fingerprint
    assert meta["size"] == (64, 48)


def test_deleted_tracks_are_selected_no_more(window: Window) -> None:
    window.add()
    window.project.place(0, [[1, 1], [2, 2]])
    window.project.selection.set([0, 1])
    window.session.delete([0])
    assert window.project.selection.ids.tolist() == [1]


def test_layers_that_the_user_deletes_come_back_with_the_next_point(window: Window) -> None:
    window.add()
    window.project.place(0, [[1, 1]])
    window.viewer.layers.remove(window.project.view.points)
    settle(0.1)
    assert window.project.view is None
    assert len(window.session.ids) == 1, "layers show tracks, they do not hold them"
    window.project.place(0, [[2, 2]])
    assert len(window.project.view.points.data) == 2


def test_a_film_is_known_to_the_session_by_its_content(window: Window, film: Path) -> None:
    window.panel.video.open_path(str(film))
    wait_until(lambda: window.project.is_indexed)
    assert window.project.is_untouched
    window.project.place(0, [[5, 5]])
    assert not window.project.is_untouched
    meta = window.session.tracks.meta
    mark = window.project.video.fingerprint
    assert meta["video"] == {"path": str(film), "name": "film.mp4", "fingerprint": mark, "plane": []}
    assert meta["fps"] == (25, 1)


def test_the_first_step_before_the_length_is_known_forgets_nothing_of_the_video(window: Window) -> None:
    _, video = provisional(window)
    window.project.place(3, [[2, 2]])
    path = window.project.file.path
    video.is_indexed = True
    wait_until(lambda: window.session.n_frames == 12, 3)
    window.close()
    session = Session.open(path)
    assert (session.n_frames, session.tracks.meta["fps"]) == (12, (25, 1))
    session.close()


def test_what_a_run_did_is_in_the_file_when_the_window_closes(window: Window) -> None:
    window.add()
    window.project.place(0, [[1, 1]])
    window.press(window.panel.track.track_button)
    window.worker.jobs[0].answer(range(1, 6))
    settle(0.05)
    path = window.project.file.path
    window.close()
    session = Session.open(path)
    assert np.isfinite(session.cells.xy[:6]).all()
    assert session.undo().startswith("track 1 point")
    session.close()
