"""The script that makes layers in After Effects, run by a JavaScript engine against a stand-in."""

import json
import re
import shutil
import subprocess

import pytest

from napari_cotracker.formats import after_effects_script
from napari_cotracker.formats.after_effects_script import ScriptOptions
from tests.formats.plated import SEEN, every_state, one_point

STAND_IN = """
var layers = [], said = [], undo = 0, KeyframeInterpolationType = {HOLD: "hold"};
function CompItem(name, width, height, par, duration, rate) {
  this.made = [name, width, height, par, duration, rate]; this.width = width; this.height = height;
  this.duration = duration; this.frameDuration = 1 / rate;
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
def test_a_composition_has_the_shape_of_the_films_pixels(tmp_path):
    assert run(tmp_path, one_point(pixel_aspect=(2, 1)))["made"][3] == 2


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
def test_a_composition_of_another_rate_is_told_and_keys_lie_on_its_frames(tmp_path):
    got = run(tmp_path, one_point(), "new CompItem('shot', 1920, 1080, 1, 99, 25)")
    assert got["said"] == ["The tracks are for 23.976 frames per second, the composition has 25.000."]
    assert [time for time, _ in got["layers"][0]["found"]["ADBE Position"]["keys"]] == [0, 1 / 25, 2 / 25]
    assert run(tmp_path, one_point(), "new CompItem('shot', 1920, 1080, 1, 99, 23.976)")["said"] == []


@needs_node
def test_missing_frames_of_a_sequence_count_for_there_are_placeholders(tmp_path):
    got = run(tmp_path, one_point(fps=(24, 1), frame_numbers=[1001, 1002, 1005]))
    assert got["made"][4] == pytest.approx(5 / 24)
    found = got["layers"][0]["found"]
    assert [round(time * 24) for time, _ in found["ADBE Position"]["keys"]] == [0, 1, 4]
    assert [[round(time * 24), value] for time, value in found["ADBE Opacity"]["keys"]] == [[0, 100], [2, 0], [4, 100]]


@needs_node
def test_a_composition_of_another_size_is_told(tmp_path):
    got = run(tmp_path, one_point(), "new CompItem('shot', 1280, 720, 1, 99, 23.976)")
    assert got["said"] == ["The tracks are for 1920 x 1080, the composition is 1280 x 720."]


def test_the_script_is_plain_old_javascript(tmp_path):
    after_effects_script.write(tmp_path / "t.jsx", every_state(), ScriptOptions(composition='a "b" \\ </script>\u2028'))
    text = (tmp_path / "t.jsx").read_text(encoding="ascii")
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    assert not re.search(r"\b(let|const|class|JSON|forEach|map)\b|=>|`|,\s*[\]}]", bare)
    for a, b in ("()", "[]", "{}"):
        assert bare.count(a) == bare.count(b)
    assert re.search(r'name: "a/b", frames: \[0,1,6,7,9\], x: \[10\.500000,11\.500000,', text)
