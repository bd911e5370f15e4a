"""A script for After Effects that makes a null layer for every track.

Each layer has the track's name, a position key in every frame in which the point is seen, and an opacity
that is 0, held, where it is hidden. The layers' comments tell the program, the model and its licence. The
script works in the composition that is open, or makes one of the film's size, shape of pixels and rate.
Running it is one step of Edit > Undo.

Pixels: x right, y down from the upper edge of the picture, the centre of the first pixel is (0.5, 0.5).

Frames: counted from 0 at the beginning of the composition, a frame of it for each of the film; the script
says if their rates differ. Frames of a sequence that are missing on disk
count, for After Effects puts placeholders there.

States: a hidden point has no position key, and its layer's opacity is 0 there.

Verified: run by a JavaScript engine against a stand-in for After Effects. After Effects itself is not
available here; the script uses no more of the language than its ExtendScript knows.

Load: File > Scripts > Run Script File…
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..core.declarations import Format
from ..core.files import replacing
from ..core.moments import spans
from ..core.options import option
from ..core.tracks import Tracks
from .after_effects import keyed, length_of, shown
from .plates import Curve, lines
from .sheets import aspect_of, credits, rate_of, size_of

PROGRAM = """
  function setUp() {
    var open = app.project ? app.project.activeItem : null;
    if (open && open instanceof CompItem) { return open; }
    if (!app.project) { app.newProject(); }
    return app.project.items.addComp(title, width, height, aspect, count / rate, rate);
  }

  function timesOf(comp, frames) {
    var times = [];
    for (var i = 0; i < frames.length; i++) { times.push(frames[i] * comp.frameDuration); }
    return times;
  }

  function add(comp, track) {
    var layer = comp.layers.addNull(comp.duration);
    var transform = layer.property("ADBE Transform Group");
    var position = transform.property("ADBE Position");
    var opacity = transform.property("ADBE Opacity");
    var values = [];
    for (var i = 0; i < track.x.length; i++) { values.push([track.x[i], track.y[i]]); }
    layer.name = track.name;
    layer.comment = credits;
    position.setValuesAtTimes(timesOf(comp, track.frames), values);
    opacity.setValuesAtTimes(timesOf(comp, track.changes), track.opacity);
    for (var k = 1; k <= opacity.numKeys; k++) {
      opacity.setInterpolationTypeAtKey(k, KeyframeInterpolationType.HOLD, KeyframeInterpolationType.HOLD);
    }
  }

  app.beginUndoGroup("Import tracks");
  try {
    var comp = setUp();
    for (var n = tracks.length - 1; n >= 0; n--) { add(comp, tracks[n]); }
    if (comp.width !== width || comp.height !== height) {
      alert("The tracks are for " + width + " x " + height + ", the composition is " + comp.width + " x " +
            comp.height + ".");
    }
    if (Math.abs(comp.frameDuration * rate - 1) > 0.0001) {
      alert("The tracks are for " + rate.toFixed(3) + " frames per second, the composition has " +
            (1 / comp.frameDuration).toFixed(3) + ".");
    }
  } finally {
    app.endUndoGroup();
  }
})();
"""


@dataclass(frozen=True)
class ScriptOptions:
    """Of a script that makes layers."""

    composition: str = option("Tracks", "Name of the composition that is made where none is open.")


def write(path: Path, tracks: Tracks, options: ScriptOptions) -> list[str]:
    """Write a script.

    Returns
    -------
    list of str
        Tracks that are never visible.

    Raises
    ------
    FormatError
        If nothing is visible, size or frames per second are unknown, or the file cannot be written.
    """
    sheet, rate, (width, height) = keyed(tracks), rate_of(tracks), size_of(tracks)
    count, aspect = length_of(sheet), aspect_of(tracks)
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="ascii", newline="\n") as file:
        file.write("(function () {\n"
                   f"  var credits = {json.dumps(credits(tracks))};\n  var title = {json.dumps(options.composition)};\n"
                   f"  var width = {width}, height = {height}, count = {count};\n"
                   f"  var rate = {rate.numerator} / {rate.denominator};\n"
                   f"  var aspect = {aspect.numerator} / {aspect.denominator};\n  var tracks = [\n")
        for number, each in enumerate(sheet.curves, 1):
            file.write(_literal(each, count) + (",\n" if number < len(sheet.curves) else "\n"))
        file.write("  ];\n" + PROGRAM)
    return list(sheet.notes)


def _literal(each: Curve, frames: int) -> str:
    """A track as the script's own object; letters beyond ASCII are escaped, for old engines guess the encoding."""
    seen = shown(each, frames)
    changes = {0: 0} | {row: on for first, last in spans(seen)
                        for row, on in ((first, 100), (last + 1, 0)) if row < frames}
    columns = {"frames": lines("%d,", each.frames), "x": lines("%.6f,", each.xy[:, 0]),
               "y": lines("%.6f,", each.xy[:, 1])}
    told = ", ".join(f"{key}: [{text[:-1]}]" for key, text in columns.items())
    return (f"    {{name: {json.dumps(each.name)}, {told}, changes: {json.dumps(list(changes))}, "
            f"opacity: {json.dumps(list(changes.values()))}}}")


FORMAT = Format("after-effects-script", "After Effects script that makes layers (.jsx)", (".jsx",), None, write,
                options=ScriptOptions, group="vfx", keeps=frozenset({"names", "size", "fps", "runs"}))
