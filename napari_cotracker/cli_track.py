"""The commands that write tracks, keeping the person in front of the terminal informed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cli_terminal import Interrupt, accepts_licence, follow, say, show
from .cli_text import seconds_text, size_text, tracks_line
from .core.errors import CotrackerError, FormatError, TrackingError
from .core.video import Shortened
from .core.words import counted

if TYPE_CHECKING:
    from .core.queries import Queries
    from .core.tracks import Tracks
    from .core.video import Video
    from .tasks.plan import TrackOptions


@dataclass(frozen=True)
class Asked:
    """What is to become of a run's tracks.

    Parameters
    ----------
    out : Path
    overlay : Path or None
        A film to draw them onto.
    overwrite : bool
        Whether files of others may be replaced, and a run that broke off forgotten.
    resume : bool
        Whether to go on with it.
    as_json : bool
    known : mapping
        What else the tracks are to know: the skeleton of labels.
    """

    out: Path
    overlay: Path | None = None
    overwrite: bool = False
    resume: bool = False
    as_json: bool = False
    known: Mapping[str, Any] = field(default_factory=dict)


def track_and_write(film: Video, points: Queries, options: TrackOptions, asked: Asked) -> None:
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
    from .tasks.track import estimate, licence_to_accept

    if isinstance(film, Shortened) and (reason := film.shortfall()):
        say(f"Note: {reason}")
    cost = estimate(film, points, options, kept=True)
    facts = {**check_output(asked.out, film, points), **asked.known}
    if asked.overlay is not None:
        check_render(asked.overlay, film, overwrite=asked.overwrite)
    if accepts_licence(None if options.accept_licence else licence_to_accept(film, options)):
        options = replace(options, accept_licence=True)
    with Interrupt() as interrupt:
        say(
            f"{counted(len(points), 'point')}, {counted(film.n_frames, 'frame')} of {film.width} × {film.height}; "
            f"expected to take {seconds_text(cost.seconds)} and {size_text(cost.peak_bytes)} of memory"
        )
        tracks, notes = _track_safely(film, points, options, asked, {"control": interrupt, "facts": facts})
    report(tracks, asked.out, notes, as_json=asked.as_json)
    interrupt.finish()
    if asked.overlay is not None:
        follow(render_overlay(film, tracks, asked.overlay, overwrite=asked.overwrite), film.n_frames)


def _track_safely(film: Video, points: Queries, options: TrackOptions, asked: Asked, more: Mapping[str, Any]
                  ) -> tuple[Tracks, list[str]]:
    """Track and write; what was tracked is kept in a session from the first answer on, until all is written."""
    from .tasks.keeping import forget, place_for, track_kept

    place = place_for(asked.out)
    if place != asked.out and place.exists() and not asked.resume:  # --overwrite, or it would have been refused
        forget(place)
    try:
        run = track_kept(film, points, options, place, resume=asked.resume, required=place == asked.out, **more)
        kept = follow(run, film.n_frames)
    except TrackingError as error:
        _rescue(error, asked, place)
        raise
    if place == asked.out:
        return kept.tracks, _written_already(kept.tracks, asked.out, kept.problem)
    if kept.problem:
        say(f"Note: the run could not be saved as it went: {kept.problem}")
    notes = write(kept.tracks, asked.out, asked.overwrite)
    if kept.tracks.meta["runs"][0]["cancelled"]:
        _say_what_remains(place)
    elif place.exists():
        forget(place)
    return kept.tracks, notes


def _say_what_remains(place: Path) -> None:
    if place.exists():
        say(f"The same command with --resume continues; what it needs is in {place}")


def _written_already(tracks: Tracks, out: Path, problem: str) -> list[str]:
    """A session is written as it comes; where that failed, tracks are kept elsewhere."""
    from .tasks.output import keep_elsewhere

    if problem:
        place = keep_elsewhere(tracks, out)
        if place is not None:
            say(f"What was tracked is in {place}")
        raise CotrackerError(problem)
    return []


def _rescue(error: TrackingError, asked: Asked, place: Path) -> None:
    """Write what was tracked before a run broke off."""
    if error.tracks is None:
        return
    try:
        if place != asked.out:
            write(error.tracks, asked.out, asked.overwrite)
        say(f"The run broke off; what was tracked until then is in {asked.out}")
    except CotrackerError as refusal:  # the last line says why the run broke off
        say(f"The run broke off, and what was tracked until then was not written as asked: {refusal}")
    _say_what_remains(place)


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


def check_run_target(out: Path, *, overwrite: bool, resume: bool) -> None:
    """Refuse a file as `check_target` does, and where a run broke off that is to be gone on with, or forgotten.

    Raises
    ------
    FormatError
    """
    from .tasks.keeping import is_unfinished, place_for

    place = place_for(out)
    if resume:
        if not place.exists():
            say(f"There is no run to continue at {place}; tracking from the beginning")
        elif place == out:
            return
    elif is_unfinished(place) if place == out else place.exists() and not overwrite:
        other = "or choose another name" if place == out else "--overwrite starts over"
        raise FormatError(f"expected no unfinished run, got one in {str(place)!r}; --resume continues it, "
                          f"{other}")
    check_target(out, overwrite=overwrite)


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
