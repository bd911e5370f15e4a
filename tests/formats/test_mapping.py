"""COLMAP's library in a process of its own."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError, MissingExtraError
from napari_cotracker.formats import mapping
from tests.formats.rigid_scene import SIZE, make_scene

FACTS = {"names": ["a.png", "b.png", "c.png"], "size": SIZE, "model": "SIMPLE_PINHOLE",
         "parameters": [1000.0, 640.0, 360.0], "is_known": False, "max_error": 2.0}


def task_of(scene):
    return {"xy": scene.xy, "seen": scene.seen, "tracks": np.arange(scene.seen.shape[1]),
            "pairs": np.array([[0, 1], [0, 2]])}


@pytest.fixture
def database(tmp_path):
    (tmp_path / "a.db").touch()
    return tmp_path / "a.db"


def test_a_library_that_is_missing_is_named(database, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pycolmap.*-m pip install pycolmap"):
        mapping.map_apart(database, {}, FACTS, None)


@pytest.mark.parametrize(("code", "said"), [
    ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "it crashed"),
    ("raise RuntimeError('odd')", "RuntimeError: odd"),
    ("pass", "it crashed"),
])
def test_whatever_happens_over_there_is_one_sentence_here(code, said, database, monkeypatch):
    run = subprocess.run
    monkeypatch.setattr(mapping.subprocess, "run", lambda words, **more: run([sys.executable, "-c", code], **more))
    with pytest.raises(FormatError, match=said) as caught:
        mapping.map_apart(database, {}, FACTS, None)
    assert "\n" not in str(caught.value)


def test_the_library_is_never_imported_here(database):
    if importlib.util.find_spec("pycolmap") is None:
        pytest.skip("needs pycolmap")
    told, solved = mapping.map_apart(database, task_of(make_scene(3, 60)), FACTS, None)
    assert told["pairs"] == 2 and told["matches"] > 40 and solved is None
    assert "pycolmap" not in sys.modules  # nowhere in these tests, either
    assert database.read_bytes()[:15] == b"SQLite format 3"
