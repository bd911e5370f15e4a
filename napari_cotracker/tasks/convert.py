"""Tracks from one file to another, told what their own file does not say about the film."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..core.errors import FormatError
from ..core.tracks import Tracks
from ..core.video import Video


def with_video(tracks: Tracks, video: Video) -> Tracks:
    """The same tracks, knowing size, rate, frame numbers and name of their film; what they know already stays.

    Raises
    ------
    FormatError
        If the film has fewer frames than the tracks, or another size than they say.
    """
    if tracks.n_frames > video.n_frames:
        raise FormatError(f"expected the film of tracks over {tracks.n_frames} frames, got one of {video.n_frames}")
    size = (video.width, video.height)
    if tracks.size not in (None, size):
        raise FormatError(f"expected the film of tracks on {tracks.size} pixels (width, height), got one of {size}")
    found: dict[str, Any] = {
        "size": size,
        "fps": (video.fps.numerator, video.fps.denominator),
        "frame_numbers": [int(number) for number in video.frame_numbers[: tracks.n_frames]],
        "video": {"path": video.path, "fingerprint": video.fingerprint},
    }
    return replace(tracks, meta={**found, **tracks.meta})
