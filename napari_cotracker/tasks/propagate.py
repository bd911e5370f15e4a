"""An edit on every frame of its film, written as whatever the name of the file asks for."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError, FormatError
from ..core.moments import spans
from ..core.options import read_options
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from ..core.words import counted
from ..videos.kinds import KINDS, choose_kind, is_film, is_folder
from . import edit_outputs as outputs
from . import written
from .edit_areas import largest_label
from .edit_drawing import keeps_grey
from .edit_front import PackedMattes, asking_front, open_front
from .edit_options import options_of
from .edit_outputs import Steps, Target
from .edit_settled import EditFacts, SettledEdit
from .edits import Edit, settling
from .paint_back import keep_steady, steady_path
from .progress import Cancelled, scaled
from .render import Rendered, render

SOLVING = 0.25
"""Share of the progress until everything is solved."""

LISTED = 5


@dataclass(frozen=True)
class Propagated(Rendered):
    """What was made of an edit; `notes` tell which frames are to be doubted, too.

    Parameters
    ----------
    tracks, of : int
        How many carried it, and how many there were.
    agree : int
        How many of them agreed on how it moves, the median over frames.
    model : str
        Of the motion; empty where none was solved.
    residual : float or None
        Pixels by which tracks miss, the median over frames.
    """

    tracks: int
    of: int
    agree: int
    model: str
    residual: float | None


def propagate(edit: Edit, video: Video, tracks: Tracks, out: str | Path, *, options: dict[str, Any] | None = None,
              format: str | None = None, frames: range | None = None,
              front: str | Path | Video | PackedMattes | None = None, overwrite: bool = False,
              control: Control | None = None) -> Generator[TrackUpdate, None, Propagated | None]:
    """Carry an edit to every frame and write what comes of it; yields a heartbeat for every frame.

    Parameters
    ----------
    edit : Edit
    video : Video
    tracks : Tracks
        Of all frames of the film.
    out : str or Path
        Masks and labels: label pictures (``x.####.png``, ``x.####.tif``, a folder), soft mattes
        (``x.####.exr``), all frames in one file (``x.tif``), COCO (``x.json``), shapes (``x.csv``), or a
        film to look at. STMaps: ``x.####.exr``. Pins: any file of tracks, or a film to look at. All
        else: a film or images, as of `tasks.render.render`.
    options : dict, optional
        Of whatever is written: `videos.kinds.RenderOptions`, or those of a format of tracks.
    format : str, optional
        Name of a format of tracks, for pins.
    frames : range, optional
        Of step 1; all if not given.
    front : path, Video or PackedMattes, optional
        Mattes of what is in front: alpha, white, or labels; one for all frames, or one for each.
    overwrite : bool
        Whether files that this program did not write may be replaced.
    control : Control, optional

    Returns
    -------
    Propagated or None
        None if it was cancelled; nothing is left behind then, nor when the generator is closed early.

    Raises
    ------
    CotrackerError
        If the edit makes no sense, or cannot be written; nothing is left behind.
    """
    began, control = monotonic(), control or Control()
    size = (video.width, video.height)
    chosen = _checked(video, tracks, frames)
    read_options(options_of(edit.what, edit.effect), edit.options, edit.effect or edit.what)
    _check_name(edit.what, out, format)
    edit = edit if front is None else asking_front(edit)
    if Path(out).is_file():  # nobody should wait to hear that
        written.check_free(Path(out), overwrite=overwrite)
    largest = largest_label(edit.paintings.values(), len(tracks), size)
    try:
        with nullcontext() if front is None else closing(open_front(front, video.n_frames, size)) as mattes:
            settled = yield from _solving(edit, video, tracks, control)
            target = Target(settled, video, tracks, out, chosen, largest, dict(options or {}), format, overwrite,
                            None if mattes is None else mattes.at, control, keeps_grey(edit))
            kind, steps = _steps(target)
            files, notes = yield from scaled(steps, SOLVING, 1.0)
            notes = [*notes, *([] if mattes is None else mattes.notes)]
    except Cancelled:
        return None
    facts = [settled.facts(t) for t in chosen]
    misses = [each.residual for each in facts if np.isfinite(each.residual)]
    model = next(iter(settled.motions.values())).model if settled.motions else ""
    notes = [*notes, *_doubts(chosen, facts)]
    return Propagated(Path(out), kind, len(chosen), files, tuple(notes), monotonic() - began,
                      tracks=len(settled.ground.tracks), of=len(tracks),
                      agree=int(np.median([each.inliers for each in facts])), model=model,
                      residual=float(np.median(misses)) if misses else None)


def _checked(video: Video, tracks: Tracks, frames: range | None) -> range:
    if tracks.n_frames != video.n_frames:
        raise EditError(f"expected tracks of the film's {video.n_frames} frames, got tracks of {tracks.n_frames}")
    chosen = range(video.n_frames) if frames is None else frames
    if not len(chosen) or chosen.step != 1 or chosen.start < 0 or chosen.stop > video.n_frames:
        raise EditError(f"expected frames out of 0 to {video.n_frames - 1} one after the other, got {chosen.start} to "
                        f"{chosen.stop - 1}")
    return chosen


def _solving(edit: Edit, video: Video, tracks: Tracks, control: Control) -> Generator[TrackUpdate, None, SettledEdit]:
    steps = settling(edit, tracks, (video.width, video.height), read=lambda t: video.read_native([t])[0])
    while True:
        if control.cancelled():
            raise Cancelled
        try:
            yield TrackUpdate.heartbeat(SOLVING * next(steps), "solving how it moves")
        except StopIteration as end:
            found: SettledEdit = end.value
            return found


def _steps(target: Target) -> tuple[str, Steps]:
    """What the name asks for, in words, and the way there."""
    what, ending = target.settled.what, _ending(target.out)
    if what == "stmap":
        return "STMaps", outputs.maps(target)
    if what == "pin" and not is_film(target.out):
        return "corner pin", outputs.pin(target)
    if what not in ("mask", "labels") or is_film(target.out):
        return "film" if is_film(target.out) else "images", _rendered(target)
    if ending == ".exr":
        return "mattes", _rendered(target)
    if ending in (".tif", ".tiff"):
        alone = "#" not in Path(target.out).name and "%" not in Path(target.out).name
        return ("stack of labels", outputs.label_stack(target)) if alone else \
            ("label pictures", outputs.label_sequence(target, "tiff"))
    if ending == ".json":
        return "COCO masks", outputs.coco_masks(target)
    if ending == ".csv":
        return "table of shapes", outputs.shape_table(target)
    return "label pictures", outputs.label_sequence(target, "png")


def _check_name(what: str, out: str | Path, format: str | None) -> None:
    """Refuse a name that nothing can be written to, before anything is solved."""
    ending = _ending(out)
    if what in ("mask", "labels"):
        kinds = sorted(KINDS.values(), key=lambda kind: not kind.is_sequence)
        known = [*(suffix for kind in kinds for suffix in kind.suffixes), ".json", ".csv"]
        if ending not in known and not is_folder(out):
            raise FormatError(f"expected a name ending in {', '.join(known)}, or a folder for label pictures, got "
                              f"{Path(out).name!r}")
    elif what == "stmap":
        if ending != ".exr":
            raise FormatError(f"expected a name such as 'map.####.exr' for STMaps, got {Path(out).name!r}")
    elif what == "pin" and not is_film(out):
        outputs.pin_format(out, format)
    else:
        choose_kind(out)


def _ending(out: str | Path) -> str:
    return Path(out).suffix.lower()


def _rendered(target: Target) -> Steps:
    """A film, or images; soft mattes of masks where they become OpenEXR."""
    settled = target.settled
    is_matte = settled.what in ("mask", "labels") and _ending(target.out) == ".exr"
    to_look_at = settled.what in ("mask", "labels", "pin") and not is_matte

    def draw(t: int, picture: NDArray[Any]) -> NDArray[Any]:
        front = target.front_of(t)
        if not is_matte:
            drawn = settled.draw(t, picture, front)
            return drawn[..., :1] if picture.shape[2] == 1 and target.keeps_grey else drawn
        matte = settled.matte(t, front)
        return (target.labels(t) > 0).astype(np.float32) if matte is None else matte

    beside = [steady_path(target.out)] if settled.what == "stabilise" else []
    written.check_free(*beside, overwrite=target.overwrite)
    options = {"audio": False, **target.options} if is_matte else target.options  # nobody misses the sound of a matte
    done = yield from render(target.video, draw, target.out, options, target.control, frames=target.frames,
                             overwrite=target.overwrite, native=not (to_look_at or is_matte))
    if done is None:
        raise Cancelled
    for path in beside:
        keep_steady(path, settled, target.tracks)
    written.note(*beside)
    return (*done.files, *beside), list(done.notes)


def _doubts(frames: range, facts: Sequence[EditFacts]) -> list[str]:
    """What speaks against frames, those of one reason together."""
    found: dict[str, list[int]] = {}
    for t, fact in zip(frames, facts, strict=True):
        if fact.doubt:
            found.setdefault(fact.reason, []).append(t)
    said = []
    for which in found.values():
        first = facts[which[0] - frames.start]
        runs = [f"{a}" if a == b else f"{a} to {b}" for a, b in spans(np.bincount(which) > 0)]
        listed = ", ".join(runs[:LISTED]) + (" …" if len(runs) > LISTED else "")
        said.append(f"{counted(len(which), 'frame')} ({listed}): {first.doubt}")
    return said
