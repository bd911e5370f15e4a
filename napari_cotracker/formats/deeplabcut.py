"""Labels of a DeepLabCut project: a folder ``labeled-data/<video>`` with its pictures and labels.

The folder holds ``CollectedData_<scorer>.h5``, which DeepLabCut uses, and the same as ``.csv``,
and the labelled frames as PNG pictures. Name that folder, or one of the two files in it. What others
labelled there stays: rows and body parts are added, and only labels of the same point in the same
picture are replaced, which is shown first. A label is removed where a person said that its point is
hidden. Labels that differ by no more than 0.001 pixels stay as they are. ``config.yaml`` two folders
up gives the scorer and says whether there are several animals; it is never changed, but names it lacks
are reported.

A slash in a track's name separates individual and body part. In a project of several animals, tracks
without one are unique body parts (individual ``single``). Where tracks have anchors, only frames with
one are written, with all points that are visible there; ``frames=all`` writes every frame.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0), of the whole picture; five
decimals. If frames of the project were cropped, its pictures have another size, which is reported:
crop offsets are neither taken off nor added.

Frames: counted from 0 in the names of the pictures, ``img0012.png``, with as many digits as the
pictures and labels there already have, else as many as DeepLabCut would use for this film.

States: only visible points are labels; hidden ones and those out of the picture have none, as
DeepLabCut asks for.

Lost: a body part without any label is no track when read back; an individual ``single`` has no name.

Verified: read with pandas 3 and 1.5 as DeepLabCut reads it (``read_hdf`` with rows of three levels,
the .csv with its header lines), and files of pandas are read. DeepLabCut itself was not run.

Load: put the folder into ``labeled-data`` of the project, then Label frames > Label in DeepLabCut, or
Create training dataset; here File > Open with the folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import naming, replacing
from ..core.tracks import Tracks
from . import dlc_project as project
from .dlc_frames import Frame, Key, read_csv, sniff_csv, write_csv
from .dlc_hdf5 import coordinates_of, is_hdf5, read_hdf5, write_hdf5
from .dlc_plan import Options, Plan
from .dlc_project import Shelf, read_project
from .png import save_png
from .sheets import credits, imported, uncast

FREE_CELLS = 50_000_000
CELLS_PER_LABEL = 1_000
Pictures = Callable[[int], NDArray[np.uint8]]


def write(path: Path, tracks: Tracks, options: Options, pictures: Pictures | None) -> list[str]:
    """Add labels to a folder of a project, which is made if need be.

    Returns
    -------
    list of str
        What is missing in the project, or was left out.

    Raises
    ------
    FormatError
        If there is nothing to write, the names do not fit the project, or a file cannot be written.
    """
    plan = Plan.of(Path(path), tracks, options)
    whole = project.joined(plan.old, plan.said)
    notes = [*plan.notes, *plan.project.lacks(whole)]
    folder = plan.shelf.folder
    try:
        folder.mkdir(exist_ok=True)
    except OSError as mishap:
        raise FormatError(f"cannot write {str(path)!r}: {mishap.strerror or mishap}; choose a folder that exists and "
                          "is writable") from mishap
    if options.pictures:
        notes += _write_pictures(plan, pictures)
    write_hdf5(plan.shelf.file(plan.scorer), whole, credits(tracks))
    write_csv(plan.shelf.file(plan.scorer, ".csv"), whole)
    return notes


def preview(path: Path, tracks: Tracks, options: Options) -> list[str]:
    """What writing would change in labels that are there, a sentence each; none if it only adds."""
    plan = Plan.of(Path(path), tracks, options)
    found = [] if plan.old is None else project.changes(plan.old, plan.said)
    if plan.shelf.has_other_text(plan.scorer, plan.old):
        found.append("the .csv there differs from the .h5, which DeepLabCut goes by, and would be replaced.")
    return [sentence[0].upper() + sentence[1:] for sentence in found]


def _write_pictures(plan: Plan, pictures: Pictures | None) -> list[str]:
    missing = {frame: name for frame, name in plan.names.items() if not (plan.shelf.folder / name).exists()}
    if not missing:
        return []
    if pictures is None:
        return [f"{len(missing):,} labelled pictures are not in the folder, for the film is not at hand; name it "
                "(--video FILM on the command line)."]
    for frame, name in missing.items():
        with replacing(plan.shelf.folder / name) as temporary:
            save_png(temporary, pictures(frame))
    return []


def read(path: Path) -> Tracks:
    """Tracks from the labels of a folder, or of a file of labels.

    Raises
    ------
    FormatError
        If there are no labels, or of several scorers or films.
    """
    path = Path(path)
    if not path.is_dir():
        return _tracks_of(path, read_hdf5(path) if is_hdf5(path) else read_csv(path))
    shelf = Shelf(path)
    scorers = shelf.scorers()
    scorer = read_project(path).scorer
    if not scorers or (len(scorers) > 1 and scorer not in scorers):
        raise FormatError(f"cannot read {str(path)!r}: expected one file CollectedData_….h5 in the folder, got "
                          f"{', '.join(scorers) or 'none'}; name the file")
    chosen = shelf.file(scorer if scorer in scorers else scorers[0])
    return read(chosen if chosen.exists() else chosen.with_suffix(".csv"))


def _tracks_of(path: Path, found: Frame) -> Tracks:
    with naming(path):
        frame = project.with_paths(found)
        frame.scorer()
        films = sorted({row[1] for row in frame.rows})
        if len(films) > 1:
            raise FormatError(f"expected labels of one film, got of {', '.join(map(repr, films))[:100]}")
        numbers = [project.frame_of_picture(row[2]) for row in frame.rows]
        if None in numbers or len(set(numbers)) < len(numbers):
            raise FormatError("expected pictures that are named after their frame, each once, such as img0012.png")
        return _filled(frame, np.array(numbers, np.int64))


def _filled(frame: Frame, numbers: NDArray[np.int64]) -> Tracks:
    places: list[tuple[Key, dict[str, int]]] = list(frame.places().items())
    xy = np.stack([frame.values[:, [coords["x"], coords["y"]]] for _, coords in places], 1)
    kept = np.asarray(np.isfinite(xy).all(-1).any(0))
    keys = [key for (key, _), is_kept in zip(places, kept.tolist(), strict=True) if is_kept]
    length = int(numbers.max(initial=-1)) + 1
    if length * len(keys) > max(FREE_CELLS, CELLS_PER_LABEL * xy.size):
        raise FormatError(f"{len(numbers)} pictures claim {length} frames; check the largest number in their names")
    cells = np.full((length, len(keys), 2), np.nan, np.float32)
    cells[numbers] = np.where(np.abs(xy[:, kept]) < 1e30, xy[:, kept], np.nan)
    return imported(cells, names=[uncast([individual], [part])[0] for individual, part in keys])


def sniff(path: Path) -> bool:
    """Whether a folder holds labels of DeepLabCut, or a file is such, by its content."""
    path = Path(path)
    files = [path] if path.is_file() else [f for scorer in Shelf(path).scorers() for ending in project.ENDINGS
                                           if (f := Shelf(path).file(scorer, ending)).exists()]
    return any(_coordinates(file) == {"x", "y"} for file in files)


def _coordinates(path: Path) -> set[str]:
    found: Any = coordinates_of(path) if is_hdf5(path) else sniff_csv(path)
    return set(found or ())


FORMAT = Format("deeplabcut", "DeepLabCut labels (folder labeled-data/<video>)", ("",), read, write, sniff, Options,
                keeps=frozenset({"names", "runs"}), is_folder=True, extra="labels", pictures=True, preview=preview)
