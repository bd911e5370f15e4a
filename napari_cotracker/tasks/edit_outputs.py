"""What can be made of a settled edit: label pictures, mattes, COCO masks, tables of shapes, STMaps, pins."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import registry
from ..core.declarations import Format
from ..core.errors import EditError, FormatError
from ..core.excerpt import Excerpt
from ..core.options import read_options
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from ..core.words import counted
from . import written
from .edit_settled import Matte, SettledEdit
from .export import export, format_for
from .film_facts import pixel_aspect
from .progress import beats
from .render import render_options
from .sequences import Save, write_sequence

Files = tuple[Path, ...]
Steps = Generator[TrackUpdate, None, tuple[Files, list[str]]]

FACTS = ("fps", "pixel_aspect", "frame_numbers", "own_numbers", "video", "runs")
"""What is true of corners as of the tracks that carry them."""

PIN_KINDS = ("corner-pin", "corner-positioner")
"""What formats call the tool that four corners are for, among others that they write."""


@dataclass(frozen=True)
class Target:
    """Where and how an edit is to be written.

    Parameters
    ----------
    settled : SettledEdit
    video : Video
    tracks : Tracks
        All of the film; what is known of it is in their meta.
    out : str or Path
    frames : range
    largest : int
        Label.
    options : dict
        Of whatever is written.
    format : str, optional
        Name of a format of tracks, for pins.
    overwrite : bool
    front : callable, optional
        From a 0-based frame to a matte of what is in front.
    control : Control
    keeps_grey : bool
        Whether nothing coloured comes onto frames.
    """

    settled: SettledEdit
    video: Video
    tracks: Tracks
    out: str | Path
    frames: range
    largest: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    format: str | None = None
    overwrite: bool = False
    front: Callable[[int], Matte] | None = None
    control: Control = field(default_factory=Control)
    keeps_grey: bool = False

    def front_of(self, t: int) -> Matte | None:
        """(H, W) 0 … 1 what is in front on a frame; None if nothing is known."""
        return None if self.front is None else self.front(t)

    def labels(self, t: int) -> NDArray[Any]:
        """(H, W) labels on a frame."""
        found = self.settled.labels(t, self.front_of(t))
        assert found is not None
        return found

    def refuse_options(self, what: str) -> None:
        """Say so if there are options, where there is nothing to choose."""
        if self.options:
            raise FormatError(f"expected no further options for {what}, got {next(iter(self.options))!r}")

    def first_number(self, what: str) -> int | None:
        """The number of the first of several files, if one was asked for; no other option is taken."""
        if others := [name for name in self.options if name != "first"]:
            raise FormatError(f"expected no options but first for {what}, got {others[0]!r}")
        options: Any = read_options(render_options(), self.options, what)
        return options.first  # type: ignore[no-any-return]


def label_sequence(target: Target, kind: str) -> Steps:
    """Labels as a PNG or TIFF file for every frame."""
    from ..formats.label_pictures import kind_of, save_label_tiff, save_labels

    first = target.first_number("label pictures")
    most = np.iinfo(np.uint16 if kind == "png" else np.uint32).max
    pixels, save = kind_of(target.largest, int(most)), save_labels if kind == "png" else save_label_tiff

    def draw(t: int) -> Save:
        labels = target.labels(t).astype(pixels)
        return lambda path: save(path, labels)

    files = yield from write_sequence(draw, target.video, target.out, kind, target.frames, first=first,
                                      overwrite=target.overwrite, control=target.control)
    return files, []


def label_stack(target: Target) -> Steps:
    """Labels as one TIFF file."""
    from ..formats.label_pictures import kind_of
    from ..formats.label_pictures import label_stack as stack

    target.refuse_options("a stack of labels")
    pixels = kind_of(target.largest)
    return (yield from _into(target, stack(_free(target)), lambda add, t: add(target.labels(t).astype(pixels))))


def coco_masks(target: Target) -> Steps:
    """Labels as COCO's run lengths."""
    from ..formats.coco_masks import coco_masks as masks
    from ..formats.picture_names import picture_names
    from ..formats.sheets import credits

    target.refuse_options("COCO masks")
    writer = masks(_free(target), picture_names(target.tracks), credits(target.tracks))
    return (yield from _into(target, writer, lambda add, t: add(t, target.labels(t))))


