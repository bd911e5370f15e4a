"""The ledger: what cannot be written is not done, and what is old is forgotten."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.change import Change
from napari_cotracker.editing.patch import Patch
from napari_cotracker.editing.session import Session
from tests.editing.files import assert_same_history, left_by_a_crash, told
from tests.editing.walks import EDITS, FACTS, JOINS, N_FRAMES, RUNS, Mirror, Snapshot, Walk, assert_same, update_of

SIZE = (64, 48)


class Unwritable(Session):
    """A session whose next writes fail."""

    fails = False

    def fail(self) -> None:
        plain = self._store.write

        def write(*writes: object) -> None:
            if self.fails:
                raise EditError("the disk is full")
            plain(*writes)  # type: ignore[arg-type]

        self._store.write = write  # type: ignore[method-assign]


@pytest.mark.parametrize("seed", range(4))
def test_a_step_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, seed: int) -> None:
    session, rng = Unwritable.create(tmp_path / "a.cotracker", N_FRAMES, SIZE), np.random.default_rng(seed)
    session.fail()
    walk = Walk(session)
    walk.take("add", 1)
    steps = [(str(rng.choice([*EDITS, *RUNS, *JOINS])), int(rng.integers(1 << 30))) for _ in range(150)]
    try_each(walk, session, steps)
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    Snapshot.of(again).assert_same(Snapshot.of(session))
    again.close()
    session.close()


def shown_by(session: Session) -> list[list[list[bool]]]:
    """Which cells each open run shows."""
    return [run.under.kept(np.arange(N_FRAMES), session.ids).tolist() for run in session._history.runs]


def try_each(walk: Walk, session: Unwritable, steps: list[tuple[str, int]]) -> None:
    """Steps of which each fails first, then is done."""
    for number, (step, seed) in enumerate(steps):
        if number % 3:
            before, history, shown = Snapshot.of(session), told(session), len(walk.mirror.patches)
            open_runs = [*walk.runs]
            beneath, kept = session._history.capture()[2], shown_by(session)
            session.fails = True
            try:
                getattr(walk, step)(np.random.default_rng(seed))
            except (EditError, AssertionError):
                Snapshot.of(session).assert_same(before)
                assert told(session) == history
                assert_same(session._history.capture()[2], beneath)
                assert shown_by(session) == kept
                assert len(walk.mirror.patches) == shown
            session.fails = False
            walk.runs = [run for run in {*open_runs, *walk.runs} if run.is_open]
            walk.mirror.compare()
        walk.take(step, seed)


def test_what_is_done_is_written_before_it_is_shown(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    seen = []

    def look(patch: Patch) -> None:
        again = Session.open(left_by_a_crash(session, tmp_path / f"{len(seen)}.cotracker"))
        Snapshot.of(again).assert_same(Snapshot.of(session))
        again.close()
        seen.append(patch.label)

    session.changed.connect(look)
    session.add_points(0, [[1, 1]])
    run = session.begin_run("track", [0])
    run.write(update_of([2, 3], [0], empty=0))
    session.correct(0, 3, (5, 5))
    session.undo()
    run.close()
    session.undo()
    assert seen == ["place point 0", "track", "correct point 0", "correct point 0", "track"]
    session.close()


def test_the_oldest_steps_go_when_the_budget_is_spent_and_the_rest_is_reopened(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE, budget=3000)
    ids = session.add_points(0, np.ones((4, 2)))
    for seed in range(20):
        run = session.begin_run(f"run {seed}", ids)
        run.write(update_of(range(N_FRAMES), ids, seed, empty=0))
        run.close({**FACTS, "seed": seed})
    labels = [step.label for step in session.steps]
    assert 1 < len(labels) < 10 and labels[-1] == "run 19"
    assert [facts["seed"] for facts in session.runs] == list(range(20))
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    assert_same_history(again, session)
    for _ in labels:
        again.undo()
    assert again.undo() == ""
    assert np.isfinite(again.cells.xy).all(), "what was forgotten stays done"
    again.go_to(0)
    for label in labels:
        assert again.redo() == label
    assert_same_history(again, session)
    again.close()
    session.close()


def test_a_listener_may_change_the_session_in_turn() -> None:
    session = Session(N_FRAMES, SIZE)

    def rename(patch: Patch) -> None:
        if patch.comes:
            session.rename(0, "nose")

    session.changed.connect(rename)
    session.add_points(0, [[1, 1]])
    assert [step.label for step in session.steps] == ["place point 0", "rename point 0 to nose"]


def test_another_length_that_cannot_be_written_is_not_taken(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    session.add_points(5, [[1, 1]])
    before = Snapshot.of(session)
    session._store._database.run("PRAGMA query_only = ON")
    with pytest.raises(EditError, match="read-only"):
        session.set_length(3)
    Snapshot.of(session).assert_same(before)
    session._store._database.run("PRAGMA query_only = OFF")
    session.set_length(3)
    session.set_length(8)
    after = Snapshot.of(session)
    session.undo()
    session.redo()
    Snapshot.of(session).assert_same(after)
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    Snapshot.of(again).assert_same(after)
    again.close()
    session.close()


def test_tracks_that_are_loaded_are_there_when_the_file_is_opened(tmp_path: Path) -> None:
    tracks = Session(N_FRAMES, SIZE)
    Walk(tracks).take("add", 3)
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, SIZE)
    session.add_points(0, [[1, 1]])
    session.undo()
    mirror = Mirror(session)
    session.load(tracks.tracks)
    mirror.compare()
    again = Session.open(left_by_a_crash(session, tmp_path / "b.cotracker"))
    assert_same_history(again, session)
    assert again.tracks.meta == session.tracks.meta
    assert (again.steps, again.branches, again.undo(), again.redo()) == ((), (), "", "")
    assert again.new_ids(1) == session.new_ids(1)
    again.close()
    session.close()


def test_a_mishap_of_another_kind_takes_everything_back_too() -> None:
    session = Session(N_FRAMES, SIZE)
    session.add_points(0, [[1, 1]])
    before = Snapshot.of(session)

    def fail(connection: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), session._history.changing() as change:
        assert isinstance(change, Change)
        session._history._put(Patch("", before=(session.rows[0],)), change)
        assert len(session.ids) == 0
        change.write(fail)
    Snapshot.of(session).assert_same(before)
    session.rename(0, "nose")
