"""Single image files as arrays in their own depth."""

from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import MissingExtraError, VideoError
from .dpx import read_dpx
from .exr_header import require_openexr
from .tiff import check_size, read_tiff, read_with_opencv

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".dpx")

PNG = b"\x89PNG\r\n\x1a\n"
LISTED = 5
COLOUR_NAMES = (("R", "G", "B", "A"), ("red", "green", "blue", "alpha"), ("r", "g", "b", "a"))
"""Of OpenEXR's channels; the second are those of Nuke's layers."""

Picture = NDArray[Any]


def read_image(path: Path, page: int = 0) -> Picture:
    """(H, W) or (H, W, C) of an image file: bool, uint8, uint16 or float32.

    Parameters
    ----------
    path : Path
    page : int
        Which picture of a TIFF file with several.

    Raises
    ------
    VideoError
        If the file is missing, damaged, too large or of no known kind.
    MissingExtraError
        For ``.exr`` without the ``vfx`` extra.
    """
    suffix = path.suffix.lower()
    try:
        if suffix == ".exr":
            return _settle_type(_read_exr(path))
        if suffix in {".tif", ".tiff"}:
            return _settle_type(read_tiff(path, page))
        return read_dpx(path) if suffix == ".dpx" else _read_png_or_jpeg(path)
    except (VideoError, MissingExtraError):
        raise
    except Exception as error:  # the image libraries raise whatever their parsers stumble over
        if suffix not in SUFFIXES and path.is_file():
            raise VideoError(f"expected an image ({', '.join(SUFFIXES)}), got {path.name!r}; save a picture in one of "
                             "these ways") from None
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise VideoError(f"cannot read the image {str(path)!r} ({reason}); copy or export it again") from None


def count_pages(path: Path) -> int:
    """How many pictures of the first one's size and kind a TIFF file holds; 1 for every other kind of file.

    Raises
    ------
    VideoError
        If they are of several channels, which are no frames.
    """
    if path.suffix.lower() not in {".tif", ".tiff"}:
        return 1
    import tifffile

    try:
        with tifffile.TiffFile(path) as file:
            pages = len(file.pages) if file.pages.first.keyframe.hash == file.pages[-1].keyframe.hash else 1
            channels = _count_channels(file) if pages > 1 else 1
    except Exception:  # reading it will say what is wrong
        return 1
    if channels > 1:
        raise VideoError(f"expected a stack of one channel, or of colours, got {path.name!r} with {channels} channels "
                         "in pages of their own; save the channel to track as a stack (ImageJ: Image > Color > Split "
                         "Channels), or hand in an array")
    return pages


def _count_channels(file: Any) -> int:
    """Channels that lie in pages of their own, as far as ImageJ or OME say so."""
    if not (file.is_imagej or file.is_ome):
        return 1
    series = file.series[0]
    beside = series.axes.removesuffix(file.pages.first.axes)
    return int(dict(zip(beside, series.shape)).get("C", 1))


def is_animated(path: Path) -> bool:
    """Whether a file is a PNG of several pictures, which FFmpeg reads."""
    if path.suffix.lower() != ".png":
        return False
    try:
        with path.open("rb") as file:
            if file.read(len(PNG)) != PNG:
                return False
            while len(head := file.read(8)) == 8 and head[4:] != b"IDAT":
                if head[4:] == b"acTL":
                    return int.from_bytes(file.read(4), "big") > 1
                file.seek(int.from_bytes(head[:4], "big") + 4, 1)
    except OSError:
        return False
    return False


def tell_left_out(path: Path) -> list[str]:
    """What `read_image` does not take of an OpenEXR image, a sentence each; nothing of other kinds.

    Raises
    ------
    MissingExtraError
        Without the ``vfx`` extra.
    """
    if path.suffix.lower() != ".exr":
        return []
    library, said = require_openexr("read .exr images"), []
    with contextlib.suppress(RuntimeError, OSError, ValueError, TypeError, KeyError):  # its pixels say what is wrong
        with library.File(str(path), separate_channels=True, header_only=True) as file:
            part, parts = _part_of(file), len(file.parts)
            header, names = file.header(part), _names_in(file, part)
            data, display = (np.array(header[f"{kind}Window"]).reshape(2, 2) for kind in ("data", "display"))
        others = [name for name in names if name not in _colour_names(names)]
        beyond = np.maximum((display - data) * [[1], [-1]], 0)
        if beyond.any():
            (left, above), (right, below) = beyond.tolist()
            said.append("What the plate holds outside of its display window is left out: "
                        f"{left} pixels left, {right} right, {above} above, {below} below.")
        if others:
            listed = ", ".join(others[:LISTED]) + (" …" if len(others) > LISTED else "")
            said.append(f"Channels of the plate besides its colours are left out: {listed}.")
        if parts > 1:
            which = f"part {part + 1}" if part else "the first"
            said.append(f"Only {which} of the plate's {parts} parts is taken.")
    return said


