"""Tracks as text for Nuke's CameraTracker and Shake."""

import re

import numpy as np
import pytest

from napari_cotracker.core.tracks import State
from napari_cotracker.formats import nuke_ascii
from napari_cotracker.formats.nuke_ascii import AsciiOptions
from tests.formats.plated import SEEN, SURE, every_state, one_point, random_tracks


def strict(path):
    """Track names to rows of numbers; anything but the layout CameraTracker writes is an error."""
    text = path.read_bytes().decode("ascii")
    assert text.endswith("\n\n")
    found = {}
    for block in text[:-2].split("\n\n"):
        name, header, *rows = block.split("\n")
        assert re.fullmatch(r"TrackName \S+", name)
        assert header == "   Frame             X             Y   Correlation"
        assert all(len(row) == 50 for row in rows)
        cells = [[float(row[a:b]) for a, b in ((0, 8), (8, 22), (22, 36), (36, 50))] for row in rows]
        found[name.split()[1]] = cells
    return found


def test_p_is_where_nuke_measures_it(tmp_path):
    notes = nuke_ascii.write(tmp_path / "t.txt", one_point(), AsciiOptions())
    assert (tmp_path / "t.txt").read_text().splitlines()[:3] == [
        "TrackName autotrack0", "   Frame             X             Y   Correlation",
        " 1001.00     10.500000   1059.500000      1.000000"]
    assert notes == ["Tracks are named autotrack0, autotrack1, … in their order."]


def test_only_visible_frames_have_a_line(tmp_path):
    notes = nuke_ascii.write(tmp_path / "t.txt", every_state(), AsciiOptions(first_frame=1, names="own"))
    found = strict(tmp_path / "t.txt")
    assert found["a_b"] == [[1 + f, 10.5 + f, 1059.5, sure] for f, sure in zip(SEEN, SURE)]
    assert [row[0] for row in found["___x___1_"]] == [3, 4, 5]
    assert "2 names were changed" in notes[0]


def test_round_trip_of_random_tracks(tmp_path):
    tracks = random_tracks()
    nuke_ascii.write(tmp_path / "t.txt", tracks, AsciiOptions())
    found = strict(tmp_path / "t.txt")
    seen = tracks.states() == State.VISIBLE
    for column in range(len(tracks)):
        rows = np.array(found[f"autotrack{column}"])
        assert (rows[:, 0] - 1001).tolist() == np.flatnonzero(seen[:, column]).tolist()
        xy = np.stack([rows[:, 1] - 0.5, 1080 - rows[:, 2] - 0.5], -1)
        assert xy == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)
