"""Files that are taken apart in a process of their own."""

import h5py
import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError, MissingExtraError
from napari_cotracker.formats import apart
from napari_cotracker.tasks.export import read_tracks, sniffs


def hdf5(path):
    with h5py.File(path, "w") as file:
        file["tracks"] = np.zeros(3)
        file.attrs["version"] = 1
    return path


def test_the_top_of_an_hdf5_file_is_listed(tmp_path):
    assert apart.outline(hdf5(tmp_path / "a.h5")) == ("tracks", "@version")
    (tmp_path / "b.h5").write_bytes(b"text")
    assert apart.outline(tmp_path / "b.h5") == apart.outline(tmp_path / "none.h5") == apart.outline(tmp_path) == ()
    (tmp_path / "c.h5").write_bytes((tmp_path / "a.h5").read_bytes()[:300])
    assert apart.outline(tmp_path / "c.h5") == ()


def test_a_changed_file_is_listed_anew(tmp_path):
    path = hdf5(tmp_path / "a.h5")
    assert "tracks" in apart.outline(path)
    with h5py.File(path, "a") as file:
        file["more"] = np.zeros(100)
    assert "more" in apart.outline(path)


def test_arrays_and_plain_values_come_over(tmp_path, monkeypatch):
    (tmp_path / "x").write_text("{}")
    found = apart.load_apart("apart", hdf5(tmp_path / "a.h5"), "list_names")
    assert found == {"names": ["tracks", "@version"]}
    again = apart._unpacked(apart._packed({"a": np.arange(3), "rest of it": [1, "x"], "rest": None}))
    np.testing.assert_array_equal(again.pop("a"), np.arange(3))
    assert again == {"rest of it": [1, "x"], "rest": None}


CHILD = "import sys, os, signal; {}"


@pytest.mark.parametrize(("code", "said"), [
    ("os.kill(os.getpid(), signal.SIGSEGV)", "its library crashed"),
    ("raise ValueError('odd')", "ValueError: odd"),
    ("print('it is odd', end=''); sys.exit(3)", "it is odd"),
    ("import time; time.sleep(60)", "takes longer"),
])
def test_whatever_happens_over_there_is_one_sentence_here(code, said, tmp_path, monkeypatch):
    (tmp_path / "x").write_text("")
    monkeypatch.setattr(apart, "SECONDS", 2)
    run = apart.subprocess.run
    monkeypatch.setattr(apart.subprocess, "run",
                        lambda words, **more: run([words[0], "-c", CHILD.format(code)], **more))
    with pytest.raises(FormatError, match=said) as caught:
        apart.load_apart("apart", tmp_path / "x")
    assert "cannot read" in str(caught.value) and "\n" not in str(caught.value)


def test_a_library_that_is_missing_is_named(tmp_path, monkeypatch):
    (tmp_path / "x").write_text("")
    run = apart.subprocess.run
    monkeypatch.setattr(apart.subprocess, "run", lambda words, **more: run(
        [words[0], "-c", CHILD.format("print('h5py', end=''); sys.exit(4)")], **more))
    with pytest.raises(MissingExtraError, match=r"h5py.*-m pip install .*sleap-io"):
        apart.load_apart("apart", tmp_path / "x")


def test_what_is_not_there_is_not_asked_for(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(FormatError, match="cannot read"):
            apart.load_apart("apart", path)


def test_without_the_library_nobody_can_tell_and_that_is_said(tmp_path, monkeypatch):
    path = hdf5(tmp_path / "a.h5")
    run = apart.subprocess.run
    monkeypatch.setattr(apart.subprocess, "run", lambda words, **more: run(
        [words[0], "-c", CHILD.format("print('h5py', end=''); sys.exit(4)")], **more))
    assert sniffs(path)
    with pytest.raises(MissingExtraError, match=r"read 'a.h5'"):
        read_tracks(path)
