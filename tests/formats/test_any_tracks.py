"""Any tracks at all are written, or refused in one sentence, by every label format; what is read back fits."""

from __future__ import annotations

import shutil
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.registry import formats
from tests.formats.samples import any_tracks

NAMES = ("coco", "cvat", "label-images", "label-studio", "motchallenge", "napari-points", "napari-tracks", "tapvid",
         "ultralytics")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tracks=any_tracks())
def test_any_tracks_are_written_or_refused(name, tracks, tmp_path):
    entry = formats()[name]
    path = tmp_path / f"t{entry.suffixes[0]}"
    shutil.rmtree(path, ignore_errors=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # scores beyond 1 overflow
            notes = entry.write(path, tracks, entry.options(), *([None] if entry.pictures else []))
    except FormatError as refusal:
        assert str(refusal).startswith("expected") and "\n" not in str(refusal)
        return
    assert all(note.endswith(".") for note in notes)
    if entry.read is None:
        return
    try:
        got = entry.read(path)
    except FormatError as refusal:  # nothing is in the file, or names and frames that no film has
        assert "expected" in str(refusal) or "claim" in str(refusal)
        return
    assert len(got) <= len(tracks)
    seen = got.xy[np.isfinite(got.xy).all(-1)]
    assert len(seen) <= np.isfinite(tracks.xy).all(-1).sum() or name == "cvat"
