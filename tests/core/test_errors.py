"""One tree of errors, so that a caller catches one class."""

from __future__ import annotations

import sys
from importlib import metadata

import pytest

from napari_cotracker.core import errors


@pytest.mark.parametrize("name", ["VideoError", "TrackingError", "CheckpointError", "FormatError", "EditError"])
def test_every_error_is_caught_as_one(name: str) -> None:
    assert issubclass(getattr(errors, name), errors.CotrackerError)


def test_a_missing_extra_says_how_to_get_it() -> None:
    error = errors.MissingExtraError("OpenEXR", "vfx", "read EXR frames")
    assert isinstance(error, errors.FormatError)
    assert str(error).startswith("OpenEXR is needed to read EXR frames and is not installed; run: ")


@pytest.mark.parametrize(("extra", "installed"), [
    ("vfx", "openexr"), ("all", '"napari[all]"'), ("of nobody", "library"),
    ("labels", "h5netcdf h5py ndx-pose pandas pycocotools pynwb sleap-io tables xarray"),
])
def test_the_command_installs_the_libraries_of_an_extra_for_this_python(
    extra: str, installed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/of/this/bin/python")
    assert errors.pip_command(extra, "library") == f"/of/this/bin/python -m pip install {installed}"


def test_a_package_that_was_never_installed_names_the_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", unknown)
    monkeypatch.setattr(sys, "executable", r"C:\Program Files\python.exe")
    assert errors.pip_command("vfx", "OpenEXR") == r'"C:\Program Files\python.exe" -m pip install OpenEXR'
