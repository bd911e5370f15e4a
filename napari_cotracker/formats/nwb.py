"""Neurodata Without Borders with the extension ndx-pose: one ``PoseEstimation`` for each individual.

A slash in a track's name separates individual and body part; tracks without one belong to
``PoseEstimation``. All lie in the processing module ``behavior``, with one skeleton that names every
body part of the individual. Characters that NWB does not take in names become an underscore.

The file has to say when the recording began; give it as ``start``, for a film does not tell.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0), 32 bits; each series says so in
``reference_frame``.

Frames: one for each of the film, as ``rate`` and a start at 0 seconds; as ``timestamps`` where a film's frames
come at irregular times.

States: hidden points keep their position with a confidence of at most 0.6 (0 where it was set by
hand); each series says so in ``confidence_definition``. Out of the picture and hidden are not told
apart. Points that were not tracked are NaN with confidence 0.

Lost: confidence is visibility times confidence, and 1 where a person says that a point is visible.

Verified: written files are read with pynwb 4 and ndx-pose 0.4, pass pynwb's validation, and were read
with movement 0.15.

Load: ``pynwb.NWBHDF5IO``, Neurosift, or ``movement.io.load_poses.from_nwb_file`` with the individual's
name as ``pose_estimation_key``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..core.declarations import Format
from ..core.errors import FormatError, MissingExtraError
from ..core.options import option
from ..core.tracks import DEFAULT_THRESHOLD, Tracks
from ..core.words import as_label
from .apart import outline
from .hdf5 import in_memory
from .sheets import Cast, cast_of, changed_names, credits, likelihoods, located, rate_of, seconds_of, times_of

REFERENCE = "(0, 0) is the centre of the top-left pixel of the picture; x points right, y points down."
DEFINITION = ("Visibility times confidence, both estimated by the tracker; 1.0 where a person placed or approved a "
              f"visible point; at most {DEFAULT_THRESHOLD:g} where the point is hidden, 0.0 where a person says so or "
              "nothing was tracked.")
UNKNOWN = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True)
class Options:
    """What NWB wants to know and a film does not tell."""

    start: str = option("", "When the recording began, such as 2026-01-31T12:00:00+01:00.")
    description: str = option("Points tracked in a film.", "What the session is about.")
    identifier: str = option("", "A name for the file that no other has; if empty, a random one.")


def sniff(path: Path) -> bool:
    """Whether a file looks like NWB."""
    names = set(outline(path))
    return {"acquisition", "processing", "specifications", "session_start_time"} <= names


def write(path: Path, tracks: Tracks, options: Options) -> list[str]:
    """Write a file with nothing but the poses, and the film if its name is known.

    Returns
    -------
    list of str
        What had to be changed, or is not known.

    Raises
    ------
    FormatError
        If there is no track or frame, the frames per second are not known, the start is no time, or
        the file cannot be written.
    """
    path = Path(path)
    if not len(tracks) or not tracks.n_frames:
        raise FormatError("expected at least one track and one frame for NWB, got none")
    rate = float(rate_of(tracks))
    start, notes = _start(options)
    try:
        import h5py
        import ndx_pose
        import pynwb
    except ImportError as missing:
        raise MissingExtraError(missing.name or "pynwb", "labels", f"write {path.name!r}") from missing
    file = pynwb.NWBFile(session_description=options.description or "Points tracked in a film.",
                         identifier=options.identifier or _random_name(), session_start_time=start,
                         source_script=credits(tracks), source_script_file_name="napari-cotracker")
    cast = cast_of(tracks)
    poses, changed = _poses_of(cast)
    cells = _Cells(tracks, likelihoods(tracks), located(tracks), rate)
    film = _film(pynwb, file, tracks)
    module = file.create_processing_module("behavior", "Tracked points of each individual.")
    made = [_estimation(ndx_pose, tracks, pose, cells, film) for pose in poses]
    for each in (ndx_pose.Skeletons(skeletons=[skeleton for _, skeleton in made]), *(pose for pose, _ in made)):
        module.add(each)
    with in_memory(path) as memory:
        with h5py.File(memory, "w") as content, pynwb.NWBHDF5IO(file=content, mode="w") as writer:
            writer.write(file)
        with h5py.File(memory, "r+") as content:
            _add_series(content, poses, cells)
    return [*cast.notes, *changed, *notes]


def _start(options: Options) -> tuple[datetime, list[str]]:
    try:
        start = datetime.fromisoformat(options.start.strip() or UNKNOWN)
    except ValueError:
        raise FormatError(f"expected a time such as 2026-01-31T12:00:00+01:00 for the option 'start', got "
                          f"{options.start!r:.60}") from None
    notes = [] if options.start.strip() else ["When the recording began is not known; the file says 1970."]
    return (start if start.tzinfo else start.replace(tzinfo=UTC)), notes


def _random_name() -> str:
    from uuid import uuid4

    return str(uuid4())


def _film(pynwb: Any, file: Any, tracks: Tracks) -> Any:
    path = (tracks.meta.get("video") or {}).get("path")
    if not path:
        return None
    about: dict[str, Any] = {"dimension": list(tracks.size)} if tracks.size else {}
    # timestamps, since a rate needs an argument here that earlier versions do not have
    film = pynwb.image.ImageSeries(name="film", external_file=[as_label(path)], format="external", starting_frame=[0],
                                   timestamps=seconds_of(tracks), unit="n.a.", description="The film.", **about)
    file.add_acquisition(film)
    return film


@dataclass(frozen=True)
class _Pose:
    """An individual: its name in the file, and its body parts with their nodes' names and tracks."""

    name: str
    keypoints: tuple[str, ...]
    nodes: tuple[str, ...]
    columns: tuple[int, ...]


