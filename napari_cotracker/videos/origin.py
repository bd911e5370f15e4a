"""What a film that is made of another one takes over: colour tags, shape of pixels, timecode, sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

from ..core.errors import VideoError
from .container import open_film
from .names import stands_for_images
from .primaries import BT709

UNKNOWN, RGB = 2, 0
MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
"""FFmpeg's number of a matrix in a film, and of the same one in its scaler."""

BT601 = 5
LIMITED, FULL = 1, 2
PROGRESSIVE = 1
"""FFmpeg's number of frames taken at once; 0 is not known, as of DV, and above are orders of fields."""

WOVEN = ("The film is interlaced: its frames were changed whole, both fields at once, and are no longer marked as "
         "interlaced; deinterlace it first, or mark it again.")
HIDDEN = ("The film's alpha is left out, for it is not read out of WebM; convert the film to ProRes 4444, FFV1 or PNG "
          "images first.")


@dataclass(frozen=True)
class Colours:
    """How numbers in a film stand for colours; FFmpeg's numbers, 2 where the film does not say.

    Parameters
    ----------
    matrix, primaries, curve, range : int
    """

    matrix: int = BT709
    primaries: int = BT709
    curve: int = BT709
    range: int = LIMITED

    @property
    def conversion(self) -> int:
        """The scaler's number of the matrix with which films of these tags are read, and so written."""
        return MATRICES.get(self.matrix, BT601)

    @classmethod
    def of(cls, context: Any) -> Self:
        """Those of a decoder; BT.709 for films that are RGB."""
        matrix, primaries, curve = (int(value) for value in (context.colorspace, context.color_primaries,
                                                             context.color_trc))
        pixels = context.format
        is_full = int(context.color_range) == FULL
        if matrix == RGB or (pixels is not None and (pixels.is_rgb or len(pixels.components) < 3)):
            return cls(BT709, *(value if value != UNKNOWN else BT709 for value in (primaries, curve)))
        return cls(matrix, primaries, curve, FULL if is_full else LIMITED)


@dataclass(frozen=True)
class Origin:
    """Facts of the film that pictures come from.

    Parameters
    ----------
    path : str, optional
        None if they do not come from a film.
    colours : Colours
    aspect : Fraction
        Width of a pixel to its height, upright.
    timecode : str, optional
    tick : Fraction
        Seconds to which its times are exact.
    n_sounds : int
        Number of its sound tracks.
    is_interlaced : bool
        Whether its frames are two fields, taken one after the other.
    frame : int
        0-based, that the timecode is of.
    primaries : tuple of float, optional
        Where these lie, if they are none that `colours` can have; `primaries.PLACES` tells how.
    reel : str, optional
        Name of the tape or card that it was recorded on.
    hides_alpha : bool
        Whether it has an alpha that is not read.
    """

    path: str | None = None
    colours: Colours = Colours()
    aspect: Fraction = Fraction(1)
    timecode: str | None = None
    tick: Fraction = Fraction(0)
    n_sounds: int = 0
    is_interlaced: bool = False
    frame: int = 0
    primaries: tuple[float, ...] | None = None
    reel: str | None = None
    hides_alpha: bool = False

    @property
    def losses(self) -> list[str]:
        """What no picture of it has, a sentence each."""
        return [said for said, is_so in ((WOVEN, self.is_interlaced), (HIDDEN, self.hides_alpha)) if is_so]

    @classmethod
    def of(cls, path: str | None) -> Origin:
        """That of a file; of nothing if it is no film or cannot be opened any more."""
        if path is None or stands_for_images(path) or not Path(path).is_file():
            return cls()
        try:
            container, stream = open_film(path)
        except VideoError:
            return cls()
        with container:
            # QuickTime has the reel on the track of the timecode
            about = [stream.metadata, container.metadata, *(other.metadata for other in container.streams.data)]
            timecode, reel = (next(filter(None, (_find(each, name) for each in about)), None)
                              for name in ("timecode", "reel_name"))
            colours = Colours.of(stream.codec_context)
            aspect, is_interlaced = _seen(stream)
            return cls(path, colours, aspect, timecode, stream.time_base, len(container.streams.audio), is_interlaced,
                       reel=reel, hides_alpha=_find(stream.metadata, "alpha_mode") == "1")


def _seen(stream: Any) -> tuple[Fraction, bool]:
    """The shape of upright pixels, and whether there are fields; a picture is decoded where the header is silent."""
    aspect = Fraction(stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1)
    aspect, order = aspect if aspect > 0 else Fraction(1), int(stream.codec_context.field_order)
    if aspect == 1 and order:  # a square has no sides to swap
        return aspect, order > PROGRESSIVE
    from .picture import Layout

    frame = next(iter(stream.container.decode(stream)), None)
    if frame is None:
        return aspect, order > PROGRESSIVE
    return 1 / aspect if Layout.of(frame).transposed else aspect, order > PROGRESSIVE or frame.interlaced_frame


def _find(metadata: Mapping[str, str], name: str) -> str | None:
    """An entry whatever its case, for Matroska has capitals."""
    return next((value for key, value in metadata.items() if key.lower() == name), None)
