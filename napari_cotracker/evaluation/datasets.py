"""Films with true tracks: our own tracks files beside their films, and the pickles of TAP-Vid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.coordinates import CONVENTIONS
from ..core.errors import FormatError
from ..core.tracks import State, Tracks
from ..core.unpickling import read_pickle
from .pictures import EncodedFrames

PICKLES = (".pkl", ".pickle")
FILMS = (".mp4", ".mov", ".mkv", ".avi", ".webm")
MAX_SIDE = 16_384  # px
MAX_CELLS = 1 << 28

# Fractions of width and height, 0 and 1 at the outer edges of the picture: TAP-Vid's readers turn them
# into "raster coordinates" by multiplying with the size of whatever the frames were resized to
# (create_davis_dataset in tapnet/tapvid/evaluation_datasets.py of github.com/google-deepmind/tapnet), in
# which pixel centres lie at halves. Its maker of the Kinetics pickles (generate_tapvid.py) takes half a
# pixel of the original film off; its reader does not put that back, and nor is it put back here.
TAP_VID = CONVENTIONS["tapvid"]


@dataclass(frozen=True)
class Clip:
    """A film and the truth about N points in its T frames.

    Parameters
    ----------
    name : str
    video : path, (T, H, W, 3) uint8 array or `EncodedFrames`
    xy : (T, N, 2) float64
        True positions in pixels of a picture of `size`; where the point is not visible, anything.
    visible : (T, N) bool
        At least once for every point; a clip in which nothing is ever visible has none.
    size : (width, height)
    """

    name: str
    video: Path | NDArray[np.uint8] | EncodedFrames
    xy: NDArray[np.float64]
    visible: NDArray[np.bool_]
    size: tuple[int, int]

    def resized(self, size: tuple[int, int]) -> Clip:
        """The truth for frames resized to `size`, edges on edges; the video stays as it is."""
        fractions = TAP_VID.from_ours(self.xy, self.size)
        return replace(self, xy=TAP_VID.to_ours(fractions, size), size=size)


def find_truth(data: Path) -> tuple[Path, ...]:
    """The truth files of a data set, in alphabetical order.

    Parameters
    ----------
    data : Path
        One file, or a folder of pickles or of ``NAME.npz`` beside ``NAME.mp4``.

    Raises
    ------
    FormatError
        If there is none.
    """
    if data.is_file():
        return (data,)
    pickles = sorted(path for path in data.glob("*") if is_pickle(path))
    found = pickles or sorted(data.glob("*.npz"))
    if not found:
        got = "an empty one" if data.is_dir() else "nothing of that name"
        raise FormatError(f"expected a TAP-Vid pickle (.pkl), a tracks file beside its film (NAME.npz, NAME.mp4), or a "
                          f"folder of either, got {str(data)!r}, {got}; check the path")
    return tuple(found)


def is_pickle(path: Path) -> bool:
    """Whether a truth file is one of TAP-Vid's."""
    return path.suffix.lower() in PICKLES


def clip_of_tracks(path: Path, tracks: Tracks) -> Clip:
    """The clip of a tracks file that is the truth; its film lies beside it.

    Raises
    ------
    FormatError
        If there is no film, or the file does not say how large the picture is or where points are.
    """
    films = [film for suffix in FILMS if (film := path.with_suffix(suffix)).is_file()]
    if not films:
        raise FormatError(f"expected a film beside {str(path)!r}, got none; put {path.stem}.mp4 into the same folder")
    if tracks.size is None:
        raise FormatError(f"expected true tracks that know the size of their film, got {str(path)!r} without; "
                          "write it anew with: napari-cotracker convert IN OUT --video FILM")
    visible = tracks.states() == State.VISIBLE
    return _checked(Clip(path.stem, films[0], tracks.xy.astype(np.float64), visible, tracks.size), path)


def read_clips(path: Path) -> list[Clip]:
    """The clips of a TAP-Vid pickle: DAVIS, RGB-Stacking, RoboTAP or a piece of Kinetics.

    A dict or list of dicts with ``points`` (N, T, 2), x and y as fractions of the picture,
    ``occluded`` (N, T), and ``video``: a uint8 array (T, H, W, 3), or T pictures as JPEG or PNG.

    Raises
    ------
    FormatError
        If the file is missing, damaged, holds anything else, or more than plain arrays.
    """
    content = read_pickle(path)
    if not isinstance(content, dict | list | tuple) or not content:
        raise FormatError(f"expected clips in a dict or a list in {str(path)!r}, got {_kind(content)}; "
                          "TAP-Vid publishes such files at github.com/google-deepmind/tapnet")
    return [_clip(name, entry, path) for name, entry in _named(content, path)]


