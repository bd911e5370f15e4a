"""Where a tracking run stands, so that another one can go on from there when it broke off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import TrackingError
from ..core.tracker import Bookmark, TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from .plan import Pass
from .recorder import Recorder, Side

OWN = "tracker."  # before the names of what the tracker itself puts down
NO_SIDE = "NONE"  # of a run that is over


@dataclass(frozen=True)
class Earlier:
    """What a run left that broke off.

    Parameters
    ----------
    tracks : Tracks, optional
        What it had answered.
    bookmark : Bookmark
        Where it stood, as `Standing` tells it; empty where it never said so.
    """

    tracks: Tracks | None = None
    bookmark: Bookmark = field(default_factory=dict)

    def rest(self, passes: tuple[Pass, ...]) -> tuple[Pass, ...]:
        """The passes that are still to be run, the first one from where it stood.

        Raises
        ------
        TrackingError
            If there is no such pass.
        """
        if not self.bookmark:
            return passes
        sides = [one.side.name for one in passes]
        side = str(self.bookmark.get("side"))
        if side == NO_SIDE:
            return ()
        if side not in sides:
            raise TrackingError(f"expected to go on with a pass out of {', '.join(sides)}, got {side:.20}; begin anew")
        first = sides.index(side)
        if bool(self.bookmark.get("is_over")):
            return passes[first + 1 :]
        own = {name.removeprefix(OWN): array for name, array in self.bookmark.items() if name.startswith(OWN)}
        return (replace(passes[first], bookmark=own), *passes[first + 1 :])

    def recall(self, recorder: Recorder) -> None:
        """Have a recorder know what was answered."""
        tracks = self.tracks
        if tracks is not None:
            frames = np.arange(tracks.n_frames)
            recorder.write(TrackUpdate(frames, tracks.ids, tracks.xy, tracks.visibility, tracks.confidence, 0.0))


class Standing:
    """Where a run is on its way through its passes.

    Parameters
    ----------
    video : Video
    earlier : Earlier
        What came before it.

    Attributes
    ----------
    side : Side
        Of the pass that is under way.
    began : float
        When it would have begun if nothing had come between, by `monotonic`.
    """

    def __init__(self, video: Video, earlier: Earlier) -> None:
        self.video, self.side = video, Side.BOTH
        self._bad = {int(frame) for frame in earlier.bookmark.get("bad_frames", ())}
        self.began = monotonic() - float(earlier.bookmark.get("seconds", 0.0))

    @staticmethod
    def over() -> Bookmark:
        """Where a run stands of which nothing is left."""
        return {"side": np.array(NO_SIDE)}

    @property
    def bad_frames(self) -> set[int]:
        """Frames that could not be decoded, now or before."""
        return self._bad | {int(frame) for frame in self.video.bad_frames}

    def within(self, own: Callable[[], Bookmark]) -> Bookmark:
        """A bookmark in the middle of a pass, of the tracker's own."""
        return {**self._facts(is_over=False), **{f"{OWN}{name}": array for name, array in own().items()}}

    def behind(self) -> Bookmark:
        """One at the end of a pass."""
        return self._facts(is_over=True)

    def _facts(self, is_over: bool) -> dict[str, NDArray[Any]]:
        return {"side": np.array(self.side.name), "is_over": np.array(is_over),
                "bad_frames": np.array(sorted(self.bad_frames), np.int64),
                "seconds": np.array(monotonic() - self.began)}
