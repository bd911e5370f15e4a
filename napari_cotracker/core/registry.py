"""Finds what modules declare, so that a new tracker, format, effect or video source is one new file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from functools import cache
from typing import Any, cast

from .declarations import Effect, Format, TrackerEntry, VideoSource


@cache
def declared(room: str, constant: str) -> dict[str, Any]:
    """Every value of `constant` in the modules of a room, by its ``name``.

    Only modules that declare it are imported, so that their neighbours may need heavy libraries.

    Parameters
    ----------
    room : str
        A sub-package, such as ``formats``.
    constant : str
        The name to look for in each of its modules, such as ``FORMAT``.
    """
    package = importlib.import_module(f"{__package__.rpartition('.')[0]}.{room}")
    found: dict[str, Any] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if not _declares(info, constant):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        entry = getattr(module, constant)
        if entry.name in found:
            raise ImportError(f"{module.__name__} declares {constant} {entry.name!r}, which is taken")
        found[entry.name] = entry
    return found


def _declares(info: pkgutil.ModuleInfo, constant: str) -> bool:
    spec = info.module_finder.find_spec(info.name, None)
    source = getattr(spec and spec.loader, "get_source", lambda name: None)(info.name)
    return source is not None and re.search(rf"^{constant}\b[^=\n]*=", source, re.MULTILINE) is not None


def header_of(entry: Format) -> str:
    """What the module of a format says about it: its page of the documentation."""
    module = importlib.import_module((entry.write or entry.read).__module__)
    return inspect.cleandoc(module.__doc__ or "")


def trackers() -> dict[str, TrackerEntry]:
    """Every tracker, by name."""
    return cast(dict[str, TrackerEntry], declared("trackers", "TRACKER"))


def formats() -> dict[str, Format]:
    """Every tracks format, by name."""
    return cast(dict[str, Format], declared("formats", "FORMAT"))


def effects() -> dict[str, Effect]:
    """Every effect on pixels within a mask, by name."""
    return cast(dict[str, Effect], declared("effects", "EFFECT"))


def video_sources() -> list[VideoSource]:
    """Every kind of video, the most specific first."""
    return sorted(declared("videos", "VIDEO_SOURCE").values(), key=lambda source: source.priority)
