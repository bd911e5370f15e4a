"""A COLMAP database (``.db``): keypoints, matches and two-view geometries from tracks instead of features.

Every visible point is a keypoint, every track a chain of matches, so COLMAP and GLOMAP start where
feature matching ends. No pictures and no descriptors are needed. Needs the extra ``colmap``.

Tracks that would spoil the cameras are left out, and the report says how many and why: those visible
in too few frames, and those that slip or lie on something that moves by itself. The latter are found
by looking at many pairs of frames: a track stays if it lies on its epipolar line in at least 80 % of
them. If several things move, the one with most tracks counts as the scene; choose tracks by name or group
if that is the wrong one. The minimum confidence, which every format has, leaves out doubtful points.

With ``solve`` the cameras are solved at once, which takes seconds for a hundred frames and minutes for
a thousand. A folder ``NAME_solved`` beside the database then has
``sparse/0`` (COLMAP's text files, what Gaussian splatting reads), ``transforms.json`` with
``points.ply`` (nerfstudio), ``bal.txt`` (Bundle Adjustment in the Large) and ``points.csv`` (which
track became which point). A camera that only turns, or a scene that moves, may be solved in part or not at all;
the notes say how many pictures were. If none was, that is an error, and the database is there all the same.
The first Gaussian splatting program takes lenses without distortion only: choose ``camera=PINHOLE``, or undistort
with ``colmap image_undistorter``. Pixels that are not square need a camera with a focal length for each side,
``camera=PINHOLE`` or ``OPENCV``; a ``focal`` that is given is the one from left to right.

Pixels: x right, y down, the corner of the picture is (0, 0) and the centre of its first pixel
(0.5, 0.5): half a pixel more than here.

Frames: one picture for each, named by the plate's own number or file name; a pattern and a first
number may be given. Near frames are matched, and every fifth with ever farther ones, not all with all.

States: visible points only.

Lost: names, ids and scores of tracks have no place in a database; ``points.csv`` has names of those solved.

Verified: with COLMAP's own library (pycolmap 4.2): it reads the database, and solves a drawn scene of
30 frames and 200 tracks with 12 % hidden and 0.3 pixels of noise: every picture, 0.36 pixels of
reprojection error, the path within 0.3 %. With 20 % of the tracks drifting, the filter keeps that. The
focal length estimated from these tracks is right within 1 %. The global mapper (GLOMAP) solves the same
database as well. Projecting the points of ``bal.txt`` and ``transforms.json`` gives COLMAP's errors
again. COLMAP's window, nerfstudio and splatting programs were not run here.

Load: the pictures of a film, under the names that the database has, are made in a new folder ``images`` by
``ffmpeg -i film.mp4 -fps_mode passthrough -start_number 0 images/frame_%06d.png``.
COLMAP: File > Open project or New project > Database: Open, Images: Select; then Reconstruction > Start
reconstruction (skip feature extraction and matching). Command line: ``colmap mapper --database_path NAME.db
--image_path images --output_path sparse``. A solved model: File > Import model.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import CONVENTIONS
from ..core.declarations import Format
from ..core.errors import FormatError, UnfinishedError
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import Tracks
from ..core.words import counted, were
from . import focal, solution
from .epipolar import MIN_SHARED, choose_pairs, judge
from .mapping import map_apart
from .picture_names import picture_names
from .sheets import aspect_of, size_of, visible
from .solved import has_two_lengths, parameters_of

HEADER = b"SQLite format 3\0"
LONGEST_SCHEMA = 1 << 16


@dataclass(frozen=True)
class Options:
    """What a database is made of, and whether it is solved."""

    pattern: str = option("", "File names of the pictures, such as frame_%06d.png; empty: an image sequence's own.")
    first: int | None = option(None, "Number of the first picture; the plate's own if empty.", least=0)
    camera: str = option("SIMPLE_RADIAL", "COLMAP's camera model.",
                         values=("SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV"))
    focal: float | None = option(None, "Focal length in pixels, if known; else it is estimated from the tracks, or "
                                 "guessed as 1.2 times the longer side.", least=1, most=1e6)
    view: float | None = option(None, "Horizontal field of view in degrees, instead of a focal length.",
                                least=0.1, most=179)
    window: int = option(6, "Frames this near to each other are matched.", least=1, most=1000)
    hubs: int = option(5, "One frame in this many is matched with far ones, too; 0 for none.", least=0)
    min_length: int = option(5, "Leave out tracks that are visible in fewer frames.", least=2)
    min_share: float = option(0.8, "Leave out tracks that lie on their epipolar lines in a smaller part of the pairs "
                              "of frames; 0 keeps all.", least=0, most=1)
    max_error: float = option(2.0, "Pixels from its epipolar line that a point may lie.", least=0.1, most=100)
    solve: bool = option(False, "Solve the cameras, and write them beside the database.")
    images: str = option("images", "Folder of the pictures, as written in a solved transforms.json.")


@dataclass(frozen=True)
class _Chosen:
    """Tracks that are worth matching, and what there is to say of the others."""

    columns: NDArray[np.int64]
    xy: NDArray[np.float64]
    seen: NDArray[np.bool_]
    notes: tuple[str, ...]

    def only(self, good: NDArray[np.bool_], reason: str) -> _Chosen:
        """Without those that are not good."""
        count = int((~good).sum())
        notes = (*self.notes, f"{counted(count, 'track')} {reason} {were(count)} left out.")
        return self if not count else _Chosen(self.columns[good], self.xy[:, good], self.seen[:, good], notes)


def write(path: Path, tracks: Tracks, options: Options) -> list[str]:
    """Write a database, and solve it if asked for.

    Returns
    -------
    list of str
        Which tracks were left out and why, where the focal length comes from, what was solved.

    Raises
    ------
    FormatError
        If no track is left, pycolmap is missing or fails, or the files cannot be written.
    UnfinishedError
        If the database is written, but could not be solved.
    """
    size, names = size_of(tracks), picture_names(tracks, options.pattern, options.first)
    chosen = _choose(tracks, options)
    aspect = float(aspect_of(tracks))
    length, is_known, words = _focal(chosen, size, options, aspect)
    facts = {"names": names, "size": size, "model": options.camera, "is_known": is_known,
             "parameters": parameters_of(options.camera, length, size, aspect), "max_error": options.max_error}
    task = {"xy": chosen.xy, "seen": chosen.seen, "tracks": chosen.columns,
            "pairs": choose_pairs(chosen.seen, options.window, options.hubs)}
    if options.solve:
        solution.check_free(Path(path))
    with replacing(Path(path)) as temporary, tempfile.TemporaryDirectory(prefix="napari-cotracker-") as folder:
        database, sparse = Path(folder) / "tracks.db", Path(folder) / "sparse"
        database.touch()  # there, for SQLite leaves files beside it if anything goes wrong
        sparse.mkdir()
        told, solved = map_apart(database, task, facts, sparse if options.solve else None)
        shutil.copyfile(database, temporary)
        if solved is not None:
            solution.write(Path(path), solved, tracks, images=options.images, sparse=sparse)
    points = f"{counted(int(chosen.seen.sum()), 'keypoint')} of {counted(len(chosen.columns), 'track')}"
    notes = [*chosen.notes, words, *_squeezed(options.camera, aspect), f"In the database: {points}.",
             *_matched(told["pairs"], len(names))]
    if options.solve and solved is None:
        unfinished = UnfinishedError(solution.UNSOLVED)
        unfinished.notes = tuple(notes)
        raise unfinished
    return notes if solved is None else [*notes, *solution.notes_of(told, solved, len(names))]


def sniff(path: Path) -> bool:
    """Whether a file is a database with two-view geometries."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(HEADER)) == HEADER and b"two_view_geometries" in file.read(LONGEST_SCHEMA)
    except OSError:
        return False


