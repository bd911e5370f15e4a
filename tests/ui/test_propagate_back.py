"""Paint on a steady film goes back to the film, as it is chosen in the panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.formats.steady import SteadyFile, write_steady
from napari_cotracker.tasks.open import open_video
from napari_cotracker.ui.propagate_back import BACK, EDITS
from napari_cotracker.ui.propagate_section import PropagateSection
from napari_cotracker.ui.reader import VideoArray

from .mouse import settle, wait_until
from .moved import choose, with_tracks
from .test_propagate_output import carry_out
from .test_propagate_section import MARKS, shown
from .windows import HEIGHT, N_FRAMES, WIDTH, Window, drawn

RED = (255, 0, 0)


def keep(path: Path, path_kind: str = "lock", n_frames: int = N_FRAMES) -> Path:
    """As it is written beside a film on which the block of `windows.drawn` stands where it is on frame 0."""
    matrices = np.tile(np.eye(3), (n_frames, 1, 1))
    matrices[:, 0, 2] = -np.arange(n_frames)
    write_steady(path, SteadyFile(matrices, (WIDTH, HEIGHT), path_kind))
    return path


def dab() -> np.ndarray:
    """(H, W, 4) red paint in the block's middle."""
    paint = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    paint[13:17, 3:7] = (*RED, 255)
    return paint


def red(t: int) -> np.ndarray:
    """(H, W) where the paint is on a frame."""
    return np.roll(dab()[..., 3] > 0, t, 1)


def on_film(window: Window, folder: Path) -> PropagateSection:
    """The section with the edit chosen, over a film without tracks beside which the file lies."""
    for t, frame in enumerate(drawn()):
        iio.imwrite(folder / f"shot.{t:04d}.png", frame)
    window.viewer.add_image(VideoArray(open_video(folder / "shot.0000.png")), rgb=True, name="film")
    settle(0.1)
    section = window.panel.propagate
    section.open()
    choose(section.form.whats, BACK)
    return section


def painted(window: Window) -> Any:
    """What is shown of the frame, once it is there."""
    section, project = window.panel.propagate, window.project
    wait_until(lambda: not section.live.is_solving and section.live.drawn is not None
               and section.live.drawn.t == project.frame and not section.live._painter.is_busy, 20)
    settle(0.05)
    return shown(window)


def test_paint_is_on_every_frame_where_it_belongs_without_any_tracks(window: Window, tmp_path: Path) -> None:
    kept = keep(tmp_path / "steady.mp4.steady.json")
    section = on_film(window, tmp_path)
    assert section.facts.facts.text().startswith("Choose the paint made")
    assert not section.output.render_button.isEnabled()
    choose(section.form.back.paints, window.viewer.add_image(dab(), rgb=True, name="paint"))
    wait_until(lambda: section.form.back.steadies.currentData() == kept, 20)  # found by itself
    for t in (0, 7):
        window.project.go_to(t)
        np.testing.assert_array_equal((painted(window) == RED).all(-1), red(t))
    assert section.facts.facts.text() == "One picture, on all frames"
    assert section._header.text().endswith("· Paint back")
    assert not section.support.isVisibleTo(section)
    assert not section.source.isVisibleTo(section)
    assert shown(window, MARKS) is None
    assert section.output.render_button.isEnabled()


def test_it_is_rendered_with_progress_and_can_be_stopped(window: Window, tmp_path: Path) -> None:
    keep(tmp_path / "steady.mp4.steady.json")
    section = on_film(window, tmp_path)
    iio.imwrite(tmp_path / "paint.png", dab())
    section.form.back.take_paint(str(tmp_path / "paint.png"))
    painted(window)
    output = section.output
    output.render(str(tmp_path / "a" / "done.####.png"))
    window.worker.jobs[-1].listener.updated(TrackUpdate.heartbeat(0.5, "rendering"))
    settle()
    assert output.bar.isVisibleTo(window.panel)
    assert output._progress.value() == 500
    window.press(output.stop_button)
    assert window.worker.jobs[-1].told == ["cancel"]
    output.render(str(tmp_path / "done.####.png"))
    assert carry_out(window).task == "back"
    found = open_video(tmp_path / "done.####.png").read([0, 9])
    np.testing.assert_array_equal((found == RED).all(-1), [red(0), red(9)])
    assert f"and {N_FRAMES - 1} files more" in output.report.text()


def test_a_layer_goes_to_the_child_as_it_is(window: Window, tmp_path: Path) -> None:
    keep(tmp_path / "steady.mp4.steady.json")
    section = on_film(window, tmp_path)
    choose(section.form.back.paints, window.viewer.add_image(dab() / 255, rgb=True, name="paint"))
    painted(window)
    section.output.render(str(tmp_path / "done.####.png"))
    assert carry_out(window).arguments["paint"].dtype == np.uint16
    np.testing.assert_array_equal((open_video(tmp_path / "done.####.png").read([9])[0] == RED).all(-1), red(9))


