"""Reads TAP-Vid's clips from pickles and from NumPy's .npz."""

from __future__ import annotations

import io
import math
import mmap
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ..core.coordinates import CONVENTIONS
from ..core.errors import CotrackerError, FormatError
from ..core.queries import Queries
from ..core.tracks import Tracks
from ..core.unpickling import read_pickle
from .sheets import imported

KEYS = ("points", "occluded")
MORE = ("query_points", "size", "fps", "names")
FREE_BYTES, MAX_RATIO = 1 << 30, 100
MAX_SIDE = 1 << 24
_DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, RuntimeError, NotImplementedError,
           SyntaxError, tokenize.TokenError, OverflowError, MemoryError)


def sniff_file(path: Path) -> bool:
    """Whether a file is a pickle or an .npz with points and occluded."""
    try:
        with Path(path).open("rb") as file:
            start = file.read(4)
            if start[:1] == b"\x80":
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    return all(any(content.find(mark) >= 0 for mark in _marks(key)) for key in KEYS)
            if start[:2] != b"PK":
                return False
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
        return {f"{key}.npy" for key in KEYS} <= names and "format.npy" not in names
    except (OSError, *_DAMAGE):
        return False


def read(path: Path) -> Tracks:
    """Tracks from a clip of TAP-Vid.

    Raises
    ------
    FormatError
        If the file is missing, damaged, holds anything else or several clips, or does not tell the size
        of the picture.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            is_zip = file.read(2) == b"PK"
        return _tracks_of(_from_npz(path) if is_zip else _from_pickle(path))
    except OSError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap.strerror or mishap}") from mishap
    except CotrackerError as mishap:
        words = str(mishap)
        raise FormatError(words if repr(str(path)) in words else f"cannot read {str(path)!r}: {words}") from mishap
    except _DAMAGE as mishap:
        why = " ".join(str(mishap).split())
        raise FormatError(f"expected a clip of TAP-Vid, but {str(path)!r} is damaged or something else ({why:.100}); "
                          "copy it again") from mishap


def _marks(key: str) -> tuple[bytes, bytes]:
    """How pickles hold a short text, of newer and older protocols."""
    return bytes([0x8C, len(key)]) + key.encode(), b"X" + len(key).to_bytes(4, "little") + key.encode()


def _from_pickle(path: Path) -> dict[str, Any]:
    content = read_pickle(path)
    if isinstance(content, Mapping) and not set(KEYS) <= content.keys():
        content = list(content.values())
    clips = list(content) if isinstance(content, list | tuple) else [content]
    if len(clips) != 1:
        raise FormatError(f"expected one clip, got {len(clips)}; write the one you want into a file of its own, or "
                          "measure trackers on all of them with: napari-cotracker evaluate")
    clip = clips[0]
    if not isinstance(clip, Mapping) or not set(KEYS) <= clip.keys():
        raise FormatError("expected a clip with points and occluded, got none; this is no file of TAP-Vid")
    found = {key: clip[key] for key in (*KEYS, *MORE) if key in clip}
    return {**found, **_side(clip.get("video"))}


def _side(video: Any) -> dict[str, Any]:
    """The size of a clip's pictures."""
    if isinstance(video, list | tuple) and video and isinstance(video[0], bytes):
        from PIL import Image

        try:
            with Image.open(io.BytesIO(video[0])) as picture:
                return {"picture": picture.size}
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as mishap:
            raise FormatError(f"expected pictures as JPEG or PNG in video, got something else ({mishap})") from None
    shape: tuple[int, ...] = video.shape if isinstance(video, np.ndarray) else ()
    if isinstance(video, list | tuple) and video and isinstance(video[0], np.ndarray):
        shape = (len(video), *video[0].shape)
    return {"picture": (shape[2], shape[1])} if len(shape) == 4 else {}