def _poses_of(cast: Cast) -> tuple[list[_Pose], list[str]]:
    """Individuals with names that NWB takes, and what was renamed."""
    taken: set[str] = set()
    parts = [_plain(name, taken) for name in cast.keypoints]
    rooms = {"Skeletons"}
    named = [_plain(name or "PoseEstimation", rooms) for name in cast.individuals]
    poses = []
    for name, columns in zip(named, cast.columns, strict=True):
        k = np.flatnonzero(columns >= 0).tolist()
        poses.append(_Pose(name, tuple(cast.keypoints[i] for i in k), tuple(parts[i] for i in k),
                           tuple(int(columns[i]) for i in k)))
    pairs = zip((*cast.individuals, *cast.keypoints), (*named, *parts), strict=True)
    return poses, changed_names(((old, new) for old, new in pairs if old), "NWB")


def _estimation(ndx_pose: Any, tracks: Tracks, pose: _Pose, cells: _Cells, film: Any) -> tuple[Any, Any]:
    """An individual with the first of its body parts, and its skeleton."""
    skeleton = ndx_pose.Skeleton(name=f"Skeleton of {pose.name}", nodes=list(pose.nodes), edges=_edges(tracks, pose))
    data, confidence, description = cells.of(pose.columns[0])
    first = ndx_pose.PoseEstimationSeries(
        name=pose.nodes[0], description=description, data=data, unit="pixels", reference_frame=REFERENCE,
        **cells.when, confidence=confidence, confidence_definition=DEFINITION)
    linked = {"source_video": film} if film is not None else {}
    return ndx_pose.PoseEstimation(
        name=pose.name, pose_estimation_series=[first], description=f"Tracked points of {pose.name}.",
        skeleton=skeleton, scorer=credits(tracks), source_software="napari-cotracker",
        source_software_version=__version__, **linked), skeleton


@dataclass(frozen=True)
class _Cells:
    """What is written of the tracks."""

    tracks: Tracks
    sure: NDArray[np.float32]
    there: NDArray[np.bool_]
    rate: float

    @property
    def when(self) -> dict[str, Any]:
        """The times of frames, as a series takes them."""
        times = times_of(self.tracks)
        return {"rate": self.rate, "starting_time": 0.0} if times is None else {"timestamps": times}

    def of(self, column: int) -> tuple[NDArray[np.float32], NDArray[np.float32], str]:
        """Positions, confidence and description of a track."""
        data = np.where(self.there[:, column, None], self.tracks.xy[:, column], np.float32(np.nan))
        words = f"The track {self.tracks.names[column]!r}, number {self.tracks.ids[column]}."
        return data, np.ascontiguousarray(self.sure[:, column]), words


def _add_series(file: Any, poses: list[_Pose], cells: _Cells) -> None:
    """The other body parts of each individual, as copies of the first: the library takes 20 times as long."""
    for pose in poses:
        group = file["processing/behavior"][pose.name]
        for node, column in zip(pose.nodes[1:], pose.columns[1:], strict=True):
            group.copy(group[pose.nodes[0]], node)
            series = group[node]
            series["data"][...], series["confidence"][...], series.attrs["description"] = cells.of(column)
            series.attrs["object_id"] = _random_name()


def _edges(tracks: Tracks, pose: _Pose) -> NDArray[Any]:
    place = {keypoint: node for node, keypoint in enumerate(pose.keypoints)}
    given = [(str(bone[0]), str(bone[1])) for bone in tracks.meta.get("skeleton") or [] if len(bone) == 2]
    edges = [(place[a], place[b]) for a, b in given if a in place and b in place]
    return np.array(edges, np.uint8 if len(place) < 256 else np.uint32).reshape(-1, 2)


def _plain(name: str, taken: set[str]) -> str:
    """A name without slash and colon that is not taken yet."""
    plain = base = re.sub(r"[/:\0]", "_", name).strip(". ") or "point"
    k = 2
    while plain in taken:
        plain, k = f"{base} {k}", k + 1
    taken.add(plain)
    return plain


FORMAT = Format("nwb", "NWB with poses (ndx-pose)", (".nwb",), None, write, sniff, Options, extra="labels",
                keeps=frozenset({"names", "ids", "length", "hidden", "confidence", "size", "fps", "video", "runs"}))
