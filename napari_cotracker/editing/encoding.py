"""Patches, cells and one-sided answers as bytes, and back; nothing that bytes say is believed.

Every piece begins with the CRC of the rest. Numbers are little-endian; an array that holds one value
throughout is that value.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.blending import Side, Sides
from ..core.errors import EditError
from .cells import FIELDS, Cells
from .patch import Block, Patch, Row

LARGEST = 1 << 24  # cells of one block that are believed; larger ones are written as several
PIECE = 1 << 24  # bytes of a piece, about
CELL = 18  # bytes
RAW, CONSTANT, PACKED, RANGE = range(4)
WORTH_PACKING = 1 << 10  # bytes
TOGETHER, APART = range(2)
FEW = 32  # cells
KINDS = {"xy": "<f4", "visibility": "<f4", "confidence": "<f4", "state": "u1", "source": "u1"}
WHOLE = np.dtype([(name, kind, 2 if name == "xy" else ()) for name, kind in KINDS.items()])


class DamageError(EditError):
    """What was read is not what was written."""

    @classmethod
    def of(cls, path: Path | None, mishap: Exception) -> DamageError:
        """The damage of a file in words; one that names a damaged file already stays as it is."""
        if isinstance(mishap, cls) and "is damaged" in str(mishap):
            return mishap
        where = "the session" if path is None else f"the session file {str(path)!r}"
        return cls(f"{where} is damaged: {mishap}; save what is whole of it into a new file")


def seal(parts: Iterable[bytes]) -> bytes:
    """One piece of several parts."""
    whole, crc = list(parts), 0
    for part in whole:
        crc = zlib.crc32(part, crc)
    return b"".join([struct.pack("<I", crc), *whole])


class Reader:
    """Takes a piece apart.

    Parameters
    ----------
    piece : bytes

    Raises
    ------
    DamageError
        If it is not what was sealed, or ends too soon.
    """

    def __init__(self, piece: object) -> None:
        if not isinstance(piece, bytes) or zlib.crc32(piece[4:]).to_bytes(4, "little") != piece[:4]:
            raise DamageError("expected what was written, got other bytes")
        self._view, self._place = memoryview(piece), 4

    @property
    def is_at_end(self) -> bool:
        """Whether everything was taken."""
        return self._place == len(self._view)

    def take(self, count: int) -> memoryview:
        """The next bytes."""
        if not 0 <= count <= len(self._view) - self._place:
            raise DamageError(f"expected {count} more bytes, got {len(self._view) - self._place}")
        self._place += count
        return self._view[self._place - count : self._place]

    def numbers(self, layout: str) -> tuple[int, ...]:
        """The next whole numbers, laid out as `struct` says."""
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def text(self) -> Any:
        """The next JSON value."""
        (size,) = self.numbers("<I")
        try:
            return json.loads(bytes(self.take(size)))
        except ValueError as mishap:
            raise DamageError(f"expected JSON, got {mishap}") from mishap

    def array(self, kind: str | np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """The next array, on memory of its own."""
        dtype, (code,) = np.dtype(kind), self.numbers("<B")
        count = math.prod(shape)
        if code == CONSTANT:
            return np.full(shape, np.frombuffer(self.take(dtype.itemsize), dtype)[0])
        if code == RANGE:
            first, _ = self.numbers("<qq")
            return np.arange(first, first + count, dtype=dtype)
        if code == PACKED:
            (size,) = self.numbers("<I")
            return np.frombuffer(_unpack(self.take(size), count * dtype.itemsize), dtype).reshape(shape).copy()
        return np.frombuffer(self.take(count * dtype.itemsize), dtype).reshape(shape).copy()

    def shape(self) -> tuple[int, int]:
        """The next two numbers, of cells that fit into memory."""
        t, n = self.numbers("<II")
        if t * n > LARGEST or max(t, n) > LARGEST:
            raise DamageError(f"expected at most {LARGEST} cells, got {t} × {n}")
        return t, n

    def cells(self, shape: tuple[int, int]) -> Cells:
        """The next cells (t, n)."""
        if self.numbers("<B") == (TOGETHER,):
            packed = self.array(WHOLE, shape)
            return Cells(*(packed[name] for name in FIELDS))
        return Cells(*(self.array(KINDS[name], (*shape, 2) if name == "xy" else shape) for name in FIELDS))


def _unpack(data: memoryview, size: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        out = unpacker.decompress(data, size + 1)
    except zlib.error as mishap:
        raise DamageError(f"expected packed bytes, got {mishap}") from mishap
    if len(out) != size:
        raise DamageError(f"expected {size} packed bytes, got others")
    return out


def put_text(value: Any) -> Iterator[bytes]:
    """A JSON value."""
    text = to_json(value).encode()
    yield struct.pack("<I", len(text))
    yield text


def put_array(array: NDArray[Any], kind: str) -> Iterator[bytes]:
    """An array; its shape has to be known to whoever reads it."""
    flat = np.ascontiguousarray(array, kind).reshape(-1)
    bits = flat.view(f"u{flat.itemsize}")
    if len(bits) > 1 and bits[0] == bits[-1] and (bits == bits[0]).all():
        yield bytes([CONSTANT])
        yield flat[:1].tobytes()
    elif flat.itemsize == 1 and len(flat) > WORTH_PACKING:
        packed = zlib.compress(flat.data, 1)
        yield struct.pack("<BI", PACKED, len(packed))
        yield packed
    elif kind == "<i8" and len(flat) > 2 and (np.diff(flat) == 1).all():
        yield struct.pack("<Bqq", RANGE, int(flat[0]), len(flat))
    else:
        yield bytes([RAW])
        yield flat.tobytes()


def put_place(frames: NDArray[np.int64], ids: NDArray[np.int64]) -> Iterator[bytes]:
    """Frames and tracks of some cells."""
    yield struct.pack("<II", len(frames), len(ids))
    yield from put_array(frames, "<i8")
    yield from put_array(ids, "<i8")


def read_place(reader: Reader) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Frames and tracks, ids being unique and frames not negative."""
    t, n = reader.shape()
    frames, ids = reader.array("<i8", (t,)), reader.array("<i8", (n,))
    if (len(frames) and frames.min() < 0) or (n > 1 and len(np.unique(ids)) != n):
        raise DamageError("expected frames from 0 on and every track once, got others")
    return frames, ids


