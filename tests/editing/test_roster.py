"""The roster: tracks in the order of their ids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import EditError
from napari_cotracker.editing.patch import Row
from napari_cotracker.editing.roster import HIGHEST, Roster

IDS = st.lists(st.integers(-5, 60), unique=True, max_size=8)


def rows_of(ids: list[int], name: str = "") -> list[Row]:
    return [Row(id, f"{name}{id}", "", 0, (0.0, 0.0)) for id in ids]


@given(IDS, IDS, st.randoms())
def test_who_comes_takes_a_place_and_who_goes_leaves_it(first: list[int], second: list[int], chance: object) -> None:
    roster = Roster()
    second = [id for id in second if id not in first]
    for ids in filter(None, (first, second)):
        places = roster.insert(rows_of(ids))
        assert roster.ids[places].tolist() == sorted(ids)
    assert roster.ids.tolist() == sorted(first + second)
    assert [row.id for row in roster.rows] == roster.ids.tolist()
    before = roster.ids
    if first:
        places = roster.remove(rows_of(first))
        assert before[places].tolist() == sorted(first)
    assert roster.ids.tolist() == sorted(second)
    assert roster.has([*first, *second]).tolist() == [False] * len(first) + [True] * len(second)
    assert roster.ids[roster.columns(second)].tolist() == second
    assert roster.new_ids(2).tolist() == [max([-1, *first, *second]) + 1 + n for n in range(2)]


def test_an_entry_is_replaced_where_it_is() -> None:
    roster = Roster()
    roster.insert(rows_of([4, 2, 9]))
    roster.replace(rows_of([9, 2], "new "))
    assert [row.name for row in roster.rows] == ["new 2", "4", "new 9"]
    roster.replace([])
    assert roster.ids.tolist() == [2, 4, 9]


def test_an_id_that_is_not_there_is_named() -> None:
    roster = Roster()
    assert roster.has([0, np.iinfo(np.int64).max]).tolist() == [False, False]
    with pytest.raises(EditError, match="got 3, which is not there"):
        roster.columns([3])


@pytest.mark.parametrize("id", [2**62 - 1, 2**63 - 1, -(2**63)])
def test_an_id_that_no_file_could_hold_is_refused(id: int) -> None:
    roster = Roster()
    with pytest.raises(EditError, match=f"expected ids of tracks up to .*got {id}; give the tracks smaller numbers"):
        roster.insert(rows_of([3, id]))
    assert roster.ids.tolist() == []
    roster.insert(rows_of([HIGHEST]))
    assert roster.next_id < 2**62, "what a file can hold"