def shape_table(target: Target) -> Steps:
    """Shapes as napari's table, which can be edited again."""
    from ..effects.shapes import outline
    from ..formats.shape_table import shape_table as table

    target.refuse_options("a table of shapes")
    if not any(target.settled.shapes(t) for t in target.frames[:1]):
        raise EditError("expected shapes on the reference frame for a table of shapes, got a mask; draw shapes, or "
                        "choose label pictures")
    missing = 0

    def put(add: Any, t: int) -> None:
        nonlocal missing
        shapes = target.settled.shapes(t)
        missing += None in shapes
        add(t, [outline(shape) for shape in shapes if shape is not None])

    files, notes = yield from _into(target, table(_free(target)), put)
    if missing:
        notes.append(f"In {counted(missing, 'frame')} a shape is missing, for too little of it is in sight.")
    return files, notes


def maps(target: Target) -> Steps:
    """STMaps, an OpenEXR file for every frame."""
    from ..formats.sheets import credits
    from ..formats.stmap import write_stmap

    first = target.first_number("STMaps")
    about, rate, aspect = credits(target.tracks), target.video.fps, pixel_aspect(target.video)
    content: Any = target.settled.content

    def draw(t: int) -> Save:
        there, valid = content.map(t)
        return lambda path: write_stmap(path, there, valid, rate=rate, aspect=aspect, comment=about)

    files = yield from write_sequence(draw, target.video, target.out, "exr", target.frames, first=first,
                                      overwrite=target.overwrite, control=target.control)
    return files, []


def pin(target: Target) -> Steps:
    """Four corners as a file of tracks."""
    content: Any = target.settled.content
    corners: Tracks = content.tracks()
    facts = {key: target.tracks.meta[key] for key in FACTS if key in target.tracks.meta}
    excerpt = Excerpt(first=target.frames.start, last=target.frames.stop - 1)
    yield TrackUpdate.heartbeat(0.5, "writing")
    corners = Tracks(corners.ids, corners.xy, corners.visibility, corners.confidence, corners.state, corners.source,
                     names=corners.names, meta={**corners.meta, **facts})
    entry = pin_format(target.out, target.format)
    reference = next(iter(target.settled.motions))
    known = {each.name: each for each in fields(entry.options)}
    given: dict[str, Any] = {}
    if "corners" in known:
        given = {"corners": ",".join(corners.names), "reference": reference}
        given |= {name: value for name in ("kind", "tool") if name in known
                  for value in known[name].metadata["values"] if value in PIN_KINDS}
    report = export(target.out, corners, entry.name, {**given, **target.options}, excerpt=excerpt,
                    overwrite=target.overwrite)
    return (Path(target.out),), list(report.notes)


def pin_format(out: str | Path, name: str | None = None) -> Format:
    """The format of a pin: by its name, else by the ending, of several the one that knows corner pins.

    Raises
    ------
    FormatError
        If there is none.
    """
    if name is not None:
        return format_for(out, name)
    knowing = [entry for entry in registry.formats().values() if entry.write is not None
               and any(each.name == "corners" for each in fields(entry.options))]
    fitting = [(len(s), entry.name) for entry in knowing for s in entry.suffixes if str(out).lower().endswith(s)]
    return format_for(out, max(fitting)[1] if fitting else None)


def _free(target: Target) -> Path:
    path = Path(target.out)
    written.check_free(path, overwrite=target.overwrite)
    return path


def _into(target: Target, writer: AbstractContextManager[Any], put: Callable[[Any, int], None]) -> Steps:
    """One file with all frames; not there if anything goes wrong."""
    with writer as add:
        for update, frame in beats(target.frames, target.control):
            if frame is not None:
                put(add, frame)
            yield update
    written.note(Path(target.out))
    return (Path(target.out),), []
