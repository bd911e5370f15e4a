"""Choices that napari remembers for us: its Preferences show them, too (manifest: `configurations`)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

NAME = "napari-cotracker"


def recall(chapter: str) -> dict[str, Any]:
    """The remembered choices of a chapter, ``tracking`` or ``view``; empty where napari does not know the plugin."""
    settings = _chapter(chapter)
    return {} if settings is None else dict(settings.dict())


def remember(chapter: str, choices: Mapping[str, Any]) -> None:
    """Keep choices for the next time; those that the manifest does not list, or refuses, are left alone."""
    settings = _chapter(chapter)
    if settings is None:
        return
    known = recall(chapter)
    for key, value in choices.items():
        if key in known and known[key] != value:
            with suppress(ValueError):  # out of the manifest's range: good for now, not to be kept
                setattr(settings, key, value)


def _chapter(name: str) -> Any:
    from napari.settings import get_plugin_settings

    try:
        return getattr(get_plugin_settings(NAME), name)
    except (KeyError, AttributeError):  # started without its manifest
        return None
