from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.fingerprint import BLOCK_BYTES, BLOCKS, hash_array, hash_file, hash_parts


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES, BLOCK_BYTES + 1, BLOCK_BYTES * BLOCKS])
def test_every_byte_of_a_short_file_counts(tmp_path: Path, size: int) -> None:
    data = bytearray(np.random.default_rng(size).bytes(size))
    path = tmp_path / "film"
    path.write_bytes(data)
    prints = {hash_file(path)}
    for place in {0, size // 3, size - 1} if size else ():
        data[place] ^= 1
        path.write_bytes(data)
        prints.add(hash_file(path))
    path.write_bytes(bytes(data) + b"x")
    prints.add(hash_file(path))
    assert len(prints) == 2 + len({0, size // 3, size - 1} if size else ())


def test_places_beyond_two_gigabytes_are_found_where_whole_numbers_are_short(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of NumPy 1 on Windows."""
    path = tmp_path / "film"
    with path.open("wb") as file:
        file.truncate(5 << 30)
    found = hash_file(path)
    monkeypatch.setattr("napari_cotracker.videos.fingerprint.int", np.int32, raising=False)
    assert hash_file(path) == found


def test_a_huge_file_is_read_in_places(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # sparse: reading all of it would take hours
    empty = hash_file(path)
    with path.open("rb+") as file:
        file.seek(-10, 2)
        file.write(b"end")
    assert hash_file(path) != empty
    path.rename(tmp_path / "moved")
    assert hash_file(tmp_path / "moved") != empty
    with pytest.raises(VideoError, match="cannot read"):
        hash_file(path)


@given(st.lists(st.binary(max_size=4), max_size=5), st.lists(st.binary(max_size=4), max_size=5))
def test_parts_do_not_run_into_each_other(one: list[bytes], other: list[bytes]) -> None:
    assert (hash_parts(one) == hash_parts(other)) == (one == other)


def test_arrays_are_known_by_shape_type_limits_and_content() -> None:
    array = np.arange(2400, dtype=np.uint16).reshape(20, 10, 12)
    changed = array.copy()
    changed[13, 4, 4] += 1
    prints = [hash_array(a, limits) for a, limits in [
        (array, None), (changed, None), (array, (0.0, 9.0)), (array.reshape(20, 12, 10), None),
        (array.view(np.int16), None),
    ]]
    assert len(set(prints)) == 5
    assert hash_array(array.copy(), None) == prints[0]
