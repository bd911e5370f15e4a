"""Times in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from napari_cotracker.core.dates import date_words

NOW = datetime(2026, 7, 15, 12, 0).astimezone()  # a Wednesday


@pytest.mark.parametrize(("when", "words"), [
    (datetime(2026, 7, 15, 0, 1), "00:01"),
    (datetime(2026, 7, 15, 18, 3), "18:03"),
    (datetime(2026, 7, 14, 23, 59), "yesterday 23:59"),
    (datetime(2026, 7, 13, 8, 5), "Monday 08:05"),
    (datetime(2026, 7, 9, 8, 5), "Thursday 08:05"),
    (datetime(2026, 7, 8, 8, 5), "8 July 08:05"),
    (datetime(2026, 1, 31, 8, 5), "31 January 08:05"),
    (datetime(2025, 12, 31, 8, 5), "31 December 2025"),
    (datetime(2026, 7, 16, 8, 5), "16 July 08:05"),
])
def test_the_nearer_the_shorter(when: datetime, words: str) -> None:
    assert date_words(when.astimezone(), NOW) == words


def test_times_of_another_zone_are_told_in_that_of_this_computer() -> None:
    assert date_words(datetime(2026, 7, 15, 18, 3).astimezone().astimezone(UTC), NOW) == "18:03"


def test_without_a_now_it_is_now() -> None:
    assert date_words(datetime.now(UTC)) == f"{datetime.now():%H:%M}"
    assert date_words(datetime.now(UTC) - timedelta(days=1)).startswith("yesterday ")
