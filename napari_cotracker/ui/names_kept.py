"""Names for the points to come, noted in the session, and carried on to the next film: nothing is typed twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import QObject, QTimer

from ..core.skeleton import Edge, Skeleton, edges_in, edges_text, listed
from ..editing.patch import Patch
from ..editing.places import NAMES
from ..editing.session import Session
from .desk import Desk
from .naming import Naming
from .preferences import recall, remember
from .project import Project

PAUSE_MS = 300  # after the last letter
Note = tuple[Skeleton, list[str], str]  # with what was left out, and the group


class NamesKeeper(QObject):
    """Notes the list of names in the current session, and takes that of a session that is gone on with.

    A list that was typed is noted, with a file from then on, though nothing was placed yet. One that is carried on from
    another film is noted once it is used. What tracks are called says which names are given.

    Parameters
    ----------
    desk : Desk
    naming : Naming
    """

    def __init__(self, desk: Desk, naming: Naming, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._naming = desk, naming
        self._project: Project | None = None
        self._is_over = self._is_typed = False
        self._clock = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._clock.timeout.connect(self.note)
        naming.edited.connect(self._on_edited)
        desk.current_changed.connect(self._follow)
        self._follow()

    def note(self) -> None:
        """Write down what there is now, if that is something else."""
        self._clock.stop()
        if self._naming.names:
            keep(self._naming.skeleton)
        project = self._project
        if project is None or project.session.is_read_only:
            return
        noted = _note_of(self._naming)
        if project.session.settings.get(NAMES) != noted:
            self._desk.attempt(lambda: _write(project, noted))

    def close(self) -> None:
        """Note what was typed last, and hear no more."""
        if self._is_over:
            return
        self._is_over = True
        self._listen(None)
        self._desk.current_changed.disconnect(self._follow)
        self._naming.edited.disconnect(self._on_edited)

    def _follow(self) -> None:
        project = self._desk.current
        if project is self._project:
            return
        stays = self._is_typed and not self._naming.is_begun  # it was typed for points that are still to come
        self._listen(project)
        self._is_typed = False
        noted = None if project is None else _noted(project.session)
        if noted is not None and noted[0] != self._naming.skeleton and not stays:
            self._naming.restore(*noted)
        else:
            self._naming.begin(noted[1] if noted is not None and noted[0] == self._naming.skeleton else ())
        self._mark()

    def _listen(self, project: Project | None) -> None:
        if self._clock.isActive():
            self.note()
        old, self._project = self._project, project
        if old is not None:
            old.session.changed.disconnect(self._on_patch)
        if project is not None:
            project.session.changed.connect(self._on_patch)

    def _on_edited(self) -> None:
        self._is_typed = True
        self._mark()
        self._clock.start()

    def _on_patch(self, patch: Patch) -> None:
        if patch.changes_table and self._mark() and self._naming.is_begun:
            self._clock.start()

    def _mark(self) -> bool:
        """Tell the list which names tracks have, if there is any to be given."""
        if self._project is not None and self._naming.names:
            self._naming.mark({row.name for row in self._project.session.rows})
        return bool(self._naming.names)


def last_time() -> Skeleton:
    """The list that was used last, in whatever window; empty if there was none."""
    kept = recall("names")
    return Skeleton(listed(kept.get("keypoints", "")), listed(kept.get("individuals", "")),
                    edges_in(kept.get("edges", "")))


def keep(skeleton: Skeleton) -> None:
    """Offer a list in windows to come."""
    remember("names", {"keypoints": ", ".join(skeleton.keypoints), "individuals": ", ".join(skeleton.individuals),
                       "edges": edges_text(skeleton.edges)})


def _write(project: Project, noted: Any) -> None:
    """Into the session's file, which begins with it if there is none."""
    if noted is not None:
        project.file.begin()
    before = project.session.settings.get(NAMES)
    project.session.set_setting(NAMES, noted)
    if facts := _facts(project.session.facts, before, noted):
        project.session.describe(**facts)


def _facts(known: Mapping[str, Any], before: Any, noted: Any) -> dict[str, Any]:
    """What exports are to know of it: the list stands in for what it said before, and what came with labels stays."""
    old, new = (note[0] if (note := _read(each)) else Skeleton() for each in (before, noted))
    points = [point for point in known.get("keypoints") or [] if point not in old.points]
    edges = [list(edge) for edge in known.get("skeleton") or [] if tuple(edge) not in old.edges]
    joined = {"keypoints": [*points, *(point for point in new.points if point not in points)],
              "skeleton": [*edges, *(list(edge) for edge in new.edges if list(edge) not in edges)]}
    return {name: values for name, values in joined.items() if values != list(known.get(name) or [])}


def _note_of(naming: Naming) -> dict[str, Any] | None:
    skeleton = naming.skeleton
    if not (skeleton.names or naming.group):
        return None
    return {"names": list(skeleton.keypoints), "individuals": list(skeleton.individuals),
            "edges": [list(edge) for edge in skeleton.edges], "left_out": naming.left_out, "group": naming.group}


def _noted(session: Session) -> Note | None:
    """What a session notes, unless that makes no sense."""
    return _read(session.settings.get(NAMES))


def _read(noted: Any) -> Note | None:
    if not isinstance(noted, dict):
        return None
    lists = [noted.get("names"), *(noted.get(key, []) for key in ("individuals", "left_out"))]
    edges, group = noted.get("edges", []), noted.get("group")
    if not (all(_is_of_texts(each) for each in lists) and isinstance(group, str) and (lists[0] or group)):
        return None
    if not (isinstance(edges, list) and all(_is_of_texts(edge) and len(edge) == 2 for edge in edges)):
        return None
    pairs: list[Edge] = [(edge[0], edge[1]) for edge in edges]
    return Skeleton(tuple(lists[0]), tuple(lists[1]), tuple(pairs)), lists[2], group


def _is_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
