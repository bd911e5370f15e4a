"""Which plane of a stack a session's points lie on, as it notes that of its video."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def noted_plane(facts: Mapping[str, Any]) -> dict[int, int]:
    """The index of each further axis that a session was tracked at; empty if it had none, or does not say."""
    return {each["axis"]: each["index"] for each in _plane(facts)}


def plane_in_words(facts: Mapping[str, Any]) -> str:
    """The same, with the names that the axes had."""
    return ", ".join(f"{axis_name(str(each.get('label', '')) or str(each['axis']))} = {each['index']}"
                     for each in _plane(facts))


def _plane(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    video = facts.get("video")
    noted = video.get("plane") if isinstance(video, Mapping) else None
    known = noted if isinstance(noted, list) else []
    is_whole = all(isinstance(each, dict) and {type(each.get("axis")), type(each.get("index"))} == {int}
                   for each in known)
    return known if is_whole else []


def axis_name(label: str) -> str:
    """An axis in words; napari calls those without a name by their number."""
    return f"axis {label}" if label.lstrip("-").isdigit() else label
