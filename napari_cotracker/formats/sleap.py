"""SLEAP's labels (``.slp``): instances on the frames of a film, with tracks, skeleton and scores.

A slash in a track's name separates individual and body part: individuals become SLEAP's tracks, body
parts the nodes of one skeleton. Tracks without a slash are one instance without a track. An instance
of which a person placed or approved a point is a user's instance, and its points that a person placed
or approved are marked complete; every other instance is a prediction with scores. The pictures stay
in the film, which the file names. At most about 1,400 body parts fit.

Read back, a user's instance counts where there is a prediction as well. Its points are imported
points, those of predictions stay predictions. Instances without a track are told apart by their order
in the frame only.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0), 64 bits. Files older than format 1.1
count from the pixel's corner, which is corrected.

Frames: ``frame_idx``, counted from 0.

States: hidden points keep their position and are not ``visible``. Out of the picture and hidden are
not told apart, nor hidden without a position and not tracked.

Lost: the score of a predicted point is its confidence; points of a user's instance have none.

Verified: written files are read with sleap-io 0.9, and files of sleap-io are read here; movement 0.15
read them as well. SLEAP itself was not run.

Load: File > Open Project in SLEAP, which asks for the film if it has moved; here File > Open.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format, NoOptions
from ..core.errors import FormatError, MissingExtraError
from ..core.tracks import Tracks, is_anchor
from . import sleap_reading
from .apart import outline
from .hdf5 import in_memory
from .sheets import Cast, cast_of, credits, located, visible

PARTS = ("frames", "instances", "points", "pred_points")
USER, PREDICTED = 0, 1
Columns = dict[str, NDArray[Any]]


def load(path: str) -> dict[str, Any]:
    """Points of all instances, in a process of its own."""
    return sleap_reading.load(path)


def read(path: Path) -> Tracks:
    """Tracks from labels.

    Raises
    ------
    FormatError
        If the file cannot be read, is none, or is about several films.
    """
    return sleap_reading.read(Path(path))


def sniff(path: Path) -> bool:
    """Whether a file has the parts of SLEAP's labels."""
    return {*PARTS, "metadata"} <= set(outline(path))


def write(path: Path, tracks: Tracks, options: NoOptions) -> list[str]:
    """Write labels.

    Returns
    -------
    list of str
        What had to be changed or has no place.

    Raises
    ------
    FormatError
        If there is no track, there are too many body parts, or the file cannot be written.
    """
    path = Path(path)
    if not len(tracks):
        raise FormatError("expected at least one track for SLEAP, got none")
    cast = cast_of(tracks)
    with in_memory(path) as memory:
        memory.write(_frame(path, tracks, cast))
        parts, notes = _parts_of(tracks, cast)
        _write_parts(memory, parts)
    if not (tracks.meta.get("video") or {}).get("path"):
        notes.append(f"The film's name is not known; SLEAP will ask for {_film(path, tracks)!r}.")
    return [*cast.notes, *notes]


def _film(path: Path, tracks: Tracks) -> str:
    return str((tracks.meta.get("video") or {}).get("path") or f"{path.stem}.mp4")


def _frame(path: Path, tracks: Tracks, cast: Cast) -> bytes:
    """All but the points, as the library writes it."""
    try:
        import sleap_io
    except ImportError as missing:
        raise MissingExtraError("sleap_io", "labels", f"write {path.name!r}") from missing

    width, height = tracks.size or (0, 0)
    about: dict[str, Any] = {"type": "MediaVideo", "filename": _film(path, tracks), "grayscale": False, "bgr": True,
                             "dataset": "", "input_format": ""}
    if tracks.size:
        about["shape"] = [tracks.n_frames, height, width, 3]
    if tracks.meta.get("fps"):
        about["fps"] = tracks.meta["fps"][0] / tracks.meta["fps"][1]
    video = sleap_io.Video(filename=_film(path, tracks), backend_metadata=about, open_backend=False)
    skeleton = sleap_io.Skeleton(nodes=list(cast.keypoints), edges=_bones(tracks, cast))
    labels = sleap_io.Labels(videos=[video], skeletons=[skeleton],
                             tracks=[sleap_io.Track(name) for name in cast.individuals if name],
                             provenance={"made_by": credits(tracks)})
    try:
        with tempfile.TemporaryDirectory(prefix="napari-cotracker-") as folder:  # the library takes no memory
            place = Path(folder) / "frame.slp"
            sleap_io.save_slp(labels, str(place), embed=False, verbose=False)
            return place.read_bytes()
    except ValueError as mishap:
        raise FormatError(f"expected fewer body parts, or shorter names, than {len(cast.keypoints):,}, which SLEAP's "
                          f"labels cannot hold ({mishap!s:.100}); name individuals/body parts") from mishap


