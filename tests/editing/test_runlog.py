"""What open runs show, written down and read again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.editing import encoding, runlog, schema
from napari_cotracker.editing.change import Change
from napari_cotracker.editing.encoding import DamageError
from napari_cotracker.editing.layer import Told
from napari_cotracker.editing.runlog import RunLog
from napari_cotracker.editing.session import Session
from napari_cotracker.editing.store import Store
from tests.editing.walks import FACTS, N_FRAMES, assert_same, cells_of, sides_of, update_of


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_what_a_run_shows_comes_back(t: int, n: int, seed: int) -> None:
    told = Told(np.arange(t), np.arange(n), np.random.default_rng(seed).random((t, n)) < 0.5, cells_of(t, n, seed=seed))
    (piece,), (place,) = runlog.told_to_pieces(told), runlog.place_to_pieces(*told[:3])
    back = runlog.piece_to_told(piece)
    for a, b in zip(back[:3], told[:3]):
        np.testing.assert_array_equal(a, b, strict=True)
    assert_same(back.cells, told.cells)
    np.testing.assert_array_equal(runlog.piece_to_told(place).where, told.where)


def test_what_is_left_of_runs_is_what_they_show_last() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    frames, ids, everywhere = np.arange(2), np.array([4, 7]), np.ones((2, 2), np.bool_)
    told = [Told(frames, ids, everywhere, cells_of(2, 2, seed=seed, empty=0)) for seed in range(2)]
    for write in (runlog.begin_run(1, "one\udcfc", None, None), runlog.begin_run(2, "two", 5, FACTS),
                  *runlog.whole(1, told[0], ()), *runlog.whole(2, told[1], [sides_of(4, [0], [[1, 1]])]),
                  runlog.tell(1, "gone", next(runlog.place_to_pieces(frames, ids[:1], everywhere[:, :1])))):
        write(connection)
    one, two = runlog.read_left(connection, 2)
    assert one[:4] == (1, "one_", None, None), "a name may be no UTF-8"
    assert two[:4] == (2, "two", 5, FACTS)
    assert one.shown.ids.tolist() == [7]
    assert_same(one.shown.over(frames, ids[1:], cells_of(2, 1)), told[0].cells[:, 1:])
    assert_same(two.shown.over(frames, ids, cells_of(2, 2)), told[1].cells)
    assert [sides.id for sides in two.sides] == [4]
    runlog.end_run(2)(connection)
    assert [left.number for left in runlog.read_left(connection, 2)] == [1]
    with pytest.raises(DamageError, match="frames up to 0, got 1"):
        runlog.read_left(connection, 1)
    runlog.tell(9, "cells", encoding.seal([]))(connection)
    with pytest.raises(DamageError, match="run 9, which never was"):
        runlog.read_left(connection, 2)


def test_only_what_outlives_the_session_is_written_down() -> None:
    change = Change()
    RunLog(Store()).begin(change, 1, "run", None, None)
    assert change.writes == []


def test_nothing_is_left_of_runs_that_ended(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, (8, 8))
    session.add_points(0, [[1, 1]])
    runs = [session.begin_run(name, [0]) for name in ("one", "two")]
    for number, run in enumerate(runs):
        run.write(update_of([1, 2], [0], number, empty=0))
    runs[0].close()
    count = "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM events)"
    left = session._store.read(lambda connection: connection.execute(count).fetchone())
    assert left[0] == 1
    runs[1].close()
    assert session._store.read(lambda connection: connection.execute(count).fetchone()) == (0, 0)
    session.close()