def test_pictures_of_all_frames_by_any_of_them_and_by_a_film_layer(window: Window, tmp_path: Path) -> None:
    keep(tmp_path / "steady.mp4.steady.json", "smooth")
    section = on_film(window, tmp_path)
    (tmp_path / "paint").mkdir()
    for t in range(N_FRAMES):
        iio.imwrite(tmp_path / "paint" / f"p.{t}.png", dab() if t == 3 else np.zeros_like(dab()))
    window.project.go_to(3)
    section.form.back.take_paint(str(tmp_path / "paint" / "p.7.png"))
    np.testing.assert_array_equal((painted(window) == RED).all(-1), red(3))
    assert section.facts.facts.text() == "Paint of its own on every frame"
    layer = window.viewer.add_image(VideoArray(open_video(tmp_path / "paint")), rgb=True, name="own")
    window.desk.choose(window.viewer.layers["film"])
    settle()
    choose(section.form.back.paints, layer)
    np.testing.assert_array_equal((painted(window) == RED).all(-1), red(3))
    window.project.go_to(4)
    assert not (painted(window) == RED).all(-1).any()


def test_paint_that_is_saved_again_is_seen(window: Window, tmp_path: Path) -> None:
    keep(tmp_path / "steady.mp4.steady.json")
    section = on_film(window, tmp_path)
    path = tmp_path / "paint.png"
    iio.imwrite(path, dab())
    section.form.back.take_paint(str(path))
    painted(window)
    for shift in (6, 12):  # in place, and as programs do that write another file first
        written = path if shift == 6 else tmp_path / "new.png"
        iio.imwrite(written, np.roll(dab(), shift, 0))
        written.replace(path)
        t = window.project.frame
        wait_until(lambda s=shift, t=t: ((shown(window) == RED).all(-1) == np.roll(red(t), s, 0)).all(), 20)


def test_of_several_files_none_is_guessed_unless_its_film_or_paint_tells(window: Window, tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        keep(tmp_path / f"{name}.steady.json")
    keep(tmp_path / "short.mp4.steady.json", n_frames=5)
    (tmp_path / "other").mkdir()
    beside = keep(tmp_path / "other" / "c.mp4.steady.json")
    section = on_film(window, tmp_path)
    fields = section.form.back
    choose(fields.paints, window.viewer.add_image(dab(), rgb=True, name="paint"))
    wait_until(lambda: fields.steadies.count() == 3, 20)
    assert fields.missing().startswith("Choose the file beside the steady film")
    iio.imwrite(tmp_path / "other" / "paint.png", dab())
    fields.take_paint(str(tmp_path / "other" / "paint.png"))
    wait_until(lambda: fields.steadies.currentData() == beside, 20)
    choose(fields.steadies, tmp_path / "a.mp4.steady.json")
    fields.take_paint(str(tmp_path / "other" / "paint.png"))
    wait_until(lambda: not fields._finder.is_busy, 20)
    settle(0.05)
    assert fields.steadies.currentData() == tmp_path / "a.mp4.steady.json"  # what was chosen stays


def test_what_does_not_belong_together_is_one_sentence(window: Window, tmp_path: Path) -> None:
    section = on_film(window, tmp_path)
    iio.imwrite(tmp_path / "opaque.png", dab()[..., :3])
    section.form.back.take_paint(str(tmp_path / "opaque.png"))
    section.form.back.take_steady(str(keep(tmp_path / "short.steady.json", n_frames=5)))
    wait_until(lambda: "the film that was held still, of 5 frames" in section.facts.doubt.text(), 20)
    section.form.back.take_steady(str(keep(tmp_path / "steady.mp4.steady.json")))
    wait_until(lambda: "expected paint with alpha" in section.facts.doubt.text(), 20)
    assert shown(window) is None


def test_paint_does_not_go_back_to_the_steady_film(window: Window, tmp_path: Path) -> None:
    section = on_film(window, tmp_path)
    section.form.back.take_steady(str(keep(tmp_path / "shot.####.png.steady.json")))
    choose(section.form.back.paints, window.viewer.add_image(dab(), rgb=True, name="paint"))
    assert section.facts.facts.text().startswith("This is the steady film itself")
    assert not section.output.render_button.isEnabled()


def test_another_edit_and_another_film_are_as_before(window: Window, tmp_path: Path) -> None:
    section = with_tracks(window)
    choose(section.form.whats, BACK)
    for what in EDITS:
        choose(section.form.whats, what)
        assert section.form.back.isVisibleTo(section) == (what == BACK), what
        assert section.support.isVisibleTo(section) == (what != BACK), what
    choose(section.form.whats, BACK)
    choose(section.form.back.paints, window.viewer.add_image(dab(), rgb=True, name="paint"))
    section.form.back.take_steady(str(keep(tmp_path / "steady.mp4.steady.json")))
    painted(window)
    window.session.delete([0, 1])
    assert not section.live.is_solving  # tracks do not matter
    window.desk.choose(window.add(name="other"))
    settle()
    assert section.form.back.steadies.currentData() is None
    assert section.live.now is None
