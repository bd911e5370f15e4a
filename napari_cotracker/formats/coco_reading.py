"""Reads COCO keypoints."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.files import naming
from ..core.tracks import Tracks
from .sheets import with_keypoints
from .sparse import check_claim, laid_out
from .tables import MAX_FRAMES

TRACK_KEYS = ("track_id", "object_id", "instance_id")


def read(path: Path) -> Tracks:
    """Tracks from a COCO file with keypoints.

    Raises
    ------
    FormatError
        If the file is missing, damaged, holds no keypoints, or claims an absurd number of frames.
    """
    with naming(path):
        return _tracks_of(read_json(path))


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises
    ------
    FormatError
        If it is none.
    """
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            return json.load(file)
    except (ValueError, RecursionError) as mishap:  # bad UTF-8 is a ValueError as well
        why = " ".join(str(mishap).split())
        raise FormatError(f"expected JSON as UTF-8 text, got something else ({why:.100})") from mishap


def _tracks_of(content: Any) -> Tracks:
    images, categories, annotations = (_list(content, key) for key in ("images", "categories", "annotations"))
    frames = _frames(images)
    found = _Found({_id(category, "id"): category for category in categories})
    for annotation in annotations:
        if "keypoints" in annotation and not annotation.get("iscrowd"):
            image = _id(annotation, "image_id")
            if image not in frames:
                raise FormatError(f"expected annotations of the images that are listed, got image_id {image!r:.40}")
            found.add(annotation, image, frames[image])
    if not len(found):
        raise FormatError("expected annotations with keypoints, got none; boxes and outlines alone are no points")
    pairs, column, t, xyv = found.points()
    first, last = int(t.min()), max(frames.values())
    check_claim((last - first + 1, len(pairs)), len(t))
    names = found.names()
    tracks = laid_out(t - first, column, xyv[:, :2], [names[pair] for pair in pairs], seen=xyv[:, 2] == 2,
                      n_frames=last - first + 1, meta=_meta(content, images))
    return _numbered(with_keypoints(tracks, found.keypoints()), first, found.bones())


def _numbered(tracks: Tracks, first: int, bones: list[tuple[str, str]]) -> Tracks:
    numbers = np.arange(first, first + tracks.n_frames)
    return replace(tracks, meta={**tracks.meta, "frame_numbers": numbers, **({"skeleton": bones} if bones else {})})


def _list(content: Any, key: str) -> list[dict[str, Any]]:
    found = content.get(key) if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise FormatError(f"expected a list of objects under {key!r}; this is no COCO file, or a damaged one")
    return found


def _id(entry: dict[str, Any], key: str) -> int | str:
    found = entry.get(key)
    if not isinstance(found, int | str):
        raise FormatError(f"expected a number or text under {key!r}, got {found!r:.40}")
    return found


def _frames(images: list[dict[str, Any]]) -> dict[int | str, int]:
    """The frame of every image: its number if all have different ones, else its place in the file."""
    ids = [_id(image, "id") for image in images]
    digits = [re.findall(r"[0-9]+", Path(str(image.get("file_name", "")).replace("\\", "/")).stem) for image in images]
    numbers = [int(found[-1][-15:]) for found in digits if found]
    if len(set(numbers)) != len(images) or max(numbers, default=0) >= MAX_FRAMES:
        numbers = list(range(len(images)))
    return dict(zip(ids, numbers, strict=True))


def _meta(content: dict[str, Any], images: list[dict[str, Any]]) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    sizes = {(image.get("width"), image.get("height")) for image in images
             if isinstance(image.get("width"), int) and isinstance(image.get("height"), int)}
    if len(sizes) == 1 and all(0 < int(side or 0) < 1 << 24 for side in next(iter(sizes))):
        meta["size"] = next(iter(sizes))
    info = content.get("info")
    rate = info.get("frames_per_second") if isinstance(info, dict) else None
    if isinstance(rate, list) and len(rate) == 2 and all(isinstance(n, int) and 0 < n < 1 << 31 for n in rate):
        meta["fps"] = tuple(rate)
    return meta


