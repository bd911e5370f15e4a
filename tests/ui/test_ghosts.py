"""Where a track was, and what the other direction says: dots that are in nobody's way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from napari_cotracker.tasks.export import read_tracks
from napari_cotracker.ui.desk import Tool
from napari_cotracker.ui.ghosts import AROUND, BEFORE, OTHER

from .doubts import LENGTH, answer, doubtful, land, path_of, retracks
from .mouse import click, settle
from .windows import Window, drawn


def ghosts_of(window: Window) -> Any:
    """The layer of ghosts; None if there is none."""
    found = [one for one in window.viewer.layers
             if one.metadata.get("napari_cotracker", {}).get("role") == "ghosts"]
    assert len(found) < 2
    return found[0] if found else None


def dots(window: Window, colour: tuple[float, float, float]) -> np.ndarray:
    """(n, 2) places of the dots of a colour."""
    layer = ghosts_of(window)
    if layer is None or not len(layer.data):
        return np.zeros((0, 2))
    mine = np.abs(layer.border_color[:, :3] - colour).max(1) < 0.01
    return np.asarray(layer.data[mine][:, [-1, -2]])


def correcting(window: Window, **arguments: Any) -> Any:
    """The first track was corrected on frame 20; the answer is on its way."""
    doubtful(window, **arguments)
    window.project.selection.set([0])
    window.project.go_to(20)
    window.desk.pick(Tool.CORRECT)
    window.panel.correct.answers.place(20, [[25, 25]])
    settle()
    return retracks(window)[0]


def test_the_old_path_is_there_until_the_new_one_has_landed(window: Window) -> None:
    job = correcting(window)
    np.testing.assert_allclose(dots(window, BEFORE), np.delete(path_of(0), 20, 0)[20 - AROUND : 20 + AROUND], atol=1e-4)
    answer(job, (24, 24), range(15, 30))
    settle()
    assert len(dots(window, BEFORE)) == 2 * AROUND, "while it streams, too"
    window.project.go_to(38)
    settle()
    np.testing.assert_allclose(dots(window, BEFORE), path_of(0)[38 - AROUND :], atol=1e-4)
    window.panel.undo()
    assert len(dots(window, BEFORE)) == 0


def test_the_other_direction_is_shown_once_it_is_known(window: Window) -> None:
    land(correcting(window), (24, 24), other=9)
    assert len(dots(window, BEFORE)) == 0
    np.testing.assert_array_equal(dots(window, OTHER), np.full((2 * AROUND, 2), 33))
    window.project.selection.set([0, 1])
    assert len(dots(window, OTHER)) == 0, "of one track only"
    window.project.selection.set([1])
    assert len(dots(window, OTHER)) == 0
    window.project.selection.set([0])
    assert len(dots(window, OTHER)) == 2 * AROUND
    window.desk.pick(Tool.PLACE)
    assert len(dots(window, OTHER)) == 0
    window.desk.pick(Tool.CORRECT)
    window.session.edit.move([0], 30, [[24, 26]])
    window.project.go_to(22)
    window.panel.correct.answers.take_other()
    assert len(dots(window, OTHER)) == 2 * AROUND - 1 - 9, "between the anchors it has been taken"
    window.panel.undo()
    assert len(dots(window, OTHER)) == 2 * AROUND - 1


def test_directions_that_agree_need_no_dots(window: Window) -> None:
    land(correcting(window), (24, 24), other=0.5)
    assert len(dots(window, OTHER)) == 0


def test_dots_fade_with_time_and_grow_with_the_points(window: Window) -> None:
    correcting(window)
    window.project.go_to(25)
    layer = ghosts_of(window)
    alpha, size = layer.border_color[:, 3], layer._pixels
    here = np.flatnonzero(layer.data[:, -1] == path_of(0)[25][0])
    assert alpha.argmax() == size.argmax() == here[0]
    assert alpha.min() < 0.5 * alpha.max()
    before = size.max()
    window.desk.look.choose(size=2 * window.desk.look.values.size)
    assert layer._pixels.max() == pytest.approx(2 * before)


def test_the_layer_comes_quietly_and_goes_with_the_project(window: Window) -> None:
    doubtful(window)
    layers, view = window.viewer.layers, window.project.view
    heard = []
    layers.selection.events.active.connect(lambda event: heard.append(event.value))
    assert ghosts_of(window) is None
    window.project.selection.set([0])
    window.panel.correct.answers.place(20, [[25, 25]])
    settle()
    ghosts = ghosts_of(window)
    assert layers.selection.active is view.points
    assert set(layers.selection) == {view.points}
    assert [one for one in heard if one is ghosts] == []
    assert layers.index(ghosts) == layers.index(view.points) - 1
    layers.remove(ghosts)
    settle()
    window.project.go_to(22)
    assert ghosts_of(window) is not None, "it comes back when there is something to show"
    window.close()
    assert ghosts_of(window) is None
    assert [one.name for one in layers] == ["film"]


@pytest.mark.parametrize("remove", ["all", "selected", "video", "points"])
def test_it_goes_however_layers_are_removed(window: Window, remove: str) -> None:
    correcting(window)
    layers = window.viewer.layers
    if remove == "all":
        layers.clear()
    elif remove == "selected":
        layers.select_all()
        layers.remove_selected()
    else:
        layers.remove(window.project.layer if remove == "video" else window.project.view.points)
    settle(0.1)
    assert ghosts_of(window) is None
    if remove == "points":
        window.project.show()
        window.project.go_to(21)
        assert len(dots(window, BEFORE)) == 2 * AROUND
        window.viewer.layers.clear()
    settle(0.1)
    assert [one.name for one in layers] == []


def test_it_lies_where_the_video_lies(window: Window) -> None:
    correcting(window, scale=(1, 2, 2), translate=(0, 10, 20))
    layer, film = ghosts_of(window), window.project.layer
    np.testing.assert_array_equal(layer.scale, film.scale)
    film.translate = (0, 30, 40)
    film.scale = (1, 3, 3)
    np.testing.assert_array_equal(layer.translate, (0, 30, 40))
    np.testing.assert_array_equal(layer.scale, (1, 3, 3))


def test_each_video_has_its_own(window: Window) -> None:
    correcting(window)
    film = window.project.layer
    window.desk.choose(window.add(drawn(10), rgb=True, name="other"))
    settle(0.1)
    assert ghosts_of(window) is None
    window.desk.choose(film)
    settle(0.1)
    assert len(dots(window, BEFORE)) == 2 * AROUND


def test_it_is_not_saved_and_is_no_video(window: Window, tmp_path: Any) -> None:
    correcting(window)
    assert window.desk.videos() == [window.project.layer]
    assert window.viewer.layers.save(str(tmp_path / "all.npz"), plugin="napari-cotracker"), "it is not in the way"
    assert len(read_tracks(str(tmp_path / "all.npz")).ids) == 3


def test_clicks_go_through_it(shown: Window) -> None:
    correcting(shown)
    layer = shown.project.layer
    ghost = path_of(0)[22]
    click(shown.viewer, layer, ghost)
    np.testing.assert_allclose(shown.session.cells.xy[20, 0], ghost, atol=0.3)
    shown.viewer.layers.selection.active = ghosts_of(shown)
    settle()
    click(shown.viewer, layer, (30, 35))
    np.testing.assert_allclose(shown.session.cells.xy[20, 0], (30, 35), atol=0.3)
    assert len(shown.session.ids) == 3
    assert shown.session.n_frames == LENGTH
