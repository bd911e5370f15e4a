"""What a viewer works on: videos come, are chosen, and go, and leave nothing behind."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_cotracker.core.errors import VideoError
from napari_cotracker.ui.desk import Tool

from .mouse import settle
from .windows import HEIGHT, WIDTH, Window, drawn


def test_a_video_that_comes_first_is_taken(window: Window) -> None:
    assert window.project is None
    layer = window.add()
    assert window.project.layer is layer
    assert len(window.viewer.layers) == 1, "nothing is added before there is something to show"


def test_layers_that_are_no_videos_are_left_alone(window: Window) -> None:
    window.viewer.add_image(np.zeros((20, 30)))
    window.viewer.add_labels(np.zeros((5, 20, 30), int))
    window.viewer.add_shapes(np.zeros((4, 2)))
    settle()
    assert window.project is None
    assert window.desk.videos() == []


def test_a_video_that_was_there_before_the_panel(make_napari_viewer: Any, monkeypatch: Any) -> None:
    viewer = make_napari_viewer()
    viewer.add_image(drawn(), rgb=True)
    window = Window(lambda show: viewer, monkeypatch)
    assert window.project.layer is viewer.layers[0]
    window.close()


def test_each_video_keeps_its_own_tracks(window: Window) -> None:
    first, second = window.add(), window.add(drawn(7), rgb=True, name="other")
    assert window.project.layer is second, "napari makes it the active layer"
    window.project.place(0, [[5, 5]])
    assert window.desk.choose(first).session.n_frames == 20
    assert len(window.session.ids) == 0
    window.desk.choose(second)
    assert len(window.session.ids) == 1


def test_whose_layers_one_works_in_is_current(window: Window) -> None:
    first = window.add()
    window.project.place(0, [[5, 5]])
    second = window.add(drawn(7), rgb=True, name="other")
    assert window.project.layer is second
    layers = window.viewer.layers
    layers.selection.active = window.desk.project_of(first).view.points
    assert window.project.layer is first
    layers.selection.active = second
    assert window.project.layer is second
    assert window.panel.video.layers.currentText() == "other"
    layers.selection.active = first
    assert layers.selection.active is first, "it is not taken from the user's hand"
    window.viewer.add_labels(np.zeros((7, HEIGHT, WIDTH), int), name="mask")
    layers.selection.active = first
    for other in ("mask", None):
        layers.selection.active = None if other is None else layers[other]
        assert window.project.layer is first, "what is no video leaves the panel where it is"


def test_a_video_without_tracks_is_met_with_the_tool_that_places(window: Window) -> None:
    first = window.add()
    window.project.place(0, [[5, 5]])
    window.desk.pick(Tool.CORRECT)
    second = window.add(drawn(7), rgb=True, name="other")
    assert window.desk.tool is Tool.PLACE
    assert window.project.layer is second
    window.desk.pick(Tool.SELECT)
    window.desk.choose(first)
    assert window.desk.tool is Tool.SELECT, "where there are tracks it stays in hand"


def test_a_video_that_cannot_be_seen_is_not_taken_in_silence(window: Window) -> None:
    """A click in the picture would set its points in another film."""
    said: list[str] = []
    window.desk.told.connect(said.append)
    first, second = window.add(), window.add(drawn(7), rgb=True, name="other")
    window.desk.choose(first)
    assert said == ["other lies over film; hide it with its eye in the list of layers"]
    second.visible = False
    window.desk.choose(second)
    assert said[1:] == ["other is hidden; show it with its eye in the list of layers"]
    window.desk.choose(first)
    assert len(said) == 2, "nothing is in its way"


def test_a_video_that_goes_takes_its_run_and_layers_along(window: Window) -> None:
    layer = window.add()
    window.viewer.add_labels(np.zeros((HEIGHT, WIDTH), int), name="mine")
    window.project.place(0, [[5, 5]])
    window.press(window.panel.track.track_button)
    (job,) = window.worker.jobs
    window.viewer.layers.remove(layer)
    settle(0.1)
    assert job.told == ["cancel"]
    assert [one.name for one in window.viewer.layers] == ["mine"]
    assert window.project is None
    assert list(window.desk) == []


def test_the_next_video_is_taken_when_the_current_one_goes(window: Window) -> None:
    first, second = window.add(), window.add(drawn(7), rgb=True, name="other")
    window.viewer.layers.remove(first)
    settle()
    assert window.project.layer is second


def test_closing_the_panel_leaves_only_the_users_layers(window: Window) -> None:
    layer = window.add()
    window.project.place(0, [[5, 5]])
    window.press(window.panel.track.track_button)
    window.close()
    settle(0.1)
    assert list(window.viewer.layers) == [layer]
    assert window.worker.jobs[0].told == ["cancel"]


def test_a_tool_is_in_hand_until_another_is_taken(window: Window) -> None:
    window.add()
    heard = []
    window.desk.tool_changed.connect(lambda: heard.append(window.desk.tool))
    assert window.desk.tool is Tool.PLACE
    window.desk.pick(Tool.PLACE)
    window.desk.pick(Tool.SELECT)
    assert heard == [Tool.SELECT]
    assert window.project.view.points.mode == "select"


def test_a_layer_that_only_looks_like_a_video_is_refused_in_words(window: Window, monkeypatch: Any) -> None:
    said = []
    window.desk.told.connect(said.append)
    film = window.add()

    def refuse(*_: Any) -> Any:
        raise VideoError("expected a video array, got none")

    monkeypatch.setattr("napari_cotracker.ui.project.video_of", refuse)
    layer = window.add(drawn(5), rgb=True)
    assert window.desk.choose(layer) is None
    assert said[-1] == "expected a video array, got none"
    assert window.project.layer is film, "what was current stays"
