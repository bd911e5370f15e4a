"""Content fingerprints: the same after a move or a new name, another after any ordinary edit.

A file of any size costs at most two megabytes of reading: its length and blocks spread evenly over
it, both ends included. Nothing that a decoder derives takes part, so that a new version of the
decoder does not make known films look changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import VideoError

BLOCK_BYTES = 64 << 10
BLOCKS = 32
PICTURES = 9
ROW_STEP = 8
WHOLE_ARRAY_BYTES = 256 << 20


def hash_parts(parts: Iterable[bytes]) -> str:
    """32 hexadecimal digits for a row of byte strings; where one ends and the next begins matters."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def hash_file(path: str | Path, blocks: int = BLOCKS) -> str:
    """Fingerprint of a file by its length and `blocks` blocks of 64 KB; of all of it if it is short.

    Raises
    ------
    VideoError
        If the file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            size = file.seek(0, 2)
            starts = [0]
            if size > BLOCK_BYTES:
                count = min(blocks, -(-size // BLOCK_BYTES))
                starts = np.linspace(0, size - BLOCK_BYTES, count).astype(np.int64).tolist()
            return hash_parts([str(size).encode(), *(_read_block(file, start) for start in starts)])
    except OSError as error:
        raise VideoError(f"cannot read {str(path)!r} ({error.strerror}); check that it is still there") from None


def _read_block(file: Any, start: int) -> bytes:
    file.seek(start)
    return bytes(file.read(BLOCK_BYTES))


def hash_array(array: Any, limits: tuple[float, float] | None) -> str:
    """Fingerprint of a (T, …) array-like by shape, dtype, contrast limits and frames spread over it.

    An array in memory is hashed whole up to 256 MB; of anything lazy, nine frames are asked for. Nothing
    stands for a frame that cannot be delivered, which is a bad frame for whoever reads it.
    """
    n_frames = int(array.shape[0])
    count = n_frames if is_hashed_whole(array) else min(n_frames, PICTURES)
    picked = np.unique(np.linspace(0, n_frames - 1, count).astype(int)).tolist()
    facts = f"{tuple(int(n) for n in array.shape)} {np.dtype(array.dtype).str} {limits}".encode()
    return hash_parts([facts, *(_bytes_of(array, k) for k in picked)])


def is_hashed_whole(array: Any) -> bool:
    """Whether `hash_array` looks at every frame."""
    return is_in_memory(array) and array.nbytes <= WHOLE_ARRAY_BYTES


def is_in_memory(array: Any) -> bool:
    """Whether all of an array can be looked at in no time."""
    return isinstance(array, np.ndarray) and not isinstance(array, np.memmap)


def hash_rows(array: Any) -> str:
    """Fingerprint of every eighth row of every frame of an array in memory."""
    return hash_parts(np.ascontiguousarray(picture[::ROW_STEP]).tobytes() for picture in array)


def _bytes_of(array: Any, frame: int) -> bytes:
    try:
        return np.ascontiguousarray(array[frame]).tobytes()
    except Exception:  # any library may lie behind the array
        return b""
