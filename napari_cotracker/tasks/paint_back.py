"""Paint that was made on a film held still, taken back to the film itself."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import EditError, FormatError, VideoError
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import Tracks
from ..core.video import Video
from ..effects.insert import Insert, composite, moment
from .edit_settled import SettledEdit
from .open import open_video
from .render import Rendered, render

Picture = NDArray[Any]

ENDING = ".steady.json"


@dataclass(frozen=True)
class Back:
    """What is to go back to the film, and where.

    Parameters
    ----------
    steady : path
        The file that was written beside the steady film.
    paint : path or (H, W, 4) array
        As of `paint_back`.
    """

    steady: Path
    paint: Path | Picture


def steady_path(out: str | Path) -> Path:
    """The name of the file beside a film held still that says how: ``steady.mp4`` has ``steady.mp4.steady.json``.

    It is the whole name, so that no two films share one: paint would go to the wrong place.
    """
    path = Path(out)
    return path.parent / f"{path.name}{ENDING}"


def steady_paths(film: str | Path) -> set[Path]:
    """Names that the file beside a film may have; a picture stands for all of its sequence, or its folder."""
    from ..videos.names import find_images, is_image_name

    path = Path(film)
    found = {steady_path(path)}
    if path.is_file() and is_image_name(path.name):
        found.add(steady_path(path.parent))
        with suppress(VideoError):
            found.add(steady_path(path.parent / find_images(path).label))
    return {each.absolute() for each in found}


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


def finding_steady(folders: Iterable[Path], n_frames: int, size: tuple[int, int]
                   ) -> Generator[float, None, list[Path]]:
    """Look for files that say how a film of some frames and size (width, height) was held still.

    Others, and what cannot be read, are left out. Nothing of what is yielded matters.
    """
    from ..formats.steady import read_steady

    found: list[Path] = []
    for folder in dict.fromkeys(folders):
        with suppress(OSError):
            for path in sorted(folder.glob(f"*{ENDING}")):
                yield 0.0
                with suppress(FormatError):
                    kept = read_steady(path)
                    found += [path] if (len(kept.matrices), kept.size) == (n_frames, size) else []
    return found


class PaintBack:
    """Paint that was made on a steady film, on the film itself.

    Parameters
    ----------
    back : Back
    n_frames : int
        Of the film that was held still.
    size : (width, height)

    Raises
    ------
    EditError
        If the paint has no alpha or does not belong to the film.
    CotrackerError
        If something cannot be read.
    """

    def __init__(self, back: Back, n_frames: int, size: tuple[int, int]) -> None:
        from ..effects.stabilise import Stabilised
        from ..formats.steady import read_steady

        kept = read_steady(back.steady)
        if (len(kept.matrices), kept.size) != (n_frames, size):
            raise EditError(f"expected the film that was held still, of {len(kept.matrices)} frames of "
                            f"{kept.size[0]} × {kept.size[1]} pixels, got one of {n_frames} of {size[0]} × {size[1]}")
        self._back = Stabilised(kept.matrices, kept.size, 1.0, "black")
        self._paint = _Paint(back.paint, kept.size, n_frames, kept.path == "lock")

    @property
    def is_one_picture(self) -> bool:
        """Whether all frames have the same paint."""
        return self._paint.is_one

    def draw(self, t: int, picture: Picture) -> Picture:
        """(H, W, C) a frame of the film with the paint on it; grey becomes colour."""
        colour = np.repeat(picture, 3, 2) if picture.shape[2] == 1 else picture
        return composite(colour, self._paint.at(t), moment(self._back.warp(t)))

    def close(self) -> None:
        """Release what was opened."""
        self._paint.close()


def paint_back(video: Video, steady: str | Path, paint: str | Path | Picture, out: str | Path, *,
               options: Any = None, frames: range | None = None, overwrite: bool = False,
               control: Control | None = None) -> Generator[TrackUpdate, None, Rendered | None]:
    """Lay paint over the film where it belongs; yields a heartbeat for every frame.

    Parameters
    ----------
    video : Video
        That was held still.
    steady : path
        The file that was written beside the steady film.
    paint : path or (H, W, 4) array
        One picture with alpha, painted on any frame of a film that stands still; or a film or images
        with alpha of all frames, of which any picture stands for all.
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
    back = Back(Path(steady), Path(paint) if isinstance(paint, str) else paint)
    with closing(PaintBack(back, video.n_frames, (video.width, video.height))) as painted:
        return (yield from render(video, painted.draw, out, options, control, frames=frames, overwrite=overwrite))


class _Paint:
    """Pictures with alpha of the steady film's size: one for all frames, or one for each."""

    def __init__(self, paint: Path | Picture, size: tuple[int, int], n_frames: int, is_locked: bool) -> None:
        from .edit_pictures import read_picture

        self._film = open_video(paint) if isinstance(paint, Path) and _is_of_frames(paint, n_frames) else None
        with ExitStack() as stack:
            stack.callback(self.close)  # if what follows goes wrong
            if self._film is not None and self._film.n_frames != n_frames:
                raise EditError(f"expected paint for all {n_frames} frames, got {self._film.n_frames}")
            if self._film is None and not is_locked:
                raise EditError("expected paint for all frames, as a film that was held on a smooth path still moves, "
                                "got one picture")
            if self._film is not None:
                first = self._read(0)
            else:
                first = read_picture(paint) if isinstance(paint, Path) else paint
            _check_paint(first, size, repr(paint.name) if isinstance(paint, Path) else "the layer")
            self._one = Insert(first) if self._film is None else None
            stack.pop_all()

    @property
    def is_one(self) -> bool:
        """Whether it is one picture for all frames."""
        return self._one is not None

    def at(self, t: int) -> Insert:
        """The paint of a frame."""
        return self._one or Insert(self._read(t))

    def close(self) -> None:
        """Release the film, if it is one."""
        if self._film is not None:
            self._film.close()

    def _read(self, t: int) -> Picture:
        from ..effects.colour import straight

        assert self._film is not None
        return straight(np.asarray(self._film.read_native([t])[0]))


def _check_paint(picture: Picture, size: tuple[int, int], name: str) -> None:
    if picture.shape[:2] != size[::-1]:
        raise EditError(f"expected paint of the steady film's size, {size[0]} × {size[1]} pixels, got "
                        f"{picture.shape[1]} × {picture.shape[0]}")
    if picture.shape[2] != 4:
        raise EditError(f"expected paint with alpha, so that the rest of the film stays as it is, got none in "
                        f"{name}; make what is not painted transparent")


def _is_of_frames(path: Path, n_frames: int) -> bool:
    """Whether a path stands for a film or images, not for one picture.

    One of as many numbered pictures as the film has frames stands for them all.
    """
    from ..videos.kinds import is_film
    from ..videos.names import find_images, is_image_name

    if is_film(path) or not path.is_file():
        return True
    with suppress(VideoError):
        return n_frames > 1 and is_image_name(path.name) and len(find_images(path).paths) == n_frames
    return False
