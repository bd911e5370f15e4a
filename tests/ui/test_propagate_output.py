"""What becomes of an edit: it is rendered, kept as a layer, or joins the tracks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from napari.layers import Labels
from qtpy.QtWidgets import QFileDialog

from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.ui.propagate_back import EDITS
from napari_cotracker.ui.propagate_output import OUTPUTS
from napari_cotracker.ui.propagate_section import PropagateSection

from .mouse import settle, wait_until
from .moved import choose, solved, square, with_tracks
from .test_propagate_drawing import BOX
from .windows import N_FRAMES, Window


def masked(window: Window) -> PropagateSection:
    section = with_tracks(window)
    window.project.go_to(0)
    choose(section.source.layers, window.viewer.add_labels(square(), name="mine"))
    solved(section)
    return section


def carry_out(window: Window) -> Any:
    """Do what the child would do with the job that came last."""
    job = window.worker.jobs[-1]
    job.carry_out()
    return job


def test_every_kind_of_edit_can_be_written_as_something() -> None:
    assert set(OUTPUTS) == set(EDITS)


def test_a_mask_is_rendered_by_the_child(window: Window, tmp_path: Path) -> None:
    output = masked(window).output
    choose(output.kinds, "####.png")
    output.render(str(tmp_path / "mask.####.png"))
    assert output.is_busy
    assert not output.render_button.isEnabled()
    assert "wait, or stop it" in output.render_button.toolTip()
    job = window.worker.jobs[-1]
    job.listener.updated(TrackUpdate.heartbeat(0.5, "rendering"))
    settle()
    assert output.bar.isVisibleTo(window.panel)
    assert output._progress.value() == 500
    assert output._says.text() == "rendering"
    carry_out(window)
    assert not output.bar.isVisibleTo(window.panel)
    assert output.render_button.isEnabled()
    files = sorted(tmp_path.glob("*.png"))
    assert len(files) == N_FRAMES
    np.testing.assert_array_equal(iio.imread(files[6], plugin="pillow", mode="P") > 0, square(6) > 0)
    assert f"and {N_FRAMES - 1} files more" in output.report.text()
    assert window.panel.told.text() == "rendered to mask.####.png"


def test_what_others_wrote_is_replaced_only_on_demand(window: Window, tmp_path: Path) -> None:
    output = masked(window).output
    taken = tmp_path / "mask.tif"
    taken.write_text("precious")
    width = output.minimumSizeHint().width()
    output.render(str(taken))
    carry_out(window)
    assert taken.read_text() == "precious"
    assert "expected a new name" in output.report.text()
    assert output.replace_button.isVisibleTo(output)
    assert output.minimumSizeHint().width() <= width  # the panel would be moved aside
    window.press(output.replace_button)
    carry_out(window)
    assert iio.imread(taken, plugin="tifffile").shape[0] == N_FRAMES
    assert not output.replace_button.isVisibleTo(output)


def test_stopping_leaves_nothing(window: Window, tmp_path: Path) -> None:
    output = masked(window).output
    output.render(str(tmp_path / "mask.tif"))
    window.press(output.stop_button)
    assert window.worker.jobs[-1].told == ["cancel"]
    assert not output.is_busy
    assert window.panel.told.text() == "Stopped; nothing was written."
    carry_out(window)
    assert output.report.text() == ""


def test_a_name_that_cannot_be_written_to_is_one_sentence(window: Window, tmp_path: Path) -> None:
    output = masked(window).output
    output.render(str(tmp_path / "mask.doc"))
    carry_out(window)
    assert "'mask.doc'" in output.report.text()
    assert window.panel.told.text() == "Nothing was written; the section says why."
    assert not list(tmp_path.glob("mask*"))


def test_the_dialog_proposes_a_name_beside_the_film(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    output = masked(window).output
    choose(output.kinds, "####.exr")
    monkeypatch.setattr(QFileDialog, "open", lambda self: None)
    output.ask_where()
    dialog = output.findChild(QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == "film-mask.####.exr"
    dialog.fileSelected.emit("/somewhere/mask.####.exr")
    assert window.worker.jobs[-1].arguments["out"] == "/somewhere/mask.####.exr"
    dialog.close()


def test_a_mask_is_kept_as_a_layer(window: Window) -> None:
    output = masked(window).output
    window.press(output.keep_button)
    wait_until(lambda: "film mask on every frame" in window.viewer.layers, 20)
    layer = window.viewer.layers["film mask on every frame"]
    assert isinstance(layer, Labels)
    np.testing.assert_array_equal(layer.data[9], square(9))
    assert not output.is_busy
    assert "is a layer of yours now" in window.panel.told.text()


def test_the_corners_of_a_pin_join_the_tracks_as_one_step(window: Window) -> None:
    section = with_tracks(window)
    window.project.go_to(0)
    choose(section.form.whats, "pin")
    assert not section.output.keep_button.isVisibleTo(section.output)
    assert not section.output.tracks_button.isEnabled()
    assert section.output.tracks_button.toolTip().startswith("Press Place")
    section.source.put_corners(0, BOX)
    solved(section)
    window.press(section.output.tracks_button)
    assert len(window.session.ids) == 20
    np.testing.assert_allclose(window.session.tracks.xy[7, 16:], np.add(BOX, (7, 0))[[3, 2, 1, 0]], atol=1e-3)
    assert window.session.undo_label == "the corner pin as tracks"
