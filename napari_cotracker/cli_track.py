"""The commands that write tracks, keeping the person in front of the terminal informed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .cli_terminal import Interrupt, accepts_licence, follow, say, show
from .cli_text import seconds_text, size_text, tracks_line
from .core.errors import CotrackerError, TrackingError
from .core.words import counted

if TYPE_CHECKING:
    from .core.queries import Queries
    from .core.tracks import Tracks
    from .core.video import Video
    from .tasks.plan import TrackOptions


def track_and_write(film: Video, points: Queries, options: TrackOptions, out: Path, *, overlay: Path | None,
                    overwrite: bool, as_json: bool) -> None:
    """Track, write and say what came of it, then draw it if wanted; a cancelled run is written too, but not drawn.

    Raises
    ------
    CotrackerError
        If the run cannot start or go on, or the file cannot be written.
    typer.Exit
        With the exit code of a cancelled run.
    """
    from .tasks.output import check_output, check_render
    from .tasks.overlay import render_overlay
    from .tasks.track import estimate, licence_to_accept, track

    cost = estimate(film, points, options)
    facts = check_output(out, film, points)
    if overlay is not None:
        check_render(overlay, film, overwrite=overwrite)
    if accepts_licence(None if options.accept_licence else licence_to_accept(film, options)):
        options = replace(options, accept_licence=True)
    with Interrupt() as interrupt:
        say(
            f"{counted(len(points), 'point')}, {counted(film.n_frames, 'frame')} of {film.width} × {film.height}; "
            f"expected to take {seconds_text(cost.seconds)} and {size_text(cost.peak_bytes)} of memory"
        )
        try:
            tracks = follow(track(film, points, options, control=interrupt, facts=facts), film.n_frames)
        except TrackingError as error:
            _rescue(error, out, overwrite)
            raise
        notes = write(tracks, out, overwrite)
    report(tracks, out, notes, as_json=as_json)
    interrupt.finish()
    if overlay is not None:
        follow(render_overlay(film, tracks, overlay, overwrite=overwrite), film.n_frames)


def _rescue(error: TrackingError, out: Path, overwrite: bool) -> None:
    """Write what was tracked before a run broke off."""
    if error.tracks is None:
        return
    try:
        write(error.tracks, out, overwrite)
        say(f"The run broke off; what was tracked until then is in {out}")
    except CotrackerError as refusal:  # the last line says why the run broke off
        say(f"The run broke off, and what was tracked until then was not written as asked: {refusal}")


def check_apart(targets: Iterable[Path | None], sources: Iterable[Path | None]) -> None:
    """Refuse to write over what a run reads.

    Raises
    ------
    CotrackerError
    """
    read = [path for path in sources if path is not None and path.exists()]
    for target in targets:
        if target is not None and target.exists() and any(target.samefile(path) for path in read):
            raise CotrackerError(f"{str(target)!r} is read by this run and would be overwritten; choose another name")


def check_target(out: Path, format: str | None = None, overwrite: bool = False) -> None:
    """Refuse a file that could not be written later, before hours are spent on what goes there.

    Raises
    ------
    FormatError
    """
    from .tasks.export import check_place
    from .tasks.output import check_folder
    from .tasks.sessions import check_new, is_session

    if format is None and is_session(out):
        check_new(out)
    else:
        check_place(out, format, overwrite)
    check_folder(out)


def write(tracks: Tracks, out: Path, overwrite: bool = False) -> list[str]:
    """Write tracks, elsewhere if that fails; what the format could not hold comes back and is said."""
    from .tasks.export import write_tracks
    from .tasks.output import keep_elsewhere

    try:
        notes = write_tracks(out, tracks, overwrite=overwrite)
    except Exception:  # of whatever library
        place = keep_elsewhere(tracks, out)
        if place is not None:
            say(f"What was tracked is in {place}")
        raise
    for note in notes:
        say(f"Note: {note}")
    return notes


def report(tracks: Tracks, out: Path, notes: list[str], *, as_json: bool) -> None:
    """Print what is in the file that was written."""
    from .tasks.info import describe_tracks

    facts = {"out": str(out), **describe_tracks(tracks), "notes": notes}
    show(facts, as_json, [f"{out}: {tracks_line(facts)}"])
