"""3DEqualizer's 2D tracks."""

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import equalizer
from napari_cotracker.formats.equalizer import EqualizerOptions
from tests.formats.plated import SEEN, SIZE, every_state, one_point, random_tracks


def strict(path):
    """Points by name: colour, and rows of frame, x and y."""
    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    found = {}
    for _ in range(int(next(lines))):
        name, color, count = next(lines), int(next(lines)), int(next(lines))
        found[name] = (color, [tuple(map(float, next(lines).split(" "))) for _ in range(count)])
    assert list(lines) == [""]
    return found


def test_p_is_where_3dequalizer_measures_it(tmp_path):
    notes = equalizer.write(tmp_path / "t.txt", one_point(frame_numbers=[1001, 1002, 1004]), EqualizerOptions())
    assert (tmp_path / "t.txt").read_text().splitlines()[:5] == [
        "1", "p", "0", "3", "1 10.500000000000000 1059.500000000000000"]
    assert strict(tmp_path / "t.txt") == {"p": (0, [(1, 10.5, 1059.5), (2, 10.5, 1059.5), (4, 10.5, 1059.5)])}
    assert notes == []


def test_only_visible_frames_are_written(tmp_path):
    notes = equalizer.write(tmp_path / "t.txt", every_state(), EqualizerOptions(color="blue"))
    found = strict(tmp_path / "t.txt")
    assert found["a/b"] == (2, [(1 + f, 10.5 + f, 1059.5) for f in SEEN])
    assert [row[0] for row in found["ü _x_ _1_"][1]] == [3, 4, 5]
    assert "1 name was changed" in notes[0]


def test_round_trip_of_random_tracks(tmp_path):
    tracks = random_tracks()
    equalizer.write(tmp_path / "t.txt", tracks, EqualizerOptions())
    got = equalizer.read(tmp_path / "t.txt", SIZE)
    seen = tracks.states() == State.VISIBLE
    np.testing.assert_array_equal(got.states() == State.VISIBLE, seen)
    assert np.abs(got.xy[seen].astype(float) - tracks.xy[seen]).max() <= 1e-4
    assert got.names == tracks.names
    assert got.meta["size"] == SIZE


def read_text(folder, text):
    (folder / "t.txt").write_bytes(text.encode())
    return equalizer.read(folder / "t.txt", SIZE)


def test_reads_what_other_programs_write(tmp_path):
    got = read_text(tmp_path, "2\r\n01\r\n0\r\n2\r\n3 10.5 1059.5\r\n5\t11.5  1e3\r\nempty\r\n5\r\n0\r\n\r\n")
    assert got.names == ("01", "empty")
    assert got.n_frames == 5
    assert got.xy[2, 0].tolist() == [10, 20]
    assert got.xy[4, 0].tolist() == [11, 79.5]
    assert np.isfinite(got.xy).all(-1).sum() == 2


@pytest.mark.parametrize(("text", "words"), [
    ("", "got the end of the file"),
    ("many\n", "line 1: expected the number of points, got 'many'"),
    ("1\na\n0\n2\n1 1 1\n", "expected a frame and a position, got the end"),
    ("1\na\n0\n1\n1 1\n", "line 5: expected a frame and a position, got '1 1'"),
    ("1\na\n0\n1\n0 1 1\n", "line 5: expected a frame from 1 on"),
    ("1\na\n0\n1\n1 nan 1\n", "line 5: .*finite"),
    ("1\na\nred\n1\n1 1 1\n", "line 3: expected a colour, got 'red'"),
    ("1\na\n0\n1\n1 1 1\nb\n", "line 6: expected the end after 1 points, got 'b'"),
    ("1\na\n0\n1\n99999999 1 1\n", "claim 99999999 frames"),
    ("1\na\n0\n0\n", "got none"),
    ("99999999999999999999999\n", "line 1"),
])
def test_says_what_is_wrong(text, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        read_text(tmp_path, text)
