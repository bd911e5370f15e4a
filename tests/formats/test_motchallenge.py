"""MOTChallenge, by a strict parser of the published layout."""

from __future__ import annotations

import numpy as np

from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats import motchallenge
from tests.formats.stories import every_state, random_tracks, the_point


def wrote(folder, tracks, **options):
    notes = motchallenge.write(folder / "t.txt", tracks, motchallenge.MotOptions(**options))
    return (folder / "t.txt").read_text(encoding="ascii").splitlines(), notes


def strictly(lines, count):
    """(frame, id): (x, y, the last values) with x and y in our pixels."""
    found = {}
    for line in lines:
        values = line.split(",")
        assert len(values) == count
        frame, track = int(values[0]), int(values[1])
        left, top, width, height = map(float, values[2:6])
        assert frame >= 1 and track >= 1 and (frame, track) not in found
        found[frame, track] = (left + width / 2 - 1.5, top + height / 2 - 1.5, *map(float, values[6:]))
    return found


def test_the_known_point(tmp_path):
    lines, notes = wrote(tmp_path, the_point())
    assert lines == ["1,1,1.5,11.5,20,20,1,-1,-1,-1"]
    assert notes == ["Every point is the centre of a box of 20 × 20 px, for MOTChallenge knows no points."]
    assert wrote(tmp_path, the_point(), box=1)[0] == ["1,1,11,21,1,1,1,-1,-1,-1"]  # the 11th pixel of the 21st row


def test_every_state(tmp_path):
    lines, notes = wrote(tmp_path, every_state())
    assert [frame for frame, _ in strictly(lines, 10)] == [1, 2, 7, 8]
    assert notes[1] == "2 positions of points that are not visible left out."
    lines, notes = wrote(tmp_path, every_state(), layout="ground-truth")
    assert {frame: values[2:] for (frame, _), values in strictly(lines, 9).items()} == {
        1: (1, 1, 1), 2: (1, 1, 1), 3: (1, 1, 0), 7: (1, 1, 1), 8: (1, 1, 1)}
    assert notes[1] == "1 position of points that are not visible left out."


def test_numbers_are_exact(tmp_path):
    tracks = random_tracks()
    found = strictly(wrote(tmp_path, tracks)[0], 10)
    seen = tracks.states() == State.VISIBLE
    assert len(found) == seen.sum()
    for (frame, track), (x, y, conf, *_) in found.items():
        assert np.abs(np.float32([x, y]) - tracks.xy[frame - 1, track - 1]).max() < 1e-4
        assert abs(conf - 0.99) < 1e-6


def test_what_a_person_says_is_certain(tmp_path):
    tracks = random_tracks(2, 1)
    tracks.source[0] = Source.HUMAN
    assert [values[2] for values in strictly(wrote(tmp_path, tracks)[0], 10).values()] == [1, 0.99]