class _Found:
    """Keypoints found so far, by individual."""

    def __init__(self, categories: dict[int | str, dict[str, Any]]) -> None:
        self._categories = categories
        self._individuals: dict[tuple[int | str, Any], int] = {}
        self._given: dict[int, str] = {}
        self._order: dict[tuple[int | str, int | str], int] = defaultdict(int)
        self._rows: list[tuple[int, int, int]] = []  # individual, frame, count of keypoints
        self._flat: list[Any] = []  # x, y, v of one keypoint after another

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, annotation: dict[str, Any], image: int | str, frame: int) -> None:
        category = _id(annotation, "category_id")
        if category not in self._categories:
            raise FormatError(f"expected annotations of the categories that are listed, got {category!r:.40}")
        count, given = len(self._keypoints_of(category)), annotation["keypoints"]
        if not isinstance(given, list) or len(given) != 3 * count or not count:
            raise FormatError(f"expected x, y, v for each of {count} keypoints, got {given!r:.60}")
        track, name = _whose(annotation)
        if track is None:  # in pictures that are not one film, the first one is "1"
            self._order[category, image] += 1
            track = f"#{self._order[category, image]}"
        individual = self._individuals.setdefault((category, track), len(self._individuals))
        if name is not None:
            self._given[individual] = name
        self._rows.append((individual, frame, count))
        self._flat += given

    def _keypoints_of(self, category: int | str) -> list[str]:
        found = self._categories[category].get("keypoints")
        if not isinstance(found, list):
            raise FormatError(f"expected the names of the keypoints in category {category!r:.40}, got {found!r:.40}")
        return [str(name) for name in found]

    def points(self) -> tuple[list[tuple[int, int]], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """The (individual, keypoint) of every column; of every point its column, frame, and x, y, v."""
        xyv = _numbers(self._flat)
        individual, frame, counts = np.array(self._rows).T
        keypoint = np.arange(len(xyv)) - np.repeat(np.cumsum(counts) - counts, counts)
        labelled = xyv[:, 2] > 0
        if not labelled.any():
            raise FormatError("expected labelled keypoints, got only some with v = 0")
        widest = int(counts.max())
        codes = np.repeat(individual, counts) * widest + keypoint
        pairs, column = np.unique(codes[labelled], return_inverse=True)
        frames = np.repeat(frame, counts)[labelled]
        return [divmod(pair, widest) for pair in pairs.tolist()], column, frames, xyv[labelled]

    def names(self) -> dict[tuple[int, int], str]:
        """The name of every possible column."""
        found = {}
        for (category, track), i in self._individuals.items():
            title = str(self._categories[category].get("name", category))
            alone = "" if len(self._individuals) == 1 else f"{title} {str(track).removeprefix('#')}"
            individual = self._given.get(i, alone)
            for k, keypoint in enumerate(self._keypoints_of(category)):
                found[i, k] = f"{individual}/{keypoint}" if individual else keypoint
        return found

    def keypoints(self) -> list[str]:
        """The keypoints of all categories, each once."""
        categories = dict.fromkeys(category for category, _ in self._individuals)
        return list(dict.fromkeys(name for category in categories for name in self._keypoints_of(category)))

    def bones(self) -> list[tuple[str, str]]:
        """The skeleton as pairs of keypoints' names."""
        found = []
        for id in dict.fromkeys(category for category, _ in self._individuals):
            names, bones = self._keypoints_of(id), self._categories[id].get("skeleton")
            for bone in bones if isinstance(bones, list) else []:
                if isinstance(bone, list) and len(bone) == 2 and all(
                        isinstance(k, int) and 1 <= k <= len(names) for k in bone):
                    found.append((names[bone[0] - 1], names[bone[1] - 1]))
        return found


def _whose(annotation: dict[str, Any]) -> tuple[int | str | None, str | None]:
    attributes = annotation.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    tracks = [place[key] for key in TRACK_KEYS for place in (annotation, attributes)
              if isinstance(place.get(key), int | str)]
    name = attributes.get("name")
    return (tracks[0] if tracks else None), (name if isinstance(name, str) else None)


def _numbers(flat: list[Any]) -> NDArray[np.float64]:
    """(P, 3) x, y, v."""
    try:
        found = np.asarray(flat)
    except (ValueError, OverflowError):
        found = np.zeros(0, object)
    if found.dtype.kind not in "if" or found.ndim != 1:
        raise FormatError("expected keypoints as numbers x, y, v, got something else among them")
    xyv = found.astype(np.float64).reshape(-1, 3)
    if not np.isin(xyv[:, 2], (0, 1, 2)).all():
        raise FormatError(f"expected v as 0, 1 or 2, got {xyv[~np.isin(xyv[:, 2], (0, 1, 2)), 2][0]:g}")
    return xyv
