"""Opening a film file with PyAV: every way in which that can fail is one clear sentence."""

from __future__ import annotations

import gc
import os
import stat
from collections.abc import Generator
from pathlib import Path
from typing import Any

from ..core.errors import VideoError

MAX_PIXELS = 1 << 28
"""No picture larger than this is decoded (16,384 × 16,384)."""

TEXT_CODECS = {"ansi", "bintext", "xbin", "idf"}
"""FFmpeg draws these from plain text files; nobody means that by a film."""

MAX_FAILURES = 64

if hasattr(os, "register_at_fork"):
    # what is left of closed films is freed by the collector, which ends their decoders' threads: a forked child has
    # none, and would wait for them for ever
    os.register_at_fork(after_in_child=gc.freeze)


def check_file(path: str | Path) -> None:
    """Refuse what is no readable, non-empty regular file (a pipe would wait for ever).

    Raises
    ------
    VideoError
    """
    name = str(path)
    try:
        facts = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        raise VideoError(f"expected a video file, but there is no {name!r}; check the path") from None
    except (OSError, ValueError) as error:
        raise VideoError(f"cannot open {name[:200]!r} ({getattr(error, 'strerror', None) or error})") from None
    if stat.S_ISDIR(facts.st_mode):
        raise VideoError(f"expected a video file, got the folder {name!r}")
    if not stat.S_ISREG(facts.st_mode):
        raise VideoError(f"expected a video file, got {name!r}, which is a pipe, a socket or a device")
    if not facts.st_size:
        raise VideoError(f"{name!r} is empty (0 bytes); copy or record it again")
    if not os.access(path, os.R_OK):
        raise VideoError(f"{name!r} may not be read by this user; change its permissions")


def state_of(path: str | Path) -> tuple[int, int] | None:
    """(length, time of change) of a file, None if it is gone; network drives give no lasting numbers of files."""
    try:
        facts = Path(path).stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def open_film(path: str, threads: int = 0) -> tuple[Any, Any]:
    """Open a file and pick its first moving picture: (container, stream).

    Parameters
    ----------
    path : str
    threads : int
        Decoder threads; 0 leaves the choice to FFmpeg.

    Raises
    ------
    VideoError
        If it is missing, empty, not a film, without pictures, or of a codec that cannot be decoded.
    """
    import av

    check_file(path)
    try:
        # a playlist must not make us open network addresses
        options = {"protocol_whitelist": "file"}
        container = av.open(str(Path(path).absolute()), options=options, metadata_errors="ignore")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise VideoError(
            f"{path!r} is not a film that can be read (FFmpeg says: {reason}); "
            "if it should be one, it is damaged or was cut off: copy or export it again"
        ) from None
    try:
        return container, _pick_stream(path, container, threads)
    except BaseException:
        container.close()
        raise


def _pick_stream(path: str, container: Any, threads: int) -> Any:
    from av.stream import Disposition

    # the cover of a song is a "video stream" of one picture
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        held = ", ".join(sorted({s.type for s in container.streams})) or "nothing"
        raise VideoError(f"{path!r} holds no moving pictures, only {held}; expected a film")
    stream = streams[0]
    context = stream.codec_context
    if context is None or context.name in TEXT_CODECS:
        what = "text" if context is not None else "pictures in a codec that this FFmpeg cannot decode"
        raise VideoError(f"{path!r} holds {what}; expected a film")
    if not context.width and context.name == "webp":
        raise VideoError(f"{path!r} is an animated WebP, which FFmpeg cannot decode; save it as GIF or as MP4")
    if not context.width or not context.height or context.width * context.height > MAX_PIXELS:
        raise VideoError(
            f"{path!r} announces pictures of {context.width} × {context.height} pixels; "
            "expected at least 1 × 1 and at most 16384 × 16384: the file is damaged or cut off"
        )
    context.thread_type = "AUTO"
    context.thread_count = threads
    _discard_others(container, stream)
    return stream


def _discard_others(container: Any, stream: Any) -> None:
    """Tell the demuxer to skip sound and subtitles; only speed depends on it."""
    from av.stream import Discard

    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all


def read_packets(container: Any, stream: Any) -> Generator[Any, None, None]:
    """Every packet of a stream that carries data, going on after damaged stretches."""
    import av

    failures = 0
    while failures < MAX_FAILURES:
        try:
            for packet in container.demux(stream):
                if packet.size:
                    failures = 0
                    yield packet
            return
        except av.error.FFmpegError:
            failures += 1
