from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import MissingExtraError
from napari_cotracker.videos.exr_header import make_attributes, read_attributes, read_rate, require_openexr, write_exr

PIXELS = {"RGBA": np.random.default_rng(0).normal(size=(5, 7, 4)).astype(np.float32)}


def test_an_image_says_its_rate_and_the_shape_of_its_pixels(tmp_path: Path) -> None:
    library = pytest.importorskip("OpenEXR")
    write_exr(tmp_path / "a.exr", PIXELS, make_attributes(Fraction(30000, 1001), Fraction(4, 3)))
    with library.File(str(tmp_path / "a.exr"), separate_channels=True) as file:
        header = file.header()
        assert header["framesPerSecond"] == Fraction(30000, 1001)
        assert header["pixelAspectRatio"] == pytest.approx(4 / 3) and "timeCode" not in header
        found = {name: channel.pixels for name, channel in file.channels().items()}
    assert {name: pixels.dtype for name, pixels in found.items()} == dict.fromkeys("RGBA", np.float32)
    assert (np.dstack([found[name] for name in "RGBA"]) == PIXELS["RGBA"]).all()


@pytest.mark.parametrize(("rate", "timecode", "frame", "field", "drops"), [
    (24, "10:20:30:23", 23, False, False), (Fraction(30000, 1001), "10:20:30;29", 29, False, True),
    (60, "10:20:30:59", 29, True, False), (50, "10:20:30:48", 24, False, False),
])
def test_timecodes(rate: Fraction, timecode: str, frame: int, field: bool, drops: bool) -> None:
    pytest.importorskip("OpenEXR")
    code = make_attributes(Fraction(rate), timecode=timecode)["timeCode"]
    assert (code.hours, code.minutes, code.seconds) == (10, 20, 30)
    assert (code.frame, code.fieldPhase, code.dropFrame) == (frame, field, drops)
    assert "timeCode" not in make_attributes(Fraction(120), timecode="10:20:30:99")


def test_what_is_true_of_the_plate_is_read_and_the_rest_is_not(tmp_path: Path) -> None:
    pytest.importorskip("OpenEXR")
    kept = {"reelName": "A001", "isoSpeed": 800.0, "worldToCamera": np.eye(4, dtype=np.float32)}
    write_exr(tmp_path / "a.exr", PIXELS, {**kept, **make_attributes(Fraction(24)), "comments": "mine"})
    found = read_attributes(tmp_path / "a.exr")
    assert set(found) == {*kept, "pixelAspectRatio"} and found["reelName"] == "A001"
    write_exr(tmp_path / "b.exr", PIXELS, found)
    assert str(read_attributes(tmp_path / "b.exr")) == str(found)


def test_the_rate_is_read(tmp_path: Path) -> None:
    pytest.importorskip("OpenEXR")
    write_exr(tmp_path / "a.exr", PIXELS, make_attributes(Fraction(24000, 1001)))
    write_exr(tmp_path / "b.exr", PIXELS, {})
    write_exr(tmp_path / "c.exr", PIXELS, {"framesPerSecond": Fraction(0)})
    assert read_rate(tmp_path / "a.exr") == Fraction(24000, 1001)
    assert [read_rate(tmp_path / name) for name in ("b.exr", "c.exr", "d.png")] == [None, None, None]


def test_images_that_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "no.exr").write_bytes(b"nonsense")
    for name in ("no.exr", "gone.exr", "a.png"):
        assert read_attributes(tmp_path / name) == {}


def test_a_system_that_refuses_says_why_without_the_name(tmp_path: Path) -> None:
    pytest.importorskip("OpenEXR")
    with pytest.raises(OSError, match="No such file") as told:
        write_exr(tmp_path / "no" / "a.exr", PIXELS, {})
    assert str(tmp_path) not in str(told.value)


def test_a_name_that_openexr_cannot_take_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="takes only names of UTF-8"):
        write_exr(tmp_path / "f\udcfcr.exr", PIXELS, {})


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(MissingExtraError, match="to write"):
        require_openexr("write .exr images")
