"""The commands that write tracks, keeping the person in front of the terminal informed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .cli_terminal import Interrupt, accepts_licence, follow, say, show
from .cli_text import seconds_text, size_text, tracks_line
from .core.errors import CotrackerError, FormatError, TrackingError

if TYPE_CHECKING:
    from .core.queries import Queries
    from .core.tracks import Tracks
    from .core.video import Video
    from .tasks.plan import TrackOptions


def track_and_write(film: Video, points: Queries, options: TrackOptions, out: Path, *, overlay: Path | None,
                    overwrite: bool, as_json: bool) -> None:
    """Track, write and say what came of it; a cancelled run is written too, but not drawn.

    Raises
    ------
    CotrackerError
        If the run cannot start or go on, or the file cannot be written.
    typer.Exit
        With the exit code of a cancelled run.
    """
    from .tasks.overlay import render_overlay
    from .tasks.track import estimate, licence_to_accept, track

    cost = estimate(film, points, options)
    if accepts_licence(None if options.accept_licence else licence_to_accept(film, options)):
        options = replace(options, accept_licence=True)
    with Interrupt() as interrupt:
        say(
            f"{len(points)} points, {film.n_frames} frames of {film.width} × {film.height}; expected to take "
            f"{seconds_text(cost.seconds)} and {size_text(cost.peak_bytes)} of memory"
        )
        try:
            tracks = follow(track(film, points, options, control=interrupt), film.n_frames)
        except TrackingError as error:
            _rescue(error, out, overwrite)
            raise
    notes = write(tracks, out, overwrite)
    if overlay is not None and not interrupt.cancelled():
        follow(render_overlay(film, tracks, overlay, overwrite=overwrite), film.n_frames)
    report(tracks, out, notes, as_json=as_json)
    interrupt.finish()


def _rescue(error: TrackingError, out: Path, overwrite: bool) -> None:
    """Write what was tracked before a run broke off."""
    if error.tracks is not None:
        write(error.tracks, out, overwrite)
        say(f"The run broke off; what was tracked until then is in {out}")


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


def check_target(out: Path, format: str | None = None, overwrite: bool = False, overlay: Path | None = None) -> None:
    """Refuse a file, or a film beside it, that could not be written later, before hours are spent on what goes there.

    Raises
    ------
    FormatError
    """
    from .tasks.export import check_place
    from .tasks.sessions import check_new, is_session
    from .tasks.written import check_free

    if overlay is not None:
        check_free(overlay, overwrite=overwrite)
    if format is None and is_session(out):
        check_new(out)
    else:
        check_place(out, format, overwrite)
    folder = out.parent
    if not folder.is_dir():
        raise FormatError(f"expected a folder that exists for {out.name!r}, got {str(folder)!r}; make it first")
    if not os.access(folder, os.W_OK):
        raise FormatError(f"expected a file that can be written, got {str(out)!r}; choose another name or folder")


def write(tracks: Tracks, out: Path, overwrite: bool = False) -> list[str]:
    """Write tracks; what the format could not hold comes back and is said."""
    from .tasks.export import write_tracks

    notes = write_tracks(out, tracks, overwrite=overwrite)
    for note in notes:
        say(f"Note: {note}")
    return notes


def report(tracks: Tracks, out: Path, notes: list[str], *, as_json: bool) -> None:
    """Print what is in the file that was written."""
    from .tasks.info import describe_tracks

    facts = {"out": str(out), **describe_tracks(tracks), "notes": notes}
    show(facts, as_json, [f"{out}: {tracks_line(facts)}"])
