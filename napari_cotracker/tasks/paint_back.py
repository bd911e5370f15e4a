"""Paint that was made on a film held still, taken back to the film itself."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from ..effects.insert import Insert, composite
from .edit_settled import SettledEdit
from .open import open_video
from .render import Rendered, render

Picture = NDArray[Any]
Reader = Callable[[int], Picture]


def steady_path(out: str | Path) -> Path:
    """The name of the file beside a film held still that says how: ``steady.mp4`` has ``steady.mp4.steady.json``.

    It is the whole name, so that no two films share one: paint would go to the wrong place.
    """
    path = Path(out)
    return path.parent / f"{path.name}.steady.json"


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
    from ..effects.stabilise import Stabilised
    from ..formats.steady import read_steady

    kept = read_steady(Path(steady))
    if (len(kept.matrices), kept.size) != (video.n_frames, (video.width, video.height)):
        raise EditError(f"expected the film that was held still, of {len(kept.matrices)} frames of {kept.size[0]} × "
                        f"{kept.size[1]} pixels, got one of {video.n_frames} of {video.width} × {video.height}")
    back = Stabilised(kept.matrices, kept.size, 1.0, "black")
    with closing(_Paint(Path(paint), kept.size, len(kept.matrices), kept.path == "lock")) as painted:
        def draw(t: int, picture: Picture) -> Picture:
            colour = np.repeat(picture, 3, 2) if picture.shape[2] == 1 else picture
            return composite(colour, painted.at(t), [back.warp(t)])

        return (yield from render(video, draw, out, options, control, frames=frames, overwrite=overwrite))


class _Paint:
    """Pictures with alpha of the steady film's size: one for all frames, or one for each."""

    def __init__(self, path: Path, size: tuple[int, int], n_frames: int, is_locked: bool) -> None:
        from ..videos.kinds import is_film
        from .edit_pictures import read_picture

        self._film = open_video(path) if is_film(path) or not path.is_file() else None
        with ExitStack() as stack:
            stack.callback(self.close)  # if what follows goes wrong
            if self._film is not None and self._film.n_frames != n_frames:
                raise EditError(f"expected paint for all {n_frames} frames, got {self._film.n_frames}")
            if self._film is None and not is_locked:
                raise EditError("expected paint for all frames, as a film that was held on a smooth path still moves, "
                                "got one picture")
            first = read_picture(path) if self._film is None else self._read(0)
            _check_paint(first, size, path.name)
            self._one = Insert(first) if self._film is None else None
            stack.pop_all()

    def at(self, t: int) -> Insert:
        """The paint of a frame."""
        return self._one or Insert(self._read(t))

    def close(self) -> None:
        """Release the film, if it is one."""
        if self._film is not None:
            self._film.close()

    def _read(self, t: int) -> Picture:
        from .edit_pictures import straight

        assert self._film is not None
        return straight(np.asarray(self._film.read_native([t])[0]))


def _check_paint(picture: Picture, size: tuple[int, int], name: str) -> None:
    if picture.shape[:2] != size[::-1]:
        raise EditError(f"expected paint of the steady film's size, {size[0]} × {size[1]} pixels, got "
                        f"{picture.shape[1]} × {picture.shape[0]}")
    if picture.shape[2] != 4:
        raise EditError(f"expected paint with alpha, so that the rest of the film stays as it is, got none in "
                        f"{name!r}; make what is not painted transparent")
