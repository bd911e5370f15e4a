"""A corner pin that follows four tracks."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.formats import nuke_cornerpin
from napari_cotracker.formats.nuke_cornerpin import PinOptions
from tests.formats import strict_tcl
from tests.formats.plated import one_point, random_tracks, square


def pin_of(folder, tracks, **options):
    notes = nuke_cornerpin.write(folder / "t.nk", tracks, PinOptions(**options))
    ((kind, knobs),) = strict_tcl.nodes((folder / "t.nk").read_text())
    assert kind == "CornerPin2D"
    return knobs, notes


def corner(text):
    x, y = strict_tcl.split(text)
    return {frame: (strict_tcl.curve(x)[frame], strict_tcl.curve(y)[frame]) for frame in strict_tcl.curve(x)}


def test_corners_go_from_bottom_left_around_in_nukes_pixels(tmp_path):
    knobs, notes = pin_of(tmp_path, square())
    assert corner(knobs["to1"]) == {1001 + f: (100.5 + f, 1080 - 250.5) for f in range(4)}
    assert corner(knobs["to2"])[1001] == (300.5, 829.5)
    assert corner(knobs["to3"])[1001] == (300.5, 1029.5)
    assert corner(knobs["to4"])[1001] == (100.5, 1029.5)
    assert [list(map(float, strict_tcl.split(knobs[f"from{k}"]))) for k in (1, 2, 3, 4)] == [
        [100.5, 829.5], [300.5, 829.5], [300.5, 1029.5], [100.5, 1029.5]]
    assert knobs["invert"] == "false"
    assert notes == []


def test_p_is_where_nuke_measures_it(tmp_path):
    tracks = square(1)
    tracks.xy[0, 0] = (10, 20)
    knobs, _ = pin_of(tmp_path, tracks)
    assert corner(knobs["to4"]) == {1001: (10.5, 1059.5)}


def test_reference_picture_and_direction_are_chosen(tmp_path):
    knobs, _ = pin_of(tmp_path, square(), reference=2, first_frame=1, stabilize=True)
    assert strict_tcl.split(knobs["from1"]) == ["102.500000", "829.500000"]
    assert list(corner(knobs["to1"])) == [1, 2, 3, 4]
    assert knobs["invert"] == "true"
    knobs, _ = pin_of(tmp_path, square(), source="picture")
    assert [list(map(float, strict_tcl.split(knobs[f"from{k}"]))) for k in (1, 2, 3, 4)] == [
        [0, 0], [1920, 0], [1920, 1080], [0, 1080]]


def test_named_corners_are_taken_in_their_order(tmp_path):
    knobs, _ = pin_of(tmp_path, square(), corners="tl, tr, br, 3")
    assert [corner(knobs[f"to{k}"])[1001] for k in (1, 2, 3, 4)] == [
        (100.5, 1029.5), (300.5, 1029.5), (300.5, 829.5), (100.5, 829.5)]


def test_further_tracks_are_left_out_and_told(tmp_path):
    tracks = random_tracks(3, 6)
    tracks = replace(tracks, visibility=np.ones((3, 6)))
    _, notes = pin_of(tmp_path, tracks, corners="0,1,2,3")
    assert notes == ["2 further tracks are left out."]


def plane(noise=0.0, slipping=0, count=40, frames=20):
    """Points of a plane seen from a moving camera, some of which slip; and the plane's matrices."""
    rng = np.random.default_rng(5)
    start = rng.uniform((400, 300), (1400, 800), (count, 2))
    matrices = np.tile(np.eye(3), (frames, 1, 1))
    for t in range(frames):
        matrices[t, :2] += [[0.004 * t, 0.002 * t, 3 * t], [-0.001 * t, 0.003 * t, -2 * t]]
        matrices[t, 2, :2] = 2e-6 * t, -1e-6 * t
    mapped = np.einsum("tij,nj->tni", matrices, np.column_stack([start, np.ones(count)]))
    xy = mapped[..., :2] / mapped[..., 2:]
    xy[1:] += rng.normal(0, noise, xy[1:].shape)
    xy[:, :slipping] += np.arange(frames)[:, None, None] * np.array([1.5, -1])
    tracks = random_tracks(frames, count)
    return replace(tracks, xy=xy.astype(np.float32), visibility=np.ones((frames, count))), matrices


