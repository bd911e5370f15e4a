"""Whether a video is the one that a session was made with, and where it may be found."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PureWindowsPath
from typing import Any

from ..core.errors import CotrackerError, EditError
from ..core.video import Video


def check_video(video: Video, n_frames: int, size: tuple[int, int], known: Any) -> None:
    """Refuse another video.

    Parameters
    ----------
    video : Video
    n_frames : int
    size : (width, height)
    known : mapping or None
        Its path and fingerprint as they were noted. Without a fingerprint, only length and size count.

    Raises
    ------
    EditError
        Saying how both differ.
    """
    known = known if isinstance(known, Mapping) else {}
    wanted, given = known.get("fingerprint"), _fingerprint(video)
    facts, own = (video.n_frames, (video.width, video.height)), (n_frames, size)
    if facts == own and (not wanted or not given or wanted == given):
        return
    reason = "its pictures are others" if facts == own else "its length or size is another"
    raise EditError(
        f"expected {_named(known.get('path'))} ({_in_words(*own)}), got {_named(video.path)} ({_in_words(*facts)}): "
        f"{reason}; open the video that this session was made with"
    )


def find_video(session: Path | None, known: Any) -> Path | None:
    """Where a session's video is; None if it is not to be found.

    Parameters
    ----------
    session : Path or None
        The session's file, beside which it is looked for first.
    known : mapping or None
        Its path as it was noted, on whatever system.
    """
    path = known.get("path") if isinstance(known, Mapping) else None
    if not isinstance(path, str) or not path:
        return None
    name = PureWindowsPath(path).name  # takes both kinds of slashes
    places = [*([session.parent / name] if session is not None and name else []), Path(path)]
    with suppress(OSError, ValueError):
        return next((place for place in places if place.exists()), None)
    return None


def _fingerprint(video: Video) -> str:
    try:
        return video.fingerprint or ""
    except CotrackerError:
        return ""


def _named(path: Any) -> str:
    return f"the video {PureWindowsPath(str(path)).name!r}" if path else "a video without a file"


def _in_words(n_frames: int, size: tuple[int, int]) -> str:
    return f"{n_frames} frames of {size[0]} × {size[1]} pixels"
