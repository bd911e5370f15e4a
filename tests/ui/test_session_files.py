"""A session has a file from its first step on, and nobody has to save it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing import places
from napari_cotracker.editing.session import Session
from napari_cotracker.ui import session_files
from napari_cotracker.ui.session_files import SessionFile
from tests.editing.files import left_by_a_crash

FACTS = {"path": "/films/cat.mp4", "name": "cat", "fingerprint": "f"}


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session(5, (64, 48))
    yield made
    made.close()


@pytest.fixture
def file(session: Session, qapp: Any) -> Iterator[SessionFile]:
    made = SessionFile(session, lambda: FACTS)
    made.said = []
    made.told.connect(made.said.append)
    yield made


def test_what_was_only_looked_at_has_no_file(session: Session, file: SessionFile) -> None:
    session.describe(fps=(25, 1))
    assert file.path is None
    assert not places.unsaved_folder().exists()
    file.close()
    assert not places.unsaved_folder().exists()


def test_the_first_step_makes_one_which_knows_its_video(session: Session, file: SessionFile, tmp_path: Path) -> None:
    changes: list[Path | None] = []
    file.changed.connect(lambda: changes.append(file.path))
    session.add_points(0, [[1, 2]])
    assert file.is_unsaved
    assert file.path.name.startswith("cat 2")
    session.rename(0, "nose")
    assert changes == [file.path], "there is one file"
    again = Session.open(left_by_a_crash(session, tmp_path / "left.cotracker"))
    assert [step.label for step in again.steps] == ["place point 0", "rename point 0 to nose"]
    assert again.tracks.meta["video"] == FACTS
    again.close()


def test_saved_under_a_name_it_goes_on_there_and_leaves_nothing_behind(
        session: Session, file: SessionFile, tmp_path: Path) -> None:
    session.add_points(0, [[1, 2]])
    file.save_as(tmp_path / "mine")
    assert (file.path, file.is_unsaved) == (tmp_path / "mine.cotracker", False)
    assert list(places.unsaved_folder().iterdir()) == []
    session.rename(0, "nose")
    file.save_as(tmp_path / "other.cotracker")
    assert (tmp_path / "mine.cotracker").exists(), "what was saved stays"
    file.save_as(tmp_path / "other.cotracker")
    file.close()
    again = Session.open(tmp_path / "other.cotracker")
    assert again.undo() == "rename point 0 to nose"
    again.close()


def test_an_untouched_session_can_be_saved(session: Session, file: SessionFile, tmp_path: Path) -> None:
    file.save_as(tmp_path / "mine.cotracker")
    session.add_points(0, [[1, 2]])
    assert file.path == tmp_path / "mine.cotracker"


def test_a_name_that_cannot_be_written_is_refused_and_it_goes_on_where_it_was(
        session: Session, file: SessionFile, tmp_path: Path) -> None:
    session.add_points(0, [[1, 2]])
    before = file.path
    with pytest.raises(EditError, match="cannot"):
        file.save_as(tmp_path / "none" / "mine.cotracker")
    session.rename(0, "nose")
    assert file.path == before
    assert before.exists()


def test_where_nothing_more_can_be_written_it_is_saved_elsewhere(
        session: Session, file: SessionFile, tmp_path: Path) -> None:
    session.add_points(0, [[1, 2]])
    session._store._database.run("PRAGMA query_only = ON")
    with pytest.raises(EditError):
        session.rename(0, "nose")
    file.save_as(tmp_path / "mine.cotracker")
    session.rename(0, "nose")
    assert file.path == tmp_path / "mine.cotracker"


def test_what_cannot_be_kept_is_told_once_and_tried_again(
        session: Session, file: SessionFile, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = places.unsaved_folder()
    folder.write_text("not a folder")
    session.add_points(0, [[1, 2]])
    (said,) = file.said
    assert said.startswith("Your work is not being saved: cannot make the folder")
    assert file.problem
    assert len(session.ids) == 1, "work goes on"
    monkeypatch.setattr(session_files, "RETRY_SECONDS", 0)
    file._again = 0
    session.rename(0, "nose")
    assert len(file.said) == 1
    folder.unlink()
    session.rename(0, "ear")
    assert (file.is_unsaved, file.problem) == (True, "")


def test_tracks_of_a_run_are_in_the_file_once_it_is_closed(session: Session, file: SessionFile) -> None:
    from tests.editing.walks import update_of

    session.add_points(0, [[1, 2]])
    run = session.begin_run("track", [0])
    run.write(update_of(range(1, 5), [0], empty=0))
    cells, path = session.cells.copy(), file.path
    file.close()
    again = Session.open(path)
    assert (again.cells.xy == cells.xy).all()
    assert again.undo_label == "track, cut off"
    again.close()


def test_a_session_that_is_only_looked_at_can_be_saved_and_then_edited(tmp_path: Path, qapp: Any) -> None:
    owner = Session.create(tmp_path / "a.cotracker", 5, (64, 48))
    owner.add_points(0, [[1, 2]])
    looked = Session.open(tmp_path / "a.cotracker")
    file = SessionFile(looked, lambda: FACTS)
    with pytest.raises(EditError, match="open in another window"):
        looked.rename(0, "nose")
    file.save_as(tmp_path / "b.cotracker")
    looked.rename(0, "nose")
    file.close()
    owner.close()
    assert owner.rows[0].name == "point 0"


def test_an_unsaved_one_of_another_window_is_not_taken_from_it(tmp_path: Path, qapp: Any) -> None:
    path = places.new_path("cat.mp4")
    owner = Session.create(path, 5, (64, 48))
    looked = Session.open(path)
    file = SessionFile(looked, lambda: FACTS)
    file.save_as(tmp_path / "b.cotracker")
    owner.add_points(0, [[1, 2]])
    assert path.exists()
    file.close()
    owner.close()
    shutil.rmtree(places.unsaved_folder())
