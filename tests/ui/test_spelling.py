"""Names of keys."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel

from napari_cotracker.ui.key_help import KeyHelp
from napari_cotracker.ui.spelling import spell

from .mouse import key, settle
from .windows import Window


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.ui.spelling.sys", SimpleNamespace(platform="darwin"))


def test_keys_are_spelled_as_on_the_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.ui.spelling.sys", SimpleNamespace(platform="linux"))
    assert [spell(name) for name in ("Control-Shift-Z", "Escape", "?", "N")] == ["Ctrl+Shift+Z", "Esc", "?", "N"]


def test_the_list_of_keys_names_those_of_a_mac(mac: None, qtbot: Any) -> None:
    shown = KeyHelp()
    qtbot.addWidget(shown)
    texts = " ".join(label.text() for label in shown.findChildren(QLabel))
    assert "<b>Cmd+Shift+Z</b>" in texts and "with Cmd as well" in texts
    assert "Control" not in texts and "Ctrl" not in texts


def test_the_way_back_is_told_with_the_keys_of_a_mac(shown: Window, mac: None) -> None:
    shown.add()
    shown.project.place(0, [[12, 12]])
    assert "(Cmd+Z)" in shown.panel.undo_button.toolTip()
    shown.project.selection.set([0])
    shown.desk.to_points()
    key(shown.viewer, Qt.Key.Key_Delete)
    settle(0.05)
    assert shown.panel.told.text() == "1 track deleted (Cmd+Z)"
    shown.panel.undo_button.click()
    assert "(Cmd+Shift+Z)" in shown.panel.redo_button.toolTip()
