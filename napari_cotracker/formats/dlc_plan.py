"""What is to be written into a folder of a DeepLabCut project: which labels, of which pictures, by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import FormatError
from ..core.options import option
from ..core.tracks import Tracks, is_anchor
from ..core.words import as_label
from .dlc_frames import SINGLE, Frame, plain_numbers
from .dlc_project import ROOM, Project, Said, Shelf, frame_of_picture, read_project
from .sheets import cast_of, visible


@dataclass(frozen=True)
class Options:
    """What labels to write, and whose they are."""

    scorer: str = option("", "Who labelled; if empty, as config.yaml or the labels there say.")
    video: str = option("", "Name of the film without its ending; if empty, that of the folder.")
    frames: str = option("anchors", "Only frames with a placed or approved point, or every frame with a visible one.",
                         values=("anchors", "all"))
    pictures: bool = option(True, "Also write the frames as PNG pictures, unless they are there.")


@dataclass(frozen=True)
class Plan:
    """All that is known before anything is written.

    Parameters
    ----------
    shelf : Shelf
    project : Project
    scorer : str
    old : Frame or None
        The labels that are there.
    said : Said
    names : dict of int to str
        The picture of each frame that is to be labelled.
    notes : list of str
    """

    shelf: Shelf
    project: Project
    scorer: str
    old: Frame | None
    said: Said
    names: dict[int, str]
    notes: list[str]

    @classmethod
    def of(cls, path: Path, tracks: Tracks, options: Options) -> Plan:
        """What is to be done for a folder, or a file in it.

        Raises
        ------
        FormatError
            If there is nothing to write, or it does not fit what is there.
        """
        shelf = Shelf.at(path)
        if shelf.folder.name == ROOM or (shelf.folder / "config.yaml").exists():
            raise FormatError(f"expected the folder of one film, {ROOM}/<film>, got {str(path)!r}; add the film's name")
        if shelf.folder.is_file():
            raise FormatError(f"cannot write {str(path)!r}: it is a file; name a folder, or a file CollectedData_….h5")
        found = read_project(shelf.folder)
        scorer = _scorer(shelf, found.scorer, options.scorer)
        old = shelf.labels(scorer)
        frames, notes = _frames(tracks, options)
        video = options.video or as_label(shelf.folder.resolve().name)
        names = _names(shelf, tracks, old, video)
        keys, more = _keys(tracks, found.is_multi if old is None else old.is_multi)
        rows = _rows(tracks, frames, names, (ROOM, video), old)
        said = _said(tracks, rows, [(scorer, *key) for key in keys])
        notes += more + _size_note(shelf, tracks)
        return cls(shelf, found, scorer, old, said, {frame: names[frame] for frame in rows}, notes)


def _scorer(shelf: Shelf, of_project: str, asked: str) -> str:
    there = shelf.scorers()
    scorer = asked or shelf.named or of_project or (there[0] if len(there) == 1 else "napari-cotracker")
    if re.search(r"[\\/:*?\"<>|\0]", scorer):
        raise FormatError(f"expected a scorer that can be part of a file name, got {scorer!r:.60}")
    return scorer


def _frames(tracks: Tracks, options: Options) -> tuple[NDArray[np.intp], list[str]]:
    seen = visible(tracks).any(1)
    anchored = is_anchor(tracks.source).any(1)
    chosen, notes = seen, []
    if options.frames == "anchors" and anchored.any():
        chosen = anchored
    elif options.frames == "anchors" and seen.any():
        notes.append("No point was placed or approved, so every frame with a visible point was labelled.")
    if not (chosen & seen).any():
        raise FormatError("expected at least one visible point to label, got none")
    return np.flatnonzero(chosen), notes


def _names(shelf: Shelf, tracks: Tracks, old: Frame | None, video: str) -> dict[int, str]:
    """The picture of every frame: the one that is there, else one with as many digits."""
    labelled = {} if old is None else {frame: row[2] for row in old.rows if row[1] == video
                                       and (frame := frame_of_picture(row[2])) is not None}
    there = {**shelf.pictures(), **labelled}
    digits = max(1, len(str(max(tracks.n_frames - 1, 0))))
    for name in there.values():
        digits = len(re.findall(r"\d+", name)[-1])
    return {frame: there.get(frame, f"img{frame:0{digits}d}.png") for frame in range(tracks.n_frames)}


def _rows(tracks: Tracks, frames: NDArray[np.intp], names: dict[int, str], place: tuple[str, str], old: Frame | None
          ) -> dict[int, tuple[str, ...]]:
    """The row of every frame in which something is seen, or was."""
    seen: NDArray[np.bool_] = np.asarray(visible(tracks).any(1))
    there = set() if old is None else set(old.rows)
    rows = {frame: (*place, names[frame]) for frame in frames.tolist()}
    return {frame: row for frame, row in rows.items() if seen[frame] or row in there}


def _keys(tracks: Tracks, is_multi: bool | None) -> tuple[list[tuple[str, ...]], list[str]]:
    """(individual and) body part of each track."""
    cast = cast_of(tracks)
    notes = list(cast.notes)
    pairs = [("", "")] * len(tracks)
    for (i, k), column in np.ndenumerate(cast.columns):
        if column >= 0:
            pairs[column] = (cast.individuals[i], cast.keypoints[k])
    named = [individual for individual in cast.individuals if individual]
    if is_multi if is_multi is not None else bool(named):
        return [(individual or SINGLE, part) for individual, part in pairs], notes
    if len(cast.individuals) > 1:
        raise FormatError(f"expected tracks of one animal, for the project is of a single one; got "
                          f"{', '.join(map(repr, cast.individuals))[:100]}; name the tracks of one (tracks=…)")
    if named:
        notes.append(f"The individual {named[0]!r} is not written, for the project is of a single animal.")
    return [(part,) for _, part in pairs], notes


def _said(tracks: Tracks, rows: dict[int, tuple[str, ...]], keys: list[tuple[str, ...]]) -> Said:
    frames = np.array(list(rows))
    seen = visible(tracks)[frames]
    xy = np.where(seen[..., None], plain_numbers(tracks.xy[frames]), np.nan)
    gone = is_anchor(tracks.source[frames]) & ~seen
    columns = tuple((*key, coord) for key in keys for coord in "xy")
    values = xy.reshape(len(frames), -1)
    return Said(Frame(columns, tuple(rows.values()), values), np.repeat(gone, 2, 1))


def _size_note(shelf: Shelf, tracks: Tracks) -> list[str]:
    size = shelf.picture_size()
    if size is None or tracks.size in (None, size):
        return []
    return [f"The pictures there have {size[0]} × {size[1]} pixels, the tracks' film {tracks.size[0]} × "
            f"{tracks.size[1]}: if they were cropped or scaled, these labels do not fit them."]
