"""The script for Blender, run against a stand-in and, where there is one, in Blender itself."""

import json
import os
import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.tracks import State
from napari_cotracker.formats import blender
from napari_cotracker.formats.blender import BlenderOptions
from tests.formats.plated import P, every_state, one_point, random_tracks


class Marker:
    def __init__(self, frame, co):
        self.frame, self.co, self.mute, self.is_keyed = frame, co, False, True


class Track:
    def __init__(self, name, frame):
        self.name, self.weight, self.found, self.markers = name, 1.0, {frame: Marker(frame, (0, 0))}, self

    def insert_frame(self, frame, *, co):
        assert isinstance(frame, int)
        self.found[frame] = Marker(frame, co)
        return self.found[frame]


class Clip:
    def __init__(self, name, size):
        self.name, self.size, self.frame_start, self.tracks, self.tracking = name, size, 1, [], self

    def new(self, *, name, frame):
        self.tracks.append(Track(name, frame))
        return self.tracks[-1]


class Clips(list):
    def load(self, path, *, check_existing):
        assert check_existing
        self.append(Clip(Path(path).name, (1920, 1080)))
        self[-1].tracks = Tracks(self[-1])
        return self[-1]


class Tracks(list):
    def __init__(self, clip):
        super().__init__()
        self.clip = clip

    def new(self, *, name, frame):
        self.append(Track(name, frame))
        return self[-1]


def run(script, monkeypatch, *words, clips=()):
    """The clips of a stand-in for Blender after the script ran there."""
    bpy = types.ModuleType("bpy")
    bpy.path = types.SimpleNamespace(abspath=lambda path: path)
    bpy.data = types.SimpleNamespace(movieclips=Clips(clips))
    bpy.context = types.SimpleNamespace(scene=types.SimpleNamespace(active_clip=None))
    monkeypatch.setitem(sys.modules, "bpy", bpy)
    monkeypatch.setattr(sys, "argv", ["blender", "--python", str(script), *(["--", *words] if words else [])])
    exec(compile(script.read_text(encoding="ascii"), str(script), "exec"), {"__name__": "__main__"})
    return bpy.data.movieclips


def open_clip(size=(1920, 1080)):
    clip = Clip("open", size)
    clip.tracks = Tracks(clip)
    return clip


def markers(track):
    return {frame: (m.co, m.mute, m.is_keyed) for frame, m in sorted(track.found.items())}


def test_p_is_where_blender_measures_it(tmp_path, monkeypatch):
    notes = blender.write(tmp_path / "t.py", one_point(), BlenderOptions())
    (clip,) = run(tmp_path / "t.py", monkeypatch, clips=[open_clip()])
    (track,) = clip.tracks
    assert track.name == "p"
    assert list(track.found) == [1, 2, 3]
    assert track.found[1].co == pytest.approx((0.00546875, 0.98101852), abs=1e-8)
    assert notes == []
    assert "tracked by cotracker3 (CC-BY-NC-4.0)" in (tmp_path / "t.py").read_text().splitlines()[0]


def test_hidden_points_are_muted_and_anchors_keyed(tmp_path, monkeypatch):
    blender.write(tmp_path / "t.py", every_state(), BlenderOptions())
    (clip,) = run(tmp_path / "t.py", monkeypatch, clips=[open_clip()])
    first, second = clip.tracks
    assert second.name == "ü 'x' [1]"
    got = markers(first)
    x = {frame: co[0] * 1920 - 0.5 for frame, (co, _, _) in got.items()}
    assert x == pytest.approx({1: 10, 2: 11, 3: 12, 4: 12, 5: -50, 6: -50, 7: 16, 8: 17, 9: 17, 10: 19}, abs=1e-5)
    assert [frame for frame, (_, mute, _) in got.items() if not mute] == [1, 2, 7, 8, 10]
    assert [frame for frame, (_, _, keyed) in got.items() if keyed] == [1, 7]
    assert first.weight == pytest.approx((1 + 1 + 1 + 0.25 + 1) / 5)
    assert [(frame, mute) for frame, (_, mute, _) in markers(second).items()] == [
        (2, True), (3, False), (4, False), (5, False), (6, True)]


