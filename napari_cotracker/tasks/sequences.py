"""Files of any kind, one for each frame of a clip, numbered as the plate; all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

from ..core.errors import FormatError, VideoError
from ..core.tracker import Control, TrackUpdate
from ..core.video import Video
from . import written
from .progress import beats

Save = Callable[[Path], None]


def write_sequence(draw: Callable[[int], Save], video: Video, path: str | Path, kind: str, frames: range, *,
                   first: int | None = None, overwrite: bool = False, control: Control | None = None
                   ) -> Generator[TrackUpdate, None, tuple[Path, ...]]:
    """Write a file for every frame; yields a heartbeat for each.

    Parameters
    ----------
    draw : callable
        ``draw(frame)`` of a 0-based frame gives what writes it to a path, of which several run at once.
    video : Video
    path : str or Path
        ``shot.####.png``, ``shot.%04d.png``, or a folder.
    kind : str
        One of `napari_cotracker.videos.kinds.KINDS`.
    frames : range
        Of step 1.
    first : int, optional
        Number of the first file; else the plate's own, 0 for a film.
    overwrite : bool
        Whether files that this program did not write may be replaced.
    control : Control, optional

    Returns
    -------
    tuple of Path
        All files.

    Raises
    ------
    Cancelled
        Nothing is left behind then, nor when the generator is closed early.
    VideoError
        If the name has no place for numbers, or something cannot be written.
    TakenError
        If there is something that may not be replaced.
    """
    from ..videos.image_target import numbers_of
    from ..videos.kinds import KINDS
    from ..videos.numbering import choose_names
    from ..videos.rendering import check_apart
    from ..videos.stills import filling
    from ..videos.workers import Workers, several

    names = choose_names(path, KINDS[kind], video.path, len(frames))
    files = [names.of(number) for number in numbers_of(video, frames, first)]
    targets = [names.folder / file for file in files]
    check_apart(targets, video.path)
    written.check_free(*targets, overwrite=overwrite)
    try:
        with filling(names.folder, files) as folder, closing(Workers(several())) as workers:
            for update, frame in beats(frames, control):
                if frame is not None:
                    workers.submit(draw(frame), folder / files[frame - frames.start])
                yield update
            workers.finish()
    except (OSError, FormatError) as mishap:
        reason = mishap.__cause__ if isinstance(mishap, FormatError) else mishap
        if not isinstance(reason, OSError):
            raise
        # a format names the temporary file that it was given
        raise VideoError(f"cannot write {str(targets[0])!r}: {reason.strerror or reason}; choose a folder that is "
                         "writable and has room") from None
    written.note(*targets)
    return tuple(targets)
