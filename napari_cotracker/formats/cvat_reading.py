"""Reads CVAT for video: keyframes, and straight lines between them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.tracks import Source, Tracks
from .sheets import imported
from .sparse import check_claim
from .tables import MAX_FRAMES, MAX_NUMBER

MAX_DEPTH = 50
OTHER_SHAPES = {"box", "polygon", "polyline", "ellipse", "cuboid", "mask"}
META = {("task", "size"), ("job", "size"), ("original_size", "width"), ("original_size", "height")}

Row = tuple[int, bool, bool, bool, float, float]  # frame, keyframe, outside, occluded, x, y


def read(path: Path) -> Tracks:
    """Tracks from an XML file of CVAT for video.

    Raises
    ------
    FormatError
        If the file is missing, damaged, has no tracks of points, or claims an absurd number of frames.
    """
    found = _Found()
    try:
        with Path(path).open("rb") as file:
            found.parser.ParseFile(file)
        return _tracks_of(found)
    except OSError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap.strerror or mishap}") from mishap
    except FormatError as mishap:
        line = found.parser.CurrentLineNumber
        raise FormatError(f"cannot read {str(path)!r}, line {line}: {mishap}") from mishap
    except (expat.ExpatError, ValueError, LookupError) as mishap:
        raise FormatError(f"expected XML of CVAT for video, but {str(path)!r} is damaged or something else "
                          f"({mishap}); export it again") from mishap


@dataclass
class _Track:
    """One of CVAT's tracks: its label, and the rows of each of its points."""

    label: str
    id: str
    name: str = ""
    points: dict[tuple[str, int], list[Row]] = field(default_factory=dict)


class _Found:
    """What the parser has seen so far."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.tracks: list[_Track] = []
        self.other_shapes = self.images = 0
        self.meta: dict[str, int] = {}
        self._path: list[str] = []
        self._frame = ""
        self._words: list[str] | None = None

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if not self._path and tag != "annotations":
            raise FormatError(f"expected the XML element <annotations>, got <{tag:.40}>")
        if len(self._path) >= MAX_DEPTH:
            raise FormatError(f"expected elements at most {MAX_DEPTH} deep")
        within = "track" in self._path
        self._path.append(tag)
        if tag == "track":
            self.tracks.append(_Track(given.get("label", ""), given.get("id", str(len(self.tracks)))))
        elif tag == "skeleton" and within:
            self._frame = given.get("frame", "")
        elif tag == "points" and within:
            self._add(given)
        elif (tag == "attribute" and given.get("name") == "name" and within) or tuple(self._path[-2:]) in META:
            self._words = []
        self.images += tag == "image"
        self.other_shapes += tag in OTHER_SHAPES

    def _text(self, text: str) -> None:
        if self._words is not None:
            self._words.append(text)

    def _end(self, tag: str) -> None:
        if self._words is not None and tag == self._path[-1]:
            text, self._words = "".join(self._words).strip(), None
            if tag == "attribute":
                self.tracks[-1].name = text
            elif text.isdecimal() and len(text) < 9:
                self.meta[tag] = int(text)
        self._path.pop()

    def _add(self, given: dict[str, str]) -> None:
        part = given.get("label", "") if "skeleton" in self._path else ""
        frame = given.get("frame", self._frame if "skeleton" in self._path else "")
        if not (frame.isascii() and frame.isdecimal() and len(frame) < 9 and int(frame) < MAX_FRAMES):
            raise FormatError(f"expected a frame number from 0 to {MAX_FRAMES - 1}, got {frame!r:.40}")
        key, outside, occluded = (given.get(name, default) == "1" for name, default in
                                  (("keyframe", "1"), ("outside", "0"), ("occluded", "0")))
        for k, pair in enumerate(given.get("points", "").split(";")):
            x, _, y = pair.partition(",")
            position = (_number(x), _number(y))
            self.tracks[-1].points.setdefault((part, k), []).append((int(frame), key, outside, occluded, *position))


def _refuse_doctype(*_: object) -> None:
    raise FormatError("expected XML without a document type; files of CVAT have none")


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not abs(value) <= MAX_NUMBER:
        raise FormatError(f"expected points as x,y in pixels, got {text!r:.40}")
    return value


def _tracks_of(found: _Found) -> Tracks:
    columns = [(name, rows) for name, rows in _named(found.tracks) if rows]
    if not columns:
        got = "only other shapes" if found.other_shapes else "none"
        more = "; export as CVAT for video, not for images" if found.images else ""
        raise FormatError(f"expected tracks of points, got {got}{more}")
    frames = max(row[0] for _, rows in columns for row in rows) + 1
    n_frames = max(frames, found.meta.get("size", 0))
    check_claim((n_frames, len(columns)), sum(len(rows) for _, rows in columns))
    xy = np.full((n_frames, len(columns), 2), np.nan, np.float32)
    hidden, listed = np.zeros(xy.shape[:2], bool), np.zeros(xy.shape[:2], bool)
    for n, (name, rows) in enumerate(columns):
        _fill(rows, name, xy[:, n], hidden[:, n], listed[:, n])
    meta: dict[str, Any] = {}
    if found.meta.get("width") and found.meta.get("height"):
        meta["size"] = (found.meta["width"], found.meta["height"])
    tracks = imported(xy, names=[name for name, _ in columns], visible=~hidden, meta=meta)
    between = (tracks.source == Source.IMPORTED) & ~listed
    return replace(tracks, source=np.where(between, Source.INTERPOLATED, tracks.source).astype(np.uint8))


def _named(tracks: list[_Track]) -> list[tuple[str, list[Row]]]:
    """Every point of every track with a name; tracks of the same label are told apart by their number."""
    often = Counter(track.label for track in tracks if not track.name)
    columns = []
    for track in tracks:
        title = track.name or (f"{track.label} {track.id}" if often[track.label] > 1 else track.label)
        many = len({k for _, k in track.points}) > 1
        for (part, k), rows in track.points.items():
            name = f"{title}/{part}" if part else title
            columns.append((f"{name} {k + 1}" if many else name, rows))
    return columns


def _fill(rows: list[Row], name: str, xy: NDArray[np.float32], hidden: NDArray[np.bool_],
          listed: NDArray[np.bool_]) -> None:
    """One point in every frame: straight lines between keyframes, until it is outside, else to the end."""
    table = np.array(sorted(rows), np.float64)
    frames = table[:, 0].astype(np.int64)
    if (np.diff(frames) == 0).any():
        again = int(frames[1:][np.diff(frames) == 0][0])
        raise FormatError(f"expected one point of {name!r:.60} in frame {again}, got more")
    t = np.arange(frames[0], len(xy))
    left = np.searchsorted(frames, t, side="right") - 1
    there = table[left, 2] == 0
    line = np.column_stack([np.interp(t, frames, table[:, k]) for k in (4, 5)]) - 0.5
    xy[t[there]] = line[there]
    hidden[t] = table[left, 3] == 1
    listed[frames[table[:, 1] == 1]] = True
