"""Keyframes as text for After Effects."""

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import after_effects
from napari_cotracker.formats.after_effects import KeyframeOptions
from tests.formats.plated import SEEN, every_state, one_point, random_tracks, square


def strict(path):
    """(settings, blocks by property) of keyframe text: tabs, CRLF, header, unindented names, indented keys, the end."""
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    lines = content.decode("ascii").split("\r\n")
    assert lines[:2] == ["Adobe After Effects 8.0 Keyframe Data", ""]
    assert lines[-2:] == ["End of Keyframe Data", ""]
    settings, blocks, current = {}, {}, None
    for line in lines[2:-2]:
        if not line:
            current = None
        elif not line.startswith("\t"):
            current = blocks.setdefault(tuple(line.split("\t")), [])
        elif not blocks:
            settings.update([line[1:].split("\t")])
        else:
            current.append(line[1:].split("\t"))
    return settings, {name: (rows[0], [list(map(float, row)) for row in rows[1:]]) for name, rows in blocks.items()}


def written(folder, tracks, **options):
    notes = after_effects.write(folder / "t.txt", tracks, KeyframeOptions(**options))
    return (*strict(folder / "t.txt"), notes)


def test_p_is_where_after_effects_measures_it(tmp_path):
    settings, blocks, notes = written(tmp_path, one_point())
    assert settings == {"Units Per Second": "23.976023976", "Source Width": "1920", "Source Height": "1080",
                        "Source Pixel Aspect Ratio": "1", "Comp Pixel Aspect Ratio": "1"}
    assert blocks == {("Effects", "Point Control #1", "Point #2"): (
        ["Frame", "X pixels", "Y pixels"], [[0, 10.5, 20.5], [1, 10.5, 20.5], [2, 10.5, 20.5]])}
    assert notes == []


def test_frames_count_from_0_whatever_the_plate_says(tmp_path):
    _, blocks, _ = written(tmp_path, one_point(frame_numbers=[1001, 1002, 1003]))
    ((_, rows),) = blocks.values()
    assert [row[0] for row in rows] == [0, 1, 2]


def test_pixels_that_are_not_square_are_told(tmp_path):
    settings, _, _ = written(tmp_path, one_point(pixel_aspect=(10, 11)))
    assert {settings["Source Pixel Aspect Ratio"], settings["Comp Pixel Aspect Ratio"]} == {"0.909090909"}


def test_missing_frames_of_a_sequence_count_for_there_are_placeholders(tmp_path):
    tracks = one_point(frame_numbers=[1001, 1002, 1005])
    ((_, rows),) = written(tmp_path, tracks)[1].values()
    assert [row[0] for row in rows] == [0, 1, 4]
    _, blocks, _ = written(tmp_path, tracks, kind="position")
    assert blocks["Transform", "Opacity"][1] == [[0, 100], [1, 100], [2, 0], [3, 0], [4, 100]]


def test_points_have_keys_where_they_are_seen(tmp_path):
    _, blocks, notes = written(tmp_path, every_state())
    first, second = (rows for _, rows in blocks.values())
    assert first == [[f, 10.5 + f, 20.5] for f in SEEN]
    assert [row[0] for row in second] == [2, 3, 4]
    assert notes == ["Where 1 track is hidden in between, After Effects interpolates."]


def test_a_position_comes_with_opacity(tmp_path):
    settings, blocks, _ = written(tmp_path, every_state().select(slice(1)), kind="position")
    assert settings["Units Per Second"] == "24"
    header, rows = blocks["Transform", "Position"]
    assert header == ["Frame", "X pixels", "Y pixels", "Z pixels"]
    assert rows == [[f, 10.5 + f, 20.5, 0] for f in SEEN]
    header, rows = blocks["Transform", "Opacity"]
    assert header == ["Frame", "percent"]
    told = np.interp(np.arange(10), *np.array(rows).T)
    assert told.tolist() == [100 if f in SEEN else 0 for f in range(10)]


def test_a_corner_pin_takes_four(tmp_path):
    _, blocks, _ = written(tmp_path, square(), kind="corner-pin")
    first = {name: rows[0][1:] for (_, effect, name), (_, rows) in blocks.items() if effect == "Corner Pin #1"}
    assert first == {"Upper Left #2": [100.5, 50.5], "Upper Right #3": [300.5, 50.5], "Lower Left #4": [100.5, 250.5],
                     "Lower Right #5": [300.5, 250.5]}


@pytest.mark.parametrize(("kind", "words"), [("position", "one track"), ("corner-pin", "four tracks")])
def test_says_how_many_tracks_it_wants(kind, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        written(tmp_path, every_state(), kind=kind)


def test_round_trip_of_random_tracks(tmp_path):
    tracks = random_tracks()
    _, blocks, _ = written(tmp_path, tracks)
    seen = tracks.states() == State.VISIBLE
    for column, (_, found) in enumerate(blocks.values()):
        rows = np.array(found)
        assert rows[:, 0].tolist() == np.flatnonzero(seen[:, column]).tolist()
        assert rows[:, 1:] - 0.5 == pytest.approx(tracks.xy[seen[:, column], column], abs=1e-4)
