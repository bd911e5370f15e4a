"""Files whose library may crash on damaged ones are taken apart in a process of their own.

A module that reads HDF5 has a function ``load(path) -> dict`` of plain arrays, numbers and texts. It
runs in a child that may use so much memory and time, and whose crash is one sentence here.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import FormatError, MissingExtraError

HDF5 = b"\x89HDF\r\n\x1a\n"
SECONDS = 120
FREE_BYTES = 2 << 30
MAX_RATIO = 200  # of what is compressed well
REFUSED, LACKING = 3, 4


def load_apart(module: str, path: Path, function: str = "load") -> dict[str, Any]:
    """What a function of a module of ``formats/`` finds in a file, called in another process.

    Parameters
    ----------
    module : str
        Its name within ``formats/``.
    path : Path
    function : str
        Of one argument, the path; returns a dict of arrays and whatever JSON holds.

    Raises
    ------
    FormatError
        If the file cannot be read, the function says so, or the process crashes, takes more memory
        than the file can need, or does not come to an end.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            file.read(1)
        size = path.stat().st_size
    except OSError as mishap:
        raise FormatError(f"cannot read {str(path)!r}: {mishap.strerror or mishap}") from mishap
    limit = max(FREE_BYTES, MAX_RATIO * size)
    words = [sys.executable, "-m", __name__, module, function, str(path), str(limit)]
    try:
        done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise FormatError(f"cannot read {str(path)!r}: it takes longer than {SECONDS} seconds; it is damaged") from None
    if done.returncode == LACKING:
        raise MissingExtraError(done.stdout.decode(), "labels", f"read {path.name!r}")
    if done.returncode == REFUSED:
        raise FormatError(f"cannot read {str(path)!r}: {done.stdout.decode(errors='replace')}")
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1][:120] if said and done.returncode > 0 else "its library crashed"
        raise FormatError(f"cannot read {str(path)!r}: it is damaged or of another kind ({why})")
    return _unpacked(done.stdout)


@lru_cache(64)
def _outline(path: str, stamp: tuple[int, int]) -> tuple[str, ...]:
    try:
        return tuple(load_apart("apart", Path(path), "list_names")["names"])
    except MissingExtraError:  # nobody can tell what it is then
        raise
    except FormatError:
        return ()


def outline(path: Path) -> tuple[str, ...]:
    """The names at the top of an HDF5 file, and of its attributes with an @ before them; () if it is none.

    Raises
    ------
    MissingExtraError
        If the library that reads HDF5 is not installed.
    """
    try:
        with Path(path).open("rb") as file:
            if file.read(len(HDF5)) != HDF5:
                return ()
        about = Path(path).stat()
        return _outline(str(path), (about.st_mtime_ns, about.st_size))
    except OSError:
        return ()


def list_names(path: str) -> dict[str, Any]:
    """The names at the top of an HDF5 file."""
    import h5py

    with h5py.File(path, "r") as file:
        return {"names": [*file.keys(), *(f"@{name}" for name in file.attrs)][:200]}


def _packed(found: dict[str, Any]) -> bytes:
    arrays = {name: value for name, value in found.items() if isinstance(value, np.ndarray)}
    rest = {name: value for name, value in found.items() if name not in arrays}
    buffer = io.BytesIO()
    named: dict[str, Any] = {f"array {name}": value for name, value in arrays.items()}
    np.savez(buffer, rest=np.array(json.dumps(rest)), **named)
    return buffer.getvalue()


def _unpacked(content: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {name.removeprefix("array "): file[name] for name in file.files if name != "rest"}
        return {**json.loads(str(file["rest"])), **arrays}


def _limit_memory(limit: int) -> None:
    """So that a damaged size cannot ask for all of it; not everywhere can this be done."""
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + limit, used + limit))
    except (ImportError, OSError, ValueError):
        return


def main(module: str, function: str, path: str, limit: str) -> int:
    """The child: the answer goes to the standard output, a refusal in words as well."""
    from importlib import import_module

    _limit_memory(int(limit))
    try:
        found = getattr(import_module(f"{__package__}.{module}"), function)(path)
        answer, code = _packed(found), 0
    except FormatError as refusal:
        answer, code = str(refusal).encode(), REFUSED
    except ImportError as missing:
        answer, code = (missing.name or "a library").encode(), LACKING
    except MemoryError:
        answer, code = b"it claims to hold more than it can; it is damaged or hostile", REFUSED
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
