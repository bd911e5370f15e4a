"""What a file declares to be found by the registry: a tracker, a format, a kind of video."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    """A format without options."""


@dataclass(frozen=True)
class Format:
    """``FORMAT = Format(...)`` in a module of ``formats/``.

    Parameters
    ----------
    name : str
        As typed by users.
    title : str
        One line for menus and for the table in the docs.
    suffixes : tuple of str
        File name endings, the preferred one first, each with its dot.
    read : callable or None
        ``read(path) -> Tracks``.
    write : callable or None
        ``write(path, tracks, options) -> list of str``: what the format could not hold, a sentence each.
    sniff : callable
        ``sniff(path) -> bool``: whether an existing file is of this format, by its content.
    options : type
        Dataclass of the writer's options, every field with a default.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], Tracks] | None
    write: Callable[[Path, Tracks, Any], list[str]] | None
    sniff: Callable[[Path], bool]
    options: type[Any] = NoOptions


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
    """

    name: str
    accepts: Callable[[Any], bool]
    open: Callable[[Any], Video]
    priority: int = field(default=50)