def test_the_clip_is_the_one_tracked_or_named(tmp_path, monkeypatch):
    folder = tmp_path / "shot"
    folder.mkdir()
    for number in (7, 9, 10):
        (folder / f"shot.{number:04}.png").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    tracks = one_point(frame_numbers=[7, 9, 10], video={"path": str(folder)})
    blender.write(tmp_path / "t.py", tracks, BlenderOptions())
    (clip,) = run(tmp_path / "t.py", monkeypatch)
    assert (clip.name, clip.frame_start) == ("shot.0007.png", 7)
    assert list(clip.tracks[0].found) == [1, 3, 4]  # Blender counts missing pictures, too
    other = tmp_path / "other.mp4"
    other.write_bytes(b"")
    (clip,) = run(tmp_path / "t.py", monkeypatch, str(other))
    assert clip.name == "other.mp4"
    blender.write(tmp_path / "t.py", tracks, BlenderOptions(clip=str(other), first_frame=1001))
    (clip,) = run(tmp_path / "t.py", monkeypatch)
    assert (clip.name, clip.frame_start) == ("other.mp4", 1001)


def test_says_that_there_is_no_clip_or_another_size(tmp_path, monkeypatch, capsys):
    blender.write(tmp_path / "t.py", one_point(video={"path": "/gone/ü.mp4"}), BlenderOptions())
    with pytest.raises(SystemExit, match="open it in the Movie Clip Editor"):
        run(tmp_path / "t.py", monkeypatch)
    run(tmp_path / "t.py", monkeypatch, clips=[open_clip((960, 540))])
    assert "(960, 540)" in capsys.readouterr().out


def test_names_and_paths_cannot_leave_their_quotes(tmp_path, monkeypatch):
    name = "'''); raise SystemExit('x') #\\\n\"\"\""
    runs = [{"model": 'a""" + exit() \\', "licence": "x"}]
    tracks = replace(one_point(runs=runs, video={"path": "C:\\new\\'x'"}), names=(name,))
    blender.write(tmp_path / "t.py", tracks, BlenderOptions())
    (clip,) = run(tmp_path / "t.py", monkeypatch, clips=[open_clip()])
    assert clip.tracks[0].name == name


def test_tracks_without_a_position_are_left_out(tmp_path):
    xy = np.full((3, 2, 2), np.nan, np.float32)
    xy[:, 0] = P
    cells = np.ones((3, 2))
    tracks = replace(one_point(), ids=np.arange(2), xy=xy, visibility=cells, confidence=cells, names=("a", "b"),
                     groups=("", ""), state=np.zeros((3, 2)), source=np.zeros((3, 2)))
    assert blender.write(tmp_path / "t.py", tracks, BlenderOptions()) == ["1 track without any position left out."]


DUMP = """
import json, runpy, sys, bpy
runpy.run_path(sys.argv[1], run_name="__main__")
clip = bpy.data.movieclips[0]
print("DUMP" + json.dumps({"start": clip.frame_start, "size": list(clip.size), "tracks": [
    {"name": t.name, "weight": t.weight, "markers": [[m.frame, *m.co, m.mute, m.is_keyed] for m in t.markers]}
    for t in clip.tracking.tracks]}))
"""


def blender_python():
    """A Python that has bpy: this one, or what BLENDER_PYTHON names."""
    for python in filter(None, (os.environ.get("BLENDER_PYTHON"), sys.executable)):
        if subprocess.run([python, "-c", "import bpy"], capture_output=True, check=False, timeout=300).returncode == 0:
            return python
    pytest.skip("no Python with bpy here; set BLENDER_PYTHON to one")
    return None


