"""SLEAP's analysis file: positions of every track in every frame as arrays, for MATLAB and Python.

A slash in a track's name separates individual (SLEAP's track) and body part (node). Tracks without a
slash belong to one animal without a track. The arrays lie as SLEAP writes them: ``tracks`` is (track,
xy, node, frame), ``track_occupancy`` (frame, track). Files with the axes in another order, which say
so in ``dims``, are read as well.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0), 64 bits.

Frames: one for each of the film, counted from 0.

States: only visible points have a position, as in SLEAP's own exports.

Lost: the point's score is its confidence; what a person placed or approved has none, as points that
were proof-read in SLEAP. A point without any position is no track when read back from other programs.

Verified: written files are read with sleap-io 0.9, and files of sleap-io are read here; movement 0.15
read them as well. SLEAP and MATLAB were not run.

Load: ``h5read`` in MATLAB, ``sleap_io.load_analysis_h5``, or movement (File > Open, SLEAP); here
File > Open.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format, NoOptions
from ..core.errors import FormatError, MissingExtraError
from ..core.tracks import Source, Tracks, is_anchor
from ..core.words import as_label
from .apart import load_apart, outline
from .hdf5 import in_memory, opened, text_of, texts, whole
from .sheets import Cast, cast_of, credits, imported, pair_of, uncast, visible, with_keypoints

NAMES = {"tracks", "track_occupancy", "track_names", "node_names", "point_scores"}
POINTS, SCORES = ("frame", "track", "node", "xy"), ("frame", "track", "node")
DIMS = {"tracks": ("track", "xy", "node", "frame"), "point_scores": ("track", "node", "frame"),
        "track_occupancy": ("frame", "track"), "instance_scores": ("track", "frame"),
        "tracking_scores": ("track", "frame")}
MAX_SIDE = 1 << 20


def sniff(path: Path) -> bool:
    """Whether a file has the arrays of SLEAP's analysis."""
    return set(outline(path)) >= NAMES


def write(path: Path, tracks: Tracks, options: NoOptions) -> list[str]:
    """Write arrays.

    Returns
    -------
    list of str
        What had to be changed.

    Raises
    ------
    FormatError
        If there is no track or frame, or the file cannot be written.
    """
    path = Path(path)
    if not len(tracks) or not tracks.n_frames:
        raise FormatError("expected at least one track and one frame for SLEAP's analysis, got none")
    try:
        import h5py
    except ImportError as missing:
        raise MissingExtraError("h5py", "labels", f"write {path.name!r}") from missing
    cast = cast_of(tracks)
    film = (tracks.meta.get("video") or {}).get("path") or ""
    provenance = {"made_by": credits(tracks), "empty_points": _empty(tracks)}
    with in_memory(path) as memory, h5py.File(memory, "w") as file:
        for name, values in _arrays(tracks, cast).items():
            dataset = file.create_dataset(name, data=values, compression="gzip", compression_opts=4)
            dataset.attrs["dims"] = json.dumps(DIMS[name])
        named = [name for name in cast.individuals if name] and cast.individuals
        for name, labels in (("track_names", named), ("node_names", cast.keypoints)):
            file[name] = np.array([label.encode("utf-8") for label in labels], "S" if labels else "S1")
        _write_bones(file, tracks, cast)
        file["labels_path"], file["video_path"], file["video_ind"] = "", as_label(film), 0
        file["provenance"] = json.dumps(provenance)
        file.attrs.update({"preset": "matlab", "format": "analysis", "skeleton_name": "", "skeleton_symmetries": "[]",
                           "video_backend_metadata": json.dumps(_about_film(tracks))})
    return list(cast.notes)


def _empty(tracks: Tracks) -> list[str]:
    """Tracks that have no position to write, which would not be told from points that do not exist."""
    is_empty: NDArray[np.bool_] = np.asarray(~visible(tracks).any(0))
    return [name for name, empty in zip(tracks.names, is_empty.tolist(), strict=True) if empty]


def _arrays(tracks: Tracks, cast: Cast) -> dict[str, NDArray[Any]]:
    seen = visible(tracks)
    xy = cast.pick(np.where(seen[..., None], tracks.xy, np.nan), np.nan).astype(np.float64)
    sure = np.clip(np.nan_to_num(tracks.confidence, nan=1), 0, 1)
    scores = cast.pick(np.where(seen & ~is_anchor(tracks.source), sure, np.nan), np.nan).astype(np.float64)
    there = np.asarray(np.isfinite(xy)).all(-1)
    occupied: NDArray[np.bool_] = np.asarray(np.asarray(there).any(2))
    count = np.isfinite(scores).sum(2)
    mean = np.where(count > 0, np.nansum(scores, 2) / np.maximum(count, 1), np.nan)
    return {"tracks": xy.transpose(1, 3, 2, 0), "point_scores": scores.transpose(1, 2, 0),
            "track_occupancy": occupied.astype(np.uint8), "instance_scores": mean.T,
            "tracking_scores": np.full(mean.T.shape, np.nan)}


