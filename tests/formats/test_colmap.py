"""COLMAP's database and what is solved from it, read back by COLMAP's own library."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError, UnfinishedError
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats import colmap
from napari_cotracker.formats.colmap import Options
from tests.formats.rigid_scene import make_scene, moved_onto
from tests.formats.samples import plain_tracks
from tests.formats.solved_scene import bend
from tests.formats.test_bal import parse, project

# pycolmap itself is never imported here
pytestmark = pytest.mark.skipif(find_spec("pycolmap") is None, reason="needs pycolmap")


def reads(kind, path):
    words = [sys.executable, str(Path(__file__).parent / "colmap_reader.py"), kind, str(path)]
    return json.loads(subprocess.run(words, capture_output=True, check=True).stdout)


def write(folder, tracks, **options):
    return folder / "a.db", colmap.write(folder / "a.db", tracks, Options(**options))


def states():
    """One point at (10, 20) in every state, and one that is always seen."""
    cells = [State.VISIBLE, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN, State.VISIBLE]
    xy = np.tile(np.float32([[10, 20], [1900, 1000.25]]), (6, 1, 1))
    xy[[2, 3, 4], 0] = np.nan
    state = np.ones((6, 2), np.uint8)
    state[:, 0] = cells
    source = np.full((6, 2), Source.PREDICTED, np.uint8)
    source[0, 0], source[5, 0] = Source.HUMAN, Source.VERIFIED
    ones = np.where(np.isfinite(xy).all(-1), np.float32(1), np.float32(np.nan))
    return Tracks(np.arange(2), xy, ones, ones, state, source,
                  meta={"size": (1920, 1080), "frame_numbers": np.arange(1001, 1007)})


def test_keypoints_are_visible_points_half_a_pixel_further(tmp_path):
    path, notes = write(tmp_path, states(), min_length=2)
    found = reads("database", path)
    assert found["images"] == [f"frame_{k:06d}.png" for k in range(1001, 1007)]
    other = [1900.5, 1000.75]
    assert found["keypoints"] == [[[10.5, 20.5], other], [other], [other], [other], [other], [[10.5, 20.5], other]]
    assert found["camera"] == ["SIMPLE_RADIAL", 1920, 1080, [2304, 960, 540, 0], False]
    assert found["counts"] == [1, 6, 1]
    assert any("guessed, 2304 pixels (1.2 times" in note for note in notes)
    assert any("nothing to go on" in note for note in notes)


@pytest.mark.parametrize(("options", "camera"), [
    ({"camera": "PINHOLE", "focal": 1500}, ["PINHOLE", 96, 64, [1500, 1500, 48, 32], True]),
    ({"camera": "SIMPLE_PINHOLE", "view": 90}, ["SIMPLE_PINHOLE", 96, 64, [pytest.approx(48), 48, 32], True]),
    ({"camera": "OPENCV", "focal": 100}, ["OPENCV", 96, 64, [100, 100, 48, 32, 0, 0, 0, 0], True]),
    ({"camera": "RADIAL", "focal": 100}, ["RADIAL", 96, 64, [100, 48, 32, 0, 0], True]),
])
def test_the_lens_may_be_known(options, camera, tmp_path):
    path, _ = write(tmp_path, plain_tracks(), pattern="shot.####.exr", first=5, **options)
    found = reads("database", path)
    assert found["camera"] == camera
    assert found["images"][:2] == ["shot.0005.exr", "shot.0006.exr"]


def test_one_lens_is_enough(tmp_path):
    with pytest.raises(FormatError, match="a focal length or a field of view, got both"):
        write(tmp_path, plain_tracks(), focal=100, view=50)


def test_short_tracks_are_left_out_and_counted(tmp_path):
    path, notes = write(tmp_path, plain_tracks())
    assert notes[0] == "2 tracks visible in fewer than 5 frames were left out."
    assert "In the database: 6 keypoints of 1 track." in notes
    assert [len(points) for points in reads("database", path)["keypoints"]] == [1] * 6
    with pytest.raises(FormatError, match=r"expected tracks that are visible in 7 frames or more.*got none of 3"):
        write(tmp_path, plain_tracks(), min_length=7)
    with pytest.raises(FormatError, match="size of their picture"):
        write(tmp_path, replace(plain_tracks(), meta={}))


def test_matches_join_the_keypoints_of_a_track(tmp_path):
    scene = make_scene(8, 60, noise=0.1)
    path, _ = write(tmp_path, scene.tracks(), window=3, hubs=0, min_length=2, min_share=0)
    found = reads("database", path)
    kept = np.flatnonzero(scene.seen.sum(0) >= 2)
    assert len(found["pairs"]) == 7 + 6 + 5
    for first, second, matches, inliers, matrix in found["pairs"]:
        p, q = (np.array(found["keypoints"][image - 1])[np.array(matches)[:, side]]
                for side, image in enumerate((first, second)))
        both = kept[scene.seen[first - 1, kept] & scene.seen[second - 1, kept]]
        np.testing.assert_allclose(p, scene.xy[first - 1, both], atol=1e-4)
        np.testing.assert_allclose(q, scene.xy[second - 1, both], atol=1e-4)
        assert len(inliers) >= 0.95 * len(matches)
        ends = np.einsum("mi,ij,mj->m", np.c_[q, np.ones(len(q))], matrix, np.c_[p, np.ones(len(p))])
        lines = np.c_[p, np.ones(len(p))] @ np.transpose(matrix)
        assert np.median(np.abs(ends) / np.hypot(lines[:, 0], lines[:, 1])) < 0.2


@pytest.fixture(scope="module", params=[0.0, 0.2], ids=["clean", "drifting"])
def solved(request, tmp_path_factory):
    """A scene that was written and solved."""
    scene = make_scene(drift=request.param)
    folder = tmp_path_factory.mktemp("solved")
    path, notes = write(folder, scene.tracks(), solve=True)
    return scene, path, notes, reads("model", folder / "a_solved" / "sparse" / "0")


def test_every_picture_is_solved_as_exactly_as_the_noise_allows(solved):
    scene, _, notes, model = solved
    assert len(model["images"]) == 30
    assert model["error"] <= 0.5
    path = moved_onto(np.array(model["centres"]), scene.centres)
    assert np.linalg.norm(path - scene.centres, axis=1).max() < 0.01  # of a path of 3
    assert any("30 of 30 pictures" in note for note in notes)


def test_drifting_tracks_are_dropped_and_no_point_is_split(solved):
    scene, path, notes, model = solved
    long = scene.seen.sum(0) >= 5
    with (path.parent / "a_solved" / "points.csv").open() as file:
        rows = list(csv.DictReader(file))
    tracks = np.array([int(row["track_id"]) - 100 for row in rows])
    assert len(tracks) == len(set(tracks.tolist())) == model["points"]
    assert np.isin(np.flatnonzero(long & ~scene.drifting), tracks).mean() >= 0.9
    if scene.drifting.any():
        assert (~np.isin(np.flatnonzero(long & scene.drifting), tracks)).mean() >= 0.9
        assert any("tracks that drift" in note for note in notes)
    assert rows[0]["name"] == f"point {tracks[0] + 100}"
    xyz = np.array([[float(row[axis]) for axis in "xyz"] for row in rows])
    good = ~scene.drifting[tracks]
    apart = moved_onto(xyz[good], scene.points[tracks[good]]) - scene.points[tracks[good]]
    assert np.median(np.linalg.norm(apart, axis=1)) < 0.02


def test_other_programs_get_the_same_solution(solved):
    """Reprojection errors of what was written for bundle adjustment and nerfstudio are those of COLMAP."""
    scene, path, _, model = solved
    folder = path.parent / "a_solved"
    cameras, points, seen = parse((folder / "bal.txt").read_text())
    errors = np.linalg.norm(project(cameras, points, seen) - seen[:, 2:], axis=1)
    per_point = np.bincount(seen[:, 1].astype(int), errors) / np.bincount(seen[:, 1].astype(int))
    assert per_point.mean() == pytest.approx(model["error"], rel=0.02)
    found = json.loads((folder / "transforms.json").read_text())
    assert [frame["file_path"] for frame in found["frames"]] == [f"images/{name}" for name in model["images"]]
    matrices = np.array([frame["transform_matrix"] for frame in found["frames"]])
    np.testing.assert_allclose(matrices[:, :3, 3], model["centres"], atol=1e-9)
    with (folder / "points.csv").open() as file:
        rows = list(csv.DictReader(file))
    tracks = np.array([int(row["track_id"]) - 100 for row in rows])
    world = np.array([[float(row[axis]) for axis in "xyz"] + [1] for row in rows])
    there = np.einsum("tij,nj->tni", np.linalg.inv(matrices), world)
    ideal = there[..., :2] / -there[..., 2:3] * (1, -1)
    lens = np.array([found[name] for name in ("fl_x", "fl_y", "cx", "cy", "k1", "k2", "p1", "p2")])
    off = bend(ideal.reshape(-1, 2), lens).reshape(ideal.shape) - scene.xy[:, tracks]
    assert np.linalg.norm(off[scene.seen[:, tracks]], axis=1).mean() <= 0.5


def test_the_lens_comes_out(solved):
    _, _, notes, _ = solved
    lens = float(next(note for note in notes if "came out as" in note).split("came out as ")[1].split()[0])
    assert lens == pytest.approx(1100, rel=0.01)


def test_few_tracks_that_live_short_are_solved_too(tmp_path):
    scene = make_scene(24, 200, seed=2)
    born = np.random.default_rng(0).integers(-8, 20, 200)
    age = np.arange(24)[:, None] - born
    short = replace(scene, seen=scene.seen & (age >= 0) & (age < 12))
    assert (short.seen.sum(1) < 100).all()  # what COLMAP wants two pictures to share
    _, notes = write(tmp_path, short.tracks(), solve=True, focal=1100, camera="SIMPLE_PINHOLE")
    assert any(note.startswith("24 of 24 pictures") for note in notes), notes
    model = reads("model", tmp_path / "a_solved" / "sparse" / "0")
    assert model["error"] <= 0.5
    path = moved_onto(np.array(model["centres"]), scene.centres)
    assert np.linalg.norm(path - scene.centres, axis=1).max() < 0.05


def test_a_folder_of_others_is_not_replaced(tmp_path):
    (tmp_path / "a_solved").mkdir()
    (tmp_path / "a_solved" / "thesis.txt").write_text("years of work")
    with pytest.raises(FormatError, match="more in it"):
        write(tmp_path, make_scene(6, 40).tracks(), solve=True)
    assert not (tmp_path / "a.db").exists()


def test_nothing_is_left_of_a_database_that_was_not_finished(tmp_path, monkeypatch):
    def break_off(database, *rest):
        database.with_name(f"{database.name}-wal").write_bytes(b"half")
        raise FormatError("the disk is full")

    monkeypatch.setattr(colmap, "map_apart", break_off)
    with pytest.raises(FormatError, match="disk is full"):
        write(tmp_path, plain_tracks(), min_share=0)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_solved_is_said(tmp_path):
    with pytest.raises(UnfinishedError, match="could not solve the cameras, so there is the database only") as told:
        write(tmp_path, plain_tracks(), solve=True)
    assert "In the database: 6 keypoints of 1 track." in told.value.notes
    assert (tmp_path / "a.db").exists() and not (tmp_path / "a_solved").exists()


def test_pixels_that_are_not_square_have_a_lens_for_each_side(tmp_path):
    """A film squeezed to half its width, as anamorphic lenses do."""
    wide = make_scene(24, 120, seed=3).tracks()
    xy = (wide.xy + 0.5) * np.float32([0.5, 1]) - 0.5
    tracks = Tracks(wide.ids, xy, wide.visibility, wide.confidence, wide.state, wide.source,
                    meta={**wide.meta, "size": (640, 720), "pixel_aspect": (2, 1)})
    path, notes = write(tmp_path, tracks, camera="PINHOLE")
    assert not any("as wide as high" in note for note in notes)
    across, down, *middle = reads("database", path)["camera"][3]
    assert middle == [320, 360]
    assert across == pytest.approx(550, rel=0.03) and down == pytest.approx(2 * across)
    _, notes = write(tmp_path, tracks)
    assert any("Pixels are 2 times as wide as high, but the camera SIMPLE_RADIAL" in note for note in notes)
