"""Tracks go out and come in through the panel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.tracks import Source
from napari_cotracker.editing.session import Session
from napari_cotracker.tasks.export import read_tracks, write_tracks
from napari_cotracker.ui import export_section, importing
from napari_cotracker.ui.export_section import ExportSection

from .arrivals import others
from .mouse import settle, wait_until
from .windows import Window


def carry_out(window: Window) -> Any:
    """Do what the child would do with the job that came last."""
    job = window.worker.jobs[-1]
    job.carry_out()
    return job


def opened(window: Window) -> ExportSection:
    window.add()
    window.project.place(2, [[5, 5], [30, 20]])
    window.session.edit.occlude([1], [2])
    window.panel.export.open()
    return window.panel.export


def said(section: ExportSection) -> str:
    wait_until(lambda: not section._clock.isActive() and not section._looks.is_busy)
    settle(0.05)
    return section.report.text()


def choose(section: ExportSection, name: str) -> None:
    section.formats.setCurrentIndex(section.formats.findData(name))


def test_it_is_said_what_a_format_does_not_hold_while_one_chooses_and_works(window: Window) -> None:
    section = opened(window)
    assert not window.panel.export._errand.is_busy
    choose(section, "nuke")
    assert "1 position of points that are not visible is left out." in said(section)
    window.session.edit.show([1], [2])
    assert "not visible" not in said(section)
    assert "first_frame" in section.options.fields
    section.excerpt.fields["tracks"].setText("nobody")
    section.excerpt.changed.emit()
    assert "got 'nobody'" in said(section)
    choose(section, "npz")
    section.excerpt.fields["tracks"].setText("")
    section.excerpt.changed.emit()
    assert said(section) == ""
    assert not section.options.isVisibleTo(section)


def test_tracks_are_written_as_chosen(window: Window, tmp_path: Path) -> None:
    section = opened(window)
    choose(section, "csv")
    window.project.selection.set([0])
    window.press(section.selected_button)
    assert section.excerpt.fields["tracks"].text() == "0"
    section.check()
    assert not section.export_button.isEnabled()
    carry_out(window)
    assert section.report.text().startswith("Made of 1 track with 1 position: ")
    assert section.export_button.isEnabled()
    section.export(str(tmp_path / "out.csv"))
    job = carry_out(window)
    assert (job.urgent, job.video) == (True, None)
    assert read_tracks(tmp_path / "out.csv").names == ("point 0",)
    assert "exported 1 track as csv to out.csv" in window.panel.told.text()


def test_what_others_wrote_is_replaced_by_a_press_only(window: Window, tmp_path: Path) -> None:
    section = opened(window)
    path = tmp_path / "mine.npz"
    path.write_text("mine")
    section.export(str(path))
    carry_out(window)
    assert path.read_text() == "mine"
    assert "did not write" in section.report.text() and "--" not in section.report.text()
    assert section.replace_button.isVisibleTo(section)
    window.press(section.replace_button)
    carry_out(window)
    assert len(read_tracks(path)) == 2
    assert not section.replace_button.isVisibleTo(section)


def test_what_cannot_be_is_said_before_anything_is_started(window: Window) -> None:
    section = opened(window)
    section.excerpt.fields["min_confidence"].setText("much")
    section.check()
    assert window.worker.jobs == []
    assert "a number from 0 to 1" in section.report.text()
    choose(section, "nuke")
    assert section._proposed().endswith("film.nk")


@pytest.mark.parametrize("kind", ["predictions", "anchors"])
def test_tracks_of_others_join_as_one_step(window: Window, tmp_path: Path, kind: str) -> None:
    section = opened(window)
    write_tracks(tmp_path / "theirs.csv", others(), options={})
    section.kinds.setCurrentIndex(section.kinds.findData(kind))
    steps = len(window.session.steps)
    section.bring(str(tmp_path / "theirs.csv"))
    carry_out(window)
    assert window.session.ids.tolist() == [0, 1, 2, 3]
    assert len(window.session.steps) == steps + 1
    cells = window.session.cells[:, 2:]
    np.testing.assert_array_equal(cells.xy[:4], others().xy)
    assert cells.source[0, 0] == (Source.HUMAN if kind == "anchors" else Source.IMPORTED)
    assert "imported 2 tracks from theirs.csv" in window.panel.told.text()
    window.panel.undo()
    assert window.session.ids.tolist() == [0, 1]


def test_many_tracks_come_while_the_window_is_used(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                    ) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    section, may_go_on, stage = opened(window), Event(), Session.stage

    def slow(session: Session, patch: Any) -> Any:
        yield 0.0
        may_go_on.wait(10)
        return (yield from stage(session, patch))

    monkeypatch.setattr(Session, "stage", slow)
    write_tracks(tmp_path / "theirs.csv", others(), options={})
    section.bring(str(tmp_path / "theirs.csv"))
    carry_out(window)
    settle(0.1)
    assert window.session.ids.tolist() == [0, 1], "nothing is shown before it is written"
    assert "importing 2 tracks from theirs.csv" in window.panel.told.text()
    assert not section.import_button.isEnabled()
    section.bring(str(tmp_path / "theirs.csv"))
    assert "expected one import at a time" in window.panel.told.text()
    window.session.rename(0, "nose")
    may_go_on.set()
    wait_until(lambda: len(window.session.ids) == 4)
    assert section.import_button.isEnabled()
    np.testing.assert_array_equal(window.session.cells.xy[:4, 2:], others().xy)
    assert "imported 2 tracks from theirs.csv" in window.panel.told.text()
    window.panel.undo()
    assert window.session.ids.tolist() == [0, 1]
    assert window.session.rows[0].name == "nose"


def test_many_tracks_of_another_length_are_refused(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                    ) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 0)
    section = opened(window)
    tracks = others()
    longer = replace(tracks, **{name: np.repeat(getattr(tracks, name), 30, 0) for name in (
        "xy", "visibility", "confidence", "state", "source")}, queries=None, meta={"size": (64, 48)})
    section._take_in(window.project, tmp_path / "theirs.npz", longer)
    wait_until(section.import_button.isEnabled)
    assert "frames" in section.report.text()
    assert window.session.ids.tolist() == [0, 1]


def test_a_file_that_is_dropped_joins_and_a_wrong_one_is_told(window: Window, tmp_path: Path) -> None:
    section = opened(window)
    write_tracks(tmp_path / "theirs.nk", others(), "nuke")
    window.viewer.open(str(tmp_path / "theirs.nk"), plugin="napari-cotracker")
    settle()
    assert len(window.session.ids) == 4
    assert window.session.undo_label == "import 2 tracks from theirs.nk"
    (tmp_path / "odd.csv").write_text("letters")
    section.bring(str(tmp_path / "odd.csv"))
    carry_out(window)
    assert "looks like none" in section.report.text()
    assert window.panel.told.text() == "That was refused; Export says why."
    section.open(False)
    section.bring(str(tmp_path / "odd.csv"))
    carry_out(window)
    assert "looks like none" in window.panel.told.text()


def test_what_was_chosen_of_one_film_is_not_kept_for_the_next(window: Window) -> None:
    """Both have a track 1, and of the second all were wanted."""
    section = opened(window)
    window.project.selection.set([1])
    window.press(section.selected_button)
    section.excerpt.fields["last"].setText("3")
    section.excerpt.fields["scale"].setText("0.5")
    assert "changed" in section.which._header.text(), "it is folded"
    window.add(name="second")
    window.project.place(2, [[5, 5], [30, 20]])
    assert section.excerpt.words() == {"scale": "0.5"}
    section.excerpt.fields["scale"].setText("1")
    section.excerpt.changed.emit()
    assert "changed" not in section.which._header.text()


def test_who_closes_the_panel_hears_nothing_more(window: Window) -> None:
    section = opened(window)
    section.check()
    (job,) = window.worker.jobs
    window.close()
    assert job.told == ["cancel"]
    carry_out(window)


def test_a_look_at_what_is_lost_copies_nothing_and_holds_nobody(
        window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    section, may_go_on, plain = opened(window), Event(), export_section.losses
    said(section)

    def slow(tracks: Any, keeps: Any) -> list[str]:
        assert np.shares_memory(tracks.xy, window.session.cells.xy)
        assert may_go_on.wait(10)
        return plain(tracks, keeps)

    monkeypatch.setattr(export_section, "losses", slow)
    choose(section, "nuke")
    wait_until(lambda: not section._clock.isActive())
    window.session.rename(0, "nose")
    may_go_on.set()
    assert "1 position of points that are not visible is left out." in said(section)
