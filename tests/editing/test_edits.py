"""What a person does, as patches: the words, the entries, the cells."""

from __future__ import annotations

import numpy as np

from napari_cotracker.core.tracks import Source, State
from napari_cotracker.editing import edits
from napari_cotracker.editing.patch import Row
from tests.editing.acts import moving, part_of
from tests.editing.walks import assert_same, cells_of

ROWS = [Row(0, "nose", "left", 3, (1.0, 2.0)), Row(4, "tail", "", 1, (3.0, 4.0)), Row(5, "ear", "", 3, (5.0, 6.0))]


def test_points_are_placed_frame_by_frame() -> None:
    patch = edits.place(ROWS, placed=True)
    assert (patch.label, patch.comes) == ("place 3 points", tuple(ROWS))
    assert [(block.frames.tolist(), block.ids.tolist()) for block in patch.blocks] == [([1], [4]), ([3], [0, 5])]
    after = patch.blocks[1].after
    assert after.xy.tolist() == [[[1, 2], [5, 6]]]
    assert (after.source == Source.HUMAN).all()
    assert (after.state == State.VISIBLE).all()
    guessed = edits.place(ROWS[:1], placed=False)
    assert guessed.label == "place nose"
    assert guessed.blocks[0].after.source.tolist() == [[Source.PREDICTED]]


def test_a_track_goes_with_its_cells() -> None:
    cells = cells_of(6, 3)
    patch = edits.delete(ROWS, cells)
    assert (patch.label, patch.goes) == ("delete 3 tracks", tuple(ROWS))
    assert_same(patch.blocks[0].before, cells)
    assert np.isnan(patch.blocks[0].after.xy).all()


def test_entries_change_in_one_respect() -> None:
    assert edits.rename(ROWS[0], "eye").after == (Row(0, "eye", "left", 3, (1.0, 2.0)),)
    assert edits.rename(ROWS[0], "eye").label == "rename nose to eye"
    grouped = edits.regroup(ROWS[:2], "right")
    assert grouped.label == "put 2 tracks into group right"
    assert [(row.name, row.group) for row in grouped.after] == [("nose", "right"), ("tail", "right")]
    assert edits.regroup(ROWS[:1], "").label == "take nose out of the group"
    assert not grouped.comes
    assert not grouped.goes


def test_one_frame_stands_for_all_points() -> None:
    frames, places = edits.checked_points(3, [[0, 1], [2, 3]], 4)
    assert frames.tolist() == [3, 3]
    assert places.dtype == np.float32
    assert edits.checked_points(3, [5, 6], 4)[1].tolist() == [[5, 6]], "a single point needs no second bracket"


def test_tracks_are_moved_at_once() -> None:
    part = part_of(moving(count=3), [4], first=4)
    patch = edits.move(part, np.array([[[1, 2], [14, 10], [5, 6]]], np.float32))
    assert patch is not None
    assert (patch.label, patch.blocks[0].frames.tolist()) == ("correct 3 tracks", [4])
    after = patch.blocks[0].after
    assert after.xy.tolist() == [[[1, 2], [14, 10], [5, 6]]]
    assert (after.source == Source.HUMAN).all()
    assert (after.state == State.VISIBLE).all()
    assert (after.visibility == 1).all()
    assert [(row.id, row.xy) for row in patch.after] == [(0, (1, 2)), (2, (5, 6))], "queries go along, if they move"
