"""DeepLabCut's tables in HDF5, laid out as pandas does, without pandas.

pandas unpickles what it finds in a file, so it is not let near files of others. What is written here
is the "fixed" layout, which every version of pandas reads; its "table" layout is read as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError, MissingExtraError
from ..core.files import naming
from ..core.unpickling import parse_pickle
from .apart import HDF5, load_apart, outline
from .dlc_frames import Frame, frame_of, level_names
from .hdf5 import in_memory, opened, text_of, whole

KEY = "df_with_missing"
MAX_LEVELS = 4


def read_hdf5(path: Path) -> Frame:
    """A table, taken apart in another process.

    Raises
    ------
    FormatError
        If it cannot be read or is none.
    """
    found = load_apart("dlc_hdf5", path)
    with naming(path):
        return frame_of(found["columns"], found["rows"], found["values"])


def is_hdf5(path: Path) -> bool:
    """Whether a file begins as HDF5 does."""
    try:
        with path.open("rb") as file:
            return file.read(len(HDF5)) == HDF5
    except OSError:
        return False


def coordinates_of(path: Path) -> tuple[str, ...] | None:
    """The coordinates that a table has; None if the file is none."""
    groups = [name for name in outline(path) if not name.startswith("@")]
    if KEY not in groups and len(groups) != 1:
        return None
    about = path.stat()
    return _coordinates(str(path), (about.st_mtime_ns, about.st_size))


@lru_cache(64)
def _coordinates(path: str, stamp: tuple[int, int]) -> tuple[str, ...] | None:
    try:
        columns = load_apart("dlc_hdf5", Path(path), "load_columns")["columns"]
    except FormatError:
        return None
    return tuple(dict.fromkeys(column[-1] for column in columns)) or None


def load(path: str) -> dict[str, Any]:
    """Columns, rows and values of a table."""
    with opened(path) as file:
        group = _group(file)
        rows, values, order = _table(group) if "table" in group else _blocks(group)
        return {"columns": order, "rows": rows, "values": values}


def load_columns(path: str) -> dict[str, Any]:
    """Only the columns."""
    with opened(path) as file:
        group = _group(file)
        return {"columns": _columns_of_table(group) if "table" in group else _axis(group, "axis0")}


def _group(file: Any) -> Any:
    """The table of a file: DeepLabCut's own, or the only one."""
    found = [name for name in file if text_of(file[name].attrs.get("pandas_type")).startswith("frame")]
    name = KEY if KEY in found or len(found) != 1 else found[0]
    if name not in found:
        raise FormatError(f"expected a table {KEY!r} as pandas writes it, got {', '.join(found[:5]) or 'none'}")
    return file[name]


def _blocks(group: Any) -> tuple[list[Any], NDArray[np.float64], list[tuple[Any, ...]]]:
    columns, rows = _axis(group, "axis0"), _axis(group, "axis1")
    place = {column: k for k, column in enumerate(columns)}
    values = np.full((len(rows), len(columns)), np.nan)
    for k in range(min(int(group.attrs.get("nblocks", 0)), 1000)):
        if _is_empty(group, f"block{k}_values"):
            continue
        items = _axis(group, f"block{k}_items")
        block = whole(group, f"block{k}_values", ndim=2)
        block = block if group[f"block{k}_values"].attrs.get("transposed", 0) else block.T
        if block.shape != (len(rows), len(items)) or not set(items) <= set(place):
            raise FormatError("its parts do not fit together; it is damaged")
        values[:, [place[item] for item in items]] = block
    return [list(row) for row in rows], values, columns


def _axis(group: Any, name: str) -> list[tuple[Any, ...]]:
    """The labels along an axis, each a tuple of its levels."""
    if text_of(group.attrs.get(f"{name}_variety")) != "multi":
        return [] if _is_empty(group, name) else [(label,) for label in _labels(group, name)]
    levels = []
    for k in range(min(int(group.attrs[f"{name}_nlevels"]), MAX_LEVELS + 1)):
        if _is_empty(group, f"{name}_label{k}"):
            return []
        words, codes = _labels(group, f"{name}_level{k}"), whole(group, f"{name}_label{k}", "iu", 1)
        if codes.size and not 0 <= codes.min() <= codes.max() < len(words):
            raise FormatError("it names columns or rows that it does not have; it is damaged")
        levels.append([words[code] for code in codes.tolist()])
    return list(zip(*levels, strict=True))


def _labels(group: Any, name: str) -> list[Any]:
    kind = text_of(group[name].attrs.get("kind"))
    if kind in ("integer", "string"):
        found = whole(group, name, "iu" if kind == "integer" else "S", 1).tolist()
        return found if kind == "integer" else [text_of(each) for each in found]
    raise FormatError(f"expected names or numbers along {name!r}, got {kind or 'nothing'!r}; read it with pandas and "
                      "write it anew (to_hdf)")