def _from_npz(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        missing = [key for key in KEYS if f"{key}.npy" not in names]
        if missing:
            raise FormatError(f"expected the arrays points and occluded; {' and '.join(missing)} missing")
        found: dict[str, Any] = {key: _array(archive, key) for key in (*KEYS, *MORE) if f"{key}.npy" in names}
        if "video.npy" in names and len(shape := _header(archive, "video")[0]) == 4:
            found["picture"] = (shape[2], shape[1])
    return found


def _header(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an array that takes as many bytes as it says; none of its data is read."""
    info = archive.getinfo(f"{name}.npy")
    with archive.open(info) as file:
        version = npy.read_magic(file)
        if version not in ((1, 0), (2, 0)):
            raise FormatError(f"expected array {name!r} with a .npy header of version 1.0 or 2.0")
        shape, _, dtype = (npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0)(file)
        size = info.file_size - file.tell()
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != size or min(shape, default=0) < 0:
        raise FormatError(f"expected array {name!r} of plain numbers or text that takes {size} bytes, got {dtype} "
                          f"{shape}")
    return shape, dtype


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    info = archive.getinfo(f"{name}.npy")
    if info.file_size > max(FREE_BYTES, MAX_RATIO * info.compress_size):
        raise FormatError(f"array {name!r} would unpack to {info.file_size >> 20} MiB; the file is damaged or hostile")
    _header(archive, name)
    with archive.open(info) as file:
        return np.asarray(npy.read_array(file, allow_pickle=False))


def _tracks_of(clip: dict[str, Any]) -> Tracks:
    points, occluded = (value if isinstance(value, np.ndarray) else np.zeros(0, object)
                        for value in (clip[key] for key in KEYS))
    if points.dtype.kind != "f" or points.ndim != 3 or points.shape[2:] != (2,) or occluded.dtype.kind not in "biu" \
            or occluded.shape != points.shape[:2]:
        raise FormatError(f"expected points (N, T, 2) as fractions and occluded (N, T), got {points.dtype} "
                          f"{points.shape} and {occluded.dtype} {occluded.shape}")
    size = _pair(clip.get("size")) or _pair(clip.get("picture"))
    if size is None:
        raise FormatError("expected a clip that tells the size of its picture, by its video or in size, got one "
                          "without; put the pictures in")
    seen = (occluded == 0).T
    fractions = points.transpose(1, 0, 2).astype(np.float64)
    if not (np.abs(fractions[seen]) < 10).all():
        raise FormatError("expected visible points as fractions of the picture, got others; pixels are not TAP-Vid's")
    xy = np.where(seen[..., None], CONVENTIONS["tapvid"].to_ours(fractions, size), np.nan)
    rate = _pair(clip.get("fps"))
    meta: dict[str, object] = {"size": size, **({"fps": rate} if rate else {})}
    tracks = imported(xy, names=_names(clip.get("names"), len(points)), meta=meta)
    return replace(tracks, queries=_queries(clip.get("query_points"), tracks))


def _pair(value: Any) -> tuple[int, int] | None:
    numbers = np.asarray(value) if isinstance(value, np.ndarray | tuple) else np.zeros(0)
    if numbers.shape != (2,) or numbers.dtype.kind not in "iu" or numbers.min() < 1 or numbers.max() > MAX_SIDE:
        return None
    return int(numbers[0]), int(numbers[1])


def _names(given: Any, count: int) -> tuple[str, ...]:
    names = given.tolist() if isinstance(given, np.ndarray) else given
    fits = isinstance(names, list) and len(names) == count and all(isinstance(name, str) for name in names)
    return tuple(names) if fits else ()


def _queries(given: Any, tracks: Tracks) -> Queries | None:
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "fiu" or given.shape != (len(tracks), 3):
        return None
    tyx = given.astype(np.float64)
    rows = np.flatnonzero((np.abs(tyx) < MAX_SIDE).all(1) & (tyx[:, 0] >= 0) & (tyx[:, 0] == np.floor(tyx[:, 0])))
    if not len(rows):
        return None
    xy = (tyx[rows, :0:-1] - 0.5).astype(np.float32)
    return Queries(tyx[rows, 0].astype(np.int64), xy, tracks.ids[rows], tuple(tracks.names[row] for row in rows))
