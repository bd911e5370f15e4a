"""A long table, one row for every track and frame: ``track_id,name,frame,x,y,visibility,confidence,state,source``.

Frames count from 0; x and y are pixels, integers are pixel centres. Scores are raw probabilities
with every digit of their 32 bits. ``state`` is one of ``from_scores``, ``visible``,
``occluded_located``, ``occluded``, ``out_of_frame``, ``unknown``; ``source`` one of ``none``,
``predicted``, ``human``, ``verified``, ``interpolated``, ``imported``. Cells that nobody tracked
have no row; only a track without any row, and the last frame, get one with empty cells.

Read back, columns may come in any order, numbers may stand for the words, and all but ``track_id``,
``frame``, ``x`` and ``y`` may be missing: scores then count as 1, the source as imported. Semicolons or tabs
may stand between cells; with semicolons, commas may stand before decimals, as spreadsheets write them in
most of Europe.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0); every digit of 32 bits.

Frames: counted from 0.

States: every one, in words.

Verified: by a round trip of arbitrary tracks, bit for bit, and by Python's csv module.

Load: any spreadsheet; ``pandas.read_csv``; File > Open in napari.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.declarations import Format, NoOptions
from ..core.errors import FormatError
from ..core.files import replacing
from ..core.tracks import Source, State, Tracks
from .tables import MAX_FRAMES, MAX_HEADER, Row, read_header, reading

COLUMNS = ("track_id", "name", "frame", "x", "y", "visibility", "confidence", "state", "source")
REQUIRED = ("track_id", "frame", "x", "y")
FREE_CELLS = 50_000_000
CELLS_PER_ROW = 1_000


def write(path: Path, tracks: Tracks, options: NoOptions) -> list[str]:
    """Write a table of all cells that were tracked.

    Returns
    -------
    list of str
        Nothing: what a table does not hold is declared.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    with (replacing(Path(path)) as temporary,
          temporary.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file):
        # the csv module leaves a lone carriage return unquoted, which reads back as a line's end
        odd = any("\r" in name for name in tracks.names)
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL)
        writer.writerow(COLUMNS)
        for column, frames in enumerate(_frames_to_write(tracks)):
            writer.writerows(_rows_of(tracks, column, frames))
    return []


def read(path: Path) -> Tracks:
    """Tracks from a table.

    Raises
    ------
    FormatError
        If the file is missing, is no such table, a row is wrong (its line and value are quoted), or
        a few rows claim an absurd number of frames and tracks.
    """
    with reading(path, REQUIRED) as table:
        cells = Cells()
        for row in table.rows:
            cells.add(row)
        return cells.to_tracks(table.columns)


