"""Comma-separated tables as people make them: any column order, a byte order mark, semicolons or tabs."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import FormatError

MAX_HEADER = 10_000
MAX_FRAMES = 10_000_000
MAX_NUMBER = 1e30  # stays finite as float32


@dataclass(frozen=True)
class Row:
    """One row of a table: its line in the file, its cells by column name, and what stands before decimals."""

    line: int
    cells: dict[str, str]
    point: str = "."

    def number(self, column: str) -> float:
        """A finite number, or NaN where the cell is empty, ``nan`` or the column is missing.

        Raises
        ------
        FormatError
            If the cell holds anything else.
        """
        text = self._plain(column)
        if text.lower() in ("", "nan"):
            return math.nan
        if not _is_number(text) or abs(float(text)) > MAX_NUMBER:
            raise self.error(column, "a number")
        return float(text)

    def whole(self, column: str) -> int:
        """A whole number that fits 64 bits; ``3.0`` counts.

        Raises
        ------
        FormatError
            If the cell holds anything else, or nothing.
        """
        text = self._plain(column)
        try:
            value = int(text)
        except ValueError:
            number = float(text) if _is_number(text) else math.nan
            if not number.is_integer():
                raise self.error(column, "a whole number") from None
            value = int(number)
        if not -(1 << 63) <= value < 1 << 63:
            raise self.error(column, "a whole number of at most 64 bits")
        return value

    def _plain(self, column: str) -> str:
        text = self.cells.get(column, "").strip()
        return text if "." in text else text.replace(self.point, ".")

    def error(self, column: str, expected: str) -> FormatError:
        """What to raise about a cell of this row."""
        got = self.cells.get(column, "")
        return FormatError(f"line {self.line}: expected {expected} in column {column!r}, got {got!r:.60}")


@dataclass(frozen=True)
class Table:
    """An open table: the names of its columns, and its rows one after another."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def reading(path: Path, required: tuple[str, ...]) -> Iterator[Table]:
    """Open a table with a header line.

    Parameters
    ----------
    path : Path
    required : tuple of str
        Columns without which the file is refused; further ones are kept.

    Raises
    ------
    FormatError
        If the file cannot be read as UTF-8 text or lacks a column, and, naming the file, whenever
        the block raises one.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            header, delimiter = read_header(file.readline(MAX_HEADER))
            missing = [column for column in required if column not in header]
            if missing:
                raise FormatError(f"expected a header with {','.join(required)}; {','.join(missing)} missing, "
                                  f"got {','.join(header)!r:.80}")
            yield Table(header, _rows(file, delimiter, header))
    except OSError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap.strerror or mishap}") from mishap
    except FormatError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap}") from mishap
    except (UnicodeError, csv.Error) as mishap:
        raise FormatError(f"expected a table as UTF-8 text, but {str(path)!r} is none ({mishap}); "
                          "save it as CSV (UTF-8)") from mishap


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_header(line: str) -> tuple[tuple[str, ...], str]:
    """The columns of a header line, in lower case, and the delimiter between them."""
    delimiter = max(",;\t", key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return tuple(cell.strip().lower() for cell in cells), delimiter


def _rows(file: Iterator[str], delimiter: str, header: tuple[str, ...]) -> Iterator[Row]:
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    # spreadsheets put semicolons between cells where commas stand before decimals: in most of Europe
    point = "," if delimiter == ";" else "."
    for cells in reader:
        line = reader.line_num + 1  # the header
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise FormatError(f"line {line}: expected {len(header)} cells, got {len(cells)}: {','.join(cells)!r:.80}")
        yield Row(line, dict(zip(header, cells)), point)
