"""Predictions as DeepLabCut writes them beside a film: ``<video>DLC_….h5`` or ``.csv``, with likelihoods.

A slash in a track's name separates individual and body part. With individuals it is a file of several
animals, in which each has every body part; tracks without one are unique body parts (individual
``single``). The likelihood is visibility times confidence, and 1 where a person says that a point is
visible. The ending of the file's name decides between HDF5 and text.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0); five decimals.

Frames: one row for each, counted from 0.

States: a point counts as visible where its likelihood is above 0.6, DeepLabCut's usual cutoff. Hidden
points keep their position, with a lower likelihood: that of the prediction, or 0 where it was set by
hand or for another reason. Out of the picture and hidden are not told apart.

Lost: the two probabilities are one number; an individual ``single`` has no name.

Verified: read with pandas 3 and 1.5 (``read_hdf``, ``read_csv`` with its header lines), and files of
pandas in both of its layouts are read; movement 0.15 read both as well. DeepLabCut itself was not run.

Load: name the file ``<video>DLC_….h5`` and put it beside the film for Analyze videos > plot in
DeepLabCut, or load it with movement; here File > Open.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format
from ..core.errors import FormatError
from ..core.files import naming
from ..core.options import option
from ..core.tracks import DEFAULT_THRESHOLD, Tracks
from . import dlc_hdf5
from .dlc_frames import SINGLE, Frame, plain_numbers, read_csv, sniff_csv, write_csv
from .dlc_hdf5 import coordinates_of, is_hdf5, write_hdf5
from .sheets import Cast, cast_of, credits, imported, likelihoods, located, uncast, visible

COORDS = ("x", "y", "likelihood")
FREE_CELLS = 50_000_000
CELLS_PER_ROW = 1_000


@dataclass(frozen=True)
class Options:
    """Whose predictions they are."""

    scorer: str = option("DLC_napari-cotracker", "What made the predictions, for the first level of the columns.")


def load(path: str) -> dict[str, Any]:
    """Columns, rows and values of a table, in a process of its own."""
    return dlc_hdf5.load(path)


def write(path: Path, tracks: Tracks, options: Options) -> list[str]:
    """Write predictions.

    Returns
    -------
    list of str
        How the likelihood came about, and where it reads differently.

    Raises
    ------
    FormatError
        If there is no track or frame, or the file cannot be written.
    """
    path = Path(path)
    if not len(tracks) or not tracks.n_frames:
        raise FormatError("expected at least one track and one frame for predictions of DeepLabCut, got none")
    sure = likelihoods(tracks)
    cast = cast_of(tracks)
    frame = _frame(tracks, cast, sure, options.scorer)
    if path.suffix.lower() == ".csv":
        write_csv(path, frame)
    else:
        write_hdf5(path, frame, credits(tracks))
    return [*cast.notes, *_notes(tracks, sure)]


def _frame(tracks: Tracks, cast: Cast, sure: NDArray[np.float32], scorer: str) -> Frame:
    """Every body part of each individual, for readers expect that; NaN where there is no such track."""
    cells = cast.pick(plain_numbers(np.concatenate([tracks.xy, sure[..., None]], -1)), np.nan)
    is_multi = any(cast.individuals)
    unshared = ~(cast.columns[[bool(name) for name in cast.individuals]] >= 0).any(0)
    wanted = (cast.columns >= 0) | np.array([[bool(name)] for name in cast.individuals]) & ~unshared
    columns: list[tuple[str, ...]] = []
    for i, k in np.argwhere(wanted).tolist():
        individual = (cast.individuals[i] or SINGLE,) if is_multi else ()
        columns += [(scorer, *individual, cast.keypoints[k], coord) for coord in COORDS]
    rows = tuple((t,) for t in range(tracks.n_frames))
    return Frame(tuple(columns), rows, cells[:, wanted].reshape(tracks.n_frames, -1))


def _notes(tracks: Tracks, sure: NDArray[np.float32]) -> list[str]:
    low = int((visible(tracks) & (sure <= DEFAULT_THRESHOLD)).sum())
    notes = ["The likelihood is visibility times confidence, 1 for visible points that a person placed or approved."]
    if low:
        notes.append(f"{low:,} visible point{'' if low == 1 else 's'} with a likelihood of at most "
                     f"{DEFAULT_THRESHOLD:g} will count as hidden.")
    hidden = int((located(tracks) & ~visible(tracks) & (sure == 0)).sum())
    if hidden:
        notes.append(f"{hidden:,} hidden point{' has' if hidden == 1 else 's have'} the likelihood 0.")
    return notes


def read(path: Path) -> Tracks:
    """Tracks from predictions.

    Raises
    ------
    FormatError
        If the file cannot be read, is none, or its rows are no frames.
    """
    path = Path(path)
    frame = dlc_hdf5.read_hdf5(path) if is_hdf5(path) else read_csv(path)
    with naming(path):
        return _tracks_of(frame)


def _tracks_of(frame: Frame) -> Tracks:
    places = {key: coords for key, coords in frame.places().items() if "likelihood" in coords}
    if not places:
        raise FormatError("expected columns x, y and likelihood for each body part, got none with a likelihood")
    frame.scorer()
    numbers = [row[0] if len(row) == 1 else None for row in frame.rows]
    whole = all(isinstance(number, int) and 0 <= number < 1 << 40 for number in numbers)
    if not whole or len(set(numbers)) < len(numbers):
        raise FormatError("expected one row for each frame, by its number")
    frames = np.array(numbers, np.int64)
    xyl = np.stack([frame.values[:, [coords[c] for c in COORDS]] for coords in places.values()], 1)
    xyl = np.where(np.abs(xyl) < 1e30, xyl, np.nan)
    said: NDArray[np.bool_] = np.asarray(~np.isnan(xyl).all(-1).all(0))
    keys = [key for key, is_said in zip(places, said.tolist(), strict=True) if is_said]
    length = int(frames.max(initial=-1)) + 1
    if length * len(keys) > max(FREE_CELLS, CELLS_PER_ROW * xyl.size):
        raise FormatError(f"{len(frames)} rows claim {length} frames; check the largest number of a row")
    cells = np.full((length, len(keys), 3), np.nan, np.float32)
    cells[frames] = xyl[:, said]
    nowhere = (cells[..., :2] == -1).all(-1) & ~(cells[..., 2] > 0)  # as some tools write it
    xy = np.where(nowhere[..., None], np.float32(np.nan), cells[..., :2])
    sure = np.nan_to_num(cells[..., 2], nan=1)
    return imported(xy, names=[uncast([individual], [part])[0] for individual, part in keys],
                    visible=np.asarray(sure > DEFAULT_THRESHOLD), confidence=sure)


def sniff(path: Path) -> bool:
    """Whether a file holds a table of DeepLabCut with likelihoods."""
    found: Any = coordinates_of(path) if is_hdf5(path) else sniff_csv(path)
    return set(COORDS) <= set(found or ())


FORMAT = Format("deeplabcut-predictions", "DeepLabCut predictions (HDF5 or CSV)", (".h5", ".dlc.csv"), read, write,
                sniff, Options, keeps=frozenset({"names", "length", "hidden", "confidence", "runs"}), extra="labels")