def test_blender_itself_makes_the_tracks(tmp_path):
    python = blender_python()
    from PIL import Image

    folder = tmp_path / "shot"
    folder.mkdir()
    for number in range(1001, 1041):
        Image.new("RGB", (1920, 1080)).save(folder / f"shot.{number}.png", compress_level=1)
    tracks = random_tracks()
    tracks = replace(tracks, meta={**tracks.meta, "frame_numbers": np.arange(1001, 1041)})
    blender.write(tmp_path / "t.py", tracks, BlenderOptions())
    (tmp_path / "dump.py").write_text(DUMP)
    done = subprocess.run([python, str(tmp_path / "dump.py"), str(tmp_path / "t.py"), "--", str(folder)],
                          capture_output=True, text=True, check=False, timeout=300)
    assert "DUMP" in done.stdout, done.stdout + done.stderr
    told = json.loads(done.stdout.split("DUMP")[1].splitlines()[0])
    assert (told["start"], told["size"]) == (1001, [1920, 1080])
    visible = tracks.states() == State.VISIBLE
    assert [track["name"] for track in told["tracks"]] == list(tracks.names)
    for column, track in enumerate(told["tracks"]):
        frames = np.array([m[0] for m in track["markers"]])
        assert frames.tolist() == list(range(1, 41))
        xy = np.array([[m[1] * 1920 - 0.5, (1 - m[2]) * 1080 - 0.5] for m in track["markers"]])
        assert np.abs(xy - tracks.xy[:, column]).max() <= 2e-4  # Blender's own numbers have 32 bits
        assert [not m[3] for m in track["markers"]] == visible[:, column].tolist()
        assert not any(m[4] for m in track["markers"])


SOLVE = """
import json, runpy, sys, bpy
runpy.run_path(sys.argv[1], run_name="__main__")
clip = bpy.data.movieclips[0]
clip.tracking.camera.units = "PIXELS"
clip.tracking.camera.focal_length_pixels = 1500
clip.tracking.settings.use_keyframe_selection = True
window = bpy.context.window_manager.windows[0]
area = window.screen.areas[0]
area.type = "CLIP_EDITOR"
area.spaces.active.clip = clip
region = next(r for r in area.regions if r.type == "WINDOW")
with bpy.context.temp_override(window=window, screen=window.screen, area=area, region=region):
    bpy.ops.clip.solve_camera()
solved = clip.tracking.objects.active.reconstruction
print("SOLVED" + json.dumps([solved.is_valid, solved.average_error, len(solved.cameras)]))
"""


def seen_from_a_moving_camera(noise):
    """60 points of a scene over 40 frames, through a lens of 1500 pixels, off by so many pixels."""
    rng = np.random.default_rng(3)
    points = rng.uniform((-4, -2.5, 8), (4, 2.5, 16), (60, 3))
    xy = np.empty((40, 60, 2))
    for t in range(40):
        turn = 0.004 * t
        matrix = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
        x, y, z = (matrix @ (points - (0.08 * t, 0.02 * t, 0.03 * t)).T)
        xy[t] = np.stack([1500 * x / z + 959.5, 1500 * y / z + 539.5], -1)
    xy += rng.normal(0, noise, xy.shape)
    on_picture = ((xy > 0) & (xy < (1919, 1079))).all(-1)
    xy[~on_picture] = np.nan
    return replace(random_tracks(40, 60), xy=xy.astype(np.float32), visibility=np.ones((40, 60)))


@pytest.mark.parametrize(("noise", "most"), [(0, 0.01), (0.3, 0.4)])
def test_blender_solves_the_camera_from_the_tracks(noise, most, tmp_path):
    python = blender_python()
    from PIL import Image

    for number in range(1, 41):
        Image.new("RGB", (1920, 1080)).save(tmp_path / f"shot.{number:04}.png", compress_level=1)
    blender.write(tmp_path / "t.py", seen_from_a_moving_camera(noise), BlenderOptions())
    (tmp_path / "solve.py").write_text(SOLVE)
    done = subprocess.run([python, str(tmp_path / "solve.py"), str(tmp_path / "t.py"), "--",
                           str(tmp_path / "shot.0001.png")], capture_output=True, text=True, check=False, timeout=300)
    assert "SOLVED" in done.stdout, done.stdout + done.stderr
    valid, error, cameras = json.loads(done.stdout.split("SOLVED")[1].splitlines()[0])
    assert (valid, cameras) == (True, 40)
    assert error <= most, error
