"""Nuke's Tracker nodes: what is written, read strictly, and what Nuke writes itself."""

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.losses import losses
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import nuke
from napari_cotracker.formats.nuke import NukeOptions
from tests.formats import strict_tcl
from tests.formats.plated import SEEN, SIZE, SURE, every_state, one_point, random_tracks


def rows_of(path, tracks, **options):
    notes = nuke.write(path, tracks, NukeOptions(**options))
    found = strict_tcl.nodes(path.read_text(encoding="utf-8"))
    assert {kind for kind, _ in found} == {"Tracker4"}
    return [row for _, knobs in found for row in strict_tcl.tracker(knobs)], notes


def test_p_is_where_nuke_measures_it(tmp_path):
    (row,), notes = rows_of(tmp_path / "t.nk", one_point())
    assert strict_tcl.curve(row["track_x"]) == {1001: 10.5, 1002: 10.5, 1003: 10.5}
    assert strict_tcl.curve(row["track_y"]) == {1001: 1059.5, 1002: 1059.5, 1003: 1059.5}
    assert strict_tcl.curve(row["error"]) == {1001: 0, 1002: 0, 1003: 0}
    assert row["enable"] == "curve K x1001 1"
    assert row["name"] == "p"
    assert (row["T"], row["R"], row["S"]) == ("1", "0", "0")
    assert notes == []


def test_frames_are_the_plates(tmp_path):
    (row,), _ = rows_of(tmp_path / "t.nk", one_point(), first_frame=86400)
    assert list(strict_tcl.curve(row["track_x"])) == [86400, 86401, 86402]
    (row,), _ = rows_of(tmp_path / "t.nk", one_point(frame_numbers=[7, 9, 12]))
    assert list(strict_tcl.curve(row["track_x"])) == [7, 9, 12]


def test_hidden_spans_are_disabled_in_steps_and_have_no_keys(tmp_path):
    (a, b), notes = rows_of(tmp_path / "t.nk", every_state())
    assert strict_tcl.curve(a["track_x"]) == {1001 + f: 10.5 + f for f in SEEN}
    assert [strict_tcl.stepped(a["enable"], 1001 + f) for f in range(10)] == [f in SEEN for f in range(10)]
    assert [strict_tcl.stepped(b["enable"], 1001 + f) for f in range(10)] == [2 <= f < 5 for f in range(10)]
    assert strict_tcl.curve(a["error"]) == {1001 + f: 1 - sure for f, sure in zip(SEEN, SURE)}
    assert a["name"] == "a/b"
    assert b["name"] == "ü _x_ _1_"
    assert len(notes) == 1 and notes[0].startswith("1 name was changed")
    lost = " ".join(losses(every_state(), nuke.FORMAT.keeps))
    assert "2 positions of points that are not visible are left out" in lost
    assert "Model" not in lost and "Names" not in lost


def test_the_label_tells_model_and_licence_and_nothing_of_it_is_evaluated(tmp_path):
    tracks = one_point(runs=[{"model": 'a [exec "rm"] $x {', "licence": "CC-BY-NC-4.0"}])
    nuke.write(tmp_path / "t.nk", tracks, NukeOptions())
    (_, knobs), = strict_tcl.nodes((tmp_path / "t.nk").read_text())
    assert knobs["label"].endswith('tracked by a (exec "rm") $x { (CC-BY-NC-4.0)')
    assert knobs["reference_frame"] == "1001"
    assert "Root" not in (tmp_path / "t.nk").read_text()


@pytest.mark.skipif(shutil.which("tclsh") is None, reason="no Tcl here")
def test_tcl_itself_reads_it(tmp_path):
    """A Tcl shell that knows the commands of such a script, and nothing of ours, takes the node apart."""
    nuke.write(tmp_path / "t.nk", every_state(), NukeOptions())
    script = """
    proc version args {}; proc stack n {return N}; proc push n {}
    proc Tracker4 body {
        foreach row [lindex [dict get $body tracks] 2] {puts [lindex $row 1]|[llength $row]|[lindex $row 3]}
        puts [dict get $body label]
    }
    fconfigure stdout -encoding utf-8
    source -encoding utf-8 %s
    """ % (tmp_path / "t.nk")
    (tmp_path / "run.tcl").write_text(script)
    done = subprocess.run(["tclsh", str(tmp_path / "run.tcl")], capture_output=True, check=True, timeout=60)
    first, second, label = done.stdout.decode().splitlines()
    assert first.startswith("a/b|31|curve x1001 1059.500000 x1002 1059.500000 x1007")
    assert second.startswith("ü _x_ _1_|31|")
    assert label.endswith("tracked by cotracker3 (CC-BY-NC-4.0)")


def test_many_tracks_are_spread_over_nodes(tmp_path):
    tracks = random_tracks(3, 7)
    notes = nuke.write(tmp_path / "t.nk", tracks, NukeOptions(per_node=3))
    found = strict_tcl.nodes((tmp_path / "t.nk").read_text())
    assert [len(strict_tcl.tracker(knobs)) for _, knobs in found] == [3, 3, 1]
    assert [knobs["name"] for _, knobs in found] == ["Tracker1", "Tracker2", "Tracker3"]
    assert "3 Tracker nodes of at most 3" in notes[0]
    assert len(nuke.read(tmp_path / "t.nk", SIZE)) == 7


