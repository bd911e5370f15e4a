"""Notifications with a button that does something about it."""

from __future__ import annotations

from collections.abc import Callable

from napari.utils.notifications import Notification, NotificationSeverity, notification_manager


class Notice(Notification):
    """One of ours; napari writes its source beside the button, which would be the address of an object."""

    @property
    def source(self) -> str:
        """Who says it."""
        return "CoTracker"


def notify(text: str, remedy: str, act: Callable[[], object]) -> None:
    """Show an error in napari's own way, with one button.

    Parameters
    ----------
    text : str
    remedy : str
        On the button.
    act : callable
        What the button does.
    """

    is_pressed = False

    def press(notice: object) -> None:
        nonlocal is_pressed
        if is_pressed:  # napari fades it out, and people click twice
            return
        is_pressed = True
        close = getattr(notice, "close", None)
        if close is not None:
            close()
        act()

    notification_manager.dispatch(Notice(text, NotificationSeverity.ERROR, actions=((remedy, press),)))
