"""Tracks of other programs on the video that is open."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.formats.sheets import imported
from napari_cotracker.ui.importing import join

from .conftest import CountingVideo


def others(n_frames: int = 4) -> Tracks:
    """Two tracks of another program, over the first frames of a film."""
    t, n = np.mgrid[0:n_frames, 0:2]
    return imported(np.stack([10 + t + 8 * n, 20 + n], -1), names=("nose", "tail"), meta={"size": (64, 48)})


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