def put_cells(cells: Cells) -> Iterator[bytes]:
    """Some cells; a few of them lie cell by cell, which is much faster, many field by field."""
    is_few = cells.state.size <= FEW
    yield bytes([TOGETHER if is_few else APART])
    if is_few:
        packed = np.empty(cells.shape, WHOLE)
        for name in FIELDS:
            packed[name] = getattr(cells, name)
        yield bytes([RAW])
        yield packed.tobytes()
        return
    for name in FIELDS:
        yield from put_array(getattr(cells, name), KINDS[name])


def patch_to_pieces(patch: Patch) -> list[bytes]:
    """Entries and cells of a patch; its label and what it says of a run are kept elsewhere."""
    return list(each_piece(patch))


def each_piece(patch: Patch) -> Iterator[bytes]:
    """The same, one after the other."""
    parts, size = list(put_text([rows_to_json(patch.before), rows_to_json(patch.after)])), 0
    for block in (part for whole in patch.blocks for part in _split(whole)):
        parts += [*put_place(block.frames, block.ids), *put_cells(block.before), *put_cells(block.after)]
        size += block.before.nbytes + block.after.nbytes
        if size > PIECE:
            yield seal(parts)
            parts, size = [], 0
    if parts:
        yield seal(parts)


def pieces_to_patch(pieces: Iterable[object]) -> Patch:
    """What was made by `patch_to_pieces`.

    Raises
    ------
    DamageError
    """
    readers = [Reader(piece) for piece in pieces]
    if not readers:
        raise DamageError("expected a patch, got nothing")
    rows, blocks = readers[0].text(), []
    for reader in readers:
        while not reader.is_at_end:
            frames, ids = read_place(reader)
            shape = (len(frames), len(ids))
            blocks.append(Block(frames, ids, reader.cells(shape), reader.cells(shape)))
    try:
        before, after = rows
    except (TypeError, ValueError) as mishap:
        raise DamageError("expected entries before and after, got others") from mishap
    return Patch("", tuple(blocks), rows_from_json(before), rows_from_json(after))


def rows_to_json(rows: Iterable[Row]) -> list[Any]:
    """Entries as plain values."""
    return [[int(row.id), row.name, row.group, int(row.t), *map(float, row.xy)] for row in rows]


def rows_from_json(values: Any) -> tuple[Row, ...]:
    """What was made by `rows_to_json`.

    Raises
    ------
    DamageError
    """
    try:
        return tuple(Row(int(id), str(name), str(group), int(t), (float(x), float(y)))
                     for id, name, group, t, x, y in values)
    except (TypeError, ValueError, OverflowError) as mishap:
        raise DamageError(f"expected entries of tracks, got others: {mishap}") from mishap


def sides_to_piece(sides: Sides) -> bytes:
    """Both one-sided answers for a track."""
    arrays = [*sides.forward, *sides.backward, sides.xy, np.array([sides.unit])]
    place = put_place(sides.frames, np.array([sides.id]))
    return seal([*place, *(part for array in arrays for part in put_array(array, "<f4"))])


def piece_to_sides(piece: object) -> Sides:
    """What was made by `sides_to_piece`.

    Raises
    ------
    DamageError
    """
    reader = Reader(piece)
    frames, ids = read_place(reader)
    n = len(frames)
    if len(ids) != 1:
        raise DamageError(f"expected answers for one track, got {len(ids)}")
    forward, backward = (Side(*(reader.array("<f4", shape) for shape in ((n, 2), (n,), (n,)))) for _ in range(2))
    xy, unit = reader.array("<f4", (n, 2)), reader.array("<f4", (1,))
    return Sides(int(ids[0]), frames, forward, backward, xy, float(unit[0]))


def to_json(value: Any) -> str:
    """Plain values as text; what JSON does not know is written as text, too."""
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return dict(value) if isinstance(value, Mapping) else str(value)


def _split(block: Block) -> Iterator[Block]:
    """A block as several with fewer tracks each, none much larger than a piece may be."""
    for some in columns_of_pieces(*block.before.shape):
        yield Block(block.frames, block.ids[some], block.before[:, some], block.after[:, some])


def columns_of_pieces(t: int, n: int) -> Iterator[slice]:
    """Columns of cells (t, n) a few at a time, none of them many more than a piece may hold."""
    step = max(1, PIECE // (CELL * max(t, 1)))
    yield from (slice(first, min(first + step, n)) for first in range(0, max(n, 1), step))
