"""What a file declares to be found by the registry: a tracker, a format, a kind of video, an effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from .tracker import Estimate, Tracker, TrackJob
from .tracks import Tracks
from .video import Video


@dataclass(frozen=True)
class TrackerEntry:
    """``TRACKER = TrackerEntry(...)`` in a module of ``trackers/``; importing it must not load torch.

    Parameters
    ----------
    name : str
        As typed by users, with hyphens.
    title : str
        One line for menus.
    settings : type
        Dataclass of the tracker's settings, every field with a default.
    make : callable
        ``make(settings) -> Tracker``; loads what it needs.
    estimate : callable
        ``estimate(job) -> Estimate``; pure arithmetic.
    bidirectional : bool
        Whether one run over the clip also answers for the frames before each query.
    """

    name: str
    title: str
    settings: type[Any]
    make: Callable[[Any], Tracker]
    estimate: Callable[[TrackJob], Estimate]
    bidirectional: bool = False


@dataclass(frozen=True)
class NoOptions:
    """A format without options of its own."""


# What a format may be able to hold; what it cannot is told from the tracks (`core.losses`).
KEEPABLE = {
    "ids": "track numbers",
    "names": "names",
    "groups": "groups",
    "length": "frames without any point at the end",
    "hidden": "where hidden points are",
    "states": "why a point is missing",
    "visibility": "visibility",
    "confidence": "confidence",
    "sources": "who set each point",
    "queries": "query points",
    "size": "size of the picture",
    "fps": "frames per second",
    "frame_numbers": "the plate's frame numbers",
    "video": "which film",
    "runs": "model and licence",
}
EVERYTHING = frozenset(KEEPABLE)


GROUPS = {"own": "Our own", "labels": "Labels", "reconstruction": "Reconstruction", "vfx": "Visual effects"}
"""For whom formats are, in the order in which they are shown."""


def _never(path: Path) -> bool:
    return False


@dataclass(frozen=True)
class Format:
    """``FORMAT = Format(...)`` in a module of ``formats/``.

    The module's docstring is its page in the documentation: after what it is, paragraphs that begin
    with ``Pixels:``, ``Frames:``, ``States:``, ``Verified:`` and ``Load:`` (where to click in the
    program that reads it) and, where anything is special, ``Lost:``.

    Parameters
    ----------
    name : str
        As typed by users.
    title : str
        One line for menus and for the table in the docs.
    suffixes : tuple of str
        File name endings, the preferred one first, each with its dot. A folder has none to go by;
        its preferred "suffix" may be ``""``.
    read : callable or None
        ``read(path) -> Tracks``, with `needs_size` ``read(path, size) -> Tracks``. Where frames are
        numbers of the plate, the clip begins with the first that has a point, and
        ``meta["frame_numbers"]`` has every number up to the last.
    write : callable or None
        ``write(path, tracks, options) -> list of str``: what besides `keeps` could not be held as it
        was (renamed, rounded, capped), a sentence each.
    sniff : callable
        ``sniff(path) -> bool``: whether an existing file is of this format, by its content. Only a format
        that is read needs one.
    options : type
        Dataclass of the writer's options, every field a `core.options.option` with a default.
    group : str
        Whom it is for, out of `GROUPS`.
    keeps : frozenset of str
        What it can hold, out of `KEEPABLE`; positions of visible points go without saying.
    is_folder : bool
        Whether it is a folder of files.
    extra : str, optional
        The extra of this package that brings what it needs.
    needs_size : bool
        Whether reading takes the (width, height) of the picture, which the file does not tell.
    pictures : bool
        Whether `write` takes a further argument ``pictures``: a function from a 0-based frame to its
        (H, W, 3) uint8 RGB picture, or None where the film is not at hand.
    preview : callable, optional
        ``preview(path, tracks, options) -> list of str``: what writing would change in what is
        there already, without writing.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[..., Tracks] | None
    write: Callable[..., list[str]] | None
    sniff: Callable[[Path], bool] = _never
    options: type[Any] = NoOptions
    group: str = "labels"
    keeps: frozenset[str] = frozenset()
    is_folder: bool = False
    extra: str | None = None
    needs_size: bool = False
    pictures: bool = False
    preview: Callable[[Path, Tracks, Any], list[str]] | None = None


@dataclass(frozen=True)
class VideoSource:
    """``VIDEO_SOURCE = VideoSource(...)`` in a module of ``videos/``.

    Parameters
    ----------
    name : str
    accepts : callable
        ``accepts(source) -> bool`` for a path or an array; cheap.
    open : callable
        ``open(source) -> Video``; raises `VideoError`.
    priority : int
        Sources are asked in ascending order.
    takes_rate : bool
        Whether it may not know its frames per second, and `open` takes them as ``fps``.
    """

    name: str
    accepts: Callable[[Any], bool]
    open: Callable[..., Video]
    priority: int = field(default=50)
    takes_rate: bool = False


def _nothing(options: Any) -> int:
    return 0


@dataclass(frozen=True)
class Effect:
    """``EFFECT = Effect(...)`` in a module of ``effects/``: what is done to pixels within a mask.

    Parameters
    ----------
    name : str
        As typed by users.
    title : str
        One line for menus.
    options : type
        Dataclass of its options, every field a `core.options.option` with a default.
    apply : callable
        ``apply(light, mask, options) -> light``: from (H, W, 3) float32 in linear light to the same,
        changed everywhere or in the mask only, as is easier; what lies outside the mask (H, W) float32,
        0 … 1, is not shown.
    reach : callable
        ``reach(options) -> int``: pixels around the mask that it needs to see.
    """

    name: str
    title: str
    options: type[Any]
    apply: Callable[[NDArray[Any], NDArray[Any], Any], NDArray[Any]]
    reach: Callable[[Any], int] = _nothing
