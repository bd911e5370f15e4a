"""Reading and writing tracks files as tasks."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.tasks.exchange import export_tracks, import_tracks
from tests.formats.samples import plain_tracks
from tests.moving_films import moving_film


def result_of(steps: Generator[Any, None, Any]) -> Any:
    beats = 0
    while True:
        try:
            assert 0 <= next(steps).done <= 1
            beats += 1
        except StopIteration as stop:
            assert beats
            return stop.value


def test_what_is_exported_is_imported_again(tmp_path: Path) -> None:
    path = str(tmp_path / "a.csv")
    report = result_of(export_tracks(plain_tracks(), path, excerpt={"tracks": "*/nose"}))
    assert (report.tracks, report.positions, report.format, report.files) == (2, 10, "csv", ("a.csv",))
    assert result_of(import_tracks(path)).ids.tolist() == [4, 9]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    report = result_of(export_tracks(plain_tracks(), str(tmp_path / "a.csv"), dry_run=True, overwrite=False))
    assert report.n_bytes > 100 and report.path == tmp_path / "a.csv"
    assert list(tmp_path.iterdir()) == []


def test_pictures_come_from_the_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film, _ = moving_film(6)
    told: dict[str, Any] = {}
    monkeypatch.setattr("napari_cotracker.tasks.exchange.export", lambda path, tracks, **asked: told.update(asked))
    result_of(export_tracks(plain_tracks(), "a.csv", video=film))
    np.testing.assert_array_equal(told["pictures"](3), film.frames[3])


def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="which does not exist"):
        result_of(import_tracks(str(tmp_path / "no.npz")))
    with pytest.raises(FormatError, match="name ending"):
        result_of(export_tracks(plain_tracks(), str(tmp_path / "a.docx")))
