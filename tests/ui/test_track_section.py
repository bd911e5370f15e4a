"""Tracking from the panel: which points, what it costs, consent, the run's buttons, and what helps after a mishap."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtCore import QTimer

from napari_cotracker.core.errors import TrackingError, VideoError
from napari_cotracker.trackers.weights import LicenceNotice
from napari_cotracker.ui.tracking import Phase

from .doubts import doubtful, retracks
from .mouse import settle, wait_until
from .windows import N_FRAMES, Window

NOTICE = LicenceNotice(
    "cotracker3", "CC-BY-NC-4.0", "https://example.org/licence", "Not for sale.", "scaled_online.pth",
    "https://example.org/file", 101.6, "a folder")


def placed(window: Window, count: int = 2) -> Any:
    window.add()
    window.viewer.dims.set_current_step(0, 0)
    window.project.place(0, [[5 + k, 5] for k in range(count)])
    settle()
    return window.panel.track


def choose(section: Any, which: str) -> None:
    section.which.setCurrentIndex(section.which.findData(which))


def test_track_pause_go_on_stop(window: Window) -> None:
    section = placed(window)
    assert not section.pause_button.isEnabled()
    window.press(section.track_button)
    (job,) = window.worker.jobs
    assert not section.track_button.isEnabled()
    window.press(section.pause_button)
    assert section.pause_button.text() == "Go on"
    window.press(section.pause_button)
    assert section.pause_button.text() == "Pause"
    job.answer(range(1, 6), 0.25)
    settle(0.05)
    assert section.bar.value() == 250
    assert section.says.text().startswith("frame 1")
    window.press(section.stop_button)
    assert job.told == ["pause", "resume", "cancel"]
    assert not section.stop_button.isEnabled()
    job.finish(None, cancelled=True)
    settle(0.05)
    assert section.track_button.isEnabled()
    assert window.panel.told.text() == "Cancelled; what was tracked is kept."


def test_the_keyboard_stays_with_the_buttons_of_the_run(window: Window) -> None:
    """Once more Space must not be an Undo."""
    section = placed(window)
    section.track_button.setFocus()
    window.press(section.track_button)
    window_of = section.track_button.window()
    assert window_of.focusWidget() is section.pause_button
    section.stop_button.setFocus()
    window.press(section.stop_button)
    window.worker.jobs[0].finish(None, cancelled=True)
    settle(0.05)
    assert window_of.focusWidget() is section.track_button


def test_points_with_gaps_are_tracked_first_and_then_all_if_one_says_so(window: Window) -> None:
    section = placed(window)
    window.press(section.track_button)
    window.worker.jobs[0].answer(range(N_FRAMES), ids=[0])
    window.worker.jobs[0].finish()
    settle(0.05)
    window.press(section.track_button)
    assert window.worker.jobs[1].arguments["queries"].ids.tolist() == [1]
    window.worker.jobs[1].answer(range(N_FRAMES))
    window.worker.jobs[1].finish()
    settle(0.05)
    window.press(section.track_button)
    assert len(window.worker.jobs) == 2
    assert "choose all points" in window.panel.told.text()
    choose(section, "all")
    window.press(section.track_button)
    assert window.worker.jobs[2].arguments["queries"].ids.tolist() == [0, 1]


def test_only_selected_points(window: Window) -> None:
    section = placed(window, 3)
    choose(section, "selected")
    window.project.selection.set([])
    window.press(section.track_button)
    assert "no point is selected" in window.panel.told.text()
    window.project.selection.set([1])
    window.press(section.track_button)
    assert window.worker.jobs[0].arguments["queries"].ids.tolist() == [1]


def test_without_a_point_it_says_what_to_do(window: Window) -> None:
    window.add()
    window.press(window.panel.track.track_button)
    assert window.worker.jobs == []
    assert "click one" in window.panel.told.text()


def test_what_it_will_cost_is_told_before(window: Window) -> None:
    section = placed(window)
    wait_until(lambda: "2 points: about" in section.cost.text(), 5)
    assert "of memory" in section.cost.text()
    choose(section, "selected")
    window.project.selection.set([])
    wait_until(lambda: "No point is selected" in section.cost.text(), 5)


def test_wrong_choices_are_one_sentence(window: Window) -> None:
    section = placed(window)
    section.form.fields["resolution"].setText("large")
    window.press(section.track_button)
    assert "expected a resolution" in window.panel.told.text()
    assert window.worker.jobs == []


def test_weights_with_a_licence_are_asked_for_first(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    section = placed(window)
    monkeypatch.setattr("napari_cotracker.ui.track_section.licence_to_accept", lambda *_: NOTICE)
    window.press(section.track_button)
    assert window.worker.jobs == []
    assert not section.consent.isHidden()
    assert "101.6 MB" in section.consent.text.text()
    window.press(section.consent.decline_button)
    assert window.worker.jobs == []
    window.press(section.track_button)
    window.press(section.consent.accept_button)
    assert window.worker.jobs[0].arguments["options"].accept_licence
    assert section.consent.isHidden()


def test_a_file_of_ones_own_stands_in_for_fetching(window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
                                                   ) -> None:
    from napari_cotracker.trackers.models import BUNDLED_WEIGHTS

    section = placed(window)
    monkeypatch.setattr("napari_cotracker.ui.track_section.licence_to_accept",
                        lambda video, options: None if options.checkpoint else NOTICE)
    section.form.fields["model"].setCurrentIndex(section.form.fields["model"].findData("compact"))
    window.press(section.track_button)
    section.consent.file_chosen.emit(str(BUNDLED_WEIGHTS / "compact.safetensors"))
    assert window.worker.jobs[0].arguments["options"].checkpoint.endswith("compact.safetensors")


def test_a_run_that_broke_off_offers_to_try_again(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    notices: list[Any] = []
    monkeypatch.setattr("napari_cotracker.ui.panel.notify", lambda *given: notices.append(given))
    section = placed(window)
    window.press(section.track_button)
    window.worker.jobs[0].fail(TrackingError("the process was killed by signal 9: probably out of memory"))
    settle(0.05)
    ((text, remedy, act),) = notices
    assert "signal 9" in text
    assert remedy == "Track again, online"
    act()
    assert window.worker.jobs[1].arguments["options"].mode == "online"
    window.worker.jobs[1].fail(TrackingError("exit code 1"))
    settle(0.05)
    assert notices[1][1] == "Track again"


def test_a_correction_that_broke_off_offers_to_try_that_again_and_no_run(
        window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    notices: list[Any] = []
    monkeypatch.setattr("napari_cotracker.ui.panel.notify", lambda *given: notices.append(given))
    doubtful(window)
    window.session.edit.move([0], 16, [[30, 30]])
    window.project.corrections.follow_up([0], 16)
    window.worker.jobs[-1].fail(VideoError("expected a video file, but there is no 'film.mp4'; check the path"))
    settle(0.05)
    ((text, remedy, act),) = notices
    assert text.endswith("\nWhat you set stays; to have the frames around it tracked, try again once the film can be "
                         "read.")
    assert remedy == "Try again"
    act()
    assert [job.task for job in window.worker.jobs[-2:]] == ["retrack", "retrack"]
    window.worker.jobs[-1].fail(TrackingError("memory ran out"))
    settle(0.05)
    assert notices[1][1] == "Try again, online"
    notices[1][2]()
    assert [job.arguments["options"].mode for job in window.worker.jobs[-2:]] == ["auto", "online"]
    window.viewer.layers.remove(window.project.layer)
    settle(0.05)
    notices[1][2]()
    assert len(retracks(window)) == 3, "there is nothing to try it on"


def test_a_run_that_a_correction_keeps_waiting_says_what_it_waits_for(window: Window) -> None:
    doubtful(window)
    window.viewer.dims.set_current_step(0, 5)
    window.project.place(5, [[40, 40]])
    window.session.edit.move([0], 16, [[30, 30]])
    window.project.corrections.follow_up([0], 16)
    section = window.panel.track
    window.press(section.track_button)
    assert section.says.text() == "waiting its turn: a correction goes first"
    retracks(window)[0].finish()
    settle(0.05)
    assert section.says.text() == "starting"


def test_each_video_shows_its_own_run(window: Window) -> None:
    section = placed(window)
    window.press(section.track_button)
    first = window.project
    second = window.add(name="other")
    window.desk.choose(second)
    assert section.track_button.isEnabled()
    assert not section.stop_button.isEnabled()
    window.desk.choose(first.layer)
    assert section.stop_button.isEnabled()
    assert first.tracking.phase is Phase.RUNNING


def test_no_video_no_controls(window: Window) -> None:
    assert not window.panel.track.run_bar.isEnabled()
    layer = window.add()
    assert window.panel.track.run_bar.isEnabled()
    window.viewer.layers.remove(layer)
    settle()
    assert not window.panel.track.run_bar.isEnabled()


def test_the_window_answers_while_updates_pour_in(window: Window) -> None:
    section = placed(window, 200)
    window.press(section.track_button)
    (job,) = window.worker.jobs
    ticks: list[float] = []
    clock = QTimer()
    clock.timeout.connect(lambda: ticks.append(window.project.tracking.progress.done))
    clock.start(1)
    for k in range(100):
        job.answer(range(k % 12, k % 12 + 8), k / 100)
    job.finish()
    wait_until(lambda: not window.project.tracking.is_busy, 20)
    assert any(0 < done < 0.99 for done in ticks), "events are heard between updates"
