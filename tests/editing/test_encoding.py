"""Patches and cells as bytes: the same when they come back, and refused when the bytes are others."""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.editing import encoding, runlog
from napari_cotracker.editing.cells import FIELDS, Cells
from napari_cotracker.editing.encoding import DamageError, Reader
from napari_cotracker.editing.patch import Block, Patch, Row
from tests.editing.walks import assert_same, cells_of, sides_of

ROWS = (Row(3, "nose/\ud800 é", "left", 2, (float("nan"), 1.5)), Row(4, "", "", 0, (0.1, -1e30)))


def patch_of(t: int, n: int, seed: int = 0, empty: float = 0.3) -> Patch:
    frames, ids = np.arange(t) * 2, np.arange(n) + 5
    block = Block(frames, ids, cells_of(t, n, seed=seed, empty=empty), cells_of(t, n, seed=seed + 1, empty=empty))
    return Patch("", (block,), ROWS, ROWS[:1])


def whole(blocks: tuple[Block, ...]) -> Block:
    """Blocks side by side as one."""
    cells = [Cells(*(np.concatenate([getattr(getattr(block, side), name) for block in blocks], 1) for name in FIELDS))
             for side in ("before", "after")]
    return Block(blocks[0].frames, np.concatenate([block.ids for block in blocks]), *cells)


@given(st.integers(0, 5), st.integers(0, 4), st.integers(0, 99), st.sampled_from([0, 0.3, 1.1]))
def test_a_patch_comes_back_to_the_bit(t: int, n: int, seed: int, empty: float) -> None:
    patch = patch_of(t, n, seed, empty)
    back = encoding.pieces_to_patch(encoding.patch_to_pieces(patch))
    assert repr((back.before, back.after)) == repr((patch.before, patch.after))
    (block,), (wanted,) = back.blocks, patch.blocks
    assert (block.frames.tolist(), block.ids.tolist()) == (wanted.frames.tolist(), wanted.ids.tolist())
    assert_same(block.before, wanted.before)
    assert_same(block.after, wanted.after)


def test_numbers_that_are_none_keep_their_bits() -> None:
    cells = Cells.empty(1, 2)
    bits = np.array([0x7FC00001, 0xFF800123], np.uint32)
    cells.visibility[0] = bits.view(np.float32)
    block = Block(np.arange(1), np.arange(2), cells, cells)
    (back,) = encoding.pieces_to_patch(encoding.patch_to_pieces(Patch("", (block,)))).blocks
    assert back.after.visibility.view(np.uint32).tolist() == [bits.tolist()]


def test_a_large_patch_is_several_pieces_and_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "PIECE", 300)
    patch = patch_of(6, 9)
    pieces = encoding.patch_to_pieces(patch)
    assert len(pieces) > 2
    back = whole(encoding.pieces_to_patch(pieces).blocks)
    assert back.ids.tolist() == patch.blocks[0].ids.tolist()
    assert_same(back.after, patch.blocks[0].after)


@given(st.data())
def test_other_bytes_are_refused(data: Any) -> None:
    (piece,) = encoding.patch_to_pieces(patch_of(3, 2))
    place = data.draw(st.integers(0, len(piece) - 1))
    wrong = bytearray(piece)
    wrong[place] ^= data.draw(st.integers(1, 255))
    for other in (bytes(wrong), piece[:place]):
        with pytest.raises(DamageError):
            encoding.pieces_to_patch([other])


@given(st.binary(max_size=80))
def test_bytes_that_only_pretend_are_refused_or_read_without_harm(body: bytes) -> None:
    rows = [*encoding.put_text([[], []])]
    for read in (encoding.pieces_to_patch, lambda pieces: runlog.piece_to_told(pieces[0]),
                 lambda pieces: encoding.piece_to_sides(pieces[0])):
        for parts in ([body], [*rows, body]):
            with suppress(DamageError):
                read([encoding.seal(parts)])


@pytest.mark.parametrize("parts", [
    [struct.pack("<II", 1 << 24, 1 << 24)],
    [struct.pack("<II", 2, 1), b"\x03", struct.pack("<qq", -5, 2), b"\x00" * 30],
    [struct.pack("<II", 1, 2), b"\x00" * 9, b"\x00" + b"\x01" * 16, b"\x00" * 200],
    [struct.pack("<II", 1 << 25, 0)],
])
def test_places_that_no_session_has_are_refused_before_memory_is_taken(parts: list[bytes]) -> None:
    with pytest.raises(DamageError):
        runlog.piece_to_told(encoding.seal(parts))


def test_packed_bytes_that_unpack_to_more_or_less_are_refused() -> None:
    packed = b"".join(encoding.put_array(np.arange(4000) % 251, "u1"))
    assert packed[0] == encoding.PACKED
    for count in (3999, 4001):
        with pytest.raises(DamageError, match="packed"):
            Reader(encoding.seal([packed])).array("u1", (count,))
    assert Reader(encoding.seal([packed])).array("u1", (4000,)).tolist() == (np.arange(4000) % 251).tolist()


@pytest.mark.parametrize("pieces", [[], [None], ["text"], [b""], [encoding.seal([*encoding.put_text(5)])],
                                    [encoding.seal([*encoding.put_text([[1], []])])],
                                    [encoding.seal([*encoding.put_text([[["a"] * 6], []])])],
                                    [encoding.seal([b"\x04\x00\x00\x00{{{{"])]])
def test_what_is_no_patch_is_refused(pieces: list[Any]) -> None:
    with pytest.raises(DamageError, match="expected"):
        encoding.pieces_to_patch(pieces)


def test_sides_come_back() -> None:
    sides = sides_of(7, [1, 2, 5], np.ones((3, 2)))
    back = encoding.piece_to_sides(encoding.sides_to_piece(sides))
    assert (back.id, back.frames.tolist()) == (7, [1, 2, 5])
    for a, b in zip((*back.forward, *back.backward, back.xy), (*sides.forward, *sides.backward, sides.xy)):
        np.testing.assert_array_equal(a, b, strict=True)
    with pytest.raises(DamageError):
        encoding.piece_to_sides(encoding.sides_to_piece(replace(sides, frames=np.array([-1, 2, 5]))))


def test_plain_values_are_written_whatever_they_are() -> None:
    values = {"a": np.float32(0.5), "b": np.arange(2), "c": (1, 2), "d": Cells}
    assert encoding.to_json(values).startswith('{"a": 0.5, "b": [0, 1], "c": [1, 2], "d": "<class')
