"""A notification whose button does something, once."""

from __future__ import annotations

from typing import Any

from napari._qt.dialogs.qt_notification import NapariQtNotification
from napari.utils.notifications import NotificationSeverity, notification_manager
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QPushButton, QWidget

from napari_cotracker.ui.notices import notify


def test_it_is_an_error_with_one_button(qtbot: Any) -> None:
    deeds: list[str] = []
    notify("the card's memory is full; use fewer points", "Track again, online", lambda: deeds.append("again"))
    notice = notification_manager.records[-1]
    assert notice.message == "the card's memory is full; use fewer points"
    assert notice.severity == NotificationSeverity.ERROR
    assert [text for text, _ in notice.actions] == ["Track again, online"]
    assert deeds == []


def test_the_button_acts_once_and_closes(qtbot: Any) -> None:
    deeds: list[str] = []
    notify("it broke off", "Track again", lambda: deeds.append("again"))
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    shown = NapariQtNotification.from_notification(notification_manager.records[-1], window)
    shown.show()
    assert shown.source_label.text() == "Source: CoTracker", "not the address of an object of napari's"
    (button,) = [one for one in shown.findChildren(QPushButton) if one.text() == "Track again"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert deeds == ["again"]
    assert not shown.isVisible()
