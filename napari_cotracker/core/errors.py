"""Everything this package raises on purpose.

::

    CotrackerError             any mistake or mishap we can explain
    ├── VideoError             a film that cannot be opened, read or written
    ├── TrackingError          a run that cannot start or go on (every torch error ends up here)
    ├── CheckpointError        a weights file that is missing, damaged or of another network
    ├── FormatError            a tracks file that cannot be read or written
    │   ├── MissingExtraError  ... because an optional library is not installed
    │   ├── TakenError         ... because something else is there, which may be replaced if the user says so
    │   └── UnfinishedError    ... whole: the file is there, but not all that was asked for with it
    └── EditError              an edit that makes no sense

A message says what was expected, what was got (quoting it) and what to do next.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tracks import Tracks


class CotrackerError(Exception):
    """Root of every error that this package raises on purpose."""


class VideoError(CotrackerError):
    """A video cannot be opened, read or written."""


class TrackingError(CotrackerError):
    """A tracking run cannot start or cannot go on.

    Attributes
    ----------
    tracks : Tracks or None
        What was tracked until the run stopped, where there is anything.
    """

    tracks: Tracks | None = None


class CheckpointError(CotrackerError):
    """A weights file is missing, damaged, or belongs to another network."""


class FormatError(CotrackerError):
    """A tracks file cannot be read or written."""


class MissingExtraError(FormatError):
    """An optional library is needed and not installed.

    Parameters
    ----------
    library : str
        The library that is missing, as one imports it.
    extra : str
        The extra of this package that brings it.
    purpose : str
        What it is needed for, completing "... is needed to".
    """

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        command = pip_command(extra, library)
        super().__init__(f"{library} is needed to {purpose} and is not installed; run: {command}")


class TakenError(FormatError):
    """What is there was not written by this program, or would change; whoever asks may allow it."""


class UnfinishedError(FormatError):
    """A file is written, but what was to come of it is not.

    Attributes
    ----------
    notes : tuple of str
        What there is to say of the file, a sentence each.
    """

    notes: tuple[str, ...] = ()


class EditError(CotrackerError):
    """An edit that makes no sense for the tracks it is asked of."""


def pip_command(extra: str, library: str) -> str:
    """What installs an extra for the Python that runs: its libraries by name, since this package may be on no index.

    Parameters
    ----------
    extra : str
    library : str
        What to install where the extra cannot be told: the package is run without having been installed.
    """
    names = []
    with suppress(metadata.PackageNotFoundError):
        for needed in metadata.requires("napari-cotracker") or []:
            name = re.fullmatch(rf"([\w.-]+(?:\[[\w,-]+\])?).*;\s*extra\s*==\s*['\"]{extra}['\"]", needed)
            names += [name[1]] if name else []
    words = [sys.executable, "-m", "pip", "install", *(names or [library])]
    return " ".join(f'"{word}"' if re.search(r"[\s\[]", word) else word for word in words)
