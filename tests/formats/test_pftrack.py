"""PFTrack user tracks, read strictly."""

import re

import numpy as np
import pytest

from napari_cotracker.core.tracks import State
from napari_cotracker.formats import pftrack
from napari_cotracker.formats.pftrack import PftrackOptions
from tests.formats.plated import SEEN, SURE, every_state, one_point, random_tracks


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


def test_it_measures_p_from_the_lower_left_pixels_centre(tmp_path):
    found, _ = user_tracks(tmp_path, one_point(), "\n", "1")
    assert found == {"p": [[1, 10, 1059, 0], [2, 10, 1059, 0], [3, 10, 1059, 0]]}
    found, _ = user_tracks(tmp_path, one_point(frame_numbers=[1001, 1002, 1004]), "\r\n", '"Primary"', version="5")
    assert found == {"p": [[0, 10, 1059, 0], [1, 10, 1059, 0], [3, 10, 1059, 0]]}


def test_it_gets_only_visible_frames(tmp_path):
    found, notes = user_tracks(tmp_path, every_state(), "\n", "1")
    assert found["a_b"] == [[1 + f, 10 + f, 1059, 1 - sure] for f, sure in zip(SEEN, SURE)]
    assert "2 names were changed" in notes[0]


def test_it_round_trip(tmp_path):
    tracks = random_tracks()
    found, _ = user_tracks(tmp_path, tracks, "\n", "1")
    seen = tracks.states() == State.VISIBLE
    for column, rows in enumerate(found.values()):
        rows_ = np.array(rows)
        xy = np.stack([rows_[:, 1], 1079 - rows_[:, 2]], -1)
        assert xy == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)
