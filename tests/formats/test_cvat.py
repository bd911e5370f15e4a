"""CVAT for video, read by a strict parser of the published layout that draws lines as CVAT does."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats import cvat
from tests.formats.samples import plain_tracks
from tests.formats.stories import every_state, of_cells, random_tracks, the_point, worst_error

ATTRIBUTES = ["frame", "keyframe", "outside", "occluded", "points", "z_order"]


def wrote(folder, tracks, **options):
    notes = cvat.write(folder / "t.xml", tracks, cvat.CvatOptions(**options))
    return strictly(folder / "t.xml"), notes


def strictly(path):
    """{(label, name): [(frame, outside, occluded, x, y), …]}, everything as the layout has it."""
    root = ElementTree.parse(path).getroot()
    assert root.tag == "annotations" and [child.tag for child in root][:2] == ["version", "meta"]
    assert root.findtext("version") == "1.1"
    task = root.find("meta/task")
    assert [child.tag for child in task][:3] == ["name", "size", "mode"] and task.findtext("mode") == "interpolation"
    labels = [label.findtext("name") for label in task.find("labels")]
    assert len(set(labels)) == len(labels)
    tracks = {}
    for number, track in enumerate(root.findall("track")):
        assert track.attrib.keys() == {"id", "label", "source"} and track.get("label") in labels
        assert track.get("source") in ("manual", "auto")
        assert len(track), "CVAT fails on a track without shapes"
        rows = []
        for shape in track:
            assert shape.tag == "points" and list(shape.attrib) == ATTRIBUTES and shape.get("keyframe") == "1"
            assert {shape.get("outside"), shape.get("occluded")} <= {"0", "1"}
            x, y = map(float, shape.get("points").split(","))
            rows.append((int(shape.get("frame")), int(shape.get("outside")), int(shape.get("occluded")), x, y))
        frames = [row[0] for row in rows]
        assert frames == sorted(set(frames)) and frames[-1] < int(task.findtext("size"))
        assert rows[0][1] == 0
        tracks[track.get("label"), track.findtext("points/attribute") or number] = rows
    return tracks


def shown(rows, n_frames):
    """{frame: (x, y, occluded)} as CVAT shows a track."""
    found = {}
    for k, (frame, outside, occluded, x, y) in enumerate(rows):
        after = rows[k + 1] if k + 1 < len(rows) else (n_frames, 1, 0, x, y)
        for t in range(frame, after[0]):
            share = (t - frame) / (after[0] - frame)
            if not outside:
                found[t] = (x + share * (after[3] - x), y + share * (after[4] - y), occluded)
    return found


def test_the_known_point(tmp_path):
    tracks, notes = wrote(tmp_path, the_point())
    assert tracks == {("p", 0): [(0, 0, 0, 10.5, 20.5)]} and notes == []


def test_every_state(tmp_path):
    tracks, notes = wrote(tmp_path, every_state())
    (rows,) = tracks.values()
    assert rows == [(0, 0, 0, 100.5, 200.5), (2, 0, 1, 120.5, 200.5), (3, 1, 1, 120.5, 200.5),
                    (6, 0, 0, 160.5, 200.5), (7, 0, 0, 170.5, 200.5)]
    assert notes[0] == "1 position outside the picture left out."
    assert "1 positions between 4 keyframes" in notes[1] and "up to 0 px" in notes[1]
    got = cvat.read(tmp_path / "t.xml")
    v, o, u = State.VISIBLE, State.OCCLUDED_LOCATED, State.UNKNOWN
    assert got.states()[:, 0].tolist() == [v, v, o, u, u, u, v, v]
    assert got.source[[0, 1, 2, 3], 0].tolist() == [Source.IMPORTED, Source.INTERPOLATED, Source.IMPORTED, Source.NONE]
    assert got.size == (1920, 1080)


def test_keyframes_are_what_people_placed_and_the_report_says_how_far_lines_are_off(tmp_path):
    t = np.arange(11.0)
    source = np.full((11, 1), Source.PREDICTED, np.uint8)
    source[5] = Source.VERIFIED
    curve = of_cells(np.stack([t, (t - 5) ** 2], -1)[:, None], source=source, names=("c",))
    tracks, notes = wrote(tmp_path, curve, keyframes="anchors")
    assert [row[0] for row in tracks["c", 0]] == [0, 5, 10]
    assert notes == ["8 positions between 3 keyframes are left to the program that reads this; they come to lie up to "
                     "6 px from the tracks (choose keyframes=within-tolerance or keyframes=every for more)."]
    worst = max(np.hypot(x - 0.5 - t, y - 0.5 - (t - 5) ** 2) for t, (x, y, _) in shown(tracks["c", 0], 11).items())
    assert worst == pytest.approx(6, abs=1e-6)
    assert len(wrote(tmp_path, curve, keyframes="every")[0]["c", 0]) == 11


@pytest.mark.parametrize("tolerance", [0.5, 100])
def test_within_the_tolerance_cvat_shows_what_was_tracked(tolerance, tmp_path):
    expected = random_tracks()
    tracks, _ = wrote(tmp_path, expected, keyframes="within-tolerance", tolerance=tolerance)
    there, hidden = np.isfinite(expected.xy).all(-1), expected.states() == State.OCCLUDED_LOCATED
    got = cvat.read(tmp_path / "t.xml")
    for n, rows in enumerate(tracks.values()):
        cells = shown(rows, 40)
        assert sorted(cells) == np.flatnonzero(there[:, n]).tolist()
        for t, (x, y, occluded) in cells.items():
            assert np.hypot(*(expected.xy[t, n] + 0.5 - (x, y))) <= tolerance + 1e-4
            assert occluded == hidden[t, n]
            np.testing.assert_allclose(got.xy[t, n], (x - 0.5, y - 0.5), atol=2e-4)


def test_round_trip_with_every_frame_is_exact(tmp_path):
    expected = random_tracks()
    _, notes = wrote(tmp_path, expected, keyframes="every")
    got = cvat.read(tmp_path / "t.xml")
    assert notes == [] and worst_error(got, expected) == 0
    np.testing.assert_array_equal(got.xy, expected.xy)
    np.testing.assert_array_equal(got.states(), expected.states())
    assert set(np.unique(got.source)) == {Source.NONE, Source.IMPORTED}


def test_one_label_keeps_names_in_an_attribute(tmp_path):
    tracks, _ = wrote(tmp_path, plain_tracks(), label="point & co")
    assert list(tracks) == [("point & co", name) for name in plain_tracks().names]
    assert cvat.read(tmp_path / "t.xml").names == plain_tracks().names


def test_names_are_such_as_cvat_takes(tmp_path):
    tracks, notes = wrote(tmp_path, replace(plain_tracks(), names=('<"&>', "a\0b\nc", "x" * 70)))
    assert [label for label, _ in tracks] == ['<"&>', "a_b_c", "x" * 64]
    assert notes[0].startswith("2 names were changed")


def test_tracks_without_a_point_are_left_out(tmp_path):
    xy = np.full((3, 2, 2), np.nan)
    xy[:, 0] = 5
    tracks, notes = wrote(tmp_path, of_cells(xy, names=("a", "b")))
    assert [label for label, _ in tracks] == ["a"]
    assert notes[0] == "1 track without any point left out."


def test_the_licence_is_in_a_comment(tmp_path):
    wrote(tmp_path, the_point(runs=[{"model": "m--x", "licence": "CC-BY-NC-4.0"}]))
    assert re.search(r"<!-- .*m- -x \(CC-BY-NC-4.0\) -->", (tmp_path / "t.xml").read_text())
