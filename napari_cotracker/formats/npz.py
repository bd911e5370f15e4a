"""The native tracks file: a NumPy ``.npz`` that ``numpy.load(path, allow_pickle=False)`` reads anywhere.

Version 1 holds these arrays; those marked * may be missing.

=================  =========================  ================================================================
``format``         text                       ``napari-cotracker-tracks``
``version``        integer                    1
``ids``            (N,) integer               track numbers, unique
``xy``             (T, N, 2) float32          pixels, x right, y down, integers are pixel centres, NaN untracked
``visibility``     (T, N) float32             raw probability
``confidence``     (T, N) float32             raw probability
``state`` *        (T, N) uint8               0 from the scores, 1 visible, 2 occluded but located, 3 occluded,
                                              4 out of frame, 5 unknown
``source`` *       (T, N) uint8               0 none, 1 predicted, 2 human, 3 verified, 4 interpolated, 5 imported
``names`` *        (N,) text                  a slash separates individual and keypoint
``groups`` *       (N,) text
``queries`` *      (Q, 3) float64             t, x, y of the points where tracks were started
``query_ids`` *    (Q,) integer               the track of each query
``query_names`` *  (Q,) text
``size`` *         (2,) integer               width and height of the video in pixels
``fps`` *          (2,) integer               numerator and denominator
``frame_numbers``* (T,) integer               the plate's own frame numbers
``meta`` *         text                       a JSON object: video, runs with model and licence, skeleton, created …
=================  =========================  ================================================================

Arrays of other names are ignored.

Pixels: x right, y down, the centre of the top-left pixel is (0, 0).

Frames: rows of the arrays, counted from 0; the plate's own numbers in ``frame_numbers``.

States: every one, as a number in ``state``.

Verified: by a round trip of arbitrary tracks, bit for bit, and by NumPy alone.

Load: ``numpy.load(path, allow_pickle=False)`` anywhere; File > Open in napari.
"""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ..core.declarations import EVERYTHING, Format, NoOptions
from ..core.errors import CotrackerError, FormatError
from ..core.files import replacing
from ..core.queries import Queries
from ..core.tracks import Source, State, Tracks

NAME = "napari-cotracker-tracks"
VERSION = 1
REQUIRED = ("format", "version", "ids", "xy", "visibility", "confidence")

# dtype kinds and shape of every array; letters are sizes that must agree throughout the file
LAYOUT: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "format": ("U", ()),
    "version": ("iu", ()),
    "xy": ("f", ("T", "N", 2)),
    "visibility": ("f", ("T", "N")),
    "confidence": ("f", ("T", "N")),
    "ids": ("iu", ("N",)),
    "state": ("iu", ("T", "N")),
    "source": ("iu", ("T", "N")),
    "names": ("U", ("N",)),
    "groups": ("U", ("N",)),
    "queries": ("fiu", ("Q", 3)),
    "query_ids": ("iu", ("Q",)),
    "query_names": ("U", ("Q",)),
    "size": ("iu", (2,)),
    "fps": ("iu", (2,)),
    "frame_numbers": ("iu", ("T",)),
    "meta": ("U", ()),
}

# A file may unpack to this much, or to this many times its own size if that is more. What the
# writer compresses stays below the first limit, so no file of ours is refused.
FREE_BYTES = 1 << 30
MAX_RATIO = 100
MAX_SIDE = 10_000_000

Arrays = dict[str, NDArray[Any]]
_DAMAGE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, RuntimeError, NotImplementedError)


def read(path: Path) -> Tracks:
    """Tracks from a native file.

    Raises
    ------
    FormatError
        If the file is missing, damaged, of another kind, of a newer version, or would take an absurd
        amount of memory.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = _load(archive, Path(path).stat().st_size)
        return _tracks_of(arrays)
    except OSError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap.strerror or mishap}") from mishap
    except CotrackerError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap}") from mishap
    except _DAMAGE as mishap:
        raise FormatError(f"expected a whole .npz tracks file, but {str(path)!r} is damaged or of another kind "
                          f"({mishap}); copy it again or export it anew") from mishap


def write(path: Path, tracks: Tracks, options: NoOptions) -> list[str]:
    """Write tracks with everything that belongs to them.

    Returns
    -------
    list of str
        What could not be kept as it was: values of ``meta`` that JSON does not know.

    Raises
    ------
    FormatError
        If the file cannot be written, or ``size``, ``fps`` or ``frame_numbers`` make no sense.
    """
    losses: list[str] = []
    arrays = _arrays_of(tracks, losses)
    save: Any = np.savez_compressed if sum(array.nbytes for array in arrays.values()) < FREE_BYTES else np.savez
    with replacing(Path(path)) as temporary, temporary.open("wb") as file:
        save(file, **arrays)
    return losses


def sniff(path: Path) -> bool:
    """Whether a file is an .npz that says it holds tracks of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            return str(_load_one(archive, "format", {})[()]) == NAME
    except (OSError, FormatError, *_DAMAGE):
        return False


