"""What clicks and steps select."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtCore import Qt

from napari_cotracker.ui.picking import Picker
from napari_cotracker.ui.selection import Selection

ORDER = np.array([7, 3, 9, 1, 5])
NONE, CTRL, SHIFT = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                     Qt.KeyboardModifier.ShiftModifier)


@pytest.mark.parametrize(
    ("clicks", "selected"),
    [
        ([(0, NONE), (2, NONE)], [9]),
        ([(0, NONE), (2, CTRL), (4, CTRL), (2, CTRL)], [5, 7]),
        ([(3, NONE), (1, SHIFT)], [1, 3, 9]),
        ([(3, NONE), (1, SHIFT), (4, SHIFT)], [1, 5]),
        ([(2, SHIFT)], [9]),
    ],
)
def test_clicks(clicks: list[tuple[int, Qt.KeyboardModifier]], selected: list[int]) -> None:
    selection = Selection()
    picker = Picker(selection)
    for place, keys in clicks:
        picker.press(ORDER, place, keys)
    assert selection.ids.tolist() == selected


def test_a_click_can_be_told_to_select_nothing() -> None:
    selection = Selection()
    selection.set([7, 3])
    Picker(selection).press(ORDER, 1, NONE, keep=True)
    assert selection.ids.tolist() == [3, 7]


def test_steps_go_on_from_what_is_selected() -> None:
    selection = Selection()
    picker, seen = Picker(selection), []
    for by in (1, 1, 1, -1, -1, -1, 1):
        picker.step(ORDER, by)
        seen.append(selection.one)
    assert seen == [7, 3, 9, 3, 7, 5, 7], "from one end to the other"
    picker.step(np.zeros(0, np.int64), 1)
    assert selection.one == 7
