"""What the command line hears and says while it works: progress, Ctrl-C, the licence question, errors."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import typer
from typer.core import TyperGroup

from .core.errors import CotrackerError, TakenError
from .core.tracker import Control, TrackUpdate

Result = TypeVar("Result")

WRONG_INPUT, CANCELLED = 1, 130


class Commands(TyperGroup):
    """Every command's errors in one place: one line on stderr and an exit code, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except CotrackerError as error:
            say(f"Error: {error}" + (" (--overwrite)" if isinstance(error, TakenError) else ""))
        except OSError as error:
            name = f" {str(error.filename)!r}" if error.filename else ""
            if not isinstance(error, BrokenPipeError):  # there, whoever read our output has gone
                say(f"Error: the system refuses{name}: {error.strerror or error}")
            _drop_output()
        except (KeyboardInterrupt, typer.Abort):  # typer's own is a question left unanswered
            say("Cancelled.")
            raise typer.Exit(CANCELLED) from None
        raise typer.Exit(WRONG_INPUT)


class Interrupt(Control):
    """Within its block the first Ctrl-C asks the run to stop; the second one stops the program.

    So do requests of the system to end, which clusters send some seconds before they kill.

    Parameters
    ----------
    then : str
        What becomes of the work, in words.
    """

    def __init__(self, then: str = "what was tracked so far is kept") -> None:
        self._asked, self._then = 0, then

    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed."""
        return self._asked > 0

    def __enter__(self) -> Interrupt:
        self._before = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        if self._asked and isinstance(error, CotrackerError):  # there was nothing to keep yet
            say(f"Cancelled: {error}")
            raise typer.Exit(self._code) from None

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = number
        say(f"\nStopping; {self._then}. Ctrl-C again stops at once.")

    def finish(self) -> None:
        """End the program with the exit code of a cancelled run, if this one was."""
        if self._asked:
            raise typer.Exit(self._code)

    @property
    def _code(self) -> int:
        """As shells have it: 130 after Ctrl-C, 143 when the system asked."""
        return 128 + self._asked


def accept_any_text() -> None:
    """Results may hold any file's name; a pipe on Windows has no letters for many, and they are written as escapes.

    The error output does so by itself.
    """
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Keep the interpreter from failing once more when it flushes at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """One line for the person in front of the terminal, out of the way of results."""
    print(text, file=sys.stderr, flush=True)


def show(facts: Any, as_json: bool, lines: Iterable[str]) -> None:
    """Print a result: JSON for programs, or lines for people."""
    for line in [json.dumps(facts, indent=2, default=str)] if as_json else lines:
        print(line)


def follow(run: Generator[TrackUpdate, None, Result], total: int, unit: str = "frame") -> Result:
    """Drain a task, showing how far it is if someone looks: units per second and the time left."""
    from tqdm import tqdm

    columns, rows = shutil.get_terminal_size()  # also where the terminal does not know its size
    with tqdm(total=total, unit=unit, ncols=columns, nrows=rows, disable=not sys.stderr.isatty()) as bar:
        while True:
            try:
                update = next(run)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            if update.message:
                bar.set_description_str(update.message, refresh=False)
            bar.update(round(update.done * total) - bar.n)


def accepts_licence(notice: object) -> bool:
    """Whether a person accepts the licence of weights that have to be fetched; no without one to ask.

    Raises
    ------
    CotrackerError
        If the answer is no.
    """
    if notice is None or not sys.stdin.isatty():
        return False
    say(str(notice))
    if not typer.confirm("Do you accept this licence?", err=True):
        raise CotrackerError("the licence was not accepted, so nothing was fetched; model auto needs none")
    return True


def read_size(text: str | None) -> tuple[int, int] | None:
    """``HxW`` as (height, width)."""
    if text is None:
        return None
    height, _, width = text.lower().partition("x")
    if not (height.isdecimal() and width.isdecimal()):
        raise typer.BadParameter(f"expected --resolution HEIGHTxWIDTH such as 384x512, got {text!r}")
    return int(height), int(width)


def check_points(queries: Path | None, grid: int | None, mask: Path | None) -> None:
    """Refuse a command that says twice, or not at all, which points to follow."""
    if (queries is None) == (grid is None):
        raise typer.BadParameter("say which points to follow: either --queries FILE or --grid N")
    if mask is not None and grid is None:
        raise typer.BadParameter("--mask goes with --grid")
