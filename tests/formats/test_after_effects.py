"""Keyframes as text for After Effects, and the script that makes layers."""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import after_effects, after_effects_script
from napari_cotracker.formats.after_effects import KeyframeOptions
from napari_cotracker.formats.after_effects_script import ScriptOptions
from tests.formats.plated import SEEN, every_state, one_point, random_tracks, square


def strict(path):
    """(settings, blocks by property) of keyframe text: tabs, CRLF, header, unindented names, indented keys, the end."""
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    lines = content.decode("ascii").split("\r\n")
    assert lines[:2] == ["Adobe After Effects 8.0 Keyframe Data", ""]
    assert lines[-2:] == ["End of Keyframe Data", ""]
    settings, blocks, current = {}, {}, None
    for line in lines[2:-2]:
        if not line:
            current = None
        elif not line.startswith("\t"):
            current = blocks.setdefault(tuple(line.split("\t")), [])
        elif not blocks:
            settings.update([line[1:].split("\t")])
        else:
            current.append(line[1:].split("\t"))
    return settings, {name: (rows[0], [list(map(float, row)) for row in rows[1:]]) for name, rows in blocks.items()}


def written(folder, tracks, **options):
    notes = after_effects.write(folder / "t.txt", tracks, KeyframeOptions(**options))
    return (*strict(folder / "t.txt"), notes)


def test_p_is_where_after_effects_measures_it(tmp_path):
    settings, blocks, notes = written(tmp_path, one_point())
    assert settings == {"Units Per Second": "23.976023976", "Source Width": "1920", "Source Height": "1080",
                        "Source Pixel Aspect Ratio": "1", "Comp Pixel Aspect Ratio": "1"}
    assert blocks == {("Effects", "Point Control #1", "Point #2"): (
        ["Frame", "X pixels", "Y pixels"], [[0, 10.5, 20.5], [1, 10.5, 20.5], [2, 10.5, 20.5]])}
    assert notes == []


def test_frames_count_from_0_whatever_the_plate_says(tmp_path):
    _, blocks, _ = written(tmp_path, one_point(frame_numbers=[1001, 1002, 1003]))
    ((_, rows),) = blocks.values()
    assert [row[0] for row in rows] == [0, 1, 2]


def test_points_have_keys_where_they_are_seen(tmp_path):
    _, blocks, notes = written(tmp_path, every_state())
    first, second = (rows for _, rows in blocks.values())
    assert first == [[f, 10.5 + f, 20.5] for f in SEEN]
    assert [row[0] for row in second] == [2, 3, 4]
    assert notes == ["Where 1 track is hidden in between, After Effects interpolates."]


def test_a_position_comes_with_opacity(tmp_path):
    settings, blocks, _ = written(tmp_path, every_state().select(slice(1)), kind="position")
    assert settings["Units Per Second"] == "24"
    header, rows = blocks["Transform", "Position"]
    assert header == ["Frame", "X pixels", "Y pixels", "Z pixels"]
    assert rows == [[f, 10.5 + f, 20.5, 0] for f in SEEN]
    header, rows = blocks["Transform", "Opacity"]
    assert header == ["Frame", "percent"]
    told = np.interp(np.arange(10), *np.array(rows).T)
    assert told.tolist() == [100 if f in SEEN else 0 for f in range(10)]


def test_a_corner_pin_takes_four(tmp_path):
    _, blocks, _ = written(tmp_path, square(), kind="corner-pin")
    first = {name: rows[0][1:] for (_, effect, name), (_, rows) in blocks.items() if effect == "Corner Pin #1"}
    assert first == {"Upper Left #2": [100.5, 50.5], "Upper Right #3": [300.5, 50.5], "Lower Left #4": [100.5, 250.5],
                     "Lower Right #5": [300.5, 250.5]}


@pytest.mark.parametrize(("kind", "words"), [("position", "one track"), ("corner-pin", "four tracks")])
def test_says_how_many_tracks_it_wants(kind, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        written(tmp_path, every_state(), kind=kind)


def test_round_trip_of_random_tracks(tmp_path):
    tracks = random_tracks()
    _, blocks, _ = written(tmp_path, tracks)
    seen = tracks.states() == State.VISIBLE
    for column, (_, found) in enumerate(blocks.values()):
        rows = np.array(found)
        assert rows[:, 0].tolist() == np.flatnonzero(seen[:, column]).tolist()
        assert rows[:, 1:] - 0.5 == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)


