"""Edits that stick to what moves, as the user has them in the panel."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_cotracker.ui.propagate_section import PropagateSection

from .mouse import settle, wait_until
from .moved import choose, paint, solved, square, tracks_on_block, with_tracks
from .test_propagate_drawing import BOX
from .windows import HEIGHT, WIDTH, Window

PREVIEW, MARKS, OUTLINES = "film edit preview", "film edit marks", "film edit outlines"


def painted(window: Window) -> PropagateSection:
    """A mask that was painted on frame 0, solved."""
    section = with_tracks(window)
    window.project.go_to(0)
    window.press(section.source.new_button)
    paint(section.source.painted_layer.layer, 0)
    solved(section)
    return section


def shown(window: Window, name: str = PREVIEW) -> Any:
    """The pixels of the preview, if it is to be seen."""
    return next((layer.data for layer in window.viewer.layers if layer.name == name and layer.visible), None)


def test_a_mask_follows_while_one_scrubs(window: Window) -> None:
    section = painted(window)
    assert shown(window) is None  # on its own frame the mask itself is to be seen
    for t in (5, 9, 14):
        window.project.go_to(t)
        solved(section)
        np.testing.assert_array_equal(shown(window), square(t))
    assert section.facts.facts.text().endswith("px, 100 % of the area supported")
    assert section._header.text().endswith("· Mask")
    assert shown(window, MARKS) is not None


def test_what_is_painted_on_another_frame_corrects(window: Window) -> None:
    section = painted(window)
    window.project.go_to(10)
    paint(section.source.painted_layer.layer, 10, np.roll(square(10), 2, 0))
    solved(section)
    assert section.live.now is not None
    assert list(section.live.now.edit.paintings) == [0, 10]
    window.project.go_to(9)
    solved(section)
    rows = np.flatnonzero(shown(window).any(1))
    assert rows[0] > 12
    section.source.frames.clicked.emit("remove 10")
    solved(section)
    np.testing.assert_array_equal(shown(window), square(9))


def test_preview_and_tracks_can_be_left_out(window: Window) -> None:
    section = painted(window)
    window.project.go_to(5)
    solved(section)
    section.preview.setChecked(False)
    assert shown(window) is None
    assert len(shown(window, MARKS)) > 0
    section.support.setChecked(False)
    assert len(shown(window, MARKS)) == 0
    section.preview.setChecked(True)
    np.testing.assert_array_equal(shown(window), square(5))
    window.viewer.layers.remove(PREVIEW)
    assert not section.preview.isChecked()


def test_corrected_tracks_solve_it_anew(window: Window) -> None:
    section = painted(window)
    window.project.go_to(5)
    solved(section)
    before = section.live.now
    window.session.delete([0, 1])
    assert section.live.is_solving
    solved(section)
    assert section.live.now is not before
    assert section.live.now is not None
    assert section.live.drawn.facts.tracks == before.settled.facts(5).tracks - 2


def test_trouble_is_said_and_the_last_good_state_stays(window: Window) -> None:
    section = painted(window)
    window.project.go_to(5)
    solved(section)
    section.form.carriers.setCurrentIndex(section.form.carriers.findData("selected"))
    wait_until(lambda: "no track is selected" in section.facts.doubt.text())
    np.testing.assert_array_equal(shown(window), square(5))
    window.project.selection.set(list(range(8)))
    solved(section)
    assert section.facts.doubt.text() == ""
    assert section.live.drawn.facts.tracks == 8


def test_doubtful_frames_are_a_click_away(window: Window) -> None:
    section = painted(window)
    window.session.edit.occlude(window.session.ids, np.arange(12, 20))
    solved(section)
    assert section.facts.frames.words == [("Doubtful:", ""), ("12–19", "12")]
    section.facts.frames.clicked.emit("12")
    assert window.project.frame == 12
    solved(section)
    assert "Most of it is left out here" in section.facts.doubt.text()


def test_an_effect_changes_the_film_and_holding_still_covers_the_tracks(window: Window) -> None:
    section = painted(window)
    choose(section.form.whats, "effect")
    solved(section)
    assert shown(window).shape == (HEIGHT, WIDTH, 3)
    choose(section.form.whats, "stabilise")
    solved(section)
    names = [layer.name for layer in window.viewer.layers]
    assert names.index(PREVIEW) > names.index("film points")
    assert len(shown(window, MARKS)) == 0


def test_corners_are_placed_and_dragged_on_any_frame(window: Window) -> None:
    section = with_tracks(window)
    window.project.go_to(0)
    choose(section.form.whats, "pin")
    window.press(section.source.place_button)
    assert window.viewer.layers.selection.active is window.viewer.layers[MARKS]
    section.corners.moved.emit(BOX)
    np.testing.assert_allclose(shown(window, MARKS)[-4:, ::-1], BOX)
    section.corners.dropped.emit(BOX)
    solved(section)
    window.project.go_to(6)
    solved(section)
    np.testing.assert_allclose(shown(window, MARKS)[-4:, ::-1], np.add(BOX, (6, 0)), atol=1e-3)
    np.testing.assert_allclose(section._corners_now(), np.add(BOX, (6, 0)), atol=1e-3)
    section.corners.dropped.emit(np.add(BOX, (6, 1)))
    solved(section)
    assert section.source.placed.frames == [0, 6]
    window.session.delete(window.session.ids)
    wait_until(lambda: section.live.now is None)
    assert "First place points" in section.facts.facts.text()


def test_folding_it_takes_everything_of_it_away(window: Window) -> None:
    section = painted(window)
    window.project.go_to(5)
    solved(section)
    section.open(False)
    settle()
    assert not {PREVIEW, MARKS, OUTLINES} & {layer.name for layer in window.viewer.layers}
    assert section.live.now is None
    window.project.go_to(6)
    window.session.delete([0])
    assert not section.live.is_solving
    section.open()
    solved(section)
    np.testing.assert_array_equal(shown(window), square(6))


def test_another_video_has_edits_of_its_own(window: Window) -> None:
    section = painted(window)
    section.source.put_corners(4, BOX)
    other = window.add(name="other")
    window.desk.choose(other)
    settle()
    assert not {PREVIEW, MARKS, OUTLINES} & {layer.name for layer in window.viewer.layers}
    assert section.live.now is None
    assert len(section.source.placed) == 0
    assert "First place points" in section.facts.facts.text()
    window.project.adopt(tracks_on_block())
    window.project.go_to(0)
    window.press(section.source.use_button)  # the painted layer lies over this film as well
    solved(section)
    assert section.live.now is not None
    assert section.live.now.project is window.project


def test_closing_the_panel_leaves_nothing_behind(window: Window) -> None:
    section = painted(window)
    window.project.go_to(5)
    solved(section)
    threads = [section.live._solver._thread, section.live._painter._thread]
    window.close()
    names = {layer.name for layer in window.viewer.layers}
    assert names == {"film", "film mask"}
    for thread in threads:
        assert thread is not None
        thread.join(5)
        assert not thread.is_alive()
    window.viewer.dims.set_current_step(0, 7)
