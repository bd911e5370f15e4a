"""DeepLabCut's tables: columns of several levels (scorer, individual, body part, coordinate), and as text."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.files import naming, replacing

SINGLE = "single"  # the individual of body parts that belong to none
Key = tuple[str, str]  # individual ("" for none), body part


@dataclass(frozen=True)
class Frame:
    """A table.

    Parameters
    ----------
    columns : tuple of tuple of str
        (scorer, body part, coordinate), or with the individual after the scorer.
    rows : tuple of tuple
        Of texts (folder, video, picture), or of one whole number, the frame.
    values : (R, C) float64
    """

    columns: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[Any, ...], ...]
    values: NDArray[np.float64]

    @property
    def is_multi(self) -> bool:
        """Whether columns name individuals."""
        return bool(self.columns) and len(self.columns[0]) == 4

    def scorer(self) -> str:
        """Who labelled.

        Raises
        ------
        FormatError
            If there are several.
        """
        found = sorted({column[0] for column in self.columns})
        if len(found) != 1:
            raise FormatError(f"expected labels of one scorer, got {', '.join(map(repr, found)) or 'none'}")
        return found[0]

    def places(self) -> dict[Key, dict[str, int]]:
        """Where each coordinate of each point is, in the order of the columns."""
        found: dict[Key, dict[str, int]] = {}
        for k, column in enumerate(self.columns):
            individual = column[1] if len(column) == 4 and column[1] != SINGLE else ""
            found.setdefault((individual, column[-2]), {})[column[-1]] = k
        return {key: coords for key, coords in found.items() if {"x", "y"} <= set(coords)}


def frame_of(columns: Any, rows: Any, values: NDArray[Any]) -> Frame:
    """A table from lists, checked.

    Raises
    ------
    FormatError
        If it does not look like one of DeepLabCut's.
    """
    columns = tuple(tuple(map(str, column)) for column in columns)
    widths = {len(column) for column in columns}
    if widths not in ({3}, {4}):
        raise FormatError(f"expected columns by scorer, body part and coordinate, got ones of {sorted(widths)} levels; "
                          "it is not DeepLabCut's")
    rows = tuple(tuple(row) for row in rows)
    if values.shape != (len(rows), len(columns)):
        raise FormatError(f"expected {len(rows)} rows of {len(columns)} cells, got {values.shape}; it is damaged")
    frame = Frame(columns, rows, values.astype(np.float64))
    if not frame.places():
        raise FormatError("expected columns x and y for each body part, got none; it is not DeepLabCut's")
    return frame


def plain_numbers(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Numbers with five decimals: as good as 32 bits are for pixels, and a third of the digits of their 64 bits."""
    rounded: NDArray[np.float64] = values.astype(np.float64).round(5)
    return rounded


def level_names(is_multi: bool) -> tuple[str, ...]:
    """What DeepLabCut calls the levels of its columns."""
    return ("scorer", "individuals", "bodyparts", "coords") if is_multi else ("scorer", "bodyparts", "coords")


def write_csv(path: Path, frame: Frame) -> None:
    """The table as pandas writes it: a line for each level, then one for each row.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    width = len(frame.rows[0]) if frame.rows else 1
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for k, name in enumerate(level_names(frame.is_multi)):
            writer.writerow([name, *[""] * (width - 1), *(column[k] for column in frame.columns)])
        for row, values in zip(frame.rows, frame.values, strict=True):
            writer.writerow([*row, *("" if math.isnan(value) else repr(value) for value in values.tolist())])


def read_csv(path: Path) -> Frame:
    """A table from text.

    Raises
    ------
    FormatError
        If it cannot be read, is none, or a cell is no number.
    """
    with naming(path, UnicodeError, csv.Error), Path(path).open(encoding="utf-8-sig", newline="") as file:
        return _read(csv.reader(file, strict=True))


def sniff_csv(path: Path) -> tuple[str, ...] | None:
    """The coordinates that a text table of DeepLabCut has, without its rows; None if it is none."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            start = file.read(7)
            if start.strip('"')[:6] != "scorer":
                return None
            file.seek(0)
            _, columns = _header(csv.reader(file, strict=True))
    except (OSError, UnicodeError, csv.Error, FormatError):
        return None
    return tuple(dict.fromkeys(column[-1] for column in columns))


def _header(lines: Any) -> tuple[int, list[tuple[str, ...]]]:
    """How many cells of a row name it, and the columns."""
    levels: list[list[str]] = []
    expected = ("scorer", "individuals", "bodyparts", "coords")
    for cells in lines:
        if not cells or cells[0] not in expected or len(levels) == 4:
            raise FormatError(f"expected a header line that begins with one of {', '.join(expected)}; "
                              f"got {','.join(cells)!r:.60}")
        if levels and len(cells) != len(levels[0]):
            raise FormatError(f"expected {len(levels[0])} cells in each header line, got {len(cells)}")
        levels.append(cells)
        if cells[0] == "coords":
            break
    names = tuple(cells[0] for cells in levels)
    if names not in (level_names(False), level_names(True)):
        raise FormatError(f"expected the header lines {', '.join(level_names(False))}, got {', '.join(names)}")
    width = 1
    while width < len(levels[-1]) and not levels[-1][width]:
        width += 1
    return width, list(zip(*(cells[width:] for cells in levels), strict=True))


def _read(lines: Any) -> Frame:
    width, columns = _header(lines)
    rows: list[tuple[Any, ...]] = []
    values: list[NDArray[np.float64]] = []
    for cells in lines:
        if not cells:
            continue
        if len(cells) != width + len(columns):
            raise FormatError(f"line {lines.line_num}: expected {width + len(columns)} cells, got {len(cells)}")
        try:
            values.append(np.array([cell or "nan" for cell in cells[width:]]).astype(np.float64))
        except ValueError as mishap:
            raise FormatError(f"line {lines.line_num}: expected numbers, got {str(mishap)!r:.80}") from None
        rows.append(tuple(cells[:width]))
    if width == 1 and all(row[0].isdecimal() and len(row[0]) < 18 for row in rows):
        rows = [(int(row[0]),) for row in rows]
    return frame_of(columns, rows, np.array(values).reshape(len(rows), len(columns)))
