"""The layers of tracks in a real window: what is drawn, what the mouse does, what happens when layers go."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import numpy as np
import pytest
from napari.components import ViewerModel
from qtpy.QtCore import Qt

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.editing.session import Session
from napari_cotracker.ui.axes import frame_of, held_at, to_frame
from napari_cotracker.ui.layers import TracksView
from napari_cotracker.ui.look import Look
from napari_cotracker.ui.selection import Selection

from . import mouse

T, N, W, H = 12, 6, 120, 90
GREY = 60


def some_tracks() -> Tracks:
    """Six points that move right by a pixel a frame; 4 is occluded, 5 is not tracked on the first frames."""
    xy = np.empty((T, N, 2), np.float32)
    xy[..., 0] = 15 + 15 * np.arange(N) + np.arange(T)[:, None]
    xy[..., 1] = 20 + 10 * np.arange(N)
    visibility, confidence = np.ones((T, N), np.float32), np.ones((T, N), np.float32)
    confidence[:, 1] = 0.1
    visibility[:, 4] = 0.1
    xy[:4, 5] = np.nan
    visibility[:4, 5] = confidence[:4, 5] = np.nan
    source = np.where(np.isfinite(xy[..., 0]), Source.PREDICTED, Source.NONE).astype(np.uint8)
    source[3, 0] = Source.HUMAN
    return Tracks(np.arange(N) + 10, xy, visibility, confidence, source=source, meta={"size": (W, H)})


class Stage:
    """A viewer with a video, its tracks, and what they are shown with."""

    def __init__(self, viewer: Any, tracks: Tracks | None = None, shape: tuple[int, ...] = (T, H, W, 3),
                 **options: Any) -> None:
        self.viewer = viewer
        data = np.full(shape, GREY, np.uint8)
        self.video = viewer.add_image(data, rgb=shape[-1] == 3, name="film", **options)
        self.session = Session.from_tracks(tracks if tracks is not None else some_tracks())
        self.selection, self.look = Selection(), Look()
        self.view = TracksView(viewer, self.video, self.session, self.selection, self.look, project="p",
                               held=held_at(viewer, self.video))
        self.points, self.tails = self.view.points, self.view.tails
        self.go(0)

    def go(self, t: int) -> None:
        to_frame(self.viewer, self.video, t)
        mouse.settle()

    def xy(self, row: int) -> Any:
        return self.session.cells.xy[self.view.frame, row].tolist()

    def pixels(self, xy: Any, reach: int = 4) -> np.ndarray:
        """The screen around a pixel of the video."""
        picture, (x, y) = mouse.picture_of(self.viewer), mouse.on_canvas(self.viewer, self.video, xy).astype(int)
        return picture[y - reach : y + reach + 1, x - reach : x + reach + 1].astype(int)


@pytest.fixture
def shown(make_napari_viewer: Any) -> Any:
    """A stage on the screen."""
    def make(**options: Any) -> Stage:
        stage = Stage(make_napari_viewer(show=True), **options)
        stage.viewer.window.resize(1000, 700)
        mouse.settle(0.2)
        return stage
    return make


@pytest.fixture
def stage(make_napari_viewer: Any) -> Stage:
    """A stage that is not shown: quick, but without pixels."""
    return Stage(make_napari_viewer())


# what is drawn


def test_every_row_is_a_track_on_the_frame_that_is_shown(stage: Stage) -> None:
    for t in (0, 7, 2, 11):
        stage.go(t)
        assert len(stage.points.data) == N
        assert (stage.points.data[:, 0] == t).all()
        expected = np.nan_to_num(stage.session.cells.xy[t])[:, ::-1]
        np.testing.assert_array_equal(stage.points.data[:, 1:], expected)
        assert np.isfinite(stage.points.data).all()
        assert stage.points.shown.tolist() == [True] * 5 + [t >= 4]


def test_a_frame_is_sliced_and_drawn_once(stage: Stage) -> None:
    drawn: list[int] = []
    stage.points.events.set_data.connect(lambda event: drawn.append(len(stage.points._view_indices)))
    stage.viewer.dims.set_current_step(0, 6)
    assert drawn == [6], "with the new frame's points, once"


def test_layers_lie_above_the_video_and_say_whose_they_are(stage: Stage) -> None:
    assert [layer.name for layer in stage.viewer.layers] == ["film", "film tails", "film points"]
    assert [layer.metadata.get("napari_cotracker") for layer in stage.viewer.layers] == [
        None, {"role": "tails", "project": "p"}, {"role": "points", "project": "p"}]
    assert stage.viewer.layers.selection.active is stage.points
    assert [layer._type_string for layer in stage.viewer.layers] == ["image", "tracks", "points"]


def test_occluded_points_are_rings_and_anchors_diamonds(stage: Stage) -> None:
    stage.go(3)
    assert stage.points.face_color[4, 3] == 0
    assert stage.points.border_color[4, 3] > 0
    assert (stage.points.face_color[:4, 3] == 1).all()
    assert [str(symbol) for symbol in stage.points.symbol] == ["diamond"] + ["disc"] * 5
    stage.look.choose(rings=False)
    assert not stage.points.shown[4]


def test_colours_say_what_was_chosen(stage: Stage) -> None:
    sure, doubtful = stage.points.face_color[0].copy(), stage.points.face_color[1].copy()
    assert sure[:3].sum() > doubtful[:3].sum()
    stage.look.choose(colour_by="visibility")
    np.testing.assert_array_equal(stage.points.face_color[1], sure)
    stage.look.choose(colour_by="track")
    assert len(np.unique(stage.points.face_color[:4], axis=0)) == 4
    stage.session.regroup([10, 11], "left")
    stage.look.choose(colour_by="group")
    np.testing.assert_array_equal(stage.points.face_color[0], stage.points.face_color[1])
    assert (stage.points.face_color[0] != stage.points.face_color[2]).any()
    stage.look.choose(colour_by="anchor error")
    assert (stage.points.face_color[0] != stage.points.face_color[2]).any(), "grey: no anchor"


def test_points_below_the_threshold_are_not_drawn_and_the_data_stays(stage: Stage) -> None:
    before = stage.session.cells.copy()
    stage.look.choose(hide_below=0.5)
    assert stage.points.shown.tolist() == [True, False, True, True, True, False]
    assert not before.differs(stage.session.cells).any()


def test_points_out_of_view_are_not_drawn(make_napari_viewer: Any) -> None:
    tracks = some_tracks()
    tracks.xy[:, 2] = (W + 30, 5)
    tracks.state[:, 3] = State.UNKNOWN
    stage = Stage(make_napari_viewer(), tracks)
    assert stage.points.shown.tolist() == [True, True, False, False, True, False]


def test_tails_hold_the_last_frames_and_are_cut_where_nothing_is_seen(stage: Stage) -> None:
    stage.look.choose(tail_length=3)
    stage.go(6)
    assert stage.tails.data.shape == (N * 5, 4)
    assert stage.tails.data[:5, 1].tolist() == [3, 4, 5, 6, 6]
    np.testing.assert_array_equal(stage.tails.data[:4, 2:], stage.session.cells.xy[3:7, 0, ::-1])
    links = stage.tails.track_connex.reshape(N, 5)
    assert links[0].tolist() == [True, True, True, True, False]
    assert not links[4].any(), "occluded"
    assert links[5].tolist() == [False, True, True, True, False], "tracked from frame 4 on"
    assert np.isfinite(stage.tails.data).all()
    stage.look.choose(tail_length=0)
    assert not stage.tails.track_connex.any()
    stage.look.choose(tail_length=5)
    assert stage.tails.tail_length == 5
    assert stage.tails.track_connex.any()


def test_tails_before_the_first_frame_are_short(stage: Stage) -> None:
    stage.look.choose(tail_length=4)
    stage.go(1)
    assert stage.tails.data[:6, 1].tolist() == [0, 0, 0, 0, 1, 1]


def test_many_tails_are_drawn_from_fewer_frames(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.ui.layers.MOST_BENDS", 3 * N)
    stage.look.choose(tail_length=6)
    stage.go(7)
    assert stage.tails.data[:5, 1].tolist() == [1, 2, 4, 6, 7]


def test_the_extent_is_that_of_the_video(stage: Stage) -> None:
    for layer in (stage.points, stage.tails):
        np.testing.assert_array_equal(layer.extent.data, stage.video.extent.data)
    stage.session.set_length(8)
    stage.view.refresh()
    assert stage.points.extent.data[1, 0] == 7


def test_pixels_of_points_rings_tails_and_selection(shown: Any) -> None:
    stage = shown()
    stage.go(8)
    solid, ring = stage.pixels(stage.xy(0), 1), stage.pixels(stage.xy(4), 1)
    assert solid[..., 1].min() > 150, "yellow"
    assert np.abs(ring - GREY).max() < 12, "the video shows through a ring"
    assert np.abs(stage.pixels(stage.xy(4), 5) - GREY).max() > 60, "whose line is bright"
    tail = [stage.xy(0)[0] - 5, stage.xy(0)[1]]
    assert stage.pixels(tail)[..., 1].max() > GREY + 40
    stage.look.choose(tail_length=0)
    assert np.abs(stage.pixels(tail, 2) - GREY).max() < 12
    before = (np.abs(stage.pixels(stage.xy(0), 14) - GREY).max(-1) > 20).sum()
    stage.selection.set([10])
    around = stage.pixels(stage.xy(0), 14)
    assert (np.abs(around - GREY).max(-1) > 20).sum() > 1.5 * before
    assert (around.min(-1) > 200).any(), "a white rim"


@pytest.mark.parametrize("options", [
    {}, {"scale": (1, 4, 4)}, {"scale": (0.5, 0.2, 0.2)}, {"affine": np.diag([1, 3, 3, 1])},
])
def test_points_are_as_large_on_the_screen_whatever_the_scale_and_zoom(shown: Any, options: dict[str, Any]) -> None:
    stage = shown(**options)
    stage.look.choose(tail_length=0, size=15)
    widths = []
    for zoom in (1, 2):
        stage.viewer.scene.camera.zoom *= zoom
        stage.viewer.scene.camera.center = stage.points.data_to_world(stage.points.data[2])
        mouse.settle()
        line = stage.pixels(stage.xy(2), 14)[14]
        widths.append(int((np.abs(line - GREY).max(-1) > 20).sum()))
    assert all(14 <= width <= 19 for width in widths), widths


# changes


def test_new_points_and_deleted_ones(stage: Stage) -> None:
    (new,) = stage.session.add_points(0, [[50, 60]])
    assert len(stage.points.data) == N + 1
    np.testing.assert_array_equal(stage.points.data[-1], [0, 60, 50])
    stage.session.delete([10, 13])
    assert len(stage.points.data) == N - 1
    np.testing.assert_array_equal(stage.points.data[0, 1:], stage.session.cells.xy[0, 0, ::-1])
    stage.session.delete(stage.session.ids)
    assert len(stage.points.data) == 0
    assert not stage.tails.track_connex.any()
    stage.session.undo()
    assert len(stage.points.data) == N - 1
    assert stage.tails.track_connex.any() or stage.view.frame == 0
    assert new in stage.session.ids


def test_a_session_without_tracks(make_napari_viewer: Any) -> None:
    empty = Tracks(np.zeros(0), np.zeros((T, 0, 2)), np.zeros((T, 0)), np.zeros((T, 0)), meta={"size": (W, H)})
    stage = Stage(make_napari_viewer(), empty)
    stage.go(3)
    assert len(stage.points.data) == 0
    stage.session.add_points(3, [[5, 6], [7, 8]])
    np.testing.assert_array_equal(stage.points.data, [[3, 6, 5], [3, 8, 7]])


def test_a_run_shows_up_at_once_and_its_tails_soon(shown: Any) -> None:
    stage = shown()
    stage.go(6)
    drawn: list[int] = []
    stage.tails.events.rebuild_tracks.connect(lambda: drawn.append(1))
    run = stage.session.begin_run("track", stage.session.ids)
    for shift in range(5):
        write(run, stage, np.arange(4, 8), shift)
        assert stage.points.data[2, 2] == 40 + shift
    assert not drawn
    mouse.wait_until(lambda: drawn)
    assert len(drawn) == 1
    assert stage.tails.data[:, 3].max() >= 44
    write(run, stage, np.arange(8, 12), 20)
    assert stage.points.data[2, 2] == 44, "another frame"
    run.close()


def write(run: Any, stage: Stage, frames: Any, shift: int) -> None:
    shape = (len(frames), N)
    xy = np.broadcast_to(np.float32([40 + shift, 30]), (*shape, 2))
    run.write(TrackUpdate(frames, stage.session.ids, xy, np.ones(shape, np.float32), np.ones(shape, np.float32), 0.5))


def test_selection_is_one_for_rows_and_tracks(stage: Stage) -> None:
    stage.selection.set([11, 14])
    assert set(stage.points.selected_data) == {1, 4}
    stage.points.selected_data = {0}
    assert stage.selection.ids.tolist() == [10]
    stage.session.delete([10])
    stage.selection.set([12])
    assert set(stage.points.selected_data) == {1}
    stage.session.undo()
    assert set(stage.points.selected_data) == {2}


def test_selected_tracks_that_go_leave_others_selected(stage: Stage) -> None:
    stage.selection.set([10, 15])
    stage.session.delete([10])
    assert set(stage.points.selected_data) == {4}


def test_selecting_does_not_restyle(stage: Stage) -> None:
    face, size = stage.points.face_color.copy(), stage.points.size.copy()
    stage.points.selected_data = {1}
    stage.points.current_face_color = "red"
    stage.points.current_border_color = "blue"
    stage.points.selected_data = {0, 2}
    stage.selection.set([])
    np.testing.assert_array_equal(stage.points.face_color, face)
    np.testing.assert_array_equal(stage.points.size, size)


def test_the_sliders_of_the_layer_controls_choose_the_look(stage: Stage) -> None:
    stage.points.current_size = 14
    stage.tails.tail_length = 7
    assert (stage.look.values.size, stage.look.values.tail_length) == (14, 7)
    assert stage.tails.data.shape == (N * 9, 4)


# the mouse and the keyboard


def test_clicks_and_boxes_select(shown: Any) -> None:
    stage = shown()
    stage.points.mode = "select"
    mouse.click(stage.viewer, stage.video, stage.xy(2))
    assert stage.selection.ids.tolist() == [12]
    mouse.click(stage.viewer, stage.video, stage.xy(3), modifiers=mouse.SHIFT)
    assert stage.selection.ids.tolist() == [12, 13]
    mouse.drag(stage.viewer, stage.video, [(5, 5), (38, 38)])
    assert stage.selection.ids.tolist() == [10, 11]
    mouse.click(stage.viewer, stage.video, (100, 10))
    assert not len(stage.selection)


def test_dragging_moves_nothing(shown: Any) -> None:
    stage = shown()
    stage.points.mode = "select"
    before = stage.points.data.copy()
    x, y = stage.xy(2)
    mouse.drag(stage.viewer, stage.video, [(x, y), (x + 30, y - 8)])
    np.testing.assert_array_equal(stage.points.data, before)
    assert stage.selection.ids.tolist() == [12]
    assert not stage.session.undo_label


def test_whoever_corrects_gets_what_was_dragged_and_the_session_counts(shown: Any) -> None:
    stage = shown()
    stage.go(5)
    stage.points.mode = "select"
    heard: list[Any] = []
    stage.view.on_moved = lambda ids, t, xy: heard.append((ids.tolist(), t, xy))
    x, y = stage.xy(2)
    mouse.drag(stage.viewer, stage.video, [(x, y), (x + 30, y - 8)])
    ((ids, t, xy),) = heard
    assert (ids, t) == ([12], 5)
    np.testing.assert_allclose(xy, [[x + 30, y - 8]], atol=0.5)
    np.testing.assert_allclose(stage.points.data[2], [5, y, x])


def test_the_delete_key_deletes_tracks(shown: Any) -> None:
    stage = shown()
    told: list[str] = []
    stage.view.told.connect(told.append)
    stage.selection.set([11, 12])
    mouse.key(stage.viewer, Qt.Key.Key_Delete)
    assert stage.session.ids.tolist() == [10, 13, 14, 15]
    assert len(stage.points.data) == 4
    assert not len(stage.points.selected_data)
    assert told == ["2 tracks deleted (Ctrl+Z)"], "1 and Backspace do it as well: who slips should hear of it"
    stage.session.undo()
    assert len(stage.points.data) == N


def test_the_tool_that_adds_points_adds_tracks(shown: Any) -> None:
    stage = shown()
    stage.go(4)
    stage.points.mode = "add"
    mouse.click(stage.viewer, stage.video, (100, 20))
    assert len(stage.session.ids) == len(stage.points.data) == N + 1
    assert stage.session.rows[-1].t == 4
    np.testing.assert_allclose(stage.session.rows[-1].xy, (100, 20), atol=0.5)
    heard: list[Any] = []
    stage.view.on_placed = lambda t, xy: heard.append((t, xy.shape))
    mouse.click(stage.viewer, stage.video, (100, 30))
    assert heard == [(4, (1, 2))]
    assert len(stage.points.data) == N + 1


def test_pasting_adds_nothing(shown: Any) -> None:
    stage = shown()
    stage.selection.set([11])
    mouse.key(stage.viewer, "C", mouse.CONTROL)
    mouse.key(stage.viewer, "V", mouse.CONTROL)
    assert len(stage.points.data) == N


def test_data_that_others_set_is_set_right_again(stage: Stage) -> None:
    before = stage.points.data.copy()
    stage.points.data = np.zeros((3, 3))
    np.testing.assert_array_equal(stage.points.data, before)
    stage.points.data = before + 1
    np.testing.assert_array_equal(stage.points.data, before)


def test_what_is_under_the_mouse_is_told_in_words(shown: Any) -> None:
    stage = shown()
    stage.go(3)
    world = stage.points.data_to_world(stage.points.data[1])
    view = {"view_direction": None, "dims_displayed": [1, 2], "world": True}
    words = "point 11 · id 11 · visible · confidence 0.10 · visibility 1.00 · tracked"
    status = stage.points.get_status(world, **view)
    assert status["value"] == words
    assert status["coordinates"].endswith(words)
    assert stage.points._get_tooltip_text(world, **view).splitlines() == words.split(" · ")
    anchor = stage.points.data_to_world(stage.points.data[0])
    assert "set by you" in stage.points.get_status(anchor, **view)["value"]
    occluded = stage.points.data_to_world(stage.points.data[4])
    assert " · occluded · " in stage.points.get_status(occluded, **view)["value"]
    assert stage.points.get_status((3, 3, 3), **view)["value"] == ""
    mouse.move(stage.viewer, stage.video, stage.xy(1))
    stage.viewer.mouse_over_canvas = True
    stage.viewer.update_status_from_cursor()
    assert stage.viewer.status["value"] == words


# layers that come, go and change


def test_the_layers_follow_the_transform_of_the_video(stage: Stage) -> None:
    stage.video.scale = (1, 3, 2)
    stage.video.translate = (0, 5, 6)
    stage.video.affine = np.diag([1, 1.5, 1.5, 1])
    stage.video.shear = (0, 0, 0.2)
    stage.video.units = ("pixel", "um", "um")
    stage.video.axis_labels = ("time", "y", "x")
    for layer in (stage.points, stage.tails):
        assert np.allclose(layer.data_to_world((3, 4, 5)), stage.video.data_to_world((3, 4, 5)))
        assert layer.units == stage.video.units
        assert layer.axis_labels == stage.video.axis_labels


@pytest.mark.parametrize("options", [
    {"scale": (1, 2, 2), "translate": (0, 10, 20)}, {"scale": (0.04, 0.5, 0.5), "translate": (2, 0, 0)},
    {"affine": np.array([[1, 0, 0, 0], [0, 1.5, 0.2, -3], [0, 0.1, 1.7, 9], [0, 0, 0, 1.0]])},
])
def test_clicks_hit_under_any_transform(shown: Any, options: dict[str, Any]) -> None:
    stage = shown(**options)
    stage.go(7)
    stage.points.mode = "select"
    for row in (0, 3):
        mouse.click(stage.viewer, stage.video, stage.xy(row))
        assert stage.selection.ids.tolist() == [10 + row]


@pytest.mark.parametrize(("shape", "labels", "ndim"), [
    ((2, T, H, W), ("channel", "time", "y", "x"), 3), ((T, 4, H, W), ("time", "z", "y", "x"), 4),
])
def test_films_with_more_axes(make_napari_viewer: Any, shape: Any, labels: Any, ndim: int) -> None:
    stage = Stage(make_napari_viewer(), shape=shape, axis_labels=labels)
    stage.go(5)
    assert stage.points.ndim == stage.tails.ndim == ndim
    assert stage.view.frame == frame_of(stage.viewer, stage.video) == 5
    assert len(stage.points._view_indices) == N
    np.testing.assert_array_equal(stage.points.data[0, [0, -2, -1]], [5, 20, 20])
    if ndim == 4:
        stage.viewer.dims.set_current_step(1, (stage.viewer.dims.current_step[1] + 1) % 4)
        assert not len(stage.points._view_indices), "tracked on another plane"


def test_the_3d_view_shows_only_what_is_drawn(shown: Any) -> None:
    stage = shown()
    stage.viewer.dims.ndisplay = 3
    mouse.picture_of(stage.viewer)
    assert stage.points.face_color[5, 3] == stage.points.border_color[5, 3] == 0, "napari draws all rows in 3-D"
    stage.viewer.dims.ndisplay = 2
    stage.viewer.dims.roll()
    mouse.settle()
    stage.session.add_points(0, [[5, 5]])


def test_two_viewers_and_two_views_do_not_mind_each_other(make_napari_viewer: Any) -> None:
    one, other = Stage(make_napari_viewer()), Stage(make_napari_viewer())
    one.go(5)
    assert (one.view.frame, other.view.frame) == (5, 0)
    third = Stage(one.viewer)
    assert third.points.name == "film [1] points"
    one.selection.set([11])
    assert not len(third.points.selected_data)
    one.view.detach(remove=True)
    mouse.settle()
    assert [layer.name for layer in one.viewer.layers] == ["film", "film [1]", "film [1] tails", "film [1] points"]


def test_names_are_the_users(stage: Stage) -> None:
    stage.points.name = "mine"
    stage.session.add_points(0, [[5, 5]])
    stage.go(3)
    assert stage.points.name == "mine"


def test_without_tails_the_points_go_on(stage: Stage) -> None:
    stage.viewer.layers.remove(stage.tails)
    stage.go(4)
    stage.look.choose(tail_length=9)
    stage.session.add_points(4, [[5, 5]])
    assert len(stage.points.data) == N + 1
    stage.view.refresh()
    assert stage.view.tails is None


@pytest.mark.parametrize("victim", ["points", "video"])
def test_deleting_points_or_video_ends_the_view(stage: Stage, victim: str) -> None:
    heard: list[int] = []
    stage.view.removed.connect(lambda: heard.append(1))
    stage.viewer.layers.remove(getattr(stage, victim))
    mouse.settle()
    assert heard == [1]
    assert [layer.name for layer in stage.viewer.layers] == (["film"] if victim == "points" else [])
    stage.session.add_points(0, [[5, 5]])
    stage.look.choose(size=20)
    stage.selection.set([11])
    assert len(stage.points.data) == N


def test_deleting_all_selected_layers_at_once(stage: Stage) -> None:
    stage.viewer.layers.select_all()
    stage.viewer.layers.remove_selected()
    mouse.settle()
    assert not stage.viewer.layers


def test_after_detaching_nothing_is_heard(stage: Stage) -> None:
    stage.view.detach()
    stage.go(5)
    stage.session.add_points(0, [[5, 5]])
    stage.points.selected_data = {1}
    stage.points.remove_selected()
    stage.points.add([0, 5, 5])
    assert len(stage.points.data) == N
    assert not len(stage.selection)
    assert stage.points in stage.viewer.layers


def test_a_view_that_is_gone_leaves_nothing_behind(make_napari_viewer: Any) -> None:
    stage = Stage(make_napari_viewer())
    session, watched = stage.session, ref(stage.view)
    stage.view.detach(remove=True)
    mouse.settle()
    del stage
    gc.collect()
    assert watched() is None
    session.add_points(0, [[5, 5]])


def test_hidden_layers_are_right_when_they_are_shown_again(stage: Stage) -> None:
    stage.points.visible = stage.tails.visible = False
    stage.go(6)
    stage.points.visible = stage.tails.visible = True
    assert len(stage.points._view_indices) == N
    assert stage.tails.data[:, 1].max() == 6


def test_tracks_are_deleted_while_the_points_are_hidden(stage: Stage) -> None:
    told: list[Any] = []
    stage.session.changed.connect(told.append)
    stage.points.visible = False
    stage.session.delete([10, 11])
    stage.selection.set([15])
    stage.session.undo()
    stage.session.delete(stage.session.ids)
    assert len(told) == 3, "all who come after the points hear of it"
    stage.session.undo()
    stage.points.visible = True
    assert len(stage.points._view_indices) == 5  # one is not tracked yet


def test_duplicates_and_saved_files_are_those_of_plain_layers(stage: Stage, tmp_path: Any) -> None:
    copy = stage.points.__copy__()
    assert type(copy).__name__ == "Points"
    data, _, kind = stage.points.as_layer_data_tuple()
    assert kind == "points"
    assert len(data) == N
    (path,) = stage.points.save(str(tmp_path / "points.csv"), plugin="napari")
    assert len(np.loadtxt(path, delimiter=",", skiprows=1)) == N


def test_themes_and_other_layers_stay_as_they_are(shown: Any) -> None:
    stage = shown()
    own = stage.viewer.add_points(np.zeros((3, 3)))
    stage.viewer.theme = "light"
    stage.go(2)
    assert (own.data == 0).all()
    assert stage.video.name == "film"


@pytest.mark.parametrize(("shape", "has_tails"), [((T, 2, H, W), True), ((T, 2, 3, H, W), False)])
def test_with_more_axes_than_napari_has_for_tails_there_are_points(shape: tuple[int, ...], has_tails: bool) -> None:
    stage = Stage(ViewerModel(), shape=shape, contrast_limits=(0, 255))
    assert (stage.tails is not None) is has_tails
    stage.viewer.dims.set_point(1, 1)
    stage.go(5)
    assert len(stage.points.data) == N
    np.testing.assert_array_equal(stage.points.data[:, -2:], np.nan_to_num(stage.session.cells.xy[5])[:, ::-1])
    stage.look.choose(tail_length=3)
    stage.video.translate = np.arange(len(shape))
    np.testing.assert_array_equal(stage.points.translate, np.arange(len(shape)))
    stage.viewer.layers.remove(stage.points)
    mouse.settle()
    assert list(stage.viewer.layers) == [stage.video]
