from __future__ import annotations

import csv as plain_csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.losses import losses
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats import csv
from tests.formats.samples import any_tracks, plain_tracks

HEADER = "track_id,name,frame,x,y,visibility,confidence,state,source"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tracks=any_tracks())
def test_keeps_every_cell_and_every_digit(tracks, tmp_path):
    csv.write(tmp_path / "t.csv", tracks, NoOptions())
    got = csv.read(tmp_path / "t.csv")
    assert got.names == tracks.names
    assert got.n_frames == (tracks.n_frames if len(tracks) else 0)
    np.testing.assert_array_equal(got.ids, tracks.ids)
    for name in ("xy", "visibility", "confidence", "state", "source"):
        expected = getattr(tracks, name)
        np.testing.assert_array_equal(getattr(got, name), expected if len(tracks) else expected[:0])


def test_is_a_table_that_anything_reads(tmp_path):
    csv.write(tmp_path / "t.csv", plain_tracks(), NoOptions())
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(plain_csv.DictReader(file))
    assert ",".join(rows[0]) == HEADER
    assert ",".join(rows[0].values()) == "4,mouse 1/nose,0,10.0,30.0,0.875,0.9375,from_scores,predicted"
    assert len(rows) == 6 + 6 + 4  # untracked cells have no row
    lost = " ".join(losses(plain_tracks(), csv.FORMAT.keeps))
    assert all(word in lost for word in ("groups", "query points", "frames per second", "frame numbers", "size"))


def table(folder, *lines, encoding="utf-8"):
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding=encoding)
    return folder / "t.csv"


def test_columns_in_any_order_and_few_of_them(tmp_path):
    got = csv.read(table(tmp_path, "y,x,frame,track_id", "2,1.5,0,7", "4,3,2.0,7", "6,5,1,3"))
    assert got.ids.tolist() == [7, 3]
    assert got.names == ("point 7", "point 3")
    np.testing.assert_array_equal(got.xy[:, 0], [[1.5, 2], [np.nan, np.nan], [3, 4]])
    np.testing.assert_array_equal(got.visibility[:, 1], [np.nan, 1, np.nan])
    assert got.source[:, 0].tolist() == [Source.IMPORTED, Source.NONE, Source.IMPORTED]
    assert got.states()[:, 0].tolist() == [State.VISIBLE, State.UNKNOWN, State.VISIBLE]


def test_states_and_sources_as_numbers_or_words(tmp_path):
    rows = [f"1,{k},0,0,{s.value},{s.name}" for k, s in enumerate(Source)]
    got = csv.read(table(tmp_path, "track_id,frame,x,y,state,source", *rows))
    assert got.state[:, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert got.source[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-8"), (",", "utf-8-sig")])
def test_tables_from_spreadsheets(delimiter, encoding, tmp_path):
    lines = [line.replace(",", delimiter) for line in ("Track_ID,Frame,X,Y,Name", "1,0,2.5,3,Fühler/links", "")]
    got = csv.read(table(tmp_path, *lines, encoding=encoding))
    assert got.names == ("Fühler/links",)
    assert got.xy.tolist() == [[[2.5, 3.0]]]


@pytest.mark.parametrize(("row", "words"), [
    ("1,a,0,ten,3,1,1,visible,human", "line 3: expected a number in column 'x', got 'ten'"),
    ("1,a,0,inf,3,1,1,visible,human", "line 3: .*'inf'"),
    ("1,a,0,1e300,3,1,1,visible,human", "line 3: .*'1e300'"),
    ("one,a,0,1,3,1,1,visible,human", "line 3: expected a whole number in column 'track_id', got 'one'"),
    ("1.5,a,0,1,3,1,1,visible,human", "line 3: expected a whole number.*'1.5'"),
    ("99999999999999999999,a,0,1,3,1,1,,", "line 3: .* at most 64 bits"),
    ("1,a,-1,1,3,1,1,visible,human", "line 3: expected a frame number.*'-1'"),
    ("1,a,,1,3,1,1,visible,human", "line 3: expected a whole number in column 'frame', got ''"),
    ("1,a,99999999,1,3,1,1,visible,human", "line 3: expected a frame number"),
    ("1,a,0,1,3,1,1,seen,human", "line 3: expected one of from_scores, visible.*'seen'"),
    ("1,a,0,1,3,1,1,visible,9", "line 3: expected one of none, predicted.*'9'"),
    ("1,a,0,1,3", "line 3: expected 9 cells, got 5"),
    ("2,b,5,1,3,1,1,visible,human", "line 3: expected one row for track 2 in frame 5, got a second; .* line 2"),
    ("2,c,6,1,3,1,1,visible,human", "line 3: expected 'b' as in the earlier rows of track 2 in column 'name', got 'c'"),
])
def test_a_bad_row_is_quoted(row, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        csv.read(table(tmp_path, HEADER, "2,b,5,1,3,1,1,visible,human", row))


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(FormatError, match="frame missing"):
        csv.read(table(tmp_path, "track_id,x,y", "1,2,3"))


def test_a_few_rows_cannot_claim_the_memory(tmp_path):
    rows = [f"{k},{9_999_999 if k == 0 else 0},1,1" for k in range(100)]
    with pytest.raises(FormatError, match="100 rows claim 10000000 frames of 100 tracks"):
        csv.read(table(tmp_path, "track_id,frame,x,y", *rows))
