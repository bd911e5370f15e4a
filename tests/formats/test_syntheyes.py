"""SynthEyes tracker paths, read strictly."""

import re

import numpy as np
import pytest

from napari_cotracker.core.tracks import State
from napari_cotracker.formats import syntheyes
from napari_cotracker.formats.syntheyes import PathOptions
from tests.formats.plated import SIZE, every_state, one_point, random_tracks


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


def test_it_measures_p_between_pixel_centres(tmp_path):
    found, _ = paths(tmp_path, one_point())
    assert found["p"][0] == (1, pytest.approx(-0.98957791, abs=1e-8), pytest.approx(-0.96292864, abs=1e-8), 15)
    assert [row[3] for row in found["p"]] == [15, 7, 7]
    found, _ = paths(tmp_path, one_point(frame_numbers=[1001, 1002, 1004]))
    assert [(row[0], row[3]) for row in found["p"]] == [(1001, 15), (1002, 7), (1004, 15)]


def test_it_gets_keys_where_spans_begin_and_at_anchors(tmp_path):
    found, notes = paths(tmp_path, every_state(), first_frame=1)
    assert [(row[0], row[3]) for row in found["ab"]] == [(1, 15), (2, 7), (7, 15), (8, 7), (10, 15)]
    tracks = every_state()
    tracks.source[1, 0] = 3  # approved
    found, _ = paths(tmp_path, tracks, first_frame=1)
    assert [row[3] for row in found["ab"]] == [15, 15, 15, 7, 15]
    assert "changed for the program" in notes[0]


def test_it_round_trip(tmp_path):
    tracks = random_tracks()
    found, _ = paths(tmp_path, tracks)
    seen = tracks.states() == State.VISIBLE
    for column, rows in enumerate(found.values()):
        uv_ = np.array(rows)[:, 1:3]
        assert (uv_ + 1) / 2 * (np.array(SIZE) - 1) == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)