def _bones(tracks: Tracks, cast: Cast) -> list[tuple[str, str]]:
    known = set(cast.keypoints)
    found = [(str(bone[0]), str(bone[1])) for bone in tracks.meta.get("skeleton") or [] if len(bone) == 2]
    return [(a, b) for a, b in dict.fromkeys(found) if {a, b} <= known and a != b]


def _parts_of(tracks: Tracks, cast: Cast) -> tuple[dict[str, Columns], list[str]]:
    """The columns of every table of the file."""
    there = cast.pick(located(tracks), False)
    complete = cast.pick(is_anchor(tracks.source) & located(tracks), False)
    t, i = np.nonzero(there.any(2))
    here, complete = there[t, i], complete[t, i]
    is_user = complete.any(1)
    points, score = _points(tracks, cast, (t, i))
    points |= {"complete": complete}
    count = cast.columns.shape[1]
    named = np.array([bool(name) for name in cast.individuals])
    start = np.where(is_user, np.cumsum(is_user) - is_user, np.cumsum(~is_user) - ~is_user) * count
    frames, first = np.unique(t, return_index=True)
    mixed = int((here & ~complete)[is_user].sum())
    notes = [f"{mixed:,} predicted position{' is' if mixed == 1 else 's are'} part of a user's instance, for a person "
             "placed or approved another point of it; their confidence is not kept."] if mixed else []
    return {
        "points": {name: values[is_user].ravel() for name, values in points.items()},
        "pred_points": {name: values[~is_user].ravel() for name, values in {**points, "score": score}.items()},
        "instances": {"instance_id": np.arange(len(t)), "instance_type": np.where(is_user, USER, PREDICTED),
                      "frame_id": np.searchsorted(frames, t), "track": np.where(named, np.cumsum(named) - 1, -1)[i],
                      "from_predicted": np.full(len(t), -1), "score": np.where(is_user, 0, score.sum(1) / here.sum(1)),
                      "point_id_start": start, "point_id_end": start + count},
        "frames": {"frame_id": np.arange(len(frames)), "frame_idx": frames, "instance_id_start": first,
                   "instance_id_end": np.append(first[1:], len(t))[: len(frames)]},
    }, notes


def _points(tracks: Tracks, cast: Cast, chosen: tuple[NDArray[np.intp], NDArray[np.intp]]
            ) -> tuple[Columns, NDArray[np.float64]]:
    """(M, K) columns of the points of the chosen instances, and their scores; NaN and 0 where there is none."""
    xy = cast.pick(np.where(located(tracks)[..., None], tracks.xy, np.nan), np.nan)[chosen].astype(np.float64)
    sure = np.clip(np.nan_to_num(tracks.confidence, nan=1), 0, 1)
    score = cast.pick(np.where(located(tracks), sure, 0), 0)[chosen].astype(np.float64)
    return {"x": xy[..., 0], "y": xy[..., 1], "visible": cast.pick(visible(tracks), False)[chosen]}, score


def _write_parts(memory: io.BytesIO, parts: dict[str, Columns]) -> None:
    """Fill the tables that the library made, in their own types; columns that are not given are 0."""
    import h5py

    with h5py.File(memory, "r+") as file:
        for name, columns in parts.items():
            records = np.zeros(len(next(iter(columns.values()))), file[name].dtype)
            for column, values in columns.items():
                records[column] = values
            del file[name]
            file.create_dataset(name, data=records)


FORMAT = Format("sleap", "SLEAP labels (.slp)", (".slp",), read, write, sniff, extra="labels", keeps=frozenset(
    {"names", "hidden", "confidence", "sources", "size", "fps", "video", "runs"}))