def test_round_trip_of_random_tracks(tmp_path):
    tracks = random_tracks()
    nuke.write(tmp_path / "t.nk", tracks, NukeOptions())
    got = nuke.read(tmp_path / "t.nk", SIZE)
    seen = tracks.states() == State.VISIBLE
    np.testing.assert_array_equal(got.states() == State.VISIBLE, seen)
    assert np.abs(got.xy[seen].astype(float) - tracks.xy[seen]).max() <= 1e-4
    assert got.frame_numbers.tolist() == list(range(1001, 1041))
    assert got.names == tracks.names


def read_text(folder, text):
    (folder / "t.nk").write_text(text)
    return nuke.read(folder / "t.nk", SIZE)


GAPS = r"""#! /Applications/Nuke5.2v3 -nx
version 5.2300
define_window_layout_xml {<?xml version="1.0"?>
 <window x="163"> {nested} </window>
}
Root {
 inputs 0
 name "a \} b"
}
Tracker3 {
 track1 {{curve x22 682 677.5 676 x30 555 x31 548 545 x40 318 x43 304 x45 291 x46 286 278} \
{curve L x22 1080 1079.5 1079 x30 1 x31 2 3 x40 4 x43 5 x45 6 x46 7 8}}
 track2 {1126 1454}
 name Tracker1
}
"""


def test_reads_nuke_5_with_gaps_whose_next_key_is_named(tmp_path):
    got = read_text(tmp_path, GAPS)
    assert got.names == ("Tracker1 track1",)
    frames = got.frame_numbers[np.isfinite(got.xy[:, 0, 0])]
    assert frames.tolist() == [22, 23, 24, 30, 31, 32, 40, 43, 45, 46, 47]
    assert got.xy[0, 0].tolist() == [681.5, -0.5]
    assert got.xy[-1, 0].tolist() == [277.5, 1071.5]
    assert got.meta["size"] == SIZE


def test_an_unnamed_key_follows_after_the_last_step(tmp_path):
    got = read_text(tmp_path, "Tracker3 {\n track1 {{curve x10 1 x15 2 3} {curve x10 1 x15 2 3}}\n}\n")
    assert got.frame_numbers[np.isfinite(got.xy[:, 0, 0])].tolist() == [10, 15, 20]


def nuke8(*rows, columns="{ 5 1 20 enable e 1 } { 3 1 75 name name 1 } { 2 1 58 track_x track_x 1 } "
                         "{ 2 1 58 track_y track_y 1 } { 2 0 45 error error 1 }"):
    table = f"{{ 1 5 {len(rows)} }} \n{{ {columns} }}\n{{ \n {' '.join(rows)} \n}} \n"
    return f"Tracker4 {{\ntracks {{ {table}}}\n\nname T\n}}\n"


def test_reads_what_nuke_8_writes(tmp_path):
    row = ('{ {curve K x175 0 x177 1} "track 2" {curve x175 763.5 764.5 765.5 766.5} '
           "{curve x175 500 501 502 503 s0.5 t-1} {curve x175 1 2e-005 0.25 0} }")
    lone = ['{ {} lone {curve x176 5.5} 7 {} }', '{ {} "" {curve x176 5.5} {curve x176 6} 1 }']
    got = read_text(tmp_path, nuke8(row, *lone))
    assert got.names == ("track 2", "track 3")
    assert got.frame_numbers.tolist() == [175, 176, 177, 178]
    assert got.state[:, 0].tolist() == [2, 2, 1, 1]
    assert got.confidence[:, 0].tolist() == pytest.approx([0, 0.99998, 0.75, 1])
    assert got.xy[0, 0].tolist() == [763, 579.5]
    assert np.isfinite(got.xy[:, 1, 0]).tolist() == [False, True, False, False]


def test_a_key_of_one_axis_only_takes_the_other_from_between(tmp_path):
    got = read_text(tmp_path, nuke8("{ 1 a {curve x1 1 x2.5 9 x3 3} {curve x1 10 x5 14} {} }"))
    assert got.frame_numbers[np.isfinite(got.xy[:, 0, 0])].tolist() == [1, 3, 5]
    assert got.xy[2, 0].tolist() == [2.5, 1080 - 12 - 0.5]


@pytest.mark.parametrize(("text", "words"), [
    ("Tracker4 {\ntracks { { 1 31 0 }\n", "a brace is not closed"),
    ("Tracker4 {\n}\n", "got none"),
    ("Tracker4 {\ntracks {{a}b}\n}\n", "expected a space"),
    ('Tracker4 {\ntracks "a\n}\n', "does not end"),
    (nuke8("{ 1 a {curve x1 1} {curve x1 1} {} }", columns="{ 5 1 20 enable e 1 }"), "track_x"),
    (nuke8("{ 1 a {curve x1 1 x9000000 2} {curve x1 1} {} }"), "claim 9000000 frames"),
    (nuke8("{ 1 a {curve x999999999999 1} {curve x1 1} {} }"), "frame numbers"),
])
def test_says_what_is_wrong(text, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        read_text(tmp_path, text)


def test_says_that_nothing_is_visible(tmp_path):
    hidden = replace(one_point(), state=np.full((3, 1), State.OCCLUDED, np.uint8))
    with pytest.raises(FormatError, match="visible"):
        nuke.write(tmp_path / "t.nk", hidden, NukeOptions())


