"""Runs of training in tests draw from small sets of textures."""

from __future__ import annotations

import pytest

from napari_cotracker.training import supply
from tests.training.drawn import SmallWorkshop


@pytest.fixture(autouse=True)
def small_banks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supply, "Workshop", SmallWorkshop)
