"""Pose tracks for movement: a netCDF file of an xarray dataset, as ``ds.to_netcdf()`` makes one.

``position`` (time, space, keypoint, individual) and ``confidence`` lie as in movement 0.17; files of
earlier versions, whose dimensions are ``keypoints`` and ``individuals``, are read as well. A slash in
a track's name separates individual and keypoint; tracks without one belong to the individual ``id_0``.
Two more variables, which movement keeps: ``visible``, and ``edited`` where a person placed or approved
the point.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0), 32 bits.

Frames: one for each of the film; ``time`` in seconds from 0 where the frames per second are known,
else as numbers from 0. A film whose frames come at irregular times keeps these times.

States: hidden points keep their position, are not ``visible``, and have a confidence of at most 0.6
(0 where it was set by hand). Read from files without ``visible``, a point above 0.6 counts as visible.

Lost: confidence is visibility times confidence, and 1, not missing, where a person says that a point
is visible: ``filter_by_confidence`` would drop it otherwise.

Verified: by movement 0.17, whose validator takes written files, and which filters them, computes from them
and saves them as files of DeepLabCut and SLEAP that hold the same points; what it saves is read here.

Load: ``xarray.open_dataset`` (movement's own ``load_dataset`` knows no netCDF); in napari movement > Load
tracked data > netCDF; here File > Open.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..core.declarations import Format, NoOptions
from ..core.errors import FormatError, MissingExtraError
from ..core.tracks import DEFAULT_THRESHOLD, Source, Tracks, is_anchor
from ..core.words import as_label
from .apart import load_apart, outline
from .hdf5 import in_memory, opened, text_of, texts, whole
from .sheets import (
    Cast,
    cast_of,
    credits,
    imported,
    likelihoods,
    located,
    pair_of,
    rate_of,
    seconds_of,
    times_of,
    uncast,
    visible,
)

NAMELESS = "id_0"  # as movement names an individual without a name
OURS = "napari-cotracker"
DIMS = ("time", "space", "keypoint", "individual")
OLDER = {"keypoints": "keypoint", "individuals": "individual"}
FREE_CELLS = 50_000_000
CELLS_PER_ROW = 1_000


def sniff(path: Path) -> bool:
    """Whether a file has the variables of a dataset of poses."""
    names = {OLDER.get(name, name) for name in outline(path)}
    return names >= {*DIMS, "position"}


def write(path: Path, tracks: Tracks, options: NoOptions) -> list[str]:
    """Write a dataset.

    Returns
    -------
    list of str
        How the confidence came about, and what had to be changed.

    Raises
    ------
    FormatError
        If there is no track or frame, or the file cannot be written.
    """
    path = Path(path)
    if not len(tracks) or not tracks.n_frames:
        raise FormatError("expected at least one track and one frame for movement, got none")
    try:
        import h5netcdf
        import xarray
    except ImportError as missing:
        raise MissingExtraError(missing.name or "xarray", "labels", f"write {path.name!r}") from missing
    cast = cast_of(tracks)
    variables = _variables(tracks, cast)
    packed = {name: {"zlib": True, "complevel": 4} for name in variables}
    dataset = xarray.Dataset(variables, _coordinates(tracks, cast), _attributes(path, tracks))
    with in_memory(path) as memory, h5netcdf.File(memory, "w") as file:
        dataset.dump_to_store(xarray.backends.H5NetCDFStore(file), encoding=packed)
    return [*cast.notes, "Confidence is visibility times confidence, 1 for visible points that a person placed or "
            "approved."]


def _variables(tracks: Tracks, cast: Cast) -> dict[str, Any]:
    xy = cast.pick(np.where(located(tracks)[..., None], tracks.xy, np.float32(np.nan)), np.float32(np.nan))
    flat = ("time", "keypoint", "individual")
    cells = {"confidence": cast.pick(likelihoods(tracks), np.float32(np.nan)),
             "visible": cast.pick(visible(tracks), False), "edited": cast.pick(is_anchor(tracks.source), False)}
    return {"position": (DIMS, xy.transpose(0, 3, 2, 1)),
            **{name: (flat, values.transpose(0, 2, 1)) for name, values in cells.items()}}


def _coordinates(tracks: Tracks, cast: Cast) -> dict[str, Any]:
    time = seconds_of(tracks) if tracks.meta.get("fps") else np.arange(tracks.n_frames)
    return {"time": time, "space": ["x", "y"], "keypoint": list(cast.keypoints),
            "individual": [name or NAMELESS for name in cast.individuals]}


def _attributes(path: Path, tracks: Tracks) -> dict[str, Any]:
    nowhere: NDArray[np.bool_] = np.asarray(~located(tracks).any(0))
    empty = [name for name, is_empty in zip(tracks.names, nowhere.tolist(), strict=True) if is_empty]
    found = {"source_software": f"{OURS} {__version__}", "source_file": as_label(path.name), "ds_type": "poses",
             "time_unit": "frames", "made_by": credits(tracks)}
    film = (tracks.meta.get("video") or {}).get("path")
    more: dict[str, Any] = {"film": as_label(film)} if film else {}
    if tracks.meta.get("fps"):
        more |= {"fps": float(rate_of(tracks)), "time_unit": "seconds"}
        times = times_of(tracks)
        more |= {} if times is None else {"frame_times": times}
    if tracks.size:
        more["picture_size"] = np.array(tracks.size, np.int32)
    if empty:
        more["empty_points"] = json.dumps(empty)
    return {**found, **more}


def read(path: Path) -> Tracks:
    """Tracks from a dataset.

    Raises
    ------
    FormatError
        If the file cannot be read, is none of poses, or its variables do not fit together.
    """
    found = load_apart("movement", Path(path))
    frames = np.asarray(found["frames"], np.int64)
    length = int(frames.max(initial=-1)) + 1
    cells = [np.full((length, *found[name].shape[1:]), blank, found[name].dtype)
             for name, blank in (("xy", np.nan), ("confidence", np.nan), ("visible", False), ("edited", False))]
    for whole_clip, name in zip(cells, ("xy", "confidence", "visible", "edited"), strict=True):
        whole_clip[frames] = found[name]
    xy, confidence, is_visible, is_edited = (each.reshape(length, -1, *each.shape[3:]) for each in cells)
    names = uncast(found["individuals"], found["keypoints"])
    meta: dict[str, object] = {key: tuple(found[key]) for key in ("size", "fps") if found[key]}
    tracks = imported(xy, names=names, visible=is_visible.astype(bool), confidence=confidence, meta=meta)
    there = tracks.source != Source.NONE
    if found["is_ours"]:
        predicted = np.where(there & ~is_edited.astype(bool), Source.PREDICTED, tracks.source)
        tracks = replace(tracks, source=predicted.astype(np.uint8))
    return tracks.select(np.asarray(there.any(0) | np.isin(names, found["empty"])))


def load(path: str) -> dict[str, Any]:
    """Variables in the order (time, individual, keypoint, space), in a process of its own."""
    with opened(path) as file:
        xy = _ordered(file, "position", ("time", "individual", "keypoint", "space"))
        names = {OLDER.get(name, name): texts(file, name) for name in file if OLDER.get(name, name) in DIMS[1:]}
        if names["space"] != ["x", "y"]:
            raise FormatError(f"expected positions x, y in a picture, got {', '.join(names['space'])[:40]}")
        individuals, keypoints = names["individual"], names["keypoint"]
        if xy.shape[1:] != (len(individuals), len(keypoints), 2):
            raise FormatError("its names do not fit its positions; it is damaged")
        is_ours = text_of(file.attrs.get("source_software")).startswith(OURS)
        if is_ours or individuals == [NAMELESS]:
            individuals = ["" if name == NAMELESS else name for name in individuals]
        with np.errstate(over="ignore", invalid="ignore"):
            cells = {name: _optional(file, name, xy.shape[:3]) for name in ("confidence", "visible", "edited")}
            confidence = cells["confidence"].astype(np.float32)
            seen = cells["visible"] if "visible" in file else ~(confidence <= DEFAULT_THRESHOLD)
            return {"xy": xy.astype(np.float32), "confidence": confidence, "visible": seen == 1,
                    "edited": cells["edited"] == 1, "individuals": individuals, "keypoints": keypoints,
                    "is_ours": is_ours, **_about(file, xy.size)}


def _ordered(file: Any, name: str, wanted: tuple[str, ...]) -> NDArray[Any]:
    values = whole(file, name, ndim=len(wanted))
    dims = [str(dim[0].name).rpartition("/")[2] if len(dim) else "" for dim in file[name].dims]
    dims = [OLDER.get(dim, dim) for dim in dims]
    if sorted(dims) != sorted(wanted):
        raise FormatError(f"expected {name!r} along {', '.join(wanted)}, got {', '.join(dims)[:80]}")
    return values.transpose([dims.index(dim) for dim in wanted])


def _optional(file: Any, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    if name not in file:
        return np.full(shape, np.nan if name == "confidence" else 0)
    values = _ordered(file, name, ("time", "individual", "keypoint"))
    if values.shape != shape:
        raise FormatError(f"expected {name!r} of shape {shape}, got {values.shape}; it is damaged")
    return values


def _about(file: Any, cells: int) -> dict[str, Any]:
    """Frames of the rows, and what is known of the film."""
    time = whole(file, "time", ndim=1).astype(np.float64)
    rate = float(np.asarray(file.attrs.get("fps", 0)).reshape(-1)[0] or 0)
    pair = pair_of(rate)
    frames = np.round(time * rate if pair and text_of(file.attrs.get("time_unit")) == "seconds" else time)
    ours = np.asarray(file.attrs.get("frame_times", ())).reshape(-1)
    if ours.dtype.kind == "f" and len(ours) and np.isin(time, ours).all():
        frames = np.searchsorted(ours, time).astype(np.float64)
    if not np.isfinite(frames).all() or frames.min(initial=0) < 0 or len(np.unique(frames)) < len(frames):
        frames = np.arange(len(time), dtype=np.float64)  # moments that are not those of frames: as they come
    if (frames.max(initial=0) + 1) * cells > max(FREE_CELLS, CELLS_PER_ROW * cells) * max(len(frames), 1):
        raise FormatError(f"{len(frames)} rows claim {frames.max():.0f} frames; check its times")
    size = np.asarray(file.attrs.get("picture_size", ())).reshape(-1).tolist()
    fits = len(size) == 2 and all(isinstance(side, int) and 0 < side < 1 << 20 for side in size)
    empty = json.loads(text_of(file.attrs.get("empty_points"), "[]"))
    return {"frames": frames.astype(np.int64), "fps": list(pair) if pair else None, "size": size if fits else None,
            "empty": [str(name) for name in empty] if isinstance(empty, list) else []}


FORMAT = Format("movement", "movement (netCDF)", (".nc",), read, write, sniff, extra="labels", keeps=frozenset(
    {"names", "length", "hidden", "confidence", "sources", "size", "fps", "video", "runs"}))
