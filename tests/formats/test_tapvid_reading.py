"""Damaged and hostile .npz files of TAP-Vid."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats import npz, tapvid
from napari_cotracker.formats.npz import NoOptions
from tests.formats.fuzzing import check
from tests.formats.samples import plain_tracks
from tests.formats.stories import of_cells


def test_a_thousand_damaged_archives_are_read_or_refused(tmp_path):
    tapvid.write(tmp_path / "whole.npz", plain_tracks(), tapvid.TapVidOptions())
    assert check(tapvid.read, tmp_path / "whole.npz", tmp_path) > 0


def test_our_own_archive_is_another_format(tmp_path):
    npz.write(tmp_path / "own.npz", plain_tracks(), NoOptions())
    assert not tapvid.sniff(tmp_path / "own.npz")
    with pytest.raises(FormatError, match="points and occluded missing"):
        tapvid.read(tmp_path / "own.npz")


def test_a_header_cannot_claim_the_memory(tmp_path):
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": (10**6, 10**6, 2)})
    with zipfile.ZipFile(tmp_path / "t.npz", "w") as archive:
        archive.writestr("points.npy", head.getvalue())
        archive.writestr("occluded.npy", head.getvalue())
    with pytest.raises(FormatError, match="that takes 0 bytes"):
        tapvid.read(tmp_path / "t.npz")


def test_objects_are_refused(tmp_path):
    np.savez(tmp_path / "t.npz", points=np.array([None]), occluded=np.zeros(1))
    with pytest.raises(FormatError, match="plain numbers"):
        tapvid.read(tmp_path / "t.npz")


def test_the_size_comes_from_the_video(tmp_path):
    tracks = of_cells([[[3, 4]], [[5, 6]]])
    tapvid.write(tmp_path / "t.npz", tracks, tapvid.TapVidOptions())
    with np.load(tmp_path / "t.npz") as file:
        bare = {key: file[key] for key in ("points", "occluded")}
    np.savez(tmp_path / "t.npz", **bare)
    with pytest.raises(FormatError, match="tells the size"):
        tapvid.read(tmp_path / "t.npz")
    np.savez(tmp_path / "t.npz", **bare, video=np.zeros((2, 108, 192, 3), np.uint8))
    np.testing.assert_allclose(tapvid.read(tmp_path / "t.npz").xy[0, 0], [3.5 / 10 - 0.5, 4.5 / 10 - 0.5], atol=1e-6)
