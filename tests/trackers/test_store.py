"""Kept features: budgets, files that survive, other processes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.trackers.store import FeatureKey, FeatureStore, features_folder

KEY = FeatureKey("video", "weights", (2, 3, 4), "float16", "torch.float32 on cpu")
SIZE = KEY.frame_bytes
BIG = 1 << 20


def frame(number: int) -> np.ndarray:
    return np.full(KEY.shape, number, np.float16)


def looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where a guard against viruses has a new file open for a moment."""
    replace_file, tried = Path.replace, []

    def replace_with(path: Path, target: Path) -> Path:
        tried.append(path)
        if len(tried) == 1:
            mishap = PermissionError(errno.EACCES, "Access is denied")
            mishap.winerror = 5  # type: ignore[attr-defined]
            raise mishap
        return replace_file(path, target)

    monkeypatch.setattr(Path, "replace", replace_with)


def test_a_file_that_is_looked_at_for_a_moment_does_not_end_the_keeping_of_files(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at_once(monkeypatch)
    store = FeatureStore(BIG, BIG, tmp_path)
    for number in range(2):
        store.put(KEY, number, frame(number), persist=True)
    assert len(list(tmp_path.rglob("*.features"))) == 2 and store.disk_budget == BIG


def test_what_is_put_is_got(tmp_path: Path) -> None:
    store = FeatureStore(BIG, 0, tmp_path)
    assert store.get(KEY, 3) is None
    store.put(KEY, 3, frame(3), persist=False)
    np.testing.assert_array_equal(store.get(KEY, 3), frame(3))
    assert store.get(replace(KEY, weights="other"), 3) is None
    assert store.memory_bytes == SIZE


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=40), st.integers(1, 5), st.integers(0, 6))
def test_budgets_hold_and_nothing_wrong_is_ever_returned(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, int]], memory: int, disk: int
) -> None:
    folder = tmp_path_factory.mktemp("features")
    store = FeatureStore(memory * SIZE, disk * SIZE, folder)
    for write, number in steps:
        if write:
            store.put(KEY, number, frame(number), persist=number % 2 == 0)
        found = store.get(KEY, number)
        assert found is None or bool((found == number).all())
        assert not write or found is not None
        assert store.memory_bytes <= memory * SIZE
        assert sum(p.stat().st_size for p in folder.glob("*/*")) <= disk * SIZE


def test_a_file_that_is_cut_off_is_written_anew(tmp_path: Path) -> None:
    FeatureStore(BIG, BIG, tmp_path).put(KEY, 3, frame(3), persist=True)
    (path,) = tmp_path.rglob("*.features")
    os.truncate(path, SIZE // 2)  # as a crash of the system leaves it
    store = FeatureStore(BIG, BIG, tmp_path)
    assert store.get(KEY, 3) is None
    store.put(KEY, 3, frame(3), persist=True)
    np.testing.assert_array_equal(FeatureStore(BIG, BIG, tmp_path).get(KEY, 3), frame(3))


def test_frames_that_leave_memory_are_found_on_disk(tmp_path: Path) -> None:
    store = FeatureStore(2 * SIZE, BIG, tmp_path)
    for number in range(6):
        store.put(KEY, number, frame(number), persist=False)
    for number in range(6):
        np.testing.assert_array_equal(store.get(KEY, number), frame(number))


def test_the_next_run_finds_what_was_persisted(tmp_path: Path) -> None:
    FeatureStore(BIG, BIG, tmp_path).put(KEY, 5, frame(5), persist=True)
    np.testing.assert_array_equal(FeatureStore(BIG, BIG, tmp_path).get(KEY, 5), frame(5))


def test_the_longest_unused_files_go_first(tmp_path: Path) -> None:
    store = FeatureStore(SIZE, 3 * SIZE, tmp_path)
    for number in range(3):
        store.put(KEY, number, frame(number), persist=True)
        os.utime(store._path(KEY, number), (number, number))
    os.utime(store._path(KEY, 0), (100, 100))
    store.put(KEY, 9, frame(9), persist=True)
    left = sorted(int(p.stem) for p in tmp_path.glob("*/*"))
    assert 9 in left
    assert 1 not in left


def test_damaged_files_count_as_absent(tmp_path: Path) -> None:
    store = FeatureStore(BIG, BIG, tmp_path)
    store.put(KEY, 1, frame(1), persist=True)
    store.clear()
    path = store._path(KEY, 1)
    path.write_bytes(path.read_bytes()[:-1])
    assert store.get(KEY, 1) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_costs_only_speed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(self: Path, *args: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    store = FeatureStore(BIG, BIG, tmp_path / "new")
    monkeypatch.setattr(Path, "mkdir", refuse)
    store.put(KEY, 1, frame(1), persist=True)
    np.testing.assert_array_equal(store.get(KEY, 1), frame(1))
    assert store.disk_budget == 0
    assert not (tmp_path / "new").exists()


def test_files_that_cannot_be_removed_cost_only_speed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *args: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    store = FeatureStore(BIG, 2 * SIZE, tmp_path)
    for number in range(2):
        store.put(KEY, number, frame(number), persist=True)
    monkeypatch.setattr(Path, "unlink", refuse)
    store.put(KEY, 2, frame(2), persist=True)
    np.testing.assert_array_equal(store.get(KEY, 2), frame(2))
    assert len(list(tmp_path.glob("*/*"))) == 2, "no more than the budget lies there"
    monkeypatch.undo()
    store.put(KEY, 3, frame(3), persist=True)
    assert store._path(KEY, 3).exists(), "once they can be removed, they are"


def test_leftovers_of_a_crash_are_cleared_but_nothing_that_is_being_written(tmp_path: Path) -> None:
    store = FeatureStore(SIZE, 2 * SIZE, tmp_path)
    store.put(KEY, 0, frame(0), persist=True)
    old, new = (store._path(KEY, 0).with_name(f"{name}.part") for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"x" * SIZE)
    os.utime(old, (1, 1))
    store = FeatureStore(SIZE, 2 * SIZE, tmp_path)
    for number in range(1, 4):
        store.put(KEY, number, frame(number), persist=True)
    assert not old.exists()
    assert new.exists()


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    code = """
import sys
import numpy as np
from pathlib import Path
from tests.trackers.test_store import KEY, SIZE, frame
from napari_cotracker.trackers.store import FeatureStore
store = FeatureStore(SIZE, 12 * SIZE, Path(sys.argv[1]))
for turn in range(60):
    number = (turn * int(sys.argv[2])) % 20
    store.put(KEY, number, frame(number), persist=True)
    for other in range(20):
        found = store.get(KEY, other)
        assert found is None or bool((found == other).all()), other
"""
    workers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(step)], cwd=Path(__file__).parents[2],
                         env={**os.environ, "PYTHONPATH": "."})
        for step in (1, 3)
    ]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert not list(tmp_path.glob("*/*.part"))


def test_keys_that_differ_have_folders_that_differ() -> None:
    others = [replace(KEY, fingerprint="x"), replace(KEY, weights="x"), replace(KEY, shape=(3, 2, 4)),
              replace(KEY, dtype="float32"), replace(KEY, arithmetic="x")]
    assert len({key.folder for key in (KEY, *others)}) == 6


def test_features_lie_in_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert features_folder().name == "features"
    if sys.platform == "linux":
        assert tmp_path in features_folder().parents
