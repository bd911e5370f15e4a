"""SLEAP's labels, read table by table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.tracks import Source, Tracks
from .apart import load_apart
from .hdf5 import opened, text_of, texts, whole
from .sheets import imported, pair_of, uncast, with_keypoints

NEWEST = 3.0  # of the file format, which is told by its number
CORNERS = 1.1  # before, positions counted from the corner of the picture
FREE_CELLS = 50_000_000
CELLS_PER_POINT = 1_000
MAX_SIDE = 1 << 20


def read(path: Path) -> Tracks:
    """Tracks from labels; see `sleap.read`."""
    found = load_apart("sleap", path)
    meta: dict[str, object] = {}
    if found["size"]:
        meta["size"] = tuple(found["size"])
    pair = pair_of(found["fps"] or 0)
    if pair:
        meta["fps"] = pair
    if found["bones"]:
        meta["skeleton"] = found["bones"]
    names = uncast(found["individuals"], found["nodes"])
    shape = found["xy"].shape
    xy, is_visible, score, is_user = (found[name].reshape(shape[0], -1, *found[name].shape[3:])
                                      for name in ("xy", "visible", "score", "user"))
    tracks = imported(xy, names=names, visible=is_visible, confidence=score, meta=meta)
    there = tracks.source != Source.NONE
    predicted = np.where(there & ~is_user, Source.PREDICTED, tracks.source).astype(np.uint8)
    return with_keypoints(replace(tracks, source=predicted).select(there.any(0)), found["nodes"])


def load(path: str) -> dict[str, Any]:
    """What `read` needs of a file, as arrays (frame, individual, node)."""
    with opened(path) as file:
        if "metadata" not in file:
            raise FormatError("expected labels of SLEAP, got a file of another kind")
        version = float(file["metadata"].attrs.get("format_id", 0))
        if not 0 <= version < NEWEST:
            raise FormatError(f"expected SLEAP's labels of a format before {NEWEST:g}, got {version:g}")
        nodes, bones = _skeleton(_json(text_of(file["metadata"].attrs["json"])))
        frames, instances = (whole(file, name, "V", 1) for name in ("frames", "instances"))
        video = _video(file, frames)
        tracks = [str(json.loads(text)[1]) for text in texts(file, "tracks_json")]
        individuals, who = _individuals(instances, tracks)
        found = _cells(file, (frames, instances, who), (len(individuals), len(nodes)), video["frames"])
        found["xy"] -= 0.5 if version < CORNERS else 0.0
        return {**found, **video, "individuals": individuals, "nodes": nodes, "bones": bones}


def _json(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise FormatError("expected its metadata as a JSON object; it is damaged")
    return found


def _skeleton(metadata: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Names of the nodes in the order of the points, and pairs of them that belong together."""
    if len(metadata["skeletons"]) != 1:
        raise FormatError(f"expected labels with one skeleton, got {len(metadata['skeletons'])}")
    names = [str(node["name"]) for node in metadata["nodes"]]
    graph = metadata["skeletons"][0]
    graph = graph.get("nx_graph", graph)
    order = [int(node["id"]) for node in graph["nodes"]]
    bones, kinds = [], []
    for link in graph["links"]:
        # a kind of link is spelled out once, and later referred to by its number
        given = link.get("type") or {}
        if "py/reduce" in given:
            kinds.append(int(given["py/reduce"][1]["py/tuple"][0]))
        kind = kinds[-1] if "py/reduce" in given else int(given.get("py/id", 1))
        kind = kinds[kind - 1] if "py/id" in given and kind <= len(kinds) else kind
        if kind == 1:
            bones.append([names[int(link["source"])], names[int(link["target"])]])
    return [names[k] for k in order], bones


def _video(file: Any, frames: NDArray[Any]) -> dict[str, Any]:
    """How long, large and fast the only film is."""
    films = np.unique(frames["video"])
    if len(films) > 1:
        raise FormatError(f"expected labels of one film, got of {len(films)}; save those of one in SLEAP")
    listed = texts(file, "videos_json")
    place = int(films[0]) if len(films) and films[0] < len(listed) else 0
    about = _json(listed[place]).get("backend") if listed else {}
    about = about if isinstance(about, dict) else {}
    shape, rate = about.get("shape"), about.get("fps")
    fits = isinstance(shape, list) and len(shape) == 4 and all(isinstance(n, int) and 0 < n < MAX_SIDE for n in shape)
    return {"size": [shape[2], shape[1]] if fits and shape else None, "frames": shape[0] if fits and shape else 0,
            "fps": float(rate) if isinstance(rate, int | float) else None}


def _individuals(instances: NDArray[Any], tracks: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Names, and whose each instance is: its track's, else by the order in the frame."""
    who = instances["track"].astype(np.int64)
    if len(who) and not -1 <= who.min() <= who.max() < len(tracks):
        raise FormatError("it refers to tracks that it does not have; it is damaged")
    alone = np.flatnonzero(who < 0)
    if not len(alone):
        return tracks, who
    # users' instances and predictions are numbered each for themselves, since they are the same ones
    key = instances["frame_id"][alone].astype(np.int64) * 2 + (instances["instance_type"][alone] == 0)
    order = np.argsort(key, kind="stable")
    first = np.searchsorted(key[order], key[order])
    rank = np.empty(len(alone), np.int64)
    rank[order] = np.arange(len(alone)) - first
    who[alone] = len(tracks) + rank
    count = int(rank.max()) + 1
    return [*tracks, *([""] if count == 1 else [f"instance {k + 1}" for k in range(count)])], who


def _cells(file: Any, tables: tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]], shape: tuple[int, int],
           length: int) -> dict[str, NDArray[Any]]:
    frames, instances, who = tables
    numbers = np.zeros(len(instances), np.int64)
    for frame in frames:
        numbers[int(frame["instance_id_start"]) : int(frame["instance_id_end"])] = int(frame["frame_idx"])
    kinds = {name: whole(file, name, "V", 1) for name in ("pred_points", "points")}
    count = max(int(numbers.max(initial=-1)) + 1, length)
    points = sum(map(len, kinds.values()))
    if count * shape[0] * shape[1] > max(FREE_CELLS, CELLS_PER_POINT * points) or numbers.min(initial=0) < 0:
        raise FormatError(f"{points} points claim {count} frames of {shape[0]} × {shape[1]} points; it is damaged")
    xy = np.full((count, *shape, 2), np.nan, np.float64)
    score = np.ones((count, *shape), np.float32)
    is_visible, is_user = np.zeros((count, *shape), bool), np.zeros((count, *shape), bool)
    for name, kind in (("pred_points", 1), ("points", 0)):
        chosen = instances["instance_type"] == kind
        start = instances["point_id_start"][chosen].astype(np.int64)
        if (instances["point_id_end"][chosen].astype(np.int64) - start != shape[1]).any():
            raise FormatError("expected as many points in every instance as the skeleton has; it is damaged")
        cells = kinds[name][start[:, None] + np.arange(shape[1])]
        place = (numbers[chosen], who[chosen])
        xy[place] = np.stack([cells["x"], cells["y"]], -1)
        is_visible[place], is_user[place] = cells["visible"], kind == 0
        score[place] = cells["score"] if kind else 1
    with np.errstate(over="ignore"):
        return {"xy": xy.astype(np.float32), "visible": is_visible, "score": score, "user": is_user}


