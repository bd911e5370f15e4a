"""What passes in front of an edit, as it is chosen in the panel."""

from __future__ import annotations

from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.tasks.edit_front import PackedMattes
from napari_cotracker.tasks.open import open_video
from napari_cotracker.ui.propagate_section import PropagateSection

from .mouse import settle, wait_until
from .moved import choose, solved, square, with_tracks
from .test_propagate_output import carry_out, masked
from .test_propagate_section import shown
from .windows import HEIGHT, N_FRAMES, WIDTH, Window


def post(t: int = 0) -> np.ndarray:
    """(H, W) a post that stands in the middle of where the square is on frame 5."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[:, 10:13] = 7
    return labels


def behind(t: int) -> np.ndarray:
    return np.where(post() > 0, 0, square(t))


def on_frame_5(window: Window) -> PropagateSection:
    section = masked(window)
    window.project.go_to(5)
    solved(section)
    return section


def test_a_labels_layer_hides_what_is_behind_it_and_every_stroke_is_seen(window: Window) -> None:
    section = on_frame_5(window)
    front = section.form.front
    layer = window.viewer.add_labels(np.stack([post()] * N_FRAMES), name="post")
    choose(front.fronts, layer)
    solved(section)
    np.testing.assert_array_equal(shown(window), behind(5))
    layer.data_setitem((np.full(HEIGHT, 5), np.arange(HEIGHT), np.full(HEIGHT, 9)), 7)
    wait_until(lambda: not shown(window)[:, 9].any(), 20)
    window.viewer.layers.remove(layer)
    solved(section)
    assert not front.is_chosen
    np.testing.assert_array_equal(shown(window), square(5))


def test_the_motion_is_solved_once_for_all_looks_and_anew_when_tracks_change(
        window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_cotracker.effects import motion_solving

    solve, count = motion_solving.solving, []
    monkeypatch.setattr(motion_solving, "solving", lambda *given: (count.append(1), solve(*given))[1])
    section = on_frame_5(window)
    count.clear()
    choose(section.form.front.fronts, window.viewer.add_labels(post(), name="post"))
    solved(section)
    np.testing.assert_array_equal(shown(window), behind(5))
    section.form.matte.fields["feather"].setText("4")
    solved(section)
    choose(section.form.front.fronts, None)
    solved(section)
    np.testing.assert_array_equal(shown(window), square(5))
    assert section.live.now is not None and section.live.now.edit.matte.feather == 4
    assert not count, "none of this moves it"
    ids = window.session.ids
    window.session.edit.move(ids, 5, window.session.cells.xy[5] + (0, 10))
    wait_until(lambda: len(count) == 1, 20)
    solved(section)
    assert not (shown(window) == square(5)).all()
    section.form.motion.fields["model"].setCurrentIndex(1)
    wait_until(lambda: len(count) == 2, 20)


def test_tracks_are_not_asked_where_a_matte_tells(window: Window) -> None:
    section = on_frame_5(window)
    field = section.form.matte.fields["behind"]
    assert field.isEnabled()
    choose(section.form.front.fronts, window.viewer.add_labels(post(), name="post"))
    assert not field.isEnabled()
    found = section.form.edit()
    assert found is not None and found[1].matte is not None
    assert not found[1].matte.behind


@pytest.mark.parametrize(("pixels", "limits"), [(post() / 7, (0, 1)), ((post() // 7 * 40).astype(np.uint16), (0, 40))])
def test_an_image_layer_hides_what_it_shows_white(window: Window, pixels: np.ndarray, limits: tuple[float, float]
                                                  ) -> None:
    section = on_frame_5(window)
    choose(section.form.front.fronts, window.viewer.add_image(pixels, name="matte", contrast_limits=limits))
    solved(section)
    np.testing.assert_array_equal(shown(window), behind(5))


def test_a_file_is_opened_and_rendered_by_the_child(window: Window, tmp_path: Path) -> None:
    section = on_frame_5(window)
    for t in range(N_FRAMES):
        iio.imwrite(tmp_path / f"post.{1001 + t}.png", post() // 7 * 255)
    section.form.front.take_file(str(tmp_path / "post.1001.png"))
    wait_until(lambda: section.form.front.is_chosen, 20)
    assert section.form.front.fronts.currentText() == "post.1001.png"
    solved(section)
    np.testing.assert_array_equal(shown(window), behind(5))
    section.output.render(str(tmp_path / "mask.####.png"))
    job = carry_out(window)
    assert job.arguments["front"] == str(tmp_path / "post.1001.png")
    rendered = open_video(tmp_path / "mask.####.png").read([5])[0]
    np.testing.assert_array_equal(rendered.any(-1), behind(5) > 0)


def test_a_layer_is_packed_for_the_child(window: Window, tmp_path: Path) -> None:
    section = on_frame_5(window)
    choose(section.form.front.fronts, window.viewer.add_labels(post(), name="post"))
    solved(section)
    section.output.render(str(tmp_path / "mask.####.png"))
    wait_until(lambda: window.worker.jobs[-1:] and window.worker.jobs[-1].task == "propagate", 20)
    front = carry_out(window).arguments["front"]
    assert isinstance(front, PackedMattes)
    assert front.n_frames == 1  # one picture is for all frames
    rendered = open_video(tmp_path / "mask.####.png").read([5])[0]
    np.testing.assert_array_equal(rendered.any(-1), behind(5) > 0)
    assert not section.output.is_busy


def test_a_kept_layer_is_behind_it_too(window: Window) -> None:
    section = on_frame_5(window)
    choose(section.form.front.fronts, window.viewer.add_labels(post(), name="post"))
    solved(section)
    window.press(section.output.keep_button)
    wait_until(lambda: "film mask on every frame" in window.viewer.layers, 20)
    np.testing.assert_array_equal(window.viewer.layers["film mask on every frame"].data[5], behind(5))


def test_a_matte_that_does_not_fit_is_one_sentence(window: Window, tmp_path: Path) -> None:
    section = on_frame_5(window)
    layer = window.viewer.add_labels(np.zeros((3, HEIGHT, WIDTH), np.uint8), name="short")
    choose(section.form.front.fronts, layer)
    wait_until(lambda: "expected mattes of the film's 20 frames" in section.facts.doubt.text(), 20)
    with pytest.raises(VideoError, match="or one for all, got 3 of 64 × 48"):
        section.form.front.asked()
    iio.imwrite(tmp_path / "small.png", np.zeros((4, 4), np.uint8))
    section.form.front.take_file(str(tmp_path / "small.png"))
    wait_until(lambda: "got 1 of 4 × 4" in window.panel.told.text(), 20)
    assert section.form.front.fronts.currentText() == "short"


def test_only_what_can_be_behind_something_has_it_and_another_film_has_its_own(window: Window) -> None:
    section = with_tracks(window)
    front = section.form.front
    offered = {}
    for what in ("mask", "insert", "effect", "labels", "stabilise", "pin", "stmap"):
        choose(section.form.whats, what)
        offered[what] = front.isVisibleTo(section)
    assert [what for what, is_there in offered.items() if is_there] == ["mask", "insert", "effect", "labels"]
    assert [front.fronts.itemText(k) for k in range(front.fronts.count())] == ["no matte"]  # neither the film nor ours
    choose(front.fronts, window.viewer.add_labels(post(), name="post"))
    window.desk.choose(window.add(name="other"))
    settle()
    assert not front.is_chosen
