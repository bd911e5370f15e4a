"""Files of ours and of others."""

import os
import subprocess
import sys

import pytest

from napari_cotracker.core.errors import FormatError, TakenError
from napari_cotracker.tasks import written


def test_a_file_is_ours_until_somebody_changes_it(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("one")
    assert not written.is_ours(path)
    with pytest.raises(TakenError, match=r"a\.txt.*did not write"):
        written.check_free(path, overwrite=False)
    written.check_free(path, overwrite=True)
    written.note(path)
    written.check_free(path, overwrite=False)
    path.write_text("two")
    assert not written.is_ours(path)
    written.check_free(tmp_path / "new.txt", overwrite=False)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with a name")
@pytest.mark.parametrize("overwrite", [True, False])
def test_what_is_no_file_is_refused_unread(overwrite, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="a device or a pipe"):
        written.check_free(tmp_path / "pipe", overwrite=overwrite)


def test_a_folder_is_ours_while_all_that_is_in_it_is(tmp_path):
    folder = tmp_path / "out"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.txt").write_text("one")
    written.note(folder)
    assert written.is_ours(folder)
    (folder / "b.txt").write_text("theirs")
    with pytest.raises(TakenError, match="a folder that"):
        written.check_free(folder, overwrite=False)


def test_a_folder_of_very_many_files_stands_for_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(written, "MOST", 4)
    for k in range(5):
        (tmp_path / f"{k}.txt").write_text("one")
    written.note(tmp_path)
    assert written.is_ours(tmp_path)
    (tmp_path / "1.txt").write_text("other")
    assert not written.is_ours(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="others have names of UTF-8 or UTF-16 only")
def test_so_it_does_where_names_are_no_utf_8(tmp_path, monkeypatch):
    monkeypatch.setattr(written, "MOST", 2)
    for k in range(3):
        (tmp_path / f"{k}\udcfc.txt").write_text("one")
    written.note(tmp_path)
    assert written.is_ours(tmp_path)


def test_processes_that_write_at_once_forget_nothing_of_each_other(tmp_path):
    command = ("import sys; from pathlib import Path; from napari_cotracker.tasks import written\n"
               "for k in range(20):\n"
               "    path = Path(sys.argv[1], f'{sys.argv[2]} {k}.txt'); path.write_text('one'); written.note(path)")
    crew = [subprocess.Popen([sys.executable, "-c", command, str(tmp_path), str(number)]) for number in range(3)]
    assert [one.wait(60) for one in crew] == [0, 0, 0]
    assert len(list(tmp_path.iterdir())) == 60
    assert written.is_ours(tmp_path)


@pytest.mark.parametrize("kind", [OSError, NotImplementedError])  # filelock says the latter of disks without locks
def test_a_list_that_cannot_be_locked_is_written_all_the_same(kind, tmp_path, monkeypatch):
    def refuse(*_):
        raise kind("no locks on this disk")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    path = tmp_path / "a.txt"
    path.write_text("one")
    written.note(path)
    assert written.is_ours(path)


def test_without_the_list_people_are_asked_once_more(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("one")
    monkeypatch.setattr(written, "_place", lambda: path / "in the way" / "list")
    written.note(path)
    assert not written.is_ours(path)
    monkeypatch.setattr(written, "_place", lambda: path)
    assert not written.is_ours(path)
