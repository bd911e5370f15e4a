"""One writer for one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_cotracker.editing.lock import Lock, LockedError, lock_path


def test_a_file_is_locked_once_until_it_is_let_go(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "a")
    with pytest.raises(LockedError, match="a is open in another window"):
        Lock(tmp_path / "a")
    Lock(tmp_path / "b").release()
    lock.release()
    lock.release()
    Lock(tmp_path / "a").release()
    assert list(tmp_path.iterdir()) == [], "nothing is left lying about"


def test_a_lock_file_that_was_left_behind_locks_nothing(tmp_path: Path) -> None:
    lock_path(tmp_path / "a").touch()
    Lock(tmp_path / "a").release()


def test_a_folder_in_which_nothing_can_be_made_is_named(tmp_path: Path) -> None:
    lock_path(tmp_path / "a").mkdir()
    with pytest.raises(LockedError, match="a cannot be locked in its folder"):
        Lock(tmp_path / "a")
