"""What OpenEXR and DPX images hand on to a film, and what of a plate's facts images hold."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from ..core.errors import VideoError
from ..core.video import Video
from .dpx import told_by
from .exr_header import read_attributes, read_timecode
from .kinds import Kind
from .names import find_images, stands_for_images
from .origin import Colours, Origin
from .primaries import BT709, NAMES, name_of, number_of

BT2020 = 9
"""FFmpeg's number of primaries, and of the matrix that goes with them."""

WIDE = (BT2020, 11, 12)
"""Primaries that show as paler colours where nothing says so."""

MIN_ASPECT = 0.01  # less makes no sense


def files_of(plate: str | None) -> Sequence[Path]:
    """The image files of a plate, one for each of its frames; none if it does not consist of images."""
    if plate is not None and stands_for_images(plate):
        with suppress(VideoError):
            return find_images(Path(plate)).paths
    return []


def origin_of(video: Video, frame: int = 0) -> Origin:
    """Where pictures come from: a film, or OpenEXR and DPX images as one of them says; nothing of other images.

    Parameters
    ----------
    video : Video
    frame : int
        0-based; the image that is asked.

    Raises
    ------
    MissingExtraError
        For ``.exr`` without the ``vfx`` extra.
    """
    files = files_of(video.path)
    if not files:
        return Origin.of(video.path)
    if frame >= len(files):  # pages of one file
        return Origin()
    said = read_attributes(files[frame])
    places = tuple(float(place) for place in said.get("chromaticities", ()))
    number = number_of(places) if places else BT709
    matrix = BT2020 if number == BT2020 else BT709
    return Origin(colours=Colours(matrix, number or BT709), aspect=aspect_of(said.get("pixelAspectRatio", 1.0)),
                  timecode=read_timecode(files[frame], video.fps) or told_by(files[frame]).timecode, frame=frame,
                  primaries=places if number is None else None, reel=said.get("reelName"))


def aspect_of(ratio: float) -> Fraction:
    """Width of a pixel to its height, 1 for what makes no sense."""
    return Fraction(ratio).limit_denominator(10_000) if MIN_ASPECT < ratio < 1 / MIN_ASPECT else Fraction(1)


def tell_unsaid(origin: Origin, kind: Kind) -> list[str]:
    """What PNG and TIFF images do not say of where they come from, as a sentence; nothing of OpenEXR."""
    unsaid = [f"the timecode {origin.timecode}"] if origin.timecode else []
    if origin.reel:
        unsaid.append(f"the reel {origin.reel}")
    if origin.aspect != 1:
        unsaid.append(f"that pixels are {float(origin.aspect):.4g} times as wide as high")
    if origin.primaries or origin.colours.primaries in WIDE:
        primaries = name_of(origin.primaries) if origin.primaries else NAMES[origin.colours.primaries]
        unsaid.append(f"that colours are of the primaries {primaries}")
    if kind.name == "exr" or not unsaid:
        return []
    return [f"{kind.name} images leave out {', '.join(unsaid)}; exr images do not."]
