"""What is written for mmSolver, SynthEyes and PFTrack, read strictly."""

import json
import re

import numpy as np
import pytest

from napari_cotracker.core.tracks import State
from napari_cotracker.formats import mmsolver, pftrack, syntheyes
from napari_cotracker.formats.mmsolver import UvOptions
from napari_cotracker.formats.pftrack import PftrackOptions
from napari_cotracker.formats.syntheyes import PathOptions
from tests.formats.plated import SEEN, SURE, every_state, one_point, random_tracks

SIZE = np.array([1920, 1080])


def uv(folder, tracks, **options):
    """Points of a .uv file as mmSolver checks them."""
    notes = mmsolver.write(folder / "t.uv", tracks, UvOptions(**options))
    told = json.loads((folder / "t.uv").read_text(encoding="ascii"))
    assert (told["version"], told["num_points"]) == (2, len(told["points"]))
    assert told["is_undistorted"] is False
    for point in told["points"]:
        assert set(point) == {"name", "id", "set_name", "per_frame"}
        assert isinstance(point["id"], int) and isinstance(point["set_name"], str)
        assert re.fullmatch(r"[A-Za-z0-9_]+", point["name"])
        assert point["per_frame"] and all(set(row) == {"frame", "pos", "weight"} for row in point["per_frame"])
    return told, notes


def test_mmsolver_measures_p_in_fractions(tmp_path):
    told, notes = uv(tmp_path, one_point())
    (point,) = told["points"]
    assert [row["frame"] for row in point["per_frame"]] == [1001, 1002, 1003]
    assert point["per_frame"][0]["pos"] == pytest.approx([0.00546875, 0.98101852], abs=1e-8)
    assert point["per_frame"][0]["weight"] == 1
    assert told["comment"].endswith("tracked by cotracker3 (CC-BY-NC-4.0)")
    assert notes == []


def test_mmsolver_gets_weights_and_only_visible_frames(tmp_path):
    told, notes = uv(tmp_path, every_state(), first_frame=1)
    first, second = told["points"]
    assert [row["frame"] for row in first["per_frame"]] == [1 + f for f in SEEN]
    assert [row["weight"] for row in first["per_frame"]] == SURE
    assert (first["name"], first["id"]) == ("a_b", 3)
    assert [row["frame"] for row in second["per_frame"]] == [3, 4, 5]
    assert "2 names were changed" in notes[0]


def test_mmsolver_round_trip(tmp_path):
    tracks = random_tracks()
    told, _ = uv(tmp_path, tracks)
    seen = tracks.states() == State.VISIBLE
    for column, point in enumerate(told["points"]):
        pos = np.array([row["pos"] for row in point["per_frame"]])
        xy = np.stack([pos[:, 0] * 1920, (1 - pos[:, 1]) * 1080], -1) - 0.5
        assert xy == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)


def paths(folder, tracks, **options):
    """(rows of each tracker, notes) of SynthEyes paths: trackers one after another, frames ascending."""
    notes = syntheyes.write(folder / "t.txt", tracks, PathOptions(**options))
    found = {}
    for line in (folder / "t.txt").read_bytes().decode("ascii").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9]+ \d+ -?\d+\.\d{9} -?\d+\.\d{9} (7|15)", line), line
        name, frame, u, v, status = line.split()
        assert name not in list(found)[:-1]
        found.setdefault(name, []).append((int(frame), float(u), float(v), int(status)))
    assert all([row[0] for row in rows] == sorted({row[0] for row in rows}) for rows in found.values())
    return found, notes


def test_syntheyes_measures_p_between_pixel_centres(tmp_path):
    found, _ = paths(tmp_path, one_point())
    assert found["p"][0] == (1, pytest.approx(-0.98957791, abs=1e-8), pytest.approx(-0.96292864, abs=1e-8), 15)
    assert [row[3] for row in found["p"]] == [15, 7, 7]
    found, _ = paths(tmp_path, one_point(frame_numbers=[1001, 1002, 1004]))
    assert [(row[0], row[3]) for row in found["p"]] == [(1001, 15), (1002, 7), (1004, 15)]


def test_syntheyes_gets_keys_where_spans_begin_and_at_anchors(tmp_path):
    found, notes = paths(tmp_path, every_state(), first_frame=1)
    assert [(row[0], row[3]) for row in found["ab"]] == [(1, 15), (2, 7), (7, 15), (8, 7), (10, 15)]
    tracks = every_state()
    tracks.source[1, 0] = 3  # approved
    found, _ = paths(tmp_path, tracks, first_frame=1)
    assert [row[3] for row in found["ab"]] == [15, 15, 15, 7, 15]
    assert "changed for the program" in notes[0]


def test_syntheyes_round_trip(tmp_path):
    tracks = random_tracks()
    found, _ = paths(tmp_path, tracks)
    seen = tracks.states() == State.VISIBLE
    for column, rows in enumerate(found.values()):
        uv_ = np.array(rows)[:, 1:3]
        assert (uv_ + 1) / 2 * (SIZE - 1) == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)


def user_tracks(folder, tracks, newline, camera, **options):
    """(rows of each track, notes) of a .2dt file."""
    notes = pftrack.write(folder / "t.2dt", tracks, PftrackOptions(**options))
    content = (folder / "t.2dt").read_bytes().decode("ascii")
    assert content.count("\n") == content.count(newline)
    lines, found = iter(content.split(newline)[:-1]), {}
    for blank in lines:
        assert (blank, next(lines)) == ("", "")
        name = re.fullmatch(r'"([^"]+)"', next(lines)).group(1)
        assert next(lines) == camera
        found[name] = [list(map(float, next(lines).split(" "))) for _ in range(int(next(lines)))]
    return found, notes


def test_pftrack_measures_p_from_the_lower_left_pixels_centre(tmp_path):
    found, _ = user_tracks(tmp_path, one_point(), "\n", "1")
    assert found == {"p": [[1, 10, 1059, 0], [2, 10, 1059, 0], [3, 10, 1059, 0]]}
    found, _ = user_tracks(tmp_path, one_point(frame_numbers=[1001, 1002, 1004]), "\r\n", '"Primary"', version="5")
    assert found == {"p": [[0, 10, 1059, 0], [1, 10, 1059, 0], [3, 10, 1059, 0]]}


def test_pftrack_gets_only_visible_frames(tmp_path):
    found, notes = user_tracks(tmp_path, every_state(), "\n", "1")
    assert found["a_b"] == [[1 + f, 10 + f, 1059, 1 - sure] for f, sure in zip(SEEN, SURE)]
    assert "2 names were changed" in notes[0]


def test_pftrack_round_trip(tmp_path):
    tracks = random_tracks()
    found, _ = user_tracks(tmp_path, tracks, "\n", "1")
    seen = tracks.states() == State.VISIBLE
    for column, rows in enumerate(found.values()):
        rows_ = np.array(rows)
        xy = np.stack([rows_[:, 1], 1079 - rows_[:, 2]], -1)
        assert xy == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)
