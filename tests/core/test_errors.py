"""One tree of errors, so that a caller catches one class."""

from __future__ import annotations

import pytest

from napari_cotracker.core import errors


@pytest.mark.parametrize("name", ["VideoError", "TrackingError", "CheckpointError", "FormatError", "EditError"])
def test_every_error_is_caught_as_one(name: str) -> None:
    assert issubclass(getattr(errors, name), errors.CotrackerError)


def test_a_missing_extra_says_how_to_get_it() -> None:
    error = errors.MissingExtraError("OpenEXR", "vfx", "read EXR frames")
    assert isinstance(error, errors.FormatError)
    assert str(error) == (
        "OpenEXR is needed to read EXR frames and is not installed; run: pip install 'napari-cotracker[vfx]'"
    )
