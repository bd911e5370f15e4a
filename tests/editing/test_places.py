"""Sessions that nobody has given a place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing import places
from napari_cotracker.editing.session import Session
from tests.editing.files import left_by_a_crash


def test_the_folder_is_the_users_own() -> None:
    assert places.unsaved_folder().parts[-2:] == ("napari-cotracker", "sessions")


@pytest.mark.parametrize(("video", "stem"), [("/a/b/my film.mp4", "my-film"), (None, "session"), ("...", "session"),
                                             ("x" * 300 + ".mp4", "x" * 60), ("a/…:*?.mov", "session"),
                                             ("Über_1.2.mkv", "Über_1.2")])
def test_a_new_session_is_named_after_its_video(tmp_path: Path, video: str | None, stem: str) -> None:
    path = places.new_path(video, tmp_path / "new" / "folder")
    assert path.name.startswith(f"{stem} 2")
    assert path.suffix == ".cotracker"
    Session.create(path, 5, (8, 8)).close()


def test_names_are_not_given_twice(tmp_path: Path) -> None:
    paths = []
    for _ in range(3):
        paths.append(places.new_path("a.mp4", tmp_path))
        paths[-1].touch()
    assert len(set(paths)) == 3


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EditError, match=r"cannot make the folder.*save the session elsewhere"):
        places.new_path("a.mp4", tmp_path / "file" / "folder")


def test_what_was_left_behind_is_listed_and_what_is_empty_is_not(tmp_path: Path) -> None:
    def new(name: str, points: int = 0) -> Session:
        video = {"path": f"C:\\films\\{name}.mp4"}
        session = Session.create(tmp_path / f"{name}.cotracker", 5, (8, 8), {"video": video})
        for _ in range(points):
            session.add_points(0, [[1, 1]])
        return session

    new("empty").close()
    new("closed", 2).close()
    open_session = new("open", 1)
    crashed = new("running", 1)
    left_by_a_crash(crashed, tmp_path / "crashed.cotracker")
    crashed.close()
    (tmp_path / "damaged.cotracker").write_bytes(b"no session at all" * 10)
    (tmp_path / "notes.txt").touch()
    found = {entry.path.stem: entry for entry in places.unsaved(tmp_path)}
    assert set(found) == {"closed", "crashed", "running", "damaged"}
    assert (found["closed"].steps, found["closed"].tracks, found["closed"].video) == (2, 2, "closed.mp4")
    assert found["closed"].facts == {"path": "C:\\films\\closed.mp4"}
    assert found["closed"].shape == (5, 8, 8)
    assert found["crashed"].steps == 1
    assert found["damaged"].is_damaged
    dates = [entry.changed for entry in places.unsaved(tmp_path)]
    assert dates == sorted(dates, reverse=True)
    with pytest.raises(EditError, match=r"cannot delete.*close that window first"):
        places.remove(tmp_path / "open.cotracker")
    open_session.close()
    places.remove(tmp_path / "open.cotracker")
    places.remove(tmp_path / "crashed.cotracker")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "closed.cotracker", "damaged.cotracker", "empty.cotracker", "notes.txt", "running.cotracker"]


def test_without_a_folder_nothing_is_left(tmp_path: Path) -> None:
    assert places.unsaved(tmp_path / "none") == []


def test_a_session_whose_only_change_is_a_run_is_not_empty(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", 5, (8, 8))
    session.begin_run("track", [0])
    left_by_a_crash(session, tmp_path / "b.cotracker")
    session.close()
    assert not places.entry_of(tmp_path / "b.cotracker").is_empty


def test_looking_at_what_a_crash_left_does_not_make_it_newer(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", 5, (8, 8))
    session.add_points(0, [[1, 1]])
    left_by_a_crash(session, tmp_path / "b.cotracker")
    session.close()
    path = tmp_path / "b.cotracker"
    dates = {places.entry_of(path).changed.astimezone() for _ in range(2)}
    os.utime(path, (1, 1))
    assert dates == {places.entry_of(path).changed.astimezone()} == {session.steps[-1].time}


def test_what_another_window_has_just_deleted_is_not_made_again(tmp_path: Path) -> None:
    entry = places.entry_of(tmp_path / "gone.cotracker")
    assert entry.is_empty
    assert not entry.path.exists()
