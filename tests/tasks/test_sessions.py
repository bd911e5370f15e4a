"""Session files without a window."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, EditError, FormatError
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.export import read_tracks, write_tracks
from napari_cotracker.tasks.sessions import copy_session, describe_session, is_session, read_session, remedy

from .test_export import some_tracks


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A session of two points, one of which was renamed, then not, then again."""
    session = Session.create(tmp_path / "a.cotracker", 5, (64, 48), {"video": {"path": "/gone/cat.mp4"}})
    session.add_points(0, [[1, 1], [2, 2]])
    session.rename(0, "nose")
    session.undo()
    session.rename(0, "ear")
    session.close()
    return tmp_path / "a.cotracker"


def damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM snapshots")


def test_a_session_is_told_by_its_name_or_its_content(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "no ending"
    copy.write_bytes(path.read_bytes())
    (tmp_path / "other.npz").write_bytes(b"hello" * 99)
    assert [is_session(each) for each in (path, "new.COTRACKER", copy, tmp_path / "other.npz", tmp_path / "gone")] == [
        True, True, True, False, False]
    assert read_tracks(copy).names == ("ear", "point 1")


def test_tracks_are_read_while_a_window_works_on_it(path: Path) -> None:
    with closing(Session.open(path)) as session:
        session.rename(1, "tail")
        assert read_tracks(path).names == ("ear", "tail")
        session.rename(1, "paw")
        assert read_session(path).names == ("ear", "paw")


def test_tracks_become_a_session_and_come_back(tmp_path: Path) -> None:
    tracks = some_tracks()
    assert write_tracks(tmp_path / "new.cotracker", tracks) == []
    again = read_tracks(tmp_path / "new.cotracker")
    np.testing.assert_array_equal(again.xy, tracks.xy)
    np.testing.assert_array_equal(again.source, tracks.source)
    with closing(Session.open(tmp_path / "new.cotracker")) as session:
        assert session.undo() == "", "history begins with them"
    with pytest.raises(FormatError, match="which is there; choose another"):
        write_tracks(tmp_path / "new.cotracker", tracks)
    with pytest.raises(FormatError, match="cannot"):
        write_tracks(tmp_path / "none" / "new.cotracker", tracks)


def test_what_is_no_session_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.cotracker").write_bytes(b"hello" * 99)
    with pytest.raises(FormatError, match="expected a session file"):
        read_tracks(tmp_path / "odd.cotracker")
    with pytest.raises(EditError, match="expected a session file"):
        describe_session(tmp_path / "odd.cotracker")
    with pytest.raises(CotrackerError, match="expected a session file"):
        copy_session(tmp_path / "odd.cotracker", tmp_path / "b.cotracker")


def test_a_copy_has_all_that_can_be_undone(path: Path, tmp_path: Path) -> None:
    assert copy_session(path, tmp_path / "b.cotracker") == {"tracks": 2, "steps": 2, "lost": []}
    with closing(Session.open(tmp_path / "b.cotracker")) as session:
        assert [line[0].label for line in session.branches] == ["rename point 0 to nose"]
        assert session.undo() == "rename point 0 to ear"
    with pytest.raises(FormatError, match="which is there"):
        copy_session(path, tmp_path / "b.cotracker")


def test_of_a_damaged_one_what_is_whole_is_copied(path: Path, tmp_path: Path) -> None:
    damage(path)
    with pytest.raises(FormatError, match=r"is damaged.*run: napari-cotracker convert"):
        read_tracks(path)
    facts = copy_session(path, tmp_path / "b.cotracker")
    assert (facts["tracks"], facts["steps"]) == (2, 2)
    assert read_tracks(tmp_path / "b.cotracker").names == ("ear", "point 1")


def test_it_says_what_it_holds_and_who_has_it(path: Path) -> None:
    facts = describe_session(path)
    assert (facts["kind"], facts["video"], facts["video_found"]) == ("session", "/gone/cat.mp4", False)
    assert facts["steps"] == {"done": 2, "undone": 0, "left_behind": 1}
    assert facts["bytes"] == path.stat().st_size
    assert facts["locked"] is False
    with closing(Session.open(path)) as session:
        assert facts["last_change"] == session.steps[-1].time.astimezone().isoformat(" ", "seconds")
        assert "open in another window" in describe_session(path)["locked"]


def test_a_damaged_one_is_told_with_what_to_do(path: Path) -> None:
    damage(path)
    facts = describe_session(path)
    assert "is damaged" in facts["damage"]
    assert facts["remedy"] == remedy(path)
    assert facts["remedy"].endswith("a rescued.cotracker'")


def test_one_without_a_step_or_a_video_is_described(tmp_path: Path) -> None:
    Session.create(tmp_path / "a.cotracker", 5, (64, 48)).close()
    facts = describe_session(tmp_path / "a.cotracker")
    assert (facts["video"], facts["last_change"]) == ("not known", None)


def test_of_a_stack_it_says_which_plane_was_tracked(path: Path) -> None:
    assert "plane" not in describe_session(path), "a film has none"
    plane = [{"axis": 1, "index": 2, "label": "c"}, {"axis": 2, "index": 0, "label": "z"}]
    with closing(Session.open(path)) as session:
        session.describe(video={"path": None, "name": "cells", "plane": plane})
    assert describe_session(path)["plane"] == "c = 2, z = 0"


def test_nothing_is_left_beside_a_session_that_is_read(path: Path, tmp_path: Path) -> None:
    describe_session(path)
    read_session(path)
    copy_session(path, tmp_path / "copy.cotracker")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.cotracker", "copy.cotracker"]


def test_the_way_out_can_be_pasted_into_the_shell_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "Anna's shot.cotracker"
    words = ["napari-cotracker", "convert", str(path), str(tmp_path / "Anna's shot rescued.cotracker")]
    assert shlex.split(remedy(path).removeprefix("run: ")) == words
    monkeypatch.setattr("sys.platform", "win32")
    assert remedy(path) == f'run: napari-cotracker convert "{words[2]}" "{words[3]}"'
