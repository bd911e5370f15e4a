"""Pickles of numpy arrays in plain containers, read without running anything that they name.

A pickle is a program. This one may only build dicts, lists, tuples, sets, texts, bytes, numbers and
numpy arrays, and of numpy nothing runs but what copies checked bytes into an array. Every other name
is refused before it is looked up.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from .errors import FormatError

# A tuple of tuples of tuples … as a key overruns the stack of the interpreter when it is hashed. A
# dozen tuples belong to an array.
MAX_TUPLES = 10_000
MEMO_WRITES = {"PUT", "BINPUT", "LONG_BINPUT"}
DTYPES = re.compile(r"[<>=|]?([biufc?]\d{0,2}|[SU]\d{0,9}|O8?)")
_DAMAGE = (pickle.UnpicklingError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, ImportError,
           OverflowError, MemoryError, RecursionError, UnicodeError)


def read_pickle(path: Path) -> Any:
    """What a pickle file holds.

    Raises
    ------
    FormatError
        If it is missing, damaged, no pickle, or holds anything but numpy arrays and plain containers.
    """
    try:
        with path.open("rb") as file:
            return _load(file)
    except OSError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap.strerror or mishap}; check the path") from mishap
    except _DAMAGE as mishap:
        raise FormatError(
            f"expected a pickle of numpy arrays in dicts and lists, but {str(path)!r} is damaged or holds something "
            f"else ({_words(mishap)}); copy it again from where it was published"
        ) from mishap


def parse_pickle(content: bytes) -> Any:
    """What a pickle within a file of another kind holds.

    Raises
    ------
    FormatError
        If it is damaged or holds anything but numpy arrays and plain containers.
    """
    try:
        return _load(io.BytesIO(content))
    except _DAMAGE as mishap:
        raise FormatError(f"a part that should list names holds something else ({_words(mishap)})") from mishap


def _load(file: BinaryIO) -> Any:
    _check_opcodes(file)
    file.seek(0)
    return _Unpickler(file).load()


def _words(mishap: BaseException) -> str:
    return f"{type(mishap).__name__}: {' '.join(str(mishap).split()):.160}"


def _check_opcodes(file: BinaryIO) -> None:
    """Refuse what would exhaust the stack or the memory before any name is looked up."""
    tuples = 0
    for count, (opcode, argument, _) in enumerate(pickletools.genops(file)):
        tuples += "TUPLE" in opcode.name
        if tuples > MAX_TUPLES:
            raise pickle.UnpicklingError(f"more than {MAX_TUPLES} tuples")
        if opcode.name in MEMO_WRITES and int(argument or 0) > count:
            raise pickle.UnpicklingError(f"a memo entry {argument} after {count} operations")


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The stand-in for an admitted name."""
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(f"refused to load {module}.{name}"[:120])
        return _ADMITTED[module, name]


class _Named:
    """What an admitted name stands for; unlike a function it has nothing that a pickle could set."""

    __slots__ = ("_call",)
    _call: Callable[..., Any]

    def __init__(self, call: Callable[..., Any]) -> None:
        object.__setattr__(self, "_call", call)

    def __call__(self, *args: Any) -> Any:
        return self._call(*args)

    def __setattr__(self, name: str, value: Any) -> None:
        raise pickle.UnpicklingError(f"refused to set {name}"[:120])


class _DType:
    """A numpy type under construction: its letters, then its byte order."""

    __slots__ = ("_letters", "_order")

    def __init__(self, letters: Any, *flags: Any) -> None:
        # fields and sub-arrays come with offsets, which numpy believes
        if not isinstance(letters, str) or not DTYPES.fullmatch(letters):
            raise pickle.UnpicklingError("refused an array type that is not plain numbers or text")
        self._letters, self._order = letters.lstrip("<>=|"), ""

    def __setstate__(self, state: Any) -> None:
        order, *fields = state[1:5]
        if order not in ("<", ">", "|", "=") or fields != [None, None, None]:
            raise pickle.UnpicklingError("refused an array type with fields")
        self._order = order

    def resolve(self) -> np.dtype[Any]:
        """The type itself."""
        return np.dtype(self._order + self._letters)


class _Array(np.ndarray[Any, Any]):
    """An array that looks at its content before it takes it over."""

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran, content = state
        kind = dtype.resolve()
        unit, holder = (1, list) if kind.hasobject else (kind.itemsize, bytes)
        _check_size(content, holder, _cells(shape) * unit)
        super().__setstate__((1, shape, kind, bool(fortran), content))  # type: ignore[arg-type]


def _cells(shape: Any) -> int:
    if not isinstance(shape, tuple) or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        raise pickle.UnpicklingError("refused an array whose shape is not a few whole numbers")
    return math.prod(shape)


def _check_size(content: Any, kind: Any, size: int) -> None:
    if not isinstance(content, kind) or len(content) != size:
        raise pickle.UnpicklingError("refused an array whose size is not that of its content")


def _reconstruct(*ignored: Any) -> _Array:
    return np.ndarray.__new__(_Array, (0,), "b")


def _scalar(dtype: _DType, content: bytes) -> Any:
    return _frombuffer(content, dtype, (1,))[0]


def _frombuffer(content: Any, dtype: _DType, shape: Any, order: str = "C") -> NDArray[Any]:
    kind = dtype.resolve()
    # of an array, this would be a view, which outlives the array's memory once that is given a new state
    _check_size(content, (bytes, bytearray), _cells(shape) * kind.itemsize)
    return np.frombuffer(content, kind).reshape(shape, order="F" if order == "F" else "C")


def _encode(text: str, encoding: str = "latin1") -> bytes:
    return text.encode("latin1")


_NAMED_BY_OLD_PROTOCOLS: dict[str, Callable[..., Any]] = {"bytes": lambda: b"", "set": set, "frozenset": frozenset}
_ROOTS = ("numpy.core", "numpy._core")  # numpy moved it in version 2
_ADMITTED: dict[tuple[str, str], _Named] = {
    ("numpy", "ndarray"): _Named(_reconstruct),
    ("numpy", "dtype"): _Named(_DType),
    ("_codecs", "encode"): _Named(_encode),
    **{(room, name): _Named(make) for room in ("builtins", "__builtin__")
       for name, make in _NAMED_BY_OLD_PROTOCOLS.items()},
    **{(f"{root}.multiarray", "_reconstruct"): _Named(_reconstruct) for root in _ROOTS},
    **{(f"{root}.multiarray", "scalar"): _Named(_scalar) for root in _ROOTS},
    **{(f"{root}.numeric", "_frombuffer"): _Named(_frombuffer) for root in _ROOTS},
}
