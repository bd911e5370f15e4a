"""Whether an OpenEXR file that was just written has all of its pixels.

The library says nothing if the last bytes, some thousands at most, find no room on the disk.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

MAGIC = bytes.fromhex("762f3101")
LINES = 16
"""Of a picture that ZIP packs together."""

CUT_OFF = "its end could not be written, most likely for want of room"


def is_whole(path: Path, height: int) -> bool:
    """Whether the last lines of a picture are in its file, of one part, packed by ZIP.

    Parameters
    ----------
    path : Path
    height : int
        Pixels down.
    """
    with path.open("rb") as file:
        if file.read(8)[:4] != MAGIC:
            return False
        while _word(file):  # the name of an attribute; then its type and length
            _word(file)
            file.seek(_number(file, 4), 1)
        table = 8 * -(-height // LINES)
        file.seek(table - 8, 1)
        last = _number(file, 8)
        file.seek(last + 4)
        end = last + 8 + _number(file, 4)
        return last > 0 and end <= file.seek(0, 2)


def _word(file: BinaryIO) -> bytes:
    found = bytearray()
    while (letter := file.read(1)) not in (b"", b"\0"):
        found += letter
    return bytes(found)


def _number(file: BinaryIO, length: int) -> int:
    return int.from_bytes(file.read(length), "little")
