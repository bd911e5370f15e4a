"""What an OpenEXR image says besides its pixels, taken over from the plate."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..core.errors import MissingExtraError
from ..core.openexr_file import CUT_OFF, is_whole
from ..core.words import as_label
from .primaries import BT709, PLACES

KEPT = frozenset({
    "chromaticities", "whiteLuminance", "adoptedNeutral", "timeCode", "keyCode", "reelName", "imageCounter", "owner",
    "capDate", "utcOffset", "expTime", "aperture", "isoSpeed", "focus", "longitude", "latitude", "altitude",
    "worldToCamera", "worldToNDC", "pixelAspectRatio",
})
"""Attributes that are as true of a picture made from the plate as of the plate's own."""

MOST_NUMBERS = 30
"""Frames that OpenEXR's timecode counts in a second."""


def require_openexr(purpose: str) -> Any:
    """The library.

    Parameters
    ----------
    purpose : str
        Completing "... is needed to".

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import OpenEXR
    except ImportError:
        raise MissingExtraError("OpenEXR", "vfx", purpose) from None
    return OpenEXR


def read_attributes(path: Path) -> dict[str, Any]:
    """Those attributes of an image that are kept; none if it is no OpenEXR image or cannot be read."""
    return {name: value for name, value in _header_of(path).items() if name in KEPT}


def read_rate(path: Path) -> Fraction | None:
    """Frames per second, if it is an OpenEXR image that tells them."""
    rate = _header_of(path).get("framesPerSecond")
    return rate if isinstance(rate, Fraction) and rate > 0 else None


def read_timecode(path: Path, rate: Fraction) -> str | None:
    """``01:00:00:12``, if it is an OpenEXR image that tells it.

    Parameters
    ----------
    path : Path
    rate : Fraction
        Frames per second; beyond 30 of them two share a number and differ in their field.
    """
    code = _header_of(path).get("timeCode")
    if code is None:
        return None
    frame = 2 * code.frame + code.fieldPhase if rate > MOST_NUMBERS else code.frame
    return f"{code.hours:02d}:{code.minutes:02d}:{code.seconds:02d}{';' if code.dropFrame else ':'}{frame:02d}"


def _header_of(path: Path) -> dict[str, Any]:
    if path.suffix.lower() != ".exr":
        return {}
    library = require_openexr("read .exr images")
    try:
        with library.File(str(path), header_only=True) as file:
            return dict(file.header())
    except (RuntimeError, OSError, ValueError, TypeError, ZeroDivisionError):  # reading its pixels says what is wrong
        return {}


def make_attributes(rate: Fraction, aspect: Fraction = Fraction(1), timecode: str | None = None,
                    primaries: int = BT709, reel: str | None = None) -> dict[str, Any]:
    """Attributes of an image of a film.

    Parameters
    ----------
    rate : Fraction
        Frames per second.
    aspect : Fraction
        Width of a pixel to its height.
    timecode : str, optional
        ``01:00:00:12``, of this frame; left out of what is faster than 60 frames per second.
    primaries : int
        One of `primaries.PLACES`; what has none of these is left out, and BT.709, which images are of that say nothing.
    reel : str, optional
        Name of the tape or card.
    """
    found: dict[str, Any] = {"framesPerSecond": Fraction(rate)}  # a float would be stored as another type
    if aspect != 1:
        found["pixelAspectRatio"] = float(aspect)
    if primaries in PLACES and primaries != BT709:
        found["chromaticities"] = PLACES[primaries]
    if reel:
        found["reelName"] = reel
    if timecode is not None and rate <= 2 * MOST_NUMBERS:
        found["timeCode"] = _timecode(timecode, is_paired=rate > MOST_NUMBERS)
    return found


def write_exr(path: Path, channels: Mapping[str, Any], attributes: Mapping[str, Any]) -> None:
    """Write one image, packed without loss.

    Raises
    ------
    OSError
        If it cannot be written; without the path, which may be that of a temporary file.
    """
    library = require_openexr("write .exr images")
    header = {"compression": library.ZIP_COMPRESSION, "type": library.scanlineimage, **attributes}
    if as_label(path) != str(path):
        raise OSError("OpenEXR takes only names of UTF-8")
    try:
        library.File(header, dict(channels)).write(str(path))
    except RuntimeError as mishap:
        raise OSError(str(mishap).splitlines()[0].rpartition('". ')[2].rstrip(".")) from mishap
    if not is_whole(path, len(next(iter(channels.values())))):
        raise OSError(CUT_OFF)


def _timecode(text: str, is_paired: bool) -> Any:
    """OpenEXR's timecode: beyond 30 frames per second, two share a number and differ in their field."""
    code = require_openexr("write .exr images").TimeCode()
    code.hours, code.minutes, code.seconds = (int(text[start : start + 2]) for start in (0, 3, 6))
    frame = int(text[9:])
    code.frame, code.dropFrame = frame // 2 if is_paired else frame, text[8] != ":"
    code.fieldPhase = is_paired and frame % 2 == 1
    return code