@pytest.mark.parametrize(("noise", "slipping", "most"), [(0, 0, 0.001), (0.5, 0, 0.5), (0.5, 6, 0.6)])
def test_more_than_four_are_taken_for_a_plane(noise, slipping, most, tmp_path):
    """Plain least squares give 0.44 px without a slipping point, and 5.9 px with six of them."""
    tracks, matrices = plane(noise, slipping)
    knobs, notes = pin_of(tmp_path, tracks)
    source = np.array([list(map(float, strict_tcl.split(knobs[f"from{k}"]))) for k in (1, 2, 3, 4)])
    source = np.stack([source[:, 0] - 0.5, 1080 - source[:, 1] - 0.5], -1)
    first = tracks.xy[0].astype(float)
    (left, top), (right, bottom) = first.min(0), first.max(0)
    assert source == pytest.approx(np.array([(left, bottom), (right, bottom), (right, top), (left, top)]), abs=1e-4)
    mapped = np.einsum("tij,nj->tni", matrices, np.column_stack([source, np.ones(4)]))
    expected = mapped[..., :2] / mapped[..., 2:]
    to = np.array([list(corner(knobs[f"to{k}"]).values()) for k in (1, 2, 3, 4)]).swapaxes(0, 1)
    misses = np.stack([to[..., 0] - 0.5, 1080 - to[..., 1] - 0.5], -1) - expected
    assert np.sqrt((misses**2).sum(-1).mean()) <= most
    assert len(notes) == 1 and notes[0].startswith("The corners are those of a plane through 40 tracks; half of them")


def test_where_a_plane_is_not_told_there_is_no_key(tmp_path):
    tracks, _ = plane()
    visibility = np.ones((20, 40))
    visibility[7, 3:] = 0
    knobs, _ = pin_of(tmp_path, replace(tracks, visibility=visibility))
    assert sorted(set(range(1001, 1021)) - set(corner(knobs["to1"]))) == [1008]


def test_points_in_a_line_are_no_plane(tmp_path):
    xy = np.tile(np.linspace((10, 10), (500, 300), 6), (3, 1, 1)).astype(np.float32)
    tracks = replace(random_tracks(3, 6), xy=xy, visibility=np.ones((3, 6)))
    with pytest.raises(FormatError, match="in a line"):
        pin_of(tmp_path, tracks)


def test_a_hidden_corner_has_no_key_and_is_counted(tmp_path):
    tracks = square()
    state = np.zeros((4, 4), np.uint8)
    state[0, 0] = state[2, 0] = State.OCCLUDED_LOCATED
    knobs, notes = pin_of(tmp_path, replace(tracks, state=state))
    assert list(corner(knobs["to4"])) == [1002, 1004]
    assert list(corner(knobs["to1"])) == [1001, 1002, 1003, 1004]
    assert strict_tcl.split(knobs["from1"]) == ["101.500000", "829.500000"]  # the first with all four
    assert notes == ["In 2 frames not all corners are visible; Nuke interpolates there."]


@pytest.mark.parametrize(("options", "words"), [
    ({"corners": "tl,tr"}, "expected four tracks, .*got 2"),
    ({"corners": "tl,tr,br,nobody"}, "'nobody', which is none"),
    ({"corners": "tl,tr,br,br"}, "different"),
    ({"reference": 9}, "got 9; 0 would do"),
])
def test_says_what_is_wrong_with_the_corners(options, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        pin_of(tmp_path, square(), **options)


def test_wants_four_that_are_visible_together(tmp_path):
    with pytest.raises(FormatError, match="got 1; choose four"):
        pin_of(tmp_path, one_point())
    hidden = replace(square(), state=np.full((4, 4), State.OCCLUDED, np.uint8))
    with pytest.raises(FormatError, match="got none"):
        pin_of(tmp_path, hidden)
