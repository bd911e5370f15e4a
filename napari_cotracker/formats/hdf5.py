"""HDF5 files without surprises: sizes are checked before anything is read, every mishap is one sentence.

Reading is only for functions named ``load``, which run in a process of their own (`formats.apart`).
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.files import replacing

FREE_BYTES = 256 << 20
MAX_RATIO = 200  # of what is compressed well
NUMBERS = "biuf"
_DAMAGE = (OSError, KeyError, ValueError, RuntimeError, TypeError, IndexError, AttributeError, OverflowError,
           NotImplementedError, RecursionError, MemoryError)


@contextmanager
def in_memory(path: Path) -> Iterator[io.BytesIO]:
    """Where to make a file instead; it takes the place of `path` when the block ends.

    On a full disk the library fails again while it puts its own things away, and takes the process with it.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    memory = io.BytesIO()
    with replacing(path) as temporary:
        yield memory
        temporary.write_bytes(memory.getbuffer())


@contextmanager
def opened(path: str) -> Iterator[Any]:
    """An HDF5 file to read; whatever goes wrong in the block is a `FormatError`.

    Raises
    ------
    FormatError
        In words that follow "cannot read …:".
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield file
    except _DAMAGE as mishap:
        why = " ".join(str(mishap).split())
        raise FormatError(f"it is damaged or of another kind ({type(mishap).__name__}: {why:.120})") from mishap


def whole(node: Any, name: str, kinds: str = NUMBERS, ndim: int | None = None) -> NDArray[Any]:
    """All of a dataset of a file or group.

    Parameters
    ----------
    node : h5py.Group
    name : str
    kinds : str
        Letters of the numpy types that make sense; V are records, S and O texts.
    ndim : int, optional
        How many dimensions it must have.

    Raises
    ------
    FormatError
        If it is missing, of another kind, or claims more than a file of its size can hold.
    """
    import h5py

    dataset = node.get(name)
    if not isinstance(dataset, h5py.Dataset):
        raise FormatError(f"expected a dataset {name!r}, got none; it is damaged or of another kind")
    if dataset.shape is None or dataset.dtype.kind not in kinds or ndim not in (None, len(dataset.shape)):
        raise FormatError(f"expected the dataset {name!r} with {ndim or 'some'} dimensions, got one of shape "
                          f"{dataset.shape} and type {dataset.dtype}")
    claimed = math.prod(dataset.shape) * dataset.dtype.itemsize
    allowed = max(FREE_BYTES, MAX_RATIO * Path(node.file.filename).stat().st_size)
    if claimed > allowed:
        raise FormatError(f"the dataset {name!r} claims {claimed >> 20} MiB, more than the file can sensibly hold; "
                          "it is damaged or hostile")
    return np.asarray(dataset[()])


def texts(node: Any, name: str) -> list[str]:
    """A dataset of texts, of fixed or any length; older sleap-io makes floats of an empty list."""
    is_empty = getattr(node.get(name), "size", None) == 0
    return [text_of(each) for each in whole(node, name, "SOf" if is_empty else "SO").ravel().tolist()]


def text_of(value: Any, default: str = "") -> str:
    """A text from an attribute or a cell; the default if there is none."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace").rstrip("\0")
    return str(value) if isinstance(value, str) else default
