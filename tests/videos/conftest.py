"""Coded clips, each made once a session."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.videos.coded_films import CLIPS, write_coded


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """``clip(name)`` is the path of one of the films of `CLIPS`."""
    folder = tmp_path_factory.mktemp("clips")
    return cache(lambda name: write_coded(folder / name, **CLIPS[name]))