def _choose(tracks: Tracks, options: Options) -> _Chosen:
    xy = CONVENTIONS["colmap"].from_ours(tracks.xy, size_of(tracks))
    chosen = _Chosen(np.arange(len(tracks)), xy, visible(tracks), ())
    chosen = chosen.only(chosen.seen.sum(0) >= options.min_length, f"visible in fewer than {options.min_length} frames")
    if options.min_share and len(chosen.columns):
        votes = judge(chosen.xy, chosen.seen, options.max_error)
        if votes.pairs:
            told = f"Tracks were judged in {votes.pairs} pairs of frames; their noise is {votes.noise:.2f} pixels."
            chosen = replace(chosen, notes=(*chosen.notes, told))
        chosen = chosen.only(votes.share >= options.min_share, "that drift, or lie on something that moves by itself,")
    if not len(chosen.columns):
        raise FormatError(f"expected tracks that are visible in {options.min_length} frames or more and move with the "
                          f"scene, got none of {len(tracks)}; lower min_length or min_share, or track more points")
    return chosen


def _squeezed(camera: str, aspect: float) -> list[str]:
    if aspect == 1 or has_two_lengths(camera):
        return []
    return [f"Pixels are {aspect:.4g} times as wide as high, but the camera {camera} has only square ones, so that no "
            "solution will be right; choose camera=PINHOLE or OPENCV, or track a film that is not squeezed."]


def _focal(chosen: _Chosen, size: tuple[int, int], options: Options, aspect: float) -> tuple[float, bool, str]:
    """The focal length from left to right, whether it is known, and where it comes from."""
    if options.focal is not None and options.view is not None:
        raise FormatError("expected a focal length or a field of view, got both; leave one out")
    if options.focal is not None:
        return options.focal, True, f"The focal length is {options.focal:g} pixels, as given."
    if options.view is not None:
        length = focal.from_view(size, options.view)
        return length, True, f"The focal length is {length:.1f} pixels, from the field of view."
    wide = np.array([aspect, 1])  # on a picture of square pixels, as high as this one
    told = focal.from_tracks(chosen.xy * wide, chosen.seen, (round(size[0] * aspect), size[1]))
    if told is not None:
        told /= aspect
        return told, False, (f"The focal length was estimated from the tracks, about {told:.0f} pixels; give focal or "
                             "view if it is known.")
    length = focal.guessed(size)
    return length, False, (f"The focal length was guessed, {length:.0f} pixels (1.2 times the longer side), for the "
                           "tracks do not tell; give focal or view if it is known.")


def _matched(pairs: int, frames: int) -> list[str]:
    if pairs:
        return [f"{pairs:,} pairs of {frames:,} pictures are matched."]
    return [f"No two pictures share {MIN_SHARED} tracks, so COLMAP has nothing to go on; track hundreds of points."]


FORMAT = Format("colmap", "COLMAP database, cameras solved on request", (".db",), None, write, sniff, Options,
                group="reconstruction", keeps=frozenset({"size", "length", "frame_numbers"}), extra="colmap")
