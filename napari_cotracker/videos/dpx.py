"""DPX images (SMPTE ST 268-1), as scanners and film recorders use them: pixels by FFmpeg, the rest from the header.

Printing densities and logarithms are passed on as they are stored.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from ..core.errors import VideoError
from ..core.rate import read_rate

ORDERS = {b"SDPX": ">", b"XPDS": "<"}
PIXELS, TRANSFER, BITS, FILM_RATE, TIMECODE, TV_RATE = 4, 801, 803, 1724, 1920, 1940
"""Bytes from the beginning of a file."""

CURVES = {1: "printing density", 2: "linear", 3: "logarithmic", 6: "BT.709", 7: "BT.601", 8: "BT.601"}
MOST_RATE = 1000


class Told(NamedTuple):
    """What a header says, None where it does not."""

    timecode: str | None = None
    rate: Fraction | None = None
    transfer: str | None = None
    bits: int | None = None


def read_dpx(path: Path) -> NDArray[Any]:
    """(H, W, 1/3/4) uint8 or uint16, of 10 and 12 bits white is all of 16.

    Raises
    ------
    VideoError
        If it cannot be decoded.
    """
    import av

    from .container import open_film
    from .picture import Layout

    container, stream = open_film(str(path), threads=1)
    with container, suppress(av.error.FFmpegError):
        for frame in container.decode(stream):
            return Layout.of(frame).to_native(frame)
    raise VideoError(f"cannot read the image {str(path)!r} (it is damaged or cut off); copy or export it again")


def told_by(path: Path) -> Told:
    """The header of a file; nothing of one that is no DPX image, or cannot be read."""
    if path.suffix.lower() != ".dpx":
        return Told()
    try:
        with path.open("rb") as file:
            head = file.read(2048)
    except OSError:
        return Told()
    order = ORDERS.get(head[:4])
    if order is None or len(head) <= BITS:
        return Told()
    # a header may be short; what it does not reach are pixels
    head, curve, bits = head[: struct.unpack_from(f"{order}I", head, PIXELS)[0]], head[TRANSFER], head[BITS]
    places = [place for place in (TV_RATE, FILM_RATE) if place + 4 <= len(head)]
    rates = [struct.unpack_from(f"{order}f", head, place)[0] for place in places]
    rate = next((read_rate(rate) for rate in rates if 1 <= rate <= MOST_RATE), None)
    digits = head[TIMECODE : TIMECODE + 4]
    return Told(_timecode(digits if order == ">" else digits[::-1]), rate, CURVES.get(curve), bits)


def _timecode(digits: bytes) -> str | None:
    """Of hours, minutes, seconds and frames, two decimal digits in each byte."""
    parts = [f"{byte:02x}" for byte in digits]
    is_time = len(parts) == 4 and all(part.isdecimal() for part in parts) and parts[0] < "24"
    return ":".join(parts) if is_time and parts[1] < "60" and parts[2] < "60" else None