def is_half(path: Path) -> bool:
    """Whether the colours of an OpenEXR image, all that `read_image` takes of it, are floats of 16 bits.

    Raises
    ------
    MissingExtraError
        Without the ``vfx`` extra.
    """
    if path.suffix.lower() != ".exr":
        return False
    library = require_openexr("read .exr images")
    try:
        with contextlib.closing(library.InputFile(str(path))) as file:  # the other way to open it loads all pixels
            channels = file.header()["channels"]
        with library.File(str(path), separate_channels=True, header_only=True) as found:
            if _part_of(found):  # which this way does not reach
                return False
        return all(str(channels[name].type) == "HALF" for name in _colour_names(list(channels)))
    except (RuntimeError, OSError, ValueError, TypeError, KeyError):  # its pixels say what is wrong
        return False


def _settle_type(picture: Picture) -> Picture:
    if picture.dtype in (np.dtype(bool), np.dtype(np.uint8), np.dtype(np.uint16)):
        return picture
    if picture.dtype.kind not in "iuf":
        raise VideoError(f"expected pixels as real numbers, got {picture.dtype}")
    return picture.astype(np.float32)


def _read_png_or_jpeg(path: Path) -> Picture:
    with path.open("rb") as file:
        head = file.read(26)
    if head[:8] == PNG and len(head) == 26:
        width, height, depth = struct.unpack(">IIB", head[16:25])
        check_size(path, width, height)
        if depth == 16:
            return read_with_opencv(path)  # Pillow silently returns 8 bits
    import imageio.v3 as iio

    with iio.imopen(path, "r", plugin="pillow") as image:
        # a colour or entries of a palette that are transparent, which becoming an array forgets
        mode = {"mode": "RGBA"} if "transparency" in image.metadata(index=0) else {}
        picture = np.asarray(image.read(index=0, rotate=True, **mode))
    if picture.ndim == 3 and picture.shape[2] == 2:  # grey with alpha
        picture = picture[:, :, [0, 0, 0, 1]]
    if picture.ndim == 3 and picture.shape[2] == 4 and head[:2] == b"\xff\xd8":  # CMYK print
        return np.asarray(iio.imread(path, plugin="pillow", index=0, rotate=True, mode="RGB"))
    return picture


def _read_exr(path: Path) -> Picture:
    """The RGB(A) of the first part that has any, else its luminance, on the display window."""
    library = require_openexr("read .exr images")
    with library.File(str(path), separate_channels=True, header_only=True) as file:
        part = _part_of(file)
        data, display = (np.array(file.header(part)[f"{kind}Window"]).reshape(2, 2) for kind in ("data", "display"))
    for window in (data, display):
        check_size(path, *(window[1] - window[0] + 1).tolist())
    with contextlib.redirect_stdout(io.StringIO()), library.File(str(path), separate_channels=True) as file:
        # a damaged file makes the library print a warning and come back without parts
        channels = {name: channel.pixels for name, channel in file.channels(part).items()}
    names = _colour_names(list(channels))
    shape = tuple((data[1] - data[0] + 1)[::-1].tolist())
    if not names or any(channels[name] is None or channels[name].shape != shape for name in names):
        raise VideoError(f"cannot read the image {str(path)!r} (its pixels are missing or cut off); export it again")
    picture = np.stack([channels[name].astype(np.float32) for name in names], axis=-1)
    return _place(picture, data, display)


def _part_of(file: Any) -> int:
    """The number of the first part with colours; the first of all if none has any."""
    return next((k for k in range(len(file.parts)) if len(_colour_names(_names_in(file, k))) >= len("RGB")), 0)


def _names_in(file: Any, part: int) -> list[str]:
    return [channel.name for channel in file.header(part)["channels"]]


def _colour_names(names: list[str]) -> list[str]:
    """Channels to show: R, G, B (A) of the main layer or of the first that has them, else one alone."""
    for layer in ["", *dict.fromkeys(name.rpartition(".")[0] + "." for name in names if "." in name)]:
        for known in COLOUR_NAMES:
            if {layer + c for c in known[:3]} <= set(names):
                return [layer + c for c in known if layer + c in names]
    return ["Y"] if "Y" in names else names[:1]


def _place(picture: Picture, data: NDArray[Any], display: NDArray[Any]) -> Picture:
    """Put the stored pixels on the display window: overscan is cut, what is not stored is black."""
    width, height = (display[1] - display[0] + 1).tolist()
    out = np.zeros((height, width, picture.shape[2]), picture.dtype)
    left, top = (data[0] - display[0]).tolist()
    y0, x0 = max(top, 0), max(left, 0)
    part = picture[y0 - top : max(height - top, 0), x0 - left : max(width - left, 0)]
    out[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] = part
    return out
