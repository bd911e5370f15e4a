"""Whether a Matroska or WebM file was cut off: FFmpeg reads what is there of it, without a word.

Such a file says at its beginning how many bytes follow. Only where these are not there, what it says of its duration is
compared with the frames: sound that is longer, odd rates and rounded durations are no sign of anything.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

EBML, SEGMENT = bytes.fromhex("1A45DFA3"), bytes.fromhex("18538067")
LEAST_SECONDS = Fraction(1, 2)
LEAST_FRAMES = 3  # that a film is shorter than it should be; the last ones of a file may be stored after others


def shortfall(path: str, seconds: Fraction, end: Fraction, step: Fraction) -> str:
    """What to say of a film that ends before it should; "" if there is nothing to say.

    Parameters
    ----------
    path : str
    seconds : Fraction
        Its duration as the header has it, 0 if it does not.
    end, step : Fraction
        Seconds at which its last frame is over, and from one frame to the next.
    """
    missing = seconds - end
    if missing <= max(LEAST_SECONDS, LEAST_FRAMES * step) or not is_cut_off(path):
        return ""
    return (f"{Path(path).name!r} is cut off: by its header it lasts {float(seconds):.1f} s, and its frames end after "
            f"{float(end):.1f} s; copy or record it again to have the rest")


def is_cut_off(path: str) -> bool:
    """Whether a Matroska file is shorter than it says; other files, and those that do not say, are not judged."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(4096)
        size = Path(path).stat().st_size
    except OSError:
        return False
    if not head.startswith(EBML):
        return False
    begin = _after(head, len(EBML))
    if begin is None or begin[0] is None or not head.startswith(SEGMENT, start := begin[1] + begin[0]):
        return False
    segment = _after(head, start + len(SEGMENT))
    return segment is not None and segment[0] is not None and segment[1] + segment[0] > size


def _after(head: bytes, place: int) -> tuple[int | None, int] | None:
    """The size that is stated at a place, None for one that is not known, and where what it is of begins."""
    if place >= len(head) or not head[place]:
        return None
    length = 9 - head[place].bit_length()
    value = int.from_bytes(head[place : place + length], "big") & ((1 << 7 * length) - 1)
    return None if value == (1 << 7 * length) - 1 else value, place + length
