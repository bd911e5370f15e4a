"""UV tracks for mmSolver, checked as mmSolver checks them."""

import json
import re

import numpy as np
import pytest

from napari_cotracker.core.tracks import State
from napari_cotracker.formats import mmsolver
from napari_cotracker.formats.mmsolver import UvOptions
from tests.formats.plated import SEEN, SURE, every_state, one_point, random_tracks


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


def test_it_measures_p_in_fractions(tmp_path):
    told, notes = uv(tmp_path, one_point())
    (point,) = told["points"]
    assert [row["frame"] for row in point["per_frame"]] == [1001, 1002, 1003]
    assert point["per_frame"][0]["pos"] == pytest.approx([0.00546875, 0.98101852], abs=1e-8)
    assert point["per_frame"][0]["weight"] == 1
    assert told["comment"].endswith("tracked by cotracker3 (CC-BY-NC-4.0)")
    assert notes == []


def test_it_gets_weights_and_only_visible_frames(tmp_path):
    told, notes = uv(tmp_path, every_state(), first_frame=1)
    first, second = told["points"]
    assert [row["frame"] for row in first["per_frame"]] == [1 + f for f in SEEN]
    assert [row["weight"] for row in first["per_frame"]] == SURE
    assert (first["name"], first["id"]) == ("a_b", 3)
    assert [row["frame"] for row in second["per_frame"]] == [3, 4, 5]
    assert "2 names were changed" in notes[0]


def test_it_round_trip(tmp_path):
    tracks = random_tracks()
    told, _ = uv(tmp_path, tracks)
    seen = tracks.states() == State.VISIBLE
    for column, point in enumerate(told["points"]):
        pos = np.array([row["pos"] for row in point["per_frame"]])
        xy = np.stack([pos[:, 0] * 1920, (1 - pos[:, 1]) * 1080], -1) - 0.5
        assert xy == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)
