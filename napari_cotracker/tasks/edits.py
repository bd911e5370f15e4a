"""Edits that stick through a shot: something painted, placed or asked for on one frame, and what becomes of it.

`settling` solves all that depends on the tracks; the frames of a `SettledEdit` are quick then.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.options import read_options
from ..core.regions import Region
from ..core.tracks import State, Tracks
from ..effects.motion import Motion, MotionOptions
from .edit_areas import area_of, check_painting
from .edit_options import WHATS, WITH_MATTE, MatteOptions, matte_of, options_of
from .edit_settled import Ground, SettledEdit, samples_of

__all__ = ["WHATS", "Edit", "MatteOptions", "MotionOptions", "Painting", "best_reference", "moves_alike", "restyle",
           "settle", "settling"]

Picture = NDArray[Any]
Read = Callable[[int], Picture]


@dataclass(frozen=True)
class Painting:
    """What was painted or placed on a reference frame; what applies is not None.

    Parameters
    ----------
    labels : (H, W) integer or bool, optional
        Of the film's size; 0 is background.
    shapes : tuple of Region, optional
        In pixels of the film.
    picture : (h, w, 3) or (h, w, 4), uint8, uint16 or float, optional
        Not premultiplied; floats are linear light. A correction without is the first picture, moved.
    corners : (4, 2), optional
        Where the outer corners of the picture, or of a pin, are: top left, top right, bottom right,
        bottom left. A picture without is of the film's size, as what is painted on it.
    """

    labels: NDArray[Any] | None = None
    shapes: tuple[Region, ...] | None = None
    picture: Picture | None = None
    corners: NDArray[Any] | None = None


@dataclass(frozen=True)
class Edit:
    """What is to stick through a shot.

    Parameters
    ----------
    what : str
        One of `WHATS`.
    paintings : mapping of int to Painting
        From 0-based reference frames to what was painted there: the first is the main one, others
        are corrections. Holding still and STMaps need an empty painting, or none: then the frame
        with most visible tracks is the reference. Labels from tracks have none.
    motion : MotionOptions
    options : dataclass or mapping, optional
        Of `edit_options.options_of`.
    effect : str, optional
        One of `core.registry.effects`, where `what` is "effect".
    tracks : tuple of int, optional
        Ids of the tracks that carry it. If not given: those within what is painted, and around it those
        that go along; all where few are within.
    matte : MatteOptions, optional
        For masks, pictures and effects; those of `edit_options.matte_of` if not given.
    """

    what: str
    paintings: Mapping[int, Painting] = field(default_factory=dict)
    motion: MotionOptions = field(default_factory=MotionOptions)
    options: Any = None
    effect: str | None = None
    tracks: tuple[int, ...] | None = None
    matte: MatteOptions | None = None


def settle(edit: Edit, tracks: Tracks, size: tuple[int, int], *, read: Read | None = None) -> SettledEdit:
    """All of `settling` at once."""
    steps = settling(edit, tracks, size, read=read)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: SettledEdit = end.value
            return found


def settling(edit: Edit, tracks: Tracks, size: tuple[int, int], *, read: Read | None = None
             ) -> Generator[float, None, SettledEdit]:
    """Solve a motion from each reference frame; yields the share that is done.

    Parameters
    ----------
    edit : Edit
    tracks : Tracks
        Of all frames of the film.
    size : (width, height)
        Of the film.
    read : callable, optional
        From a 0-based frame to its picture; needed to match brightness.

    Raises
    ------
    EditError
        If the edit makes no sense, or no track tells how it moves.
    FormatError
        If an option makes no sense.
    """
    # a window imports what an edit is when it opens, and this when there is one
    from ..effects.motion_solving import solving
    from .edit_carriers import carriers, doubt_of, doubt_of_groups
    from .edit_contents import content_of

    tracks = _on_film(tracks, size)
    edit, matte = _checked(edit, tracks, size), edit.matte or matte_of(edit.what)()
    areas = {t: area_of(painting, size) for t, painting in edit.paintings.items()}
    if edit.what == "labels":
        doubt = doubt_of_groups(tracks) if edit.tracks is None and edit.options.shape != "discs" else ""
        ground = Ground(_chosen(edit, tracks), {}, size, matte, edit.motion.threshold, {}, doubt)
        yield 1.0
        return SettledEdit(edit.what, ground, content_of(edit, ground, {}))
    columns = yield from _share(0.0, 0.3, carriers(_chosen(edit, tracks), areas, edit.motion.threshold,
                                                   is_chosen=edit.tracks is not None))
    carrying = _chosen(edit, tracks).select(columns)
    motions: dict[int, Motion] = {}
    part = 0.7 / len(areas)
    for count, reference in enumerate(areas):
        steps = solving(carrying, reference, edit.motion)
        motions[reference] = yield from _share(0.3 + part * count, part, steps)
    samples = {t: samples_of(area, size) for t, area in areas.items()}
    doubt = doubt_of(tracks, areas, edit.motion.threshold) if edit.tracks is None else ""
    ground = Ground(carrying, motions, size, matte, edit.motion.threshold, samples, doubt)
    return SettledEdit(edit.what, ground, content_of(edit, ground, _pictures(edit, read)))


def moves_alike(one: Edit, other: Edit) -> bool:
    """Whether two edits of the same tracks move alike, for they differ in no more than how they look."""
    if one.what not in WITH_MATTE or list(one.paintings) != list(other.paintings):
        return False
    same = all(getattr(one.paintings[t], part.name) is getattr(other.paintings[t], part.name)
               for t in one.paintings for part in fields(Painting))
    return same and (one.what, one.motion, one.tracks) == (other.what, other.motion, other.tracks)


def restyle(settled: SettledEdit, edit: Edit, *, read: Read | None = None) -> SettledEdit:
    """Another look for an edit whose motion is solved: that of an edit that moves alike.

    Raises
    ------
    CotrackerError
        As `settling`.
    """
    from .edit_contents import content_of

    edit = _checked(edit, settled.ground.tracks, settled.ground.size)
    ground = replace(settled.ground, matte=edit.matte or matte_of(edit.what)())
    return SettledEdit(edit.what, ground, content_of(edit, ground, _pictures(edit, read)))


def best_reference(tracks: Tracks, threshold: float) -> int:
    """The 0-based frame in which most tracks are visible, the first of several."""
    return int((tracks.states(threshold) == State.VISIBLE).sum(1).argmax())


def _share(start: float, part: float, steps: Generator[float, None, Any]) -> Generator[float, None, Any]:
    """The same steps as a part of what there is to do."""
    while True:
        try:
            yield start + part * next(steps)
        except StopIteration as end:
            return end.value


def _on_film(tracks: Tracks, size: tuple[int, int]) -> Tracks:
    own = tracks.size or size
    if own != size:
        raise EditError(f"expected tracks of the film's {size[0]} × {size[1]} pixels, got tracks of {own[0]} × "
                        f"{own[1]}; convert them with the option scale")
    if not len(tracks) or not tracks.n_frames:
        raise EditError("expected tracks to carry the edit, got none; track some points first")
    return replace(tracks, meta={**tracks.meta, "size": size})


def _checked(edit: Edit, tracks: Tracks, size: tuple[int, int]) -> Edit:
    """The edit with its options read, and with a reference frame."""
    options = read_options(options_of(edit.what, edit.effect), edit.options, edit.effect or edit.what)
    paintings = dict(edit.paintings)
    if edit.what == "labels":
        paintings = {}
    elif edit.what in ("stabilise", "stmap"):  # one frame that stands still, or that maps begin at
        first = next(iter(paintings), best_reference(_chosen(edit, tracks), edit.motion.threshold))
        paintings = {first: paintings.get(first, Painting())}
    elif not paintings:
        raise EditError(f"expected something on a reference frame to propagate as {edit.what}, got nothing")
    wrong = [t for t in paintings if not 0 <= t < tracks.n_frames]
    if wrong:
        raise EditError(f"expected a reference frame from 0 to {tracks.n_frames - 1}, got {wrong[0]}")
    for count, painting in enumerate(paintings.values()):
        check_painting(edit.what, painting, size, is_first=count == 0)
    motion = edit.motion
    if edit.what == "stabilise" and motion.model == "auto":  # what most of the picture does: nothing that bends
        motion = replace(motion, model=options.model)
    return replace(edit, options=options, paintings=paintings, motion=motion)


def _chosen(edit: Edit, tracks: Tracks) -> Tracks:
    if edit.tracks is None:
        return tracks
    missing = [number for number in edit.tracks if number not in tracks.ids]
    if missing or not edit.tracks:
        got = f"number {missing[0]}, which is none" if missing else "none"
        raise EditError(f"expected numbers of tracks that carry the edit, got {got}; choose others")
    return tracks.select(np.isin(tracks.ids, edit.tracks))


def _pictures(edit: Edit, read: Read | None) -> dict[int, Picture]:
    """The reference pictures, if brightness is to be matched."""
    if not getattr(edit.options, "brightness", False):
        return {}
    if read is None:
        raise EditError("expected the film's pictures to match brightness, got none; open the film")
    return {t: read(t) for t in edit.paintings}
