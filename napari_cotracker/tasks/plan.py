"""What a tracking run will do: options, model, tracker, settings and passes, before anything is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._version import __version__
from ..core import registry
from ..core.declarations import TrackerEntry
from ..core.errors import TrackingError
from ..core.queries import Queries
from ..core.tracker import Bookmark, Estimate, TrackJob
from ..core.tracks import Anchors
from ..core.video import Video
from .recorder import Side

if TYPE_CHECKING:
    from ..trackers.models import Choice
    from ..trackers.weights import LicenceNotice

BYTES_PER_CELL = 18  # xy, visibility, confidence, state and source of one track in one frame


@dataclass(frozen=True)
class TrackOptions:
    """How to track.

    Parameters
    ----------
    model : str
        ``auto``, or a name out of `napari_cotracker.trackers.models.models`.
    mode : {"auto", "online", "offline"}
        ``auto`` is offline up to 120 frames and online beyond.
    device : str
        ``auto`` is cuda, else mps, else cpu.
    checkpoint : path, optional
        A weights file of one's own.
    iters, support_grid, resolution, precision, feature_precision, memory_budget, disk_budget, fast, parity
        As in `napari_cotracker.trackers.settings.CoTracker3Settings`; trackers without such a setting ignore it.
    direction : {"both", "forward", "backward"}
        Whether frames after each query are tracked, before it, or both.
    accept_licence : bool
        Whether the user accepts the licence of weights that have to be fetched; remembered.
    settings : mapping
        More settings of the chosen tracker, by name; unknown ones are refused.
    """

    model: str = "auto"
    mode: str = "auto"
    device: str = "auto"
    checkpoint: str | Path | None = None
    iters: int = 6
    support_grid: int = 6
    resolution: tuple[int, int] | None = None
    direction: str = "both"
    fast: bool = False
    accept_licence: bool = False
    precision: str = "auto"
    feature_precision: Literal["half", "float32"] = "half"
    memory_budget: int = 512 << 20
    disk_budget: int = 8 << 30
    parity: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.direction not in ("both", "forward", "backward"):
            raise TrackingError(f"expected direction both, forward or backward; got {self.direction!r}")
        if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", str(self.device)):
            raise TrackingError(f"expected device auto, cpu, mps, cuda or cuda:1; got {self.device!r}")
        object.__setattr__(self, "device", str(self.device))  # for it may be torch's own
        if self.precision not in ("auto", "float32", "half"):
            raise TrackingError(f"expected precision auto, float32 or half; got {self.precision!r}")
        for name, least in (("iters", 1), ("support_grid", 0)):
            number = getattr(self, name)
            if not isinstance(number, Integral) or int(number) < least:
                raise TrackingError(f"expected {name} as a whole number from {least}, got {number!r}")
        object.__setattr__(self, "resolution", _checked_resolution(self.resolution))


def _checked_resolution(given: Any) -> tuple[int, int] | None:
    if given is None:
        return None
    sides = tuple(given) if isinstance(given, Iterable) else ()
    if len(sides) == 2 and all(isinstance(side, Integral) and int(side) >= 8 for side in sides):
        return int(sides[0]), int(sides[1])
    raise TrackingError(f"expected a resolution (height, width) of whole numbers, at least 8 × 8, got {given!r:.60}")


@dataclass(frozen=True)
class Pass:
    """One run of the tracker: the frames it covers, which cells count, and where to go on if not at the beginning."""

    frames: range
    side: Side
    bookmark: Bookmark | None = None


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before a run; loads nothing."""

    video: Video
    queries: Queries
    anchors: Anchors
    options: TrackOptions
    choice: Choice
    entry: TrackerEntry
    settings: Any
    passes: tuple[Pass, ...]

    def job(self, one: Pass, queries: Queries | None = None) -> TrackJob:
        """The tracker's job for one pass."""
        return TrackJob(self.video, queries or self.queries, one.frames, self.anchors, self.settings,
                        bookmark=one.bookmark)

    def with_checkpoint(self, path: Path | None) -> Plan:
        """The same plan with the weights file found."""
        if path is None or not hasattr(self.settings, "checkpoint"):
            return self
        return replace(self, settings=replace(self.settings, checkpoint=str(path)))