def _named(content: Any, path: Path) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        yield from ((name if isinstance(name, str) else f"{path.stem} {n}", entry)
                    for n, (name, entry) in enumerate(content.items()))
    else:
        yield from ((f"{path.stem} {n}", entry) for n, entry in enumerate(content))


def _clip(name: str, entry: Any, path: Path) -> Clip:
    place = f"clip {name!r:.60} of {str(path)!r}"
    if isinstance(entry, Mapping) and {"points", "occluded"} <= set(entry) and "video" not in entry:
        raise FormatError(f"expected the film's pictures in {place}, got none; write it with --video FILM "
                          "-O video=yes, or evaluate an .npz of tracks beside its film")
    if not isinstance(entry, Mapping) or not {"points", "occluded", "video"} <= set(entry):
        raise FormatError(f"expected points, occluded and video in {place}, got {_kind(entry)}; "
                          "the file is damaged or of another kind")
    points, occluded = _array(entry["points"]), _array(entry["occluded"])
    video = _video(entry["video"], name, place)
    n_frames, height, width, _ = video.shape
    cells = (len(points) if points.ndim else 0, n_frames)
    if points.dtype.kind != "f" or occluded.dtype.kind not in "biu" or points.shape != (*cells, 2) \
            or occluded.shape != cells:
        got = " and ".join(_kind(entry[key]) for key in ("points", "occluded"))
        raise FormatError(f"expected points (N, {n_frames}, 2) as fractions and occluded (N, {n_frames}) in {place}, "
                          f"got {got}; the file is damaged")
    xy = TAP_VID.to_ours(points.transpose(1, 0, 2), (width, height))
    return _checked(Clip(name, video, xy, occluded.T == 0, (width, height)), path)


def _video(given: Any, name: str, place: str) -> NDArray[np.uint8] | EncodedFrames:
    frames = given if isinstance(given, np.ndarray | list | tuple) else []
    if len(frames) and all(isinstance(frame, bytes) for frame in frames):
        return EncodedFrames([bytes(frame) for frame in frames], name)
    video = _array(frames)
    if not isinstance(frames, np.ndarray) and len({_array(frame).shape for frame in frames}) == 1:
        video = np.stack([_array(frame) for frame in frames])
    if video.dtype != np.uint8 or video.ndim != 4 or video.shape[3] != 3 or not video.size:
        raise FormatError(f"expected a video (T, H, W, 3) of uint8, or T pictures as JPEG or PNG, in {place}, "
                          f"got {_kind(given)}; the file is damaged or of another kind")
    return video


def _array(value: Any) -> NDArray[Any]:
    """The array itself; what is none becomes one that fits nowhere."""
    return np.asarray(value) if isinstance(value, np.ndarray) else np.zeros(0, object)


def _checked(clip: Clip, path: Path) -> Clip:
    """The clip without points that are never visible."""
    place = f"clip {clip.name!r:.60} of {str(path)!r}"
    if max(clip.size) > MAX_SIDE or clip.visible.size > MAX_CELLS:
        raise FormatError(f"expected pictures of at most {MAX_SIDE} pixels a side and {MAX_CELLS} cells in {place}, "
                          f"got {clip.size} pixels and {clip.visible.shape} cells; evaluate in pieces")
    fractions = TAP_VID.from_ours(clip.xy, clip.size)[clip.visible]
    if not (np.abs(fractions - 0.5) < 1).all():  # NaN is refused too
        raise FormatError(f"expected visible points on the picture in {place}, got some elsewhere; positions are "
                          "fractions of the picture in TAP-Vid's pickles and pixels in tracks files")
    seen = clip.visible.any(0)
    return replace(clip, xy=clip.xy[:, seen], visible=clip.visible[:, seen])


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array {value.dtype} {value.shape}"
    return f"{type(value).__name__} of {len(value)}" if hasattr(value, "__len__") else type(value).__name__
