"""Tracks of other programs on the video that is open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Timer
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.export import write_tracks
from napari_cotracker.ui.importing import join
from tests.editing.files import assert_same_history, left_by_a_crash

from .arrivals import Halted, others, pieces_in
from .conftest import CountingVideo
from .mouse import settle, wait_until


def project_of(n_frames: int) -> Any:
    shown: list[int] = []
    view = SimpleNamespace(refresh=lambda: shown.append(1))
    video = CountingVideo(n_frames)
    video.width, video.height = 64, 48
    session = Session(n_frames, (64, 48))
    file = SimpleNamespace(begun=[], begin=lambda: file.begun.append(len(session.ids)))
    return SimpleNamespace(session=session, video=video, show=lambda: view, shown=shown, file=file)


def test_they_get_numbers_of_their_own_and_keep_their_names() -> None:
    project = project_of(6)
    project.session.add_points(0, [[1, 1]])
    assert join(project, others(), "theirs.csv") == 2
    assert project.session.ids.tolist() == [0, 1, 2]
    assert project.session.tracks.names == ("point 0", "nose", "tail")
    assert project.session.undo_label == "import 2 tracks from theirs.csv"
    assert project.shown == [1]
    assert np.isnan(project.session.cells.xy[4:, 1:]).all()


def test_they_may_count_as_placed_by_a_person() -> None:
    project = project_of(6)
    join(project, others(), "theirs.csv", as_anchors=True)
    assert (project.session.cells.source[:4] == Source.HUMAN).all()


def test_what_they_know_of_the_skeleton_and_of_their_models_comes_along() -> None:
    project = project_of(6)
    project.session.describe(runs=[{"model": "mine", "licence": "BSD"}])
    tracks = others()
    told = {"skeleton": [["nose", "tail"]], "keypoints": ["nose", "ear", "tail"],
            "runs": [{"model": "theirs", "licence": "CC-BY-NC-4.0"}]}
    join(project, replace(tracks, meta={**tracks.meta, **told}), "theirs.slp")
    meta = project.session.tracks.meta
    assert [list(bone) for bone in meta["skeleton"]] == [["nose", "tail"]]
    assert meta["keypoints"] == ["nose", "ear", "tail"]
    assert [run["licence"] for run in meta["runs"]] == ["BSD", "CC-BY-NC-4.0"]


def test_a_skeleton_that_is_here_stays() -> None:
    project = project_of(6)
    project.session.describe(skeleton=[["wheel", "door"]])
    tracks = others()
    join(project, replace(tracks, meta={**tracks.meta, "skeleton": [["nose", "tail"]]}), "theirs.slp")
    assert project.session.tracks.meta["skeleton"] == [["wheel", "door"], ["nose", "tail"]]


def test_what_does_not_fit_changes_nothing() -> None:
    project = project_of(3)
    with pytest.raises(FormatError, match="expected the film of tracks"):
        join(project, others(), "theirs.csv")
    assert len(project.session.ids) == 0


def test_the_file_begins_before_they_come_or_all_of_them_would_be_written_twice() -> None:
    project = project_of(6)
    join(project, others(), "theirs.csv")
    assert project.file.begun == [0]


def test_what_does_not_fit_begins_no_file() -> None:
    project = project_of(3)
    with pytest.raises(FormatError):
        join(project, others(), "theirs.csv")
    assert project.file.begun == []


def test_what_was_imported_is_not_changed_by_whoever_has_it_still() -> None:
    project, tracks = project_of(4), others()
    join(project, tracks, "theirs.csv")
    before = project.session.cells.xy.copy()
    tracks.xy[:] = 0
    np.testing.assert_array_equal(project.session.cells.xy, before)
    project.session.undo()
    project.session.redo()
    np.testing.assert_array_equal(project.session.cells.xy, before)


@pytest.mark.parametrize("where", ["window", "video", "button"])
def test_an_import_that_is_given_up_leaves_nothing_behind(
        window: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str) -> None:
    halted = Halted(window, monkeypatch, tmp_path)
    export = window.panel.export
    export.open()
    assert export.cancel_button.isVisibleTo(export)
    assert pieces_in(halted.path) == 2, "one of the import"
    Timer(0.3, halted.may_go_on.set).start()
    if where == "button":
        window.press(export.cancel_button)
        assert window.panel.told.text() == "import cancelled; nothing was imported"
        assert not export.cancel_button.isVisibleTo(export)
        assert export.import_button.isVisibleTo(export)
        wait_until(lambda: pieces_in(halted.path) == 1)
        settle(0.2)
        assert halted.project.session.ids.tolist() == [0]
        export.bring(str(tmp_path / "theirs.csv"))  # and the next one comes
        window.worker.jobs[-1].carry_out()
        halted.wait()
        return
    if where == "window":
        window.close()
    else:
        window.viewer.layers.remove(halted.project.layer)
        settle(0.2)
        assert not export.cancel_button.isVisibleTo(export)
        assert "closed" not in window.panel.told.text() + export.report.text()
    assert pieces_in(halted.path) == 1
    with Session.open(halted.path) as again:
        assert again.ids.tolist() == [0]
        assert not again.is_read_only


def test_while_tracks_come_steps_are_undone(window: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    halted = Halted(window, monkeypatch, tmp_path)
    session = halted.project.session
    session.rename(0, "nose")
    window.press(window.panel.undo_button)
    halted.wait()
    assert session.rows[0].name == "point 0"
    window.press(window.panel.undo_button)
    assert session.ids.tolist() == [0]
    window.press(window.panel.redo_button)
    with Session.open(left_by_a_crash(session, tmp_path / "left.cotracker")) as again:
        assert_same_history(again, session)
        again.undo()
        assert again.ids.tolist() == [0]


def test_undo_of_the_step_before_them_makes_them_follow_what_is_left(
        window: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    halted = Halted(window, monkeypatch, tmp_path)
    session = halted.project.session
    window.press(window.panel.undo_button)
    assert session.ids.tolist() == []
    halted.may_go_on.set()
    wait_until(lambda: len(session.ids) == 2)
    with Session.open(left_by_a_crash(session, tmp_path / "left.cotracker")) as again:
        assert_same_history(again, session)
    window.press(window.panel.undo_button)
    assert session.ids.tolist() == []


def test_a_session_is_saved_while_tracks_come(window: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    halted = Halted(window, monkeypatch, tmp_path)
    row = window.panel.video.session
    row.save_as(str(tmp_path / "mine.cotracker"))
    wait_until(row.save_button.isEnabled)
    assert halted.project.file.path == tmp_path / "mine.cotracker"
    halted.wait()
    window.close()
    with Session.open(tmp_path / "mine.cotracker") as again:
        assert len(again.ids) == 3
        again.undo()
        assert again.ids.tolist() == [0]


def test_tracks_come_to_the_video_that_they_were_for(
        window: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    halted = Halted(window, monkeypatch, tmp_path)
    window.desk.choose(window.add(name="another"))
    halted.wait()
    assert window.project is not halted.project
    assert len(window.session.ids) == 0


def test_many_tracks_that_napari_opens_come_in_the_background(
        window: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    halted = Halted(window, monkeypatch, tmp_path)
    halted.wait()
    halted.may_go_on.clear()
    write_tracks(tmp_path / "more.nk", others(), "nuke")
    window.viewer.open(str(tmp_path / "more.nk"), plugin="napari-cotracker")
    settle(0.1)
    assert len(window.session.ids) == 3
    assert "importing 2 tracks from more.nk" in window.panel.told.text()
    halted.may_go_on.set()
    wait_until(lambda: len(window.session.ids) == 5)
    assert window.session.undo_label == "import 2 tracks from more.nk"
