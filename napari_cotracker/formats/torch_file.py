"""A file that ``torch.load(path, weights_only=True)`` reads as a dict of tensors, written without torch.

It is a zip of uncompressed files: a pickle that names the tensors, and the bytes of each.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

STORAGES = {np.dtype("<f4"): "FloatStorage", np.dtype("<f8"): "DoubleStorage", np.dtype("<i8"): "LongStorage",
            np.dtype(bool): "BoolStorage"}
BEGINNING = (1980, 1, 1, 0, 0, 0)  # so that the same tensors make the same file


def torch_file(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The whole file.

    Parameters
    ----------
    arrays : mapping
        Names to arrays of float32, float64, int64 or bool.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        def add(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(f"archive/{name}", BEGINNING), content)

        add("data.pkl", _pickle(arrays))
        add("byteorder", b"little")
        for number, array in enumerate(arrays.values()):
            add(f"data/{number}", array.astype(array.dtype.newbyteorder("<")).tobytes())
        add("version", b"3\n")
    return buffer.getvalue()


def _pickle(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A dict of names to tensors, each built from a storage that lies beside the pickle."""
    parts = [b"\x80\x02}("]
    for number, (name, array) in enumerate(arrays.items()):
        storage = STORAGES[array.dtype.newbyteorder("<")]
        strides = [stride // array.itemsize for stride in np.empty(array.shape, array.dtype).strides]
        parts += [
            _text(name), b"ctorch._utils\n_rebuild_tensor_v2\n((",
            _text("storage"), f"ctorch\n{storage}\n".encode(), _text(str(number)), _text("cpu"), _whole(array.size),
            b"tQ", _whole(0), _shape(array.shape), _shape(strides), b"\x89ccollections\nOrderedDict\n)RtR",
        ]
    return b"".join([*parts, b"u."])


def _text(word: str) -> bytes:
    content = word.encode()
    return b"X" + struct.pack("<I", len(content)) + content


def _whole(number: int) -> bytes:
    content = number.to_bytes(8, "little")
    return b"\x8a\x08" + content


def _shape(numbers: Any) -> bytes:
    return b"(" + b"".join(map(_whole, numbers)) + b"t"
