"""Tables of what lies in napari's layers: one row per located point, with our columns as features."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.files import replacing
from ..core.tracks import Tracks
from .csv import SOURCES, STATES, Cells
from .sheets import located
from .tables import MAX_HEADER, Row, read_header

FEATURES = ("track_id", "name", "visibility", "confidence", "state", "source")
KEEPS = frozenset({"ids", "names", "hidden", "visibility", "confidence", "sources"})


def write_rows(path: Path, tracks: Tracks, header: Iterable[str],
               cells: Callable[[int, NDArray[np.intp]], list[list[object]]], template: str) -> None:
    """Write a row for every located point, track by track.

    Parameters
    ----------
    path : Path
    tracks : Tracks
    header : iterable of str
        The names of the columns.
    cells : callable
        From a track's column and its frames to the values of the first columns, a list for each.
    template : str
        What a row begins with, with a place for each of these values; FEATURES follow but track_id.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    there, states = located(tracks), tracks.states()
    with (replacing(Path(path)) as temporary,
          temporary.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file):
        file.write(",".join(header) + "\n")
        for n, name in enumerate(tracks.names):
            frames = np.flatnonzero(there[:, n])
            quoted = _quoted(name).replace("%", "%%")
            scores = (_digits(values[frames, n]) for values in (tracks.visibility, tracks.confidence))
            words = ([STATES[v] for v in states[frames, n].tolist()],
                     [SOURCES[v] for v in tracks.source[frames, n].tolist()])
            row = f"{template},{quoted},%s,%s,%s,%s\n"
            columns = [*cells(n, frames), *scores, *words]
            file.write(row * len(frames) % tuple(value for values in zip(*columns, strict=True) for value in values))


def header_of(path: Path) -> set[str]:
    """The columns of a table's header; none if it is no table."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return set(read_header(file.readline(MAX_HEADER))[0])
    except (OSError, UnicodeError, csv.Error):
        return set()


def tracks_of(rows: Iterable[Row], columns: tuple[str, ...], called: Mapping[str, str]) -> Tracks:
    """The tracks of a table; features count only if all that we write are there, others may mean anything.

    Raises
    ------
    FormatError
        If a row is wrong.
    """
    ours = set(FEATURES) <= set(columns)
    wanted = {*called.values(), "x", "y", "track_id", "name", *(FEATURES if ours else ())}
    found = Cells(called)
    for row in rows:
        found.add(Row(row.line, {key: value for key, value in row.cells.items() if key in wanted}, row.point))
    return found.to_tracks(tuple(column for column in columns if column in wanted))


def _quoted(name: str) -> str:
    text = io.StringIO()
    odd = any(letter in name for letter in "\r\n")
    csv.writer(text, lineterminator="", quoting=csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL).writerow([name, ""])
    return text.getvalue().removesuffix(',""' if odd else ",")


def _digits(values: NDArray[np.float32]) -> list[str]:
    return ["" if not math.isfinite(value) else f"{value:.9g}" for value in values.tolist()]
