"""Every edit that is offered: its words, what it needs, and that trying it changes nothing."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError
from napari_cotracker.ui.edit_aim import Aim
from napari_cotracker.ui.edit_table import EDITS, refusal

from .benches import Bench


@pytest.fixture
def bench(qtbot: Any) -> Bench:
    return Bench()


def aim_of(bench: Bench, *ids: int) -> Aim:
    bench.select(*ids)
    return Aim.of(cast(Any, bench), bench.span)


@pytest.mark.parametrize(("name", "ids", "words"), [
    ("hide", (1,), "Hide point 1, frames 12–30"), ("hide", (1, 2, 3), "Hide 3 tracks, frames 12–30"),
    ("show", (1,), "Show point 1, frames 12–30"), ("verify", (1,), "It is right: point 1, frames 12–30"),
    ("smooth", (1, 2), "Smooth 2 tracks, frames 12–30"), ("copy", (1,), "Copy point 1 from frame 15 to frames 12–30"),
    ("clear", (1,), "Clear point 1, frames 12–30"), ("start", (1,), "Starts at frame 15: point 1"),
    ("end", (1,), "Gone from frame 15 on: point 1"), ("split", (1,), "Split point 1 at frame 15"),
    ("merge", (1, 2, 3), "Merge 3 tracks into one"), ("swap", (1, 2), "Swap 2 tracks, frames 12–30"),
])
def test_words_say_what_will_happen(bench: Bench, name: str, ids: tuple[int, ...], words: str) -> None:
    bench.span.choose(12, 30)
    aim = aim_of(bench, *ids)
    assert EDITS[name].words(aim, EDITS[name].frames(aim)) == words


def test_without_a_span_the_frame_is_named(bench: Bench) -> None:
    aim = aim_of(bench, 1)
    assert EDITS["hide"].words(aim, EDITS["hide"].frames(aim)) == "Hide point 1, frame 15"
    assert EDITS["swap"].frames(aim_of(bench, 1, 2)).tolist() == list(range(15, 40))


@pytest.mark.parametrize(("name", "ids", "reason"), [
    *((name, (), "select tracks first") for name in EDITS),
    ("merge", (1,), "two tracks or more, not 1"), ("swap", (1,), "two tracks or more, not 1"),
    ("swap", (1, 2, 3), "the same points of two individuals, got 3 tracks of none"),
    ("split", (1, 2), "exactly one track, not 2"),
    ("take before", (1, 2), "exactly one track, not 2"),
])
def test_it_says_how_many_tracks_it_needs(bench: Bench, name: str, ids: tuple[int, ...], reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        EDITS[name].frames(aim_of(bench, *ids))


def test_it_says_how_many_frames_it_needs(bench: Bench) -> None:
    bench.span.choose(12, 13)
    for name in ("straight", "curved", "smooth"):
        with pytest.raises(EditError, match="at least 3 frames; choose frames"):
            EDITS[name].frames(aim_of(bench, 1))


def test_ends_of_the_clip(bench: Bench) -> None:
    bench.frame = 0
    for name, reason in (("end", "first frame"), ("split", "nothing on one side")):
        with pytest.raises(EditError, match=reason):
            EDITS[name].frames(aim_of(bench, 1))


@pytest.mark.parametrize("name", [name for name, edit in EDITS.items() if edit.can_rehearse])
def test_trying_an_edit_changes_nothing(bench: Bench, name: str) -> None:
    bench.span.choose(12, 30)
    aim = aim_of(bench, *((1, 2) if EDITS[name].fewest == 2 else (1,)))
    before, next_id = bench.session.cells.copy(), bench.session.new_ids(1)[0]
    found = refusal(EDITS[name], aim, EDITS[name].frames(aim))
    assert bool(found) == name.startswith("take"), "without a correction there is no other answer"
    assert not bench.session.undo_label
    assert not before.differs(bench.session.cells).any()
    assert bench.session.new_ids(1)[0] == next_id + 1


def test_it_finds_out_what_the_edit_itself_would_say(bench: Bench) -> None:
    bench.session.add_points(3, [[5, 5]])
    aim = aim_of(bench, 5)
    assert "place the point there first" in refusal(EDITS["show"], aim, aim.here())
    assert refusal(EDITS["clear"], aim, aim.here()) == "this would change nothing"
    assert not refusal(EDITS["clear"], aim, np.array([3]))


def test_two_individuals_are_swapped_whole(bench: Bench) -> None:
    names = {1: "m1/nose", 2: "m2/tail", 3: "m1/tail", 4: "m2/nose"}
    for id, name in names.items():
        bench.session.rename(id, name)
    before = bench.session.cells.xy.copy()
    aim = aim_of(bench, 1, 2, 3, 4)
    edit, steps = EDITS["swap"], len(bench.session.steps)
    edit.do(bench.session.edit, aim, edit.frames(aim))
    after = bench.session.cells.xy
    for id, other in ((1, 4), (4, 1), (2, 3), (3, 2)):
        mine, theirs = (int(bench.session.columns([each])[0]) for each in (id, other))
        np.testing.assert_array_equal(after[15:, mine], before[15:, theirs])
        np.testing.assert_array_equal(after[:15, mine], before[:15, mine])
    assert len(bench.session.steps) == steps + 1, "one step"
    assert bench.session.undo_label == "swap m1 and m2, frames 15–39"


@pytest.mark.parametrize(("names", "got"), [
    (("m1/nose", "m1/tail", "m2/nose"), "3 tracks of m1, m2"),
    (("m1/nose", "m2/nose", "m3/nose"), "3 tracks of m1, m2"),
    (("m1/nose", "m1/nose", "m2/nose"), "3 tracks of m1, m2"),
])
def test_individuals_that_do_not_match_are_not_swapped(bench: Bench, names: tuple[str, ...], got: str) -> None:
    for id, name in zip((1, 2, 3), names, strict=True):
        bench.session.rename(id, name)
    with pytest.raises(EditError, match=got):
        EDITS["swap"].frames(aim_of(bench, 1, 2, 3))
