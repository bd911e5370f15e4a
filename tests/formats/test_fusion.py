"""Fusion's settings, read as the Lua tables they are."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import fusion
from napari_cotracker.formats.fusion import FusionOptions
from tests.formats import strict_lua
from tests.formats.plated import SEEN, every_state, one_point, random_tracks, square


def written(folder, tracks, **options):
    notes = fusion.write(folder / "t.setting", tracks, FusionOptions(**options))
    told = strict_lua.read((folder / "t.setting").read_text(encoding="utf-8"))
    assert told["Tools"].pop("") == "ordered"
    return told, notes


def position(tools, link):
    """Frame to (x, y) of the path an input is connected to."""
    assert (link[""], link["Source"]) == ("Input", "Value")
    path = tools[link["SourceOp"]]
    assert path[""] == "XYPath"
    axes = []
    for axis in "XY":
        spline = tools[path["Inputs"][axis]["SourceOp"]]
        assert spline[""] == "BezierSpline"
        assert all(key["Flags"] == {"Linear": True} for key in spline["KeyFrames"].values())
        axes.append({frame: key[1] for frame, key in spline["KeyFrames"].items()})
    assert list(axes[0]) == list(axes[1]) == sorted(axes[0])
    return {frame: (axes[0][frame], axes[1][frame]) for frame in axes[0]}


def test_p_is_where_fusion_measures_it(tmp_path):
    told, notes = written(tmp_path, one_point())
    tracker = told["Tools"][told["ActiveTool"]]
    assert tracker[""] == "Tracker"
    assert tracker["Inputs"]["Name1"]["Value"] == "p"
    assert tracker["Inputs"]["Comments"]["Value"].endswith("tracked by cotracker3 (CC-BY-NC-4.0)")
    got = position(told["Tools"], tracker["Inputs"]["TrackedCenter1"])
    assert list(got) == [0, 1, 2]
    assert got[0] == pytest.approx((0.00546875, 0.98101852), abs=1e-8)
    assert notes == []


def test_frames_are_the_compositions(tmp_path):
    told, _ = written(tmp_path, one_point(frame_numbers=[1001, 1002, 1004]))
    assert list(position(told["Tools"], told["Tools"]["Tracker1"]["Inputs"]["TrackedCenter1"])) == [1001, 1002, 1004]
    told, _ = written(tmp_path, one_point(), first_frame=5)
    assert list(position(told["Tools"], told["Tools"]["Tracker1"]["Inputs"]["TrackedCenter1"])) == [5, 6, 7]


def test_each_track_has_its_own_splines_with_keys_where_it_is_seen(tmp_path):
    told, notes = written(tmp_path, every_state())
    inputs = told["Tools"]["Tracker1"]["Inputs"]
    assert len(told["Tools"]["Tracker1"]["Trackers"]) == 2
    assert list(position(told["Tools"], inputs["TrackedCenter1"])) == SEEN
    assert list(position(told["Tools"], inputs["TrackedCenter2"])) == [2, 3, 4]
    assert inputs["Name2"]["Value"] == "ü _x_ _1_"
    assert len(told["Tools"]) == 1 + 2 * 3
    assert notes[-1] == "Where 1 track is hidden in between, Fusion interpolates."


def test_a_corner_positioner_follows_four(tmp_path):
    told, notes = written(tmp_path, square(), tool="corner-positioner")
    tool = told["Tools"][told["ActiveTool"]]
    assert tool[""] == "CornerPositioner"
    first = {pin: position(told["Tools"], tool["Inputs"][pin])[0]
             for pin in ("TopLeft", "TopRight", "BottomLeft", "BottomRight")}
    pixels = {pin: (x * 1920 - 0.5, (1 - y) * 1080 - 0.5) for pin, (x, y) in first.items()}
    for pin, xy in {"TopLeft": (100, 50), "TopRight": (300, 50), "BottomLeft": (100, 250),
                    "BottomRight": (300, 250)}.items():
        assert pixels[pin] == pytest.approx(xy, abs=1e-4)
    assert notes == []
    with pytest.raises(FormatError, match="four tracks"):
        written(tmp_path, one_point(), tool="corner-positioner")


def test_round_trip_of_random_tracks(tmp_path):
    tracks = random_tracks()
    told, _ = written(tmp_path, tracks)
    seen = tracks.states() == State.VISIBLE
    for column in range(len(tracks)):
        got = position(told["Tools"], told["Tools"]["Tracker1"]["Inputs"][f"TrackedCenter{column + 1}"])
        assert list(got) == np.flatnonzero(seen[:, column]).tolist()
        xy = np.array([(x * 1920, (1 - y) * 1080) for x, y in got.values()]) - 0.5
        assert xy == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)


def test_the_comment_cannot_leave_its_quotes(tmp_path):
    told, _ = written(tmp_path, replace(one_point(runs=[{"model": 'a" }, \\', "licence": "x"}])))
    assert told["Tools"]["Tracker1"]["Inputs"]["Comments"]["Value"].endswith('tracked by a" }, \\ (x)')


def test_a_corner_positioner_follows_a_plane_through_more(tmp_path):
    tracks = replace(random_tracks(3, 8), xy=np.tile(random_tracks(1, 8).xy, (3, 1, 1)), visibility=np.ones((3, 8)))
    told, notes = written(tmp_path, tracks, tool="corner-positioner")
    got = position(told["Tools"], told["Tools"]["CornerPositioner1"]["Inputs"]["TopLeft"])
    assert list(got) == [0, 1, 2]
    left, top = tracks.xy[0].min(0)
    assert (got[2][0] * 1920 - 0.5, (1 - got[2][1]) * 1080 - 0.5) == pytest.approx((left, top), abs=1e-3)
    assert notes == ["The corners are those of a plane through 8 tracks; half of them are within 0.00 px."]
