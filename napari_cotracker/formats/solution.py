"""The folder of what was solved from tracks: for COLMAP, splatting, nerfstudio and bundle adjustment."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import FormatError
from ..core.files import replacing_folder
from ..core.tracks import Tracks
from .bal import bal_text
from .nerfstudio import PLY, ply, transforms
from .sheets import credits
from .solved import Solved

README = "README.txt"
NAMES = {README, "transforms.json", PLY, "bal.txt", "points.csv", "sparse"}
UNSOLVED = ("COLMAP could not solve the cameras, so there is the database only; give the focal length, track more "
            "points, or film with a camera that moves sideways, not one that only turns")
MARK = "Cameras and points solved from tracks"
TEXT = """{mark} by {made_by}.

sparse/0         COLMAP's text files: File > Import model; Gaussian splatting takes them with the pictures in
                 {images}/, many programs only if the camera is a PINHOLE (option camera=PINHOLE)
transforms.json  nerfstudio: ns-train splatfacto --data this-folder
points.ply       the points; all grey, for pictures were not at hand
bal.txt          Bundle Adjustment in the Large
points.csv       which track became which point

Camera: {model}, fx {fx:.3f}, fy {fy:.3f} pixels. Reprojection error {error:.3f} pixels.
The world is COLMAP's: its scale, origin and direction are arbitrary.
"""


def folder_of(database: Path) -> Path:
    """Where the solution of a database goes: beside it."""
    return database.with_name(f"{database.stem}_solved")


def check_free(database: Path) -> None:
    """Refuse to replace a folder that is not such a solution, or one in which there is more, such as the pictures.

    Raises
    ------
    FormatError
        If there is one.
    """
    folder = folder_of(database)
    try:
        is_ours = (folder / README).read_text("utf-8").startswith(MARK)
        is_ours &= {entry.name for entry in folder.iterdir()} <= NAMES
    except (OSError, UnicodeError):
        is_ours = not folder.exists()
    if not is_ours:
        raise FormatError(f"expected to write the solution to {str(folder)!r}, got a folder with more in it than this "
                          "program wrote; rename it, or choose another name for the database")


def write(database: Path, solved: Solved, tracks: Tracks, *, images: str, sparse: Path) -> None:
    """Write the folder.

    Parameters
    ----------
    database : Path
        Beside which it goes.
    solved : Solved
    tracks : Tracks
        All tracks, for their names.
    images : str
        Folder of the pictures, as ``transforms.json`` should say.
    sparse : Path
        COLMAP's own text files.

    Raises
    ------
    FormatError
        If it cannot be written.
    """
    made_by = credits(tracks)
    fx, fy, *_ = solved.lens.tolist()
    readme = TEXT.format(mark=MARK, made_by=made_by, images=images or "images", model=solved.model, fx=fx, fy=fy,
                         error=float(np.mean(solved.errors)))
    files = {README: readme, "transforms.json": transforms(solved, images, made_by), PLY: ply(solved, made_by),
             "bal.txt": bal_text(solved), "points.csv": _table(solved, tracks)}
    with replacing_folder(folder_of(database)) as folder:
        shutil.copytree(sparse, folder / "sparse" / "0")
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8", newline="\n")


def notes_of(told: dict[str, Any], solved: Solved, frames: int) -> list[str]:
    """What came out, a sentence each.

    Parameters
    ----------
    told : dict
        From the process that solved.
    solved : Solved
    frames : int
        Pictures that there are.
    """
    count = len(solved.frames)
    notes = [f"{count:,} of {frames:,} pictures and {len(solved.points):,} points were solved with a reprojection "
             f"error of {np.mean(solved.errors):.2f} pixels; the focal length came out as {solved.lens[0]:.1f} pixels."]
    if told["models"] > 1:
        notes.append(f"The clip fell into {told['models']} parts that do not fit together; the largest was written.")
    again = len(solved.tracks) - len(np.unique(solved.tracks))
    if again:
        notes.append(f"Points that are further pieces of a track that has one already: {again:,}; such tracks drift.")
    return notes


def _table(solved: Solved, tracks: Tracks) -> str:
    """Which track became which point."""
    times = np.bincount(solved.observations[:, 1], minlength=len(solved.points)).tolist()
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("track_id", "name", "x", "y", "z", "error", "pictures"))
    rows = zip(solved.tracks.tolist(), solved.points.tolist(), solved.errors.tolist(), times, strict=True)
    for track, xyz, error, count in rows:
        numbers = [f"{value:.9g}" for value in (*xyz, error)]
        writer.writerow((int(tracks.ids[track]), tracks.names[track], *numbers, count))
    return buffer.getvalue()