def _write_bones(file: Any, tracks: Tracks, cast: Cast) -> None:
    place = {name: k for k, name in enumerate(cast.keypoints)}
    given = [(str(bone[0]), str(bone[1])) for bone in tracks.meta.get("skeleton") or [] if len(bone) == 2]
    bones = [bone for bone in given if set(bone) <= set(place)]
    file["edge_names"] = np.array([[name.encode("utf-8") for name in bone] for bone in bones], "S" if bones else "S1")
    file["edge_inds"] = np.array([[place[name] for name in bone] for bone in bones], np.int64)


def _about_film(tracks: Tracks) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if tracks.size:
        found["shape"] = [tracks.n_frames, tracks.size[1], tracks.size[0], 3]
    if tracks.meta.get("fps"):
        found["fps"] = tracks.meta["fps"][0] / tracks.meta["fps"][1]
    return found


def read(path: Path) -> Tracks:
    """Tracks from arrays.

    Raises
    ------
    FormatError
        If the file cannot be read or its arrays do not fit together.
    """
    found = load_apart("sleap_analysis", Path(path))
    meta = {key: tuple(found[key]) for key in ("size", "fps") if found[key]}
    xy, scores = (found[name].reshape(len(found["xy"]), -1, *found[name].shape[3:]) for name in ("xy", "scores"))
    names = uncast(found["individuals"], found["nodes"])
    tracks = imported(xy, names=names, confidence=scores, meta={**meta, **found["more"]})
    there = tracks.source != Source.NONE
    predicted = np.where(there & np.isfinite(scores), Source.PREDICTED, tracks.source).astype(np.uint8)
    kept = there.any(0) | np.isin(names, found["empty"])
    return with_keypoints(replace(tracks, source=predicted).select(np.asarray(kept)), found["nodes"])


def load(path: str) -> dict[str, Any]:
    """Arrays in the order (frame, track, node, xy), in a process of its own."""
    with opened(path) as file:
        xy, scores = _ordered(file, "tracks", POINTS), _ordered(file, "point_scores", SCORES)
        nodes = texts(file, "node_names")
        individuals = texts(file, "track_names") if len(file["track_names"]) else [""]
        expected = (len(individuals), len(nodes))
        if xy.shape[1:] != (*expected, 2) or scores.shape != xy.shape[:3]:
            raise FormatError(f"expected tracks of {expected[0]} × {expected[1]} points, got arrays of {xy.shape} and "
                              f"{scores.shape}; it is damaged")
        pairs: NDArray[Any] = whole(file, "edge_names", "SOf") if "edge_names" in file else np.zeros(0)
        bones = [[text_of(name) for name in pair] for pair in pairs] if pairs.ndim == 2 else []
        film = json.loads(text_of(file.attrs.get("video_backend_metadata"), "{}"))
        provenance = json.loads(text_of(file["provenance"][()], "{}")) if "provenance" in file else {}
        with np.errstate(over="ignore", invalid="ignore"):
            return {"xy": xy.astype(np.float32), "scores": scores.astype(np.float32), "individuals": individuals,
                    "nodes": nodes, "more": {"skeleton": bones} if bones else {}, **_film(film),
                    "empty": [str(name) for name in provenance.get("empty_points", [])]}


def _ordered(file: Any, name: str, wanted: tuple[str, ...]) -> NDArray[Any]:
    dims = json.loads(text_of(file[name].attrs.get("dims"), json.dumps(DIMS[name])))
    if not isinstance(dims, list) or sorted(map(str, dims)) != sorted(wanted):
        raise FormatError(f"expected the axes {', '.join(wanted)} of {name!r}, got {dims!s:.60}; it is damaged")
    return whole(file, name, ndim=len(wanted)).transpose([dims.index(dim) for dim in wanted])


def _film(about: dict[str, Any]) -> dict[str, Any]:
    shape, rate = about.get("shape"), about.get("fps")
    fits = isinstance(shape, list) and len(shape) == 4 and all(isinstance(n, int) and 0 < n < MAX_SIDE for n in shape)
    return {"size": [shape[2], shape[1]] if fits and shape else None,
            "fps": pair_of(float(rate)) if isinstance(rate, int | float) else None}


FORMAT = Format("sleap-analysis", "SLEAP analysis (HDF5)", (".analysis.h5",), read, write, sniff, extra="labels",
                keeps=frozenset({"names", "length", "confidence", "sources", "size", "fps", "video", "runs"}))