def _load(archive: zipfile.ZipFile, file_size: int) -> Arrays:
    """Every array of `LAYOUT` in the file; all headers are checked before the first array is read."""
    present = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    if "format" not in present or str(_load_one(archive, "format", {})[()]) != NAME:
        raise FormatError(f"expected an .npz with format {NAME!r}, got one with {sorted(present)[:8]}")
    version = int(_load_one(archive, "version", {})[()])
    if version != VERSION:
        raise FormatError(f"expected version {VERSION} of the tracks file, got version {version}; "
                          "update napari-cotracker to read it")
    missing = [name for name in REQUIRED if name not in present]
    if missing:
        raise FormatError(f"expected the arrays {', '.join(REQUIRED)}; {', '.join(missing)} missing")
    wanted = [name for name in LAYOUT if name in present]
    allowed = max(FREE_BYTES, MAX_RATIO * file_size)
    claimed = sum(present[name].file_size for name in wanted)
    if claimed > allowed:
        raise FormatError(f"it would unpack to {claimed >> 20} MiB, more than the {allowed >> 20} MiB "
                          f"that a file of {file_size} bytes can sensibly hold; it is damaged or hostile")
    sizes: dict[str, int] = {}
    for name in wanted:
        _check_header(archive, name, sizes)
    return {name: _load_one(archive, name, sizes) for name in wanted}


def _load_one(archive: zipfile.ZipFile, name: str, sizes: dict[str, int]) -> NDArray[Any]:
    _check_header(archive, name, sizes)
    with archive.open(f"{name}.npy") as file:
        return np.asarray(npy.read_array(file, allow_pickle=False))


def _check_header(archive: zipfile.ZipFile, name: str, sizes: dict[str, int]) -> None:
    """Refuse an array whose type, shape or length is not as `LAYOUT` says; no data is read."""
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FormatError(f"expected array {name!r} to be stored or deflated, got zip method {info.compress_type}")
    with archive.open(info) as file:
        if npy.read_magic(file) != (1, 0):
            raise FormatError(f"expected array {name!r} with a .npy header of version 1.0")
        shape, _, dtype = npy.read_array_header_1_0(file)
        start = file.tell()
    kinds, expected = LAYOUT[name]
    if dtype.kind not in kinds:
        raise FormatError(f"expected array {name!r} to hold {_kind_words(kinds)}, got {dtype}")
    sides = tuple(side if isinstance(side, int) else sizes.setdefault(side, shape[k] if k < len(shape) else 0)
                  for k, side in enumerate(expected))
    if shape != sides or any(side > MAX_SIDE for side in shape):
        letters = f"({', '.join(map(str, expected))})"
        raise FormatError(f"expected array {name!r} of shape {letters} = {sides} with no side above {MAX_SIDE}, "
                          f"got {shape}")
    if start + math.prod(shape) * dtype.itemsize != info.file_size:
        raise FormatError(f"array {name!r} should take {math.prod(shape) * dtype.itemsize} bytes by its header, "
                          f"got {info.file_size - start}")


def _kind_words(kinds: str) -> str:
    return {"U": "text", "iu": "integers", "f": "floats"}.get(kinds, "numbers")


