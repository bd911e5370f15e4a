"""One answer to which tracks are selected."""

from __future__ import annotations

import numpy as np
import pytest

from napari_cotracker.ui.selection import Selection


@pytest.fixture
def heard() -> tuple[Selection, list[list[int]]]:
    selection, sets = Selection(), []
    selection.changed.connect(lambda: sets.append(selection.ids.tolist()))
    return selection, sets


def test_it_speaks_only_of_real_changes(heard: tuple[Selection, list[list[int]]]) -> None:
    selection, sets = heard
    selection.set([])
    selection.set([7, 3, 7])
    selection.set(np.array([3, 7]))
    selection.add([3])
    selection.keep([3, 7, 9])
    assert sets == [[3, 7]]


def test_tracks_are_added_toggled_and_forgotten(heard: tuple[Selection, list[list[int]]]) -> None:
    selection, sets = heard
    selection.add([4, 2])
    selection.toggle(3)
    selection.toggle(2)
    selection.keep([3])
    assert sets == [[2, 4], [2, 3, 4], [3, 4], [3]]


def test_the_one_is_there_only_alone() -> None:
    selection = Selection()
    assert selection.one is None
    selection.set(5)
    assert selection.one == 5
    assert 5 in selection
    assert 6 not in selection
    selection.set([5, 6])
    assert selection.one is None
    assert len(selection) == 2