def _is_empty(group: Any, name: str) -> bool:
    """pandas writes arrays without any cell as one cell, with their true shape beside it."""
    shape = group[name].attrs.get("shape")
    return shape is not None and 0 in parse_pickle(bytes(shape))


def _columns_of_table(group: Any) -> list[tuple[str, ...]]:
    table = group["table"]
    blocks = [name for name in table.dtype.names or () if name != "index"]
    if blocks != ["values_block_0"]:
        raise FormatError(f"expected a table with one block of numbers, got {', '.join(blocks)[:80] or 'none'}; "
                          "read it with pandas and write it anew (to_hdf)")
    found = parse_pickle(bytes(table.attrs["values_block_0_kind"]))
    if not isinstance(found, list) or not all(isinstance(each, tuple) for each in found):
        raise FormatError("expected columns of several levels; it is damaged or of another kind")
    return [tuple(map(str, each)) for each in found]


def _table(group: Any) -> tuple[list[Any], NDArray[np.float64], list[tuple[str, ...]]]:
    columns = _columns_of_table(group)
    records = whole(group, "table", "V", 1)
    index = records["index"].tolist()
    rows = [[each if isinstance(each, int) else text_of(each)] for each in index]
    return rows, np.asarray(records["values_block_0"], np.float64).reshape(len(rows), -1), columns


def write_hdf5(path: Path, frame: Frame, comment: str) -> None:
    """Write a table in the fixed layout; the same table makes the same file.

    Parameters
    ----------
    path : Path
    frame : Frame
        With at least one row and column.
    comment : str
        For an attribute of the file that pandas does not mind.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    try:
        import h5py
    except ImportError as missing:
        raise MissingExtraError("h5py", "labels", f"write {path.name!r}") from missing
    with in_memory(path) as memory, h5py.File(memory, "w") as file:
        _note(file, CLASS="GROUP", PYTABLES_FORMAT_VERSION="2.1", TITLE="", VERSION="1.0", made_by=comment)
        group = file.create_group(KEY)
        _note(group, CLASS="GROUP", TITLE="", VERSION="1.0", encoding="UTF-8", errors="strict", pandas_type="frame",
              pandas_version="0.15.2")
        group.attrs["ndim"], group.attrs["nblocks"] = np.int64(2), np.int64(1)
        names = level_names(frame.is_multi)
        for axis in ("axis0", "block0_items"):
            _write_levels(group, axis, frame.columns, names)
        if len(frame.rows[0]) == 1:
            _note(group, axis1_variety="regular")
            kind = "integer" if isinstance(frame.rows[0][0], int) else "string"
            _write_array(group, "axis1", _plain([row[0] for row in frame.rows]), kind=kind)
        else:
            _write_levels(group, "axis1", frame.rows, ("",) * len(frame.rows[0]))
        _write_array(group, "block0_values", frame.values)


def _write_levels(group: Any, axis: str, labels: Sequence[tuple[Any, ...]], names: Sequence[str]) -> None:
    _note(group, **{f"{axis}_variety": "multi"})
    group.attrs[f"{axis}_nlevels"] = np.int64(len(names))
    for k, name in enumerate(names):
        words = sorted({label[k] for label in labels})
        place = {word: code for code, word in enumerate(words)}
        dtype = np.int8 if len(words) < 128 else np.int16 if len(words) < 32768 else np.int32
        named = {"name": name} if name else {}
        _write_array(group, f"{axis}_level{k}", _plain(words), kind="string", nan_rep="", **named)
        _write_array(group, f"{axis}_label{k}", np.array([place[label[k]] for label in labels], dtype))


def _plain(labels: Sequence[Any]) -> NDArray[Any]:
    if isinstance(labels[0], int):
        return np.array(labels, np.int64)
    encoded = [label.encode("utf-8") for label in labels]
    return np.array(encoded, f"S{max(1, *map(len, encoded))}")


def _write_array(group: Any, place: str, values: NDArray[Any], **more: str) -> None:
    dataset = group.create_dataset(place, data=values)
    _note(dataset, CLASS="ARRAY", FLAVOR="numpy", TITLE="", VERSION="2.4", **more)
    dataset.attrs["transposed"] = np.uint8(1)


def _note(node: Any, **words: str) -> None:
    """Attributes as PyTables writes them: texts of a fixed length."""
    import h5py

    for name, word in words.items():
        content = word.encode("utf-8")
        if content:
            node.attrs.create(name, content, dtype=h5py.string_dtype("utf-8", len(content)))
        else:
            node.attrs[name] = h5py.Empty("S1")
