"""Sessions of a video that nobody has saved, to go on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.dates import date_words
from ..core.words import counted
from ..editing.places import Unsaved, unsaved
from .project import Project

MOST = 20


def offers_for(project: Project) -> list[Unsaved]:
    """Those of a project's video, the newest first, but for those that are open in any window."""
    size, length = project.session.size, project.session.n_frames if project.is_indexed else None
    fitting = [entry for entry in unsaved() if entry.shape[1:] == size and length in (None, entry.shape[0])]
    own = project.video_facts() if fitting else {}  # reads of the file
    return [entry for entry in fitting if is_of(entry.facts, own)][:MOST]


def is_of(noted: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Whether what a session notes of its video is said of this one: its content if that is known, else its place."""
    marks = noted.get("fingerprint"), own["fingerprint"]
    if all(marks):
        return marks[0] == marks[1]
    return (noted.get("path"), noted.get("name")) == (own["path"], own["name"])


def offer_words(entry: Unsaved) -> str:
    """What there is, and of when: 42 steps, yesterday 18:03; of tracks that nothing was done to, how many."""
    much = counted(entry.steps, "step") if entry.steps else counted(entry.tracks, "track")
    much = "names of points" if entry.has_names and not (entry.steps or entry.tracks) else much
    return f"{much}, {date_words(entry.changed)}"
