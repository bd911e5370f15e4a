from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from napari_cotracker.core.errors import FormatError, VideoError
from napari_cotracker.core.files import discard, move, replacing, replacing_folder


def test_the_new_file_takes_the_old_ones_place(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert temporary.suffix == ".txt"
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mishap", [KeyError, KeyboardInterrupt, FormatError])
def test_a_failure_leaves_the_old_file_alone(mishap, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(mishap), replacing(path) as temporary:
        temporary.write_text("half")
        raise mishap
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("number", "advice"), [(errno.ENOSPC, "make room"), (errno.EACCES, "choose a folder")])
def test_a_full_disk_is_told_from_one_that_may_not_be_written(number, advice, tmp_path):
    words = f"cannot write .*: {os.strerror(number)}; {advice}"
    for write in (replacing, replacing_folder):
        with pytest.raises(FormatError, match=words), write(tmp_path / "a"):
            raise OSError(number, os.strerror(number))


def held(number=32):
    """What Windows says of a file that somebody has open."""
    mishap = PermissionError(errno.EACCES, "The process cannot access the file")
    mishap.winerror = number
    return mishap


def hold(monkeypatch, holds, verb="replace", number=32):
    """Have every file be held open, as on Windows, as long as `holds(path)` says so; gives what was tried."""
    do, tried = getattr(Path, verb), []

    def act(self, *to):
        tried.append(self)
        if holds(self, len(tried)):
            raise held(number)
        return do(self, *to)

    monkeypatch.setattr(Path, verb, act)
    return tried


def test_whoever_looks_at_a_new_file_for_a_moment_is_waited_for(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("old")
    tried = hold(monkeypatch, lambda path, times: times < 4)
    with replacing(tmp_path / "a") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "a").read_text() == "new"
    assert len(tried) == 4


@pytest.mark.parametrize("number", [5, 32])
def test_a_file_that_stays_open_elsewhere_is_told(number, tmp_path, monkeypatch):
    (tmp_path / "a").write_text("old")
    hold(monkeypatch, lambda path, times: True, number=number)
    with pytest.raises(FormatError, match=r"cannot write .*; close it wherever it is open.* or choose another name"), \
            replacing(tmp_path / "a") as temporary:
        temporary.write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_a_folder_in_which_something_is_open_stays(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").touch()
    hold(monkeypatch, lambda path, times: path.name == "a", verb="rename")
    with pytest.raises(FormatError, match="close it wherever it is open"), replacing_folder(tmp_path / "a") as fresh:
        (fresh / "new").touch()
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == ["a", "a/old"]


@pytest.mark.parametrize("mishap", [OSError(errno.EIO, "the disk does not answer"), KeyboardInterrupt()])
@pytest.mark.parametrize("comes_back", [True, False])
def test_an_old_folder_is_never_lost_on_its_way(mishap, comes_back, tmp_path, monkeypatch):
    path, rename, moves = tmp_path / "a", Path.rename, []
    path.mkdir()
    (path / "old").touch()

    def act(self, to):
        moves.append(to)
        if len(moves) == 2 or (len(moves) > 2 and not comes_back):
            raise mishap if len(moves) == 2 else OSError(errno.EIO, "the disk does not answer")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", act)
    with pytest.raises((FormatError, KeyboardInterrupt)) as told, replacing_folder(path) as fresh:
        (fresh / "new").touch()
    (kept,) = tmp_path.rglob("old")
    assert not list(tmp_path.rglob("new")) and (kept.parent == path) is comes_back
    assert comes_back or (isinstance(told.value, FormatError) and kept.parent.name in str(told.value))


def test_nobody_waits_where_the_system_does_not_allow_it_at_all(tmp_path, monkeypatch):
    tried = hold(monkeypatch, lambda path, times: True, number=None)
    with pytest.raises(PermissionError):
        move(tmp_path / "a", tmp_path / "b")
    assert len(tried) == 1


@pytest.mark.parametrize("mishap", [FormatError("the film is damaged"), KeyboardInterrupt()])
def test_what_went_wrong_is_told_even_if_its_half_cannot_be_removed(mishap, tmp_path, monkeypatch):
    tried = hold(monkeypatch, lambda path, times: True, verb="unlink")
    with pytest.raises(type(mishap)) as told, replacing(tmp_path / "a") as temporary:
        temporary.write_text("half")
        raise mishap
    assert told.value is mishap
    assert tried == [temporary]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with replacing(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_the_callers_error_is_raised(tmp_path):
    missing = tmp_path / "none" / "a.mp4"
    with pytest.raises(VideoError, match=r"No such.*; choose a folder"), replacing(missing, VideoError) as temporary:
        temporary.write_text("x")
    with pytest.raises(VideoError, match="got the folder"), replacing(tmp_path, VideoError):
        pass


def test_what_a_thread_is_writing_can_be_discarded_and_is_not_finished_then(tmp_path):
    def write(name):
        with replacing(tmp_path / name) as temporary, replacing_folder(tmp_path / f"{name} folder") as folder:
            for file in (temporary, folder / "x"):
                file.write_text("half")
            begun.set()
            go_on.wait(60)

    begun, go_on = threading.Event(), threading.Event()
    (tmp_path / "a").write_text("old")
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write, "a")
        begun.wait(60)
        discard(threading.get_ident())
        assert len(list(tmp_path.iterdir())) == 3, "another thread's"
        discard()
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
        go_on.set()
        with pytest.raises(FormatError, match="cannot write"):
            writing.result()
    assert (tmp_path / "a").read_text() == "old"
    with replacing(tmp_path / "a") as temporary:
        temporary.write_text("new")
    discard()
    assert (tmp_path / "a").read_text() == "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with a name")
def test_a_pipe_stays_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="pipe"), replacing(tmp_path / "pipe") as temporary:
        temporary.write_text("x")
    assert (tmp_path / "pipe").is_fifo()
    assert [p.name for p in tmp_path.iterdir()] == ["pipe"]


def test_a_folder_takes_the_old_ones_place_when_it_is_whole(tmp_path):
    target = tmp_path / "out"
    with replacing_folder(target) as folder:
        (folder / "a.txt").write_text("one")
        assert not target.exists()
    with replacing_folder(target) as folder:
        (folder / "b.txt").write_text("two")
        assert [p.name for p in target.iterdir()] == ["a.txt"]
    assert [p.name for p in target.iterdir()] == ["b.txt"]
    with pytest.raises(ValueError), replacing_folder(target) as folder:
        (folder / "c.txt").write_text("three")
        raise ValueError
    assert [p.name for p in target.iterdir()] == ["b.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_is_not_written_over_a_file_nor_into_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FormatError, match="the file"), replacing_folder(tmp_path / "file"):
        pass
    for place in (tmp_path / "none" / "out", tmp_path / "file" / "out"):
        with pytest.raises(FormatError, match="cannot write"), replacing_folder(place):
            pass
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
