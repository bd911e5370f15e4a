from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.videos.cache import PictureCache


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 60)), max_size=60), st.integers(1, 150))
def test_it_holds_the_latest_pictures_that_fit(puts: list[tuple[int, int]], room: int) -> None:
    cache = PictureCache(room)
    latest: dict[int, int] = {}
    for key, size in puts:
        cache.put(key, np.full(size, key, np.uint8))
        latest.pop(key, None)
        latest[key] = size
    assert cache.held_bytes <= room
    held = [key for key in latest if key in cache]
    assert cache.held_bytes == sum(latest[key] for key in held)
    assert all((cache.get(key) == key).all() for key in held)


def test_the_least_recently_used_goes_first() -> None:
    cache = PictureCache(2)
    cache.put("a", np.zeros(1))
    for key in "abc":
        cache.put(key, np.zeros(1, np.uint8))
        cache.get("a")
    assert "a" in cache and "c" in cache and "b" not in cache and len(cache) == 2


def test_what_is_kept_cannot_be_written_to() -> None:
    cache = PictureCache()
    cache.put(0, np.zeros(3))
    kept = cache.get(0)
    assert kept is not None
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1
    cache.clear()
    assert cache.get(0) is None and cache.held_bytes == 0
