"""A DeepLabCut project: its settings, the labels and pictures that a folder of it has, and what joins them."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.words import counted
from .dlc_frames import SINGLE, Frame, read_csv
from .dlc_hdf5 import read_hdf5

ROOM = "labeled-data"
SAME = 1e-3  # pixels
MAX_CONFIG = 1 << 20
LISTS = ("bodyparts", "individuals", "uniquebodyparts", "multianimalbodyparts")
ENDINGS = (".h5", ".csv")


@dataclass(frozen=True)
class Project:
    """What a config.yaml says; empty where there is none.

    Parameters
    ----------
    scorer : str
    is_multi : bool or None
        Whether it is of several animals; None if there is no project.
    names : dict of str to tuple of str
        The lists `LISTS`.
    edges : tuple of (str, str)
        Its skeleton.
    """

    scorer: str = ""
    is_multi: bool | None = None
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    edges: tuple[tuple[str, str], ...] = ()

    def lacks(self, frame: Frame) -> list[str]:
        """Names of labels that the project does not have, a sentence for each kind."""
        if self.is_multi is None:
            return []
        keys = frame.places()
        unique = {part for individual, part in keys if not individual}
        shared = {part for individual, part in keys if individual}
        wanted = {"bodyparts": unique} if not self.is_multi else {
            "uniquebodyparts": unique, "multianimalbodyparts": shared,
            "individuals": {individual for individual, _ in keys if individual}}
        missing = {kind: sorted(names - set(self.names.get(kind, ()))) for kind, names in wanted.items()}
        return [f"The project's config.yaml lacks {', '.join(map(repr, names))} under {kind}; add that there before "
                "you make a training set." for kind, names in missing.items() if names]


def read_project(folder: Path) -> Project:
    """The settings of the project that a folder ``labeled-data/<video>`` belongs to."""
    return read_config(folder.resolve().parent.parent / "config.yaml")


def read_config(path: Path) -> Project:
    """The settings in a config.yaml; none if it cannot be read."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_CONFIG).decode("utf-8", errors="replace")
    except OSError:
        return Project()
    values = _settings(text)
    bones = values.get("skeleton")
    edges = [(str(bone[0]), str(bone[1])) for bone in bones if isinstance(bone, list) and len(bone) == 2] if isinstance(
        bones, list) else []
    return Project(str(values.get("scorer") or ""), bool(values.get("multianimalproject")),
                   {name: _texts(values.get(name)) for name in LISTS}, tuple(edges))


def _settings(text: str) -> dict[str, Any]:
    """The top of a YAML file; nothing if it is damaged."""
    import yaml

    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


@dataclass(frozen=True)
class Shelf:
    """A folder ``labeled-data/<video>``, or one that is to become one.

    Parameters
    ----------
    folder : Path
    named : str
        The scorer of the file that the user named; empty if it was the folder.
    """

    folder: Path
    named: str = ""

    @classmethod
    def at(cls, path: Path) -> Shelf:
        """From the folder, or from a file ``CollectedData_<scorer>`` in it."""
        path = Path(path)
        if path.name.startswith("CollectedData_") and path.suffix.lower() in ENDINGS:
            return cls(path.parent, path.stem.removeprefix("CollectedData_"))
        return cls(path)

    def scorers(self) -> list[str]:
        """Whose labels there are."""
        files = self.folder.glob("CollectedData_*") if self.folder.is_dir() else iter(())
        return sorted({p.stem.removeprefix("CollectedData_") for p in files if p.suffix.lower() in ENDINGS})

    def file(self, scorer: str, ending: str = ".h5") -> Path:
        """Where labels of a scorer are."""
        return self.folder / f"CollectedData_{scorer}{ending}"

    def labels(self, scorer: str) -> Frame | None:
        """The labels of a scorer: out of the .h5, which DeepLabCut goes by, else out of the .csv."""
        for ending, read in ((".h5", read_hdf5), (".csv", read_csv)):
            if self.file(scorer, ending).exists():
                return with_paths(read(self.file(scorer, ending)))
        return None

    def has_other_text(self, scorer: str, labels: Frame | None) -> bool:
        """Whether the .csv of a scorer says something else than the .h5."""
        path = self.file(scorer, ".csv")
        if labels is None or not path.exists() or not self.file(scorer).exists():
            return False
        try:
            text = with_paths(read_csv(path))
        except FormatError:
            return True
        same = (text.columns, text.rows) == (labels.columns, labels.rows)
        return not (same and np.allclose(text.values, labels.values, atol=SAME, equal_nan=True))

    def pictures(self) -> dict[int, str]:
        """Names of the pictures that are there, by their frame."""
        found = self.folder.glob("*.png") if self.folder.is_dir() else iter(())
        return {frame: p.name for p in sorted(found) if (frame := frame_of_picture(p.name)) is not None}

    def picture_size(self) -> tuple[int, int] | None:
        """(width, height) of one of the pictures, as its header says."""
        for name in self.pictures().values():
            with (self.folder / name).open("rb") as file:
                start = file.read(24)
            if len(start) == 24 and start[12:16] == b"IHDR":
                width, height = struct.unpack(">II", start[16:])
                return int(width), int(height)
        return None


