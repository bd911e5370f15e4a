"""Damaged files by the thousand: a reader says in one sentence that it cannot read them, or reads them."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from napari_cotracker.core.errors import FormatError

TIMES = 1000
SECONDS = 20  # that one file may take on a busy machine


def mutations(content: bytes, times: int = TIMES, seed: int = 0) -> Iterator[bytes]:
    """A file with bits flipped, bytes and lines lost, doubled or replaced, cut short, numbers made huge."""
    rng = random.Random(seed)
    ways = [_flip, _flip, _cut, _lose, _double, _replace, _huge, _swap_lines]
    for _ in range(times):
        damaged = bytearray(content)
        for _ in range(rng.choice((1, 1, 1, 2, 8))):
            if damaged:
                rng.choice(ways)(damaged, rng)
        yield bytes(damaged)


def check(read: Callable[[Path], Any], golden: Path, folder: Path, times: int = TIMES) -> int:
    """Read damaged copies of a golden sample; anything but tracks or one sentence is a mistake.

    Returns
    -------
    int
        How many were refused, which must not be none.
    """
    path, refused = folder / f"damaged{golden.suffix}", 0
    for content in mutations(golden.read_bytes(), times):
        path.write_bytes(content)
        started = time.monotonic()
        try:
            read(path)
        except FormatError as refusal:
            assert "\n" not in str(refusal), str(refusal)
            refused += 1
        assert time.monotonic() - started < SECONDS
    return refused


def check_apart(module: str, golden: Path, folder: Path, times: int = TIMES) -> int:
    """The same for a ``load`` that runs in a process of its own: there it may crash, but not hang.

    One process takes many files, and one that crashed is started again after the file that did it.
    """
    path = folder / f"damaged{golden.suffix}"
    refused = crashed = done = 0
    while done < times:
        words = [sys.executable, __file__, module, str(golden), str(path), str(times), str(done)]
        child = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS * times, check=False)
        lines = child.stdout.split()
        refused += lines.count("refused")
        done += len(lines)
        if child.returncode:
            crashed, done = crashed + 1, done + 1
    return refused + crashed


def _flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def _lose(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.randrange(1, 40)]


def _double(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    data[start:start] = data[start : start + rng.randrange(1, 200)]


def _replace(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    odd = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"nan ", b"-1e9", b"\x7f\xff\xff\xff", b"'\"<{")
    data[start : start + 4] = rng.choice(odd)


def _huge(data: bytearray, rng: random.Random) -> None:
    digits = [k for k in range(len(data)) if 48 <= data[k] < 58]
    if digits:
        start = rng.choice(digits)
        data[start : start + 1] = b"9" * rng.choice((3, 9, 18, 400))


def _swap_lines(data: bytearray, rng: random.Random) -> None:
    lines = bytes(data).split(b"\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    data[:] = b"\n".join(lines)


def main(module: str, golden: str, path: str, times: str, done: str) -> None:
    """The child of `check_apart`: a word for every file."""
    from importlib import import_module

    load = import_module(f"napari_cotracker.formats.{module}").load
    for k, content in enumerate(mutations(Path(golden).read_bytes(), int(times))):
        if k < int(done):
            continue
        Path(path).write_bytes(content)
        try:
            load(path)
            word = "read"
        except FormatError:
            word = "refused"
        print(word, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
