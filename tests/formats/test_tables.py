from __future__ import annotations

import math

import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.tables import Row, reading


def row(text):
    return Row(5, {"a": text})


@pytest.mark.parametrize(("text", "value"), [("1", 1), (" -2.5e3 ", -2500), ("", math.nan), ("NaN", math.nan)])
def test_numbers(text, value):
    assert row(text).number("a") == pytest.approx(value, nan_ok=True)
    assert math.isnan(row(text).number("missing"))


@pytest.mark.parametrize("text", ["one", "inf", "-Infinity", "1e31", "1,5", "0x10"])
def test_no_numbers(text):
    with pytest.raises(FormatError, match=f"^line 5: expected a number in column 'a', got '{text}'$"):
        row(text).number("a")


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("-7.0", -7), ("9223372036854775807", 2**63 - 1)])
def test_whole_numbers(text, value):
    assert row(text).whole("a") == value


@pytest.mark.parametrize("text", ["", "nan", "inf", "1.5", "one", "9223372036854775808"])
def test_no_whole_numbers(text):
    with pytest.raises(FormatError, match="line 5: expected a whole number"):
        row(text).whole("a")


def read(path, required=("a",)):
    with reading(path, required) as table:
        return table.columns, [(r.line, r.cells) for r in table.rows]


@pytest.mark.parametrize(("table", "expected"), [
    ("a;b\n10,5;-2,0\n", (10.5, -2)), ("a;b\n10.5;3\n", (10.5, 3)), ("a;b\n-1,5e3;7,0\n", (-1500, 7))])
def test_commas_stand_before_decimals_where_semicolons_part_cells(table, expected, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(table)
    with reading(path, ("a",)) as found:
        (only,) = found.rows
        assert (only.number("a"), only.whole("b")) == expected


@pytest.mark.parametrize("table", ["a;b\n1.234,5;1\n", "a\tb\n1,5\t1\n", 'a,b\n"1,5",1\n'])
def test_commas_are_refused_where_they_may_mean_thousands(table, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(table)
    with reading(path, ("a",)) as found, pytest.raises(FormatError, match="expected a number"):
        next(found.rows).number("a")


def test_lines_are_counted_over_blank_and_quoted_ones(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'A, b\r\n1,"x\ny"\r\n\r\n2,z\r\n')
    assert read(path) == (("a", "b"), [(3, {"a": "1", "b": "x\ny"}), (5, {"a": "2", "b": "z"})])


def test_an_endless_line_is_not_read_whole(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a," * 200_000)
    with pytest.raises(FormatError, match="z missing"):
        read(path, ("z",))


def test_an_error_within_the_block_names_the_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n")
    with pytest.raises(FormatError, match=r"cannot read .*t\.csv.*: something"), reading(path, ("a",)):
        raise FormatError("something")
