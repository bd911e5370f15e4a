"""Rows of layers: features count only if they are ours."""

from __future__ import annotations

from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats import napari_tracks


def table(folder, *lines):
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return napari_tracks.read(folder / "t.csv")


def test_features_of_others_may_mean_anything(tmp_path):
    got = table(tmp_path, "track_id,t,y,x,state,confidence", "3,0.0,1,2,good,high", "3,2,5,6,bad,low")
    assert got.ids.tolist() == [3] and got.xy[[0, 2], 0].tolist() == [[2, 1], [6, 5]]
    assert got.states()[:, 0].tolist() == [State.VISIBLE, State.UNKNOWN, State.VISIBLE]
    assert got.source[0, 0] == Source.IMPORTED


def test_names_are_quoted_where_they_must_be(tmp_path):
    from dataclasses import replace

    from napari_cotracker.core.declarations import NoOptions
    from tests.formats.samples import plain_tracks

    tracks = replace(plain_tracks(), names=('a,"b"', "100 %d", "c\r\nd"))
    napari_tracks.write(tmp_path / "t.csv", tracks, NoOptions())
    assert napari_tracks.read(tmp_path / "t.csv").names == tracks.names