def make_plan(video: Video, queries: Queries, options: TrackOptions, anchors: Anchors | None = None) -> Plan:
    """Decide what a run does.

    Raises
    ------
    CotrackerError
        If the queries do not fit the clip, or the options make no sense.
    """
    from ..trackers.models import choose

    check_queries(video, queries)
    choice = choose(options.model, options.mode, video.n_frames, options.checkpoint)
    entries = registry.trackers()
    if choice.tracker not in entries:
        raise TrackingError(f"expected a tracker out of {', '.join(entries)}; got {choice.tracker!r}")
    entry = entries[choice.tracker]
    passes = plan_passes(video.n_frames, queries, options.direction, whole=entry.bidirectional)
    return Plan(
        video, queries, anchors or Anchors.none(), options, choice, entry, _settings_for(entry, options), passes
    )


def plan_passes(n_frames: int, queries: Queries, direction: str, whole: bool) -> tuple[Pass, ...]:
    """The passes of a run, those without a frame to answer left out.

    Forward from the earliest query to the end, backward from the latest to the start; one pass over
    all frames where the tracker answers for both sides.
    """
    first, last = int(queries.t.min()), int(queries.t.max())
    if n_frames == 1:
        return ()
    if direction == "both" and whole:
        return (Pass(range(n_frames), Side.BOTH),)
    forward = Pass(range(first, n_frames), Side.AFTER)
    backward = Pass(range(last, -1, -1), Side.BEFORE)
    wanted = {"both": (forward, backward), "forward": (forward,), "backward": (backward,)}[direction]
    return tuple(one for one in wanted if len(one.frames) > 1)


def check_queries(video: Video, queries: Queries) -> None:
    """Refuse queries on frames that are not there, or further off the picture than its own size.

    Points a little outside are fine: an object may enter the picture.

    Raises
    ------
    TrackingError
    """
    queries.check_against(video.n_frames)
    size = np.array([video.width, video.height])
    far = np.flatnonzero(((queries.xy < -size) | (queries.xy > 2 * size)).any(1))
    if len(far):
        row = int(far[0])
        x, y = queries.xy[row].tolist()
        raise TrackingError(
            f"expected points on or near the picture of {video.width} × {video.height} pixels, got ({x:g}, {y:g}) for "
            f"{queries.names[row]!r} (row {row}); columns are t, x, y in pixels"
        )


def estimate(video: Video, queries: Queries, options: TrackOptions | None = None, *, kept: bool = False) -> Estimate:
    """What a run will cost: peak memory in bytes and seconds; loads and fetches nothing.

    With `kept`, one that is written into a session as it comes, which holds all tracks too, and what its run changed
    (measured: 57 bytes a cell).

    Raises
    ------
    CotrackerError
        As the run itself would.
    """
    from ..trackers.weights import require_local

    plan = make_plan(video, queries, options or TrackOptions())
    plan = plan.with_checkpoint(require_local(plan.choice))
    costs = [plan.entry.estimate(plan.job(one)) for one in plan.passes]
    tracks = BYTES_PER_CELL * video.n_frames * len(queries)
    peak = max((c.peak_bytes for c in costs), default=0)
    return Estimate(peak + (5 if kept else 2) * tracks, sum(c.seconds for c in costs))


def facts_of_run(video: Video, options: TrackOptions) -> dict[str, Any]:
    """What tracks must say of the run that made them, as far as it is known beforehand: model and licence."""
    from ..trackers.models import choose

    choice = choose(options.model, options.mode, video.n_frames, options.checkpoint)
    model = choice.model
    return {
        "model": model.name, "tracker": choice.tracker, "mode": choice.mode, "direction": options.direction,
        "licence": model.licence, "licence_url": model.licence_url, "commercial_use": model.commercial,
        "version": __version__,
    }


def licence_to_accept(video: Video, options: TrackOptions) -> LicenceNotice | None:
    """What the user must be shown and accept before this run can start; None if nothing."""
    from ..trackers.models import choose
    from ..trackers.weights import licence_notice

    return licence_notice(choose(options.model, options.mode, video.n_frames, options.checkpoint))


def _settings_for(entry: TrackerEntry, options: TrackOptions) -> Any:
    """The tracker's own settings: what it shares with the options, then what was given for it by name."""
    known = {f.name for f in fields(entry.settings)}
    unknown = sorted(set(options.settings) - known)
    if unknown:
        raise TrackingError(f"expected settings of {entry.name} out of {', '.join(sorted(known))}; got {unknown[0]!r}")
    shared = {f.name: getattr(options, f.name) for f in fields(options) if f.name in known and f.name != "checkpoint"}
    try:
        return entry.settings(**{**shared, **options.settings})
    except (TypeError, ValueError) as error:
        raise TrackingError(f"cannot use the settings {dict(options.settings)} for {entry.name}: {error}") from error