def _tracks_of(arrays: Arrays) -> Tracks:
    for name, largest in (("state", max(State)), ("source", max(Source))):
        values = arrays.get(name, np.zeros(0, np.uint8))
        if values.size and not 0 <= values.min() <= values.max() <= largest:
            raise FormatError(f"expected {name} from 0 to {int(largest)}, got {values.min()} … {values.max()}")
    optional: dict[str, Any] = {name: arrays[name] for name in ("state", "source") if name in arrays}
    optional |= {name: tuple(arrays[name].tolist()) for name in ("names", "groups") if name in arrays}
    return Tracks(ids=arrays["ids"], xy=arrays["xy"], visibility=arrays["visibility"], confidence=arrays["confidence"],
                  queries=_queries_of(arrays), meta=_meta_of(arrays), **optional)


def _queries_of(arrays: Arrays) -> Queries | None:
    if "queries" not in arrays:
        return None
    txy: Any = arrays["queries"].astype(np.float64)
    names = tuple(arrays["query_names"].tolist()) if "query_names" in arrays else ()
    ids = arrays.get("query_ids", arrays["ids"] if len(txy) == len(arrays["ids"]) else np.zeros(0, np.int64))
    return Queries(t=txy[:, 0], xy=txy[:, 1:].astype(np.float32), ids=ids, names=names)


def _meta_of(arrays: Arrays) -> dict[str, Any]:
    text = str(arrays["meta"][()]) if "meta" in arrays else "{}"
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError):
        raise FormatError(f"expected meta as JSON, got {text!r:.60}") from None
    if not isinstance(meta, dict):
        raise FormatError(f"expected meta as a JSON object, got {text!r:.60}")
    for name in ("size", "fps"):
        if name in arrays:
            meta[name] = tuple(arrays[name].tolist())
    if "frame_numbers" in arrays:
        meta["frame_numbers"] = arrays["frame_numbers"].astype(np.int64)
    return meta


def _arrays_of(tracks: Tracks, losses: list[str]) -> Arrays:
    arrays: dict[str, Any] = {
        "format": NAME, "version": VERSION, "ids": tracks.ids, "xy": tracks.xy, "visibility": tracks.visibility,
        "confidence": tracks.confidence, "state": tracks.state, "source": tracks.source,
        "names": _texts(tracks.names), "groups": _texts(tracks.groups),
    }
    if tracks.queries is not None:
        queries = tracks.queries
        arrays["queries"] = np.column_stack([queries.t.astype(np.float64), queries.xy.astype(np.float64)])
        arrays |= {"query_ids": queries.ids, "query_names": _texts(queries.names)}
    meta = dict(tracks.meta)
    for name, count in (("size", 2), ("fps", 2), ("frame_numbers", tracks.n_frames)):
        value = meta.pop(name, None)
        if value is not None:
            arrays[name] = _whole_numbers(name, value, count)
    arrays["meta"] = _to_json(meta, losses)
    return {name: np.asarray(value) for name, value in arrays.items()}


def _texts(labels: tuple[str, ...]) -> NDArray[np.str_]:
    # NumPy drops null characters at the end of a text, so they are dropped here, where it is seen
    return np.array([label.rstrip("\0") for label in labels], dtype=np.str_)


def _whole_numbers(name: str, value: Any, count: int) -> NDArray[np.int64]:
    pair = (value.numerator, value.denominator) if isinstance(value, Fraction) else value
    try:
        numbers = np.asarray(pair).astype(np.int64)
        same = numbers.shape == (count,) and bool((numbers == np.asarray(pair)).all())
    except (TypeError, ValueError, OverflowError):
        same = False
    if not same:
        raise FormatError(f"expected meta[{name!r}] as {count} whole numbers, got {value!r:.80}")
    return numbers


def _to_json(meta: Mapping[str, Any], losses: list[str]) -> str:
    try:
        return json.dumps(meta, default=_simplify(losses))
    except (TypeError, ValueError, RecursionError) as mishap:
        raise FormatError(f"expected meta that JSON can hold, got {mishap}; use text as keys") from None


def _simplify(losses: list[str]) -> Callable[[Any], Any]:
    def simplify(value: Any) -> Any:
        if isinstance(value, np.ndarray | np.generic):
            return value.tolist()
        if isinstance(value, PurePath):
            return str(value)
        losses.append(f"A value of type {type(value).__name__} in meta was written as text.")
        return str(value)

    return simplify


FORMAT = Format("npz", "Native tracks file (NumPy, everything kept)", (".npz",), read, write, sniff, group="own",
                keeps=EVERYTHING)
