"""A layer: which cells are kept, and what they hold."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.editing.cells import Cells
from napari_cotracker.editing.layer import Layer
from tests.editing.walks import assert_same, cells_of


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 999)), max_size=15))
def test_a_layer_is_a_dictionary_of_cells(steps: list[tuple[bool, int]]) -> None:
    layer, model = Layer(4), dict[tuple[int, int], Cells]()
    for keeps, seed in steps:
        rng = np.random.default_rng(seed)
        frames, ids = rng.permutation(4)[:2], rng.permutation(6)[:3] * 10
        where, cells = rng.random((2, 3)) < 0.6, cells_of(2, 3, seed=seed)
        if keeps:
            layer.keep(frames, ids, where, cells)
        else:
            layer.drop(frames, ids, where)
        for t, n in np.argwhere(where):
            place = (int(frames[t]), int(ids[n]))
            if keeps:
                model[place] = cells[t, n]
            else:
                model.pop(place, None)
    frames, ids = np.array([3, 0, 2, 1]), np.array([50, 0, 10, 70, 20, 40, 30])
    kept = layer.kept(frames, ids)
    below = cells_of(4, 7, seed=1000)
    over = layer.over(frames, ids, below)
    for t, n in np.ndindex(4, 7):
        place = (int(frames[t]), int(ids[n]))
        assert kept[t, n] == (place in model)
        assert_same(over[t, n], model.get(place, below[t, n]))
    assert layer.ids.tolist() == sorted({id for _, id in model})
