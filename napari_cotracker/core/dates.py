"""Times as people say them."""

from __future__ import annotations

from datetime import datetime

# strftime's names are those of the system's language
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")


def date_words(when: datetime, now: datetime | None = None) -> str:
    """A time in the past, the shorter the nearer: 18:03, yesterday 18:03, Monday 18:03, 3 May 18:03, 3 May 2025.

    Parameters
    ----------
    when, now : datetime
        Of any time zone; they are told in that of this computer. `now` is now by default.
    """
    local, today = when.astimezone(), (now or datetime.now().astimezone()).astimezone()
    days = (today.date() - local.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        return clock
    if days == 1:
        return f"yesterday {clock}"
    if 1 < days < 7:
        return f"{DAYS[local.weekday()]} {clock}"
    date = f"{local.day} {MONTHS[local.month - 1]}"
    return f"{date} {clock}" if local.year == today.year else f"{date} {local.year}"
