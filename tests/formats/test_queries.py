from __future__ import annotations

import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.queries import read_queries


def table(folder, text):
    (folder / "q.csv").write_text(text, encoding="utf-8")
    return folder / "q.csv"


def test_three_columns_are_enough(tmp_path):
    queries = read_queries(table(tmp_path, "t,x,y\n0,1.5,2\n7.999,3,4\n"))
    assert queries.t.tolist() == [0, 8]
    assert queries.xy.tolist() == [[1.5, 2], [3, 4]]
    assert queries.ids.tolist() == [0, 1]
    assert queries.names == ("point 0", "point 1")


def test_ids_and_names_in_any_order(tmp_path):
    queries = read_queries(table(tmp_path, 'name,y,x,t,id\n"nose, left",2,1,0,12\n,4,3,0,5\n'))
    assert queries.ids.tolist() == [12, 5]
    assert queries.names == ("nose, left", "point 5")
    assert queries.xy.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(("text", "words"), [
    ("", "expected a header with t,x,y"),
    ("t,x,y\n", "at least one query point"),
    ("t,x\n0,1\n", "y missing"),
    ("0,1,2\n", "t,x,y missing"),
    ("t,x,y\n0,1,2\n0,a,2\n", "line 3: expected a number in column 'x', got 'a'"),
    ("t,x,y\n0,1,\n", "line 2: expected a number in column 'y', got ''"),
    ("t,x,y\n0,1,nan\n", "line 2: expected a number in column 'y', got 'nan'"),
    ("t,x,y\n-1,1,2\n", "line 2: expected a whole frame number counted from 0 in column 't', got '-1'"),
    ("t,x,y\n1.0,1,2\n0.5,1,2\n", "line 3: expected a whole frame number counted from 0 in column 't', got '0.5'"),
    ("t,x,y\n1e20,1,2\n", "line 2: expected a whole frame number"),
    ("t,x,y,id\n0,1,2,3\n0,1,2,3\n", "unique track ids"),
    ("t,x,y,id\n0,1,2,\n", "line 2: expected a whole number in column 'id', got ''"),
    ('t,x,y,name\n0,1,2,"open', "expected a table"),
])
def test_says_what_is_wrong(text, words, tmp_path):
    path = table(tmp_path, text)
    with pytest.raises(FormatError, match=words) as caught:
        read_queries(path)
    assert str(path) in str(caught.value)


def test_no_file_and_no_text(tmp_path):
    with pytest.raises(FormatError, match="No such file"):
        read_queries(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(bytes(range(256)))
    with pytest.raises(FormatError, match="UTF-8"):
        read_queries(tmp_path / "b.csv")
