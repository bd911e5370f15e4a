"""What a film or an image sequence says of itself: depth, alpha, colours, shape of pixels, fields, timecode."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ..core.errors import VideoError
from ..core.video import Video
from .container import open_film
from .dpx import told_by
from .exr_header import read_attributes
from .image_origin import files_of, origin_of
from .images import is_half, tell_left_out
from .origin import HIDDEN, UNKNOWN, Origin
from .primaries import NAMES, name_of

CURVES = {1: "BT.709", 4: "gamma 2.2", 5: "gamma 2.8", 6: "BT.601", 7: "SMPTE 240M", 8: "linear", 13: "sRGB",
          14: "BT.2020", 15: "BT.2020", 16: "PQ", 17: "SMPTE 428", 18: "HLG"}
MATRICES = {0: "RGB", 1: "BT.709", 4: "FCC", 5: "BT.601", 6: "BT.601", 7: "SMPTE 240M", 8: "YCgCo", 9: "BT.2020",
            10: "BT.2020, constant luminance", 14: "ICtCp"}
RANGES = {1: "limited", 2: "full"}
FIELDS = {1: "progressive", 2: "top field first", 3: "bottom field first", 4: "top field first",
          5: "bottom field first"}
"""By FFmpeg's numbers, of which the first three are those of ITU-T H.273."""

LAYOUTS = {1: "grey", 2: "grey with alpha", 3: "RGB", 4: "RGB with alpha"}


def plate_facts(video: Video) -> dict[str, Any]:
    """What the file says, as plain values; None where it does not say.

    Parameters
    ----------
    video : Video

    Returns
    -------
    dict
        ``codec``, ``pixels``, ``bits`` of a channel, ``alpha``, ``pixel_aspect`` as width to height, ``fields``,
        ``timecode``, ``reel``, ``colours`` (``primaries``, ``transfer``, ``matrix``, ``range``), ``sounds`` as
        their codecs, and what is not read as ``left_out``, if any. Images of other kinds say the first four only;
        empty for what is neither a film nor images.

    Raises
    ------
    MissingExtraError
        For ``.exr`` without the ``vfx`` extra.
    """
    if files_of(video.path):
        return _of_images(video)
    with suppress(VideoError):
        return _of_film(video.path) if video.path is not None else {}
    return {}


def _of_film(path: str) -> dict[str, Any]:
    container, stream = open_film(path)
    with container:
        context, pixels = stream.codec_context, stream.codec_context.format
        parts = () if pixels is None else pixels.components
        colours = {
            "primaries": _named(NAMES, context.color_primaries),
            "transfer": _named(CURVES, context.color_trc),
            "matrix": _named(MATRICES, context.colorspace),
            "range": RANGES.get(int(context.color_range)),
        }
        facts = {
            "codec": " ".join(filter(None, (context.name, context.profile))),
            "pixels": None if pixels is None else pixels.name,
            "bits": max((part.bits for part in parts), default=None),
            "alpha": any(part.is_alpha for part in parts),
        }
        fields = FIELDS.get(int(context.field_order))
        sounds = [each.codec_context.name for each in container.streams.audio]
    origin = Origin.of(path)
    fields = fields or ("interlaced" if origin.is_interlaced else None)
    left_out = {"left_out": [HIDDEN]} if origin.hides_alpha else {}
    return {**facts, **_common(origin), "fields": fields, "colours": colours, "sounds": sounds, **left_out}


def _of_images(video: Video) -> dict[str, Any]:
    path = files_of(video.path)[0]
    picture = video.read_native([0])[0]
    facts = {
        "codec": path.suffix[1:].lower(),
        "pixels": f"{LAYOUTS[picture.shape[2]]}, {'floats' if picture.dtype.kind == 'f' else 'whole numbers'}",
        "bits": 8 * picture.dtype.itemsize,
        "alpha": picture.shape[2] in (2, 4),
    }
    if facts["codec"] == "dpx":
        told = told_by(path)
        return {**facts, "bits": told.bits, **_common(origin_of(video)), "colours": {"transfer": told.transfer}}
    if facts["codec"] != "exr":
        return facts
    places = read_attributes(path).get("chromaticities")
    facts |= {"bits": 16 if is_half(path) else 32, **_common(origin_of(video)),
              "colours": {"primaries": None if places is None else name_of(places), "transfer": "linear"}}
    left_out = tell_left_out(path)
    return {**facts, "left_out": left_out} if left_out else facts


def _common(origin: Origin) -> dict[str, Any]:
    return {"pixel_aspect": str(origin.aspect), "timecode": origin.timecode, "reel": origin.reel}


def _named(names: Mapping[int, str], number: Any) -> str | None:
    found = int(number)
    return None if found == UNKNOWN else names.get(found, f"number {found}")
