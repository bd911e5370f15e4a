"""Large steps that are written before they are done: all the same in the end, and nothing if they do not come to it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.editing import encoding
from napari_cotracker.editing.patch import Patch
from napari_cotracker.editing.session import Session
from napari_cotracker.editing.staging import OvertakenError, Staged
from napari_cotracker.editing.table import arriving
from tests.editing.files import assert_same_session, left_by_a_crash
from tests.editing.walks import N_FRAMES, cells_of, update_of


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(encoding, "PIECE", 500)  # several pieces
    session = Session.create(tmp_path / "a.cotracker", N_FRAMES, (64, 48))
    session.add_points(0, [[1, 1]])
    yield session
    session.close()


def patch_for(session: Session, count: int = 12) -> Patch:
    cells = cells_of(N_FRAMES, count)
    tracks = Tracks(np.arange(count), cells.xy, cells.visibility, cells.confidence, cells.state, cells.source)
    return arriving(tracks, session.new_ids(count), "import", N_FRAMES)


def all_of(steps: Generator[float, None, Staged]) -> tuple[list[float], Staged]:
    done = list[float]()
    while True:
        try:
            done.append(next(steps))
        except StopIteration as stop:
            return done, stop.value


def test_a_staged_step_is_one_that_was_applied(session: Session, tmp_path: Path) -> None:
    with Session.create(tmp_path / "other.cotracker", N_FRAMES, (64, 48)) as other:
        other.add_points(0, [[1, 1]])
        other.apply(patch_for(other))
        told = list[Patch]()
        session.changed.connect(told.append)
        done, staged = all_of(session.stage(patch_for(session)))
        assert len(done) > 2
        assert done == sorted(done)
        assert not told
        session.apply_staged(staged)
        assert len(told) == 1
        assert_same_session(session, other)
        with Session.open(left_by_a_crash(session, tmp_path / "b.cotracker")) as again:
            assert_same_session(again, other)
            again.undo()
            assert again.ids.tolist() == [0]
        session.undo()
        session.redo()
        assert_same_session(session, other)


@pytest.mark.parametrize("count", [1, 3])
def test_what_was_staged_when_the_program_ended_is_nothing(session: Session, tmp_path: Path, count: int) -> None:
    steps = session.stage(patch_for(session))
    for _ in range(count):
        next(steps)
    with Session.open(left_by_a_crash(session, tmp_path / "b.cotracker")) as again:
        assert_same_session(again, session)
        again.rename(0, "nose")
        pieces = again._store.read(lambda connection: connection.execute("SELECT count(*) FROM patches").fetchone())
        assert pieces == (2,), "one for each step"
    with Session.open(tmp_path / "b.cotracker") as again:
        assert again.rows[0].name == "nose"


@pytest.mark.parametrize("when", ["first", "last"])
def test_a_step_that_comes_between_counts_and_the_other_is_staged_anew(session: Session, tmp_path: Path, when: str
                                                                        ) -> None:
    patch = patch_for(session)
    steps = session.stage(patch)
    next(steps)
    staged = all_of(steps)[1] if when == "last" else None
    session.rename(0, "nose")
    with pytest.raises(OvertakenError):
        session.apply_staged(staged) if staged else all_of(steps)
    assert session.ids.tolist() == [0]
    session.apply_staged(all_of(session.stage(patch))[1])
    session.undo()
    assert session.rows[0].name == "nose"
    session.redo()
    with Session.open(left_by_a_crash(session, tmp_path / "b.cotracker")) as again:
        assert_same_session(again, session)
        assert [step.label for step in again.steps][-1] == "import"


def test_pieces_that_stayed_in_another_file_are_not_counted_on(session: Session, tmp_path: Path) -> None:
    staged = all_of(session.stage(patch_for(session)))[1]
    session._store.write(lambda connection: connection.execute(
        "DELETE FROM patches WHERE id = (SELECT max(id) FROM patches)"))
    with pytest.raises(OvertakenError):
        session.apply_staged(staged)
    assert session.ids.tolist() == [0]
    assert len(session.steps) == 1
    session.apply_staged(all_of(session.stage(staged.patch))[1])
    with Session.open(left_by_a_crash(session, tmp_path / "b.cotracker")) as again:
        assert_same_session(again, session)


def test_a_run_goes_on_while_and_after_tracks_come(session: Session) -> None:
    run = session.begin_run("track", [0])
    steps = session.stage(patch_for(session))
    next(steps)
    run.write(update_of([1, 2], [0], empty=0))
    session.apply_staged(all_of(steps)[1])
    run.write(update_of([3, 4], [0], empty=0))
    run.close()
    assert len(session.ids) == 13
    assert np.isfinite(session.cells.xy[1:5, 0]).all()
    session.undo()
    session.undo()
    assert session.ids.tolist() == [0]
    assert not np.isfinite(session.cells.xy[1:5, 0]).any()


def test_a_film_that_got_another_length_is_told(session: Session) -> None:
    staged = all_of(session.stage(patch_for(session)))[1]
    session.set_length(N_FRAMES + 2)
    with pytest.raises(EditError, match=f"expected tracks of {N_FRAMES + 2} frames"):
        session.apply_staged(staged)
    assert session.ids.tolist() == [0]


@pytest.mark.parametrize("overtaken", [False, True])
def test_what_is_broken_off_is_taken_out_and_a_step_that_came_between_stays(session: Session, tmp_path: Path,
                                                                            overtaken: bool) -> None:
    def count() -> int:
        return int(session._store.read(lambda connection: connection.execute(
            "SELECT count(*) FROM patches").fetchone()[0]))

    steps = session.stage(patch_for(session))
    next(steps)
    next(steps)
    assert count() == 3
    if overtaken:
        session.rename(0, "nose")
    steps.close()
    assert count() == 1 + overtaken
    with Session.open(left_by_a_crash(session, tmp_path / "b.cotracker")) as again:
        assert_same_session(again, session)
        assert len(again.steps) == 1 + overtaken