def frame_of_picture(name: str) -> int | None:
    """The frame that the last number of a picture's name means; None if it has none."""
    digits = re.findall(r"\d+", name.rpartition(".")[0])
    return int(digits[-1]) if digits and len(digits[-1]) < 10 else None


def with_paths(frame: Frame) -> Frame:
    """The same table with rows (folder, video, picture), which older versions wrote as one path."""
    parts = [re.split(r"[\\/]", str(row[0])) if len(row) == 1 else [str(part) for part in row] for row in frame.rows]
    if any(len(part) < 3 for part in parts):
        raise FormatError("expected rows that name a folder, a video and a picture; these are no labels of DeepLabCut")
    return Frame(frame.columns, tuple(tuple(part[-3:]) for part in parts), frame.values)


@dataclass(frozen=True)
class Said:
    """Labels that are to be written.

    Parameters
    ----------
    frame : Frame
        NaN where nothing is said.
    gone : (R, C) bool
        Where a person said that the point is not to be seen.
    """

    frame: Frame
    gone: NDArray[np.bool_]


def joined(old: Frame | None, said: Said) -> Frame:
    """Old labels and new ones in one table, sorted as DeepLabCut sorts; the new ones count where they differ."""
    new = said.frame
    older = old if old is not None else Frame((), (), np.zeros((0, 0)))
    scorer = new.columns[0][0]
    before = [(scorer, *column[1:]) for column in older.columns]
    columns = _in_order(list(dict.fromkeys([*before, *new.columns])))
    rows = sorted({*older.rows, *new.rows})
    row_of, column_of = ({each: k for k, each in enumerate(along)} for along in (rows, columns))
    values = np.full((len(rows), len(columns)), np.nan)
    if older.values.size:
        values[np.ix_([row_of[row] for row in older.rows], [column_of[c] for c in before])] = older.values
    place = np.ix_([row_of[row] for row in new.rows], [column_of[column] for column in new.columns])
    here = values[place]
    with np.errstate(invalid="ignore"):
        differs = ~np.isnan(new.values) & ~(np.abs(here - new.values) <= SAME)
    here = np.where(differs, new.values, here)
    values[place] = np.where(said.gone, np.nan, here)
    return Frame(tuple(columns), tuple(rows), values)


def _in_order(columns: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Individuals one after another, each with its body parts, in the order in which they first appear."""
    if not columns or len(columns[0]) == 3:
        place = {part: k for k, part in enumerate(dict.fromkeys(column[1] for column in columns))}
        return sorted(columns, key=lambda column: place[column[1]])
    individuals, parts = (list(dict.fromkeys(column[k] for column in columns)) for k in (1, 2))
    individuals.sort(key=lambda name: name == SINGLE)
    order, place = ({name: k for k, name in enumerate(names)} for names in (individuals, parts))
    shared = {column[2] for column in columns if column[1] != SINGLE}
    whole = dict.fromkeys(columns)
    whole |= dict.fromkeys((columns[0][0], name, part, coord) for name in individuals if name != SINGLE
                           for part in parts if part in shared for coord in ("x", "y"))
    return sorted(whole, key=lambda column: (order[column[1]], place[column[2]]))


def changes(old: Frame, said: Said) -> list[str]:
    """What joining would change in labels that are there, a sentence each."""
    found = []
    scorer = said.frame.columns[0][0]
    if {column[0] for column in old.columns} != {scorer}:
        found.append(f"the labels there become those of the scorer {scorer!r}.")
    after = _at(joined(old, said), old.rows, [(scorer, *column[1:]) for column in old.columns])
    moves: list[tuple[float, str]] = []
    lost: list[str] = []
    for (individual, part), coords in old.places().items():
        was, now = (values[:, [coords["x"], coords["y"]]] for values in (old.values, after))
        far = np.hypot(*(now - was).T)
        there = np.isfinite(was).all(1)
        what = repr("/".join(filter(None, (individual, part))))
        for k in np.flatnonzero(there & (np.abs(now - was).max(1) > SAME)).tolist():
            moves.append((far[k], f"{what} in {'/'.join(old.rows[k][1:])} from {_xy(was[k])} to {_xy(now[k])}"))
        lost += [f"{what} in {'/'.join(old.rows[k][1:])}" for k in np.flatnonzero(there & np.isnan(far)).tolist()]
    if moves:
        distance, words = max(moves)
        found.append(f"{counted(len(moves), 'label')} would move, by up to {distance:.1f} pixels: {words}.")
    if lost:
        found.append(f"{counted(len(lost), 'label')} would be removed, for the point was said to be hidden: {lost[0]}.")
    return found


def _at(frame: Frame, rows: Sequence[tuple[str, ...]], columns: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    row_of, column_of = ({each: k for k, each in enumerate(along)} for along in (frame.rows, frame.columns))
    return frame.values[np.ix_([row_of[row] for row in rows], [column_of[column] for column in columns])]


def _xy(point: NDArray[np.float64]) -> str:
    return f"({point[0]:.1f}, {point[1]:.1f})"
