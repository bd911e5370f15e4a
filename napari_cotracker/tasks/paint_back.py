"""Paint that was made on a film held still, taken back to the film itself."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from . import written
from .edit_settled import SettledEdit
from .open import open_video
from .render import Rendered, render

Picture = NDArray[Any]
Reader = Callable[[int], Picture]

MARKS = "#%._- "
FILMS = (".mp4", ".m4v", ".mov", ".mkv")


def steady_path(out: str | Path) -> Path:
    """The name of the file beside a film held still that says how: ``steady.mp4`` has ``steady.steady.json``."""
    path = Path(out)
    stem = path.stem if path.suffix else path.name
    name = stem.split("#")[0].split("%")[0].rstrip(MARKS) or "film"
    return path.parent / f"{name}.steady.json"


def keep_steady(path: Path, settled: SettledEdit, tracks: Tracks) -> None:
    """Write how a film was held still.

    Raises
    ------
    FormatError
        If it cannot be written.
    """
    from ..formats.sheets import credits
    from ..formats.steady import SteadyFile, write_steady

    content: Any = settled.content
    found = content.stabilised
    write_steady(path, SteadyFile(found.matrices, found.size, content.path, credits(tracks)))


def paint_back(video: Video, steady: str | Path, paint: str | Path, out: str | Path, *,
               options: Any = None, frames: range | None = None, overwrite: bool = False,
               control: Control | None = None) -> Generator[TrackUpdate, None, Rendered | None]:
    """Lay paint over the film where it belongs; yields a heartbeat for every frame.

    Parameters
    ----------
    video : Video
        That was held still.
    steady : path
        The file that was written beside the steady film.
    paint : path
        One picture with alpha, painted on any frame of a film that stands still; or a film or images
        with alpha of all frames.
    out : path
        As of `tasks.render.render`.
    options : dict, optional
        Of `videos.kinds.RenderOptions`.
    frames : range, optional
    overwrite : bool
        Whether files that this program did not write may be replaced.
    control : Control, optional

    Returns
    -------
    Rendered or None
        None if it was cancelled; nothing is left behind then.

    Raises
    ------
    EditError
        If the paint has no alpha or does not belong to the film.
    CotrackerError
        If something cannot be read or written.
    """
    from ..effects.insert import Insert, composite
    from ..effects.stabilise import Stabilised
    from ..formats.steady import read_steady
    from ..videos.rendering import Rendering

    kept = read_steady(Path(steady))
    if (len(kept.matrices), kept.size) != (video.n_frames, (video.width, video.height)):
        raise EditError(f"expected the film that was held still, of {len(kept.matrices)} frames of {kept.size[0]} × "
                        f"{kept.size[1]} pixels, got one of {video.n_frames} of {video.width} × {video.height}")
    back = Stabilised(kept.matrices, kept.size, 1.0, "black")
    targets = Rendering(out, video, options, frames=frames).targets
    for target in targets:
        written.check_free(target, overwrite)
    with closing(_Paint(Path(paint), kept.size, len(kept.matrices), kept.path == "lock")) as painted:
        def draw(t: int, picture: Picture) -> Picture:
            colour = np.repeat(picture, 3, 2) if picture.shape[2] == 1 else picture
            return composite(colour, Insert(painted.read(t)), [back.warp(t)])

        done = yield from render(video, draw, out, options, control, frames=frames)
    if done is not None:
        written.note(*targets)
    return done


class _Paint:
    """Pictures with alpha of the steady film's size."""

    def __init__(self, path: Path, size: tuple[int, int], n_frames: int, is_locked: bool) -> None:
        from .edit_pictures import read_picture

        self._film: Video | None = None
        is_many = path.is_dir() or path.suffix.lower() in FILMS or not path.is_file()
        if is_many:
            self._film = open_video(path)
            if self._film.n_frames != n_frames:
                self._film.close()
                raise EditError(f"expected paint for all {n_frames} frames, got {self._film.n_frames}")
        else:
            self._picture = read_picture(path)
            if not is_locked:
                raise EditError("expected paint for all frames, as a film that was held on a smooth path still moves, "
                                "got one picture")
        self._check(self.read(0), size, path)

    def read(self, t: int) -> Picture:
        """(H, W, 4) the paint of a frame."""
        return self._picture if self._film is None else self._film.read_native([t])[0]

    def close(self) -> None:
        """Release the film, if it is one."""
        if self._film is not None:
            self._film.close()

    def _check(self, picture: Picture, size: tuple[int, int], path: Path) -> None:
        if picture.shape[:2] != size[::-1]:
            raise EditError(f"expected paint of the steady film's size, {size[0]} × {size[1]} pixels, got "
                            f"{picture.shape[1]} × {picture.shape[0]}")
        if picture.shape[2] != 4:
            raise EditError(f"expected paint with alpha, so that the rest of the film stays as it is, got none in "
                            f"{path.name!r}; make what is not painted transparent")