def sniff(path: Path) -> bool:
    """Whether a file is text that starts with the columns of such a table."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            header, _ = read_header(file.readline(MAX_HEADER))
    except (OSError, UnicodeError, csv.Error):
        return False
    return set(REQUIRED) <= set(header)


def _frames_to_write(tracks: Tracks) -> list[NDArray[np.intp]]:
    """The frames of each track that get a row."""
    values = (tracks.xy[..., 0], tracks.xy[..., 1], tracks.visibility, tracks.confidence)
    said = np.logical_or.reduce([np.isfinite(value) for value in values])
    said |= (tracks.state != State.FROM_SCORES) | (tracks.source != Source.NONE)
    if said.size:
        said[0, ~said.any(0)] = True
        said[-1, 0] |= not said[-1].any()
    return [np.flatnonzero(column) for column in said.T]


def _rows_of(tracks: Tracks, column: int, frames: NDArray[np.intp]) -> Iterator[tuple[object, ...]]:
    track = [tracks.ids[column].item()] * len(frames)
    name = [tracks.names[column]] * len(frames)
    xy = tracks.xy[frames, column]
    scores = (tracks.visibility[frames, column], tracks.confidence[frames, column])
    floats = [_digits(values) for values in (xy[:, 0], xy[:, 1], *scores)]
    state = [STATES[value] for value in tracks.state[frames, column].tolist()]
    source = [SOURCES[value] for value in tracks.source[frames, column].tolist()]
    return zip(track, name, frames.tolist(), *floats, state, source)


def _digits(values: NDArray[np.float32]) -> list[str]:
    """The fewest digits that read back as the same float32; nothing for NaN and infinity."""
    return ["" if not math.isfinite(value) else str(value) for value in values]


def _word(member: IntEnum) -> str:
    return member.name.lower()


STATES, SOURCES = ([_word(member) for member in kind] for kind in (State, Source))


@dataclass
class Cells:
    """Rows read so far, as columns.

    Parameters
    ----------
    called : mapping
        What the columns track_id, frame, x and y are called where they have other names.
    """

    called: Mapping[str, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    seen: dict[tuple[int, int], int] = field(default_factory=dict)
    numbers: list[tuple[float, float, float, float]] = field(default_factory=list)
    codes: list[tuple[int, int]] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Take a row.

        Raises
        ------
        FormatError
            If a cell makes no sense, or the track has two rows in the frame.
        """
        at = self.called.get
        track, frame = row.whole(at("track_id", "track_id")), row.whole(at("frame", "frame"))
        if not 0 <= frame < MAX_FRAMES:
            raise row.error(at("frame", "frame"), f"a frame number from 0 to {MAX_FRAMES - 1}")
        name = row.cells.get("name", "")
        if self.names.setdefault(track, name) != name:
            raise row.error("name", f"{self.names[track]!r} as in the earlier rows of track {track}")
        if self.seen.setdefault((frame, track), row.line) != row.line:
            raise FormatError(f"line {row.line}: expected one row for track {track} in frame {frame}, got a second; "
                              f"the first is line {self.seen[frame, track]}")
        xy = (row.number(at("x", "x")), row.number(at("y", "y")))
        self.numbers.append((*xy, row.number("visibility"), row.number("confidence")))
        tracked = not any(map(math.isnan, xy))
        imported = Source.IMPORTED if tracked else Source.NONE
        self.codes.append((_code(row, "state", State, State.FROM_SCORES), _code(row, "source", Source, imported)))

    def to_tracks(self, columns: tuple[str, ...]) -> Tracks:
        """The tracks, of a table with these columns.

        Raises
        ------
        FormatError
            If a few rows claim an absurd number of frames and tracks.
        """
        ids = list(self.names)
        frames = [frame for frame, _ in self.seen]
        shape = (max(frames, default=-1) + 1, len(ids))
        if shape[0] * shape[1] > max(FREE_CELLS, CELLS_PER_ROW * len(frames)):
            raise FormatError(f"{len(frames)} rows claim {shape[0]} frames of {shape[1]} tracks; "
                              f"check the largest number in column {self.called.get('frame', 'frame')!r}")
        where = (frames, list(map({track: n for n, track in enumerate(ids)}.__getitem__, (t for _, t in self.seen))))
        numbers = np.full((*shape, 4), np.nan, np.float32)
        codes = np.zeros((*shape, 2), np.uint8)
        if frames:
            numbers[where] = self.numbers
            codes[where] = self.codes
        tracked = np.isfinite(numbers[..., :2]).all(-1)
        for k, column in ((2, "visibility"), (3, "confidence")):
            if column not in columns:
                numbers[tracked, k] = 1
        named = tuple(self.names.values()) if "name" in columns else ()
        return Tracks(np.asarray(ids, np.int64), numbers[..., :2], numbers[..., 2], numbers[..., 3],
                      codes[..., 0], codes[..., 1], names=named)


def _code(row: Row, column: str, kind: type[IntEnum], default: IntEnum) -> int:
    text = row.cells.get(column, "").strip().lower()
    if not text:
        return int(default)
    for member in kind:
        if text in (_word(member), str(int(member))):
            return int(member)
    raise row.error(column, f"one of {', '.join(map(_word, kind))}")


FORMAT = Format("csv", "Table, one row per track and frame (CSV)", (".csv",), read, write, sniff, group="own",
                keeps=frozenset({"ids", "names", "length", "hidden", "states", "visibility", "confidence", "sources"}))