STAND_IN = """
var layers = [], said = [], undo = 0, KeyframeInterpolationType = {HOLD: "hold"};
function CompItem(name, width, height, par, duration, rate) {
  this.made = [name, width, height, par, duration, rate]; this.width = width; this.height = height;
  this.duration = duration;
  this.layers = {addNull: function (duration) { layers.unshift(new Layer(duration)); return layers[0]; }};
}
function Property() { this.keys = []; this.numKeys = 0; this.kinds = []; }
Property.prototype.setValuesAtTimes = function (times, values) {
  if (times.length !== values.length) { throw new Error("lengths"); }
  for (var i = 0; i < times.length; i++) { this.keys.push([times[i], values[i]]); }
  this.numKeys = this.keys.length;
};
Property.prototype.setInterpolationTypeAtKey = function (k, a, b) {
  if (k < 1 || k > this.numKeys) { throw new Error("key"); }
  this.kinds.push(a + b);
};
function Layer(duration) {
  var found = {"ADBE Position": new Property(), "ADBE Opacity": new Property()};
  this.found = found;
  this.property = function (name) {
    if (name !== "ADBE Transform Group") { throw new Error(name); }
    return {property: function (inner) { if (!found[inner]) { throw new Error(inner); } return found[inner]; }};
  };
}
var app = {project: {activeItem: OPEN, items: {addComp: function (a, b, c, d, e, f) {
  return app.made = new CompItem(a, b, c, d, e, f); }}},
  beginUndoGroup: function () { undo += 1; }, endUndoGroup: function () { undo -= 1; }};
function alert(text) { said.push(text); }
"""
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no JavaScript engine here")


def run(folder, tracks, open_comp="null"):
    """What the script did to a stand-in for After Effects."""
    after_effects_script.write(folder / "t.jsx", tracks, ScriptOptions())
    script = STAND_IN.replace("OPEN", open_comp) + (folder / "t.jsx").read_text(encoding="ascii") + """
    console.log(JSON.stringify({layers: layers, said: said, undo: undo, made: app.made ? app.made.made : null}));
    """
    (folder / "run.js").write_text('"use strict";' + script)
    done = subprocess.run(["node", str(folder / "run.js")], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_node
def test_the_script_makes_layers_in_a_composition_of_its_own(tmp_path):
    got = run(tmp_path, one_point())
    assert got["made"] == ["Tracks", 1920, 1080, 1, pytest.approx(3 * 1001 / 24000), pytest.approx(24000 / 1001)]
    (layer,) = got["layers"]
    assert layer["name"] == "p"
    assert layer["comment"].endswith("tracked by cotracker3 (CC-BY-NC-4.0)")
    times, places = zip(*layer["found"]["ADBE Position"]["keys"])
    assert times == pytest.approx([f * 1001 / 24000 for f in range(3)])
    assert places == ([10.5, 20.5],) * 3
    assert layer["found"]["ADBE Opacity"]["keys"] == [[0, 100]]
    assert (got["said"], got["undo"]) == ([], 0)


@needs_node
def test_hidden_spans_are_held_at_no_opacity(tmp_path):
    got = run(tmp_path, every_state(), "new CompItem('shot', 1920, 1080, 1, 99, 24)")
    assert got["made"] is None
    assert [layer["name"] for layer in got["layers"]] == ["a/b", "ü 'x' [1]"]
    opacity = got["layers"][0]["found"]["ADBE Opacity"]
    held = [[round(time * 24), value] for time, value in opacity["keys"]]
    assert held == [[0, 100], [2, 0], [6, 100], [8, 0], [9, 100]]
    assert set(opacity["kinds"]) == {"holdhold"} and len(opacity["kinds"]) == 5
    assert [round(t * 24) for t, _ in got["layers"][0]["found"]["ADBE Position"]["keys"]] == SEEN
    second = got["layers"][1]["found"]["ADBE Opacity"]["keys"]
    assert [[round(time * 24), value] for time, value in second] == [[0, 0], [2, 100], [5, 0]]


@needs_node
def test_a_composition_of_another_size_is_told(tmp_path):
    got = run(tmp_path, one_point(), "new CompItem('shot', 1280, 720, 1, 99, 24)")
    assert got["said"] == ["The tracks are for 1920 x 1080, the composition is 1280 x 720."]


def test_the_script_is_plain_old_javascript(tmp_path):
    after_effects_script.write(tmp_path / "t.jsx", every_state(), ScriptOptions(composition='a "b" \\ </script>\u2028'))
    text = (tmp_path / "t.jsx").read_text(encoding="ascii")
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    assert not re.search(r"\b(let|const|class|JSON|forEach|map)\b|=>|`|,\s*[\]}]", bare)
    for a, b in ("()", "[]", "{}"):
        assert bare.count(a) == bare.count(b)
    assert re.search(r'name: "a/b", frames: \[0,1,6,7,9\], x: \[10\.500000,11\.500000,', text)
