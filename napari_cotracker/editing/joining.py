"""What tracks from a file know beside their cells, and a session notes when they join it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def joined_facts(here: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Facts to note of tracks that join others: skeleton, keypoints, and by which models and licences they were made.

    Parameters
    ----------
    here, theirs : mapping
        `Tracks.meta` of the session, and of the tracks that come.

    Returns
    -------
    dict
        What is another one now: edges and keypoints that are here, and then those of theirs that are not.
    """
    both = {
        "skeleton": [*map(list, here.get("skeleton") or []), *map(list, theirs.get("skeleton") or [])],
        "keypoints": [*(here.get("keypoints") or []), *(theirs.get("keypoints") or [])],
        "runs": [*(here.get("runs") or []), *(theirs.get("runs") or [])],
    }
    return {name: each for name, values in both.items() if (each := _once(values)) != list(here.get(name) or [])}


def _once(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
