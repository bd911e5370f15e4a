"""Sessions that are worked on at random until their process is killed: ``python -m tests.editing.killed``.

Of every line that is read, ``SEED PATH``, a process is made. It tells its number, then after each step
what the session shows; the same seed takes the same steps. Once it has ended, ``end`` and how are told.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from napari_cotracker.editing.cells import FIELDS
from napari_cotracker.editing.session import Session
from tests.editing.walks import Walk

N_FRAMES, SIZE = 6, (64, 48)
STEPS = ("add", "delete", "rename", "place_anchor", "approve", "clear", "undo", "undo", "redo", "begin", "join", "join",
         "write", "write", "write", "write", "keep", "close")


def steps_of(session: Session, seed: int) -> Iterator[str]:
    """Take one step after the other; gives what is shown after each."""
    walk, rng = Walk(session), np.random.default_rng(seed)
    while True:
        name = str(rng.choice(STEPS)) if len(session.ids) < 9 else str(rng.choice(STEPS[1:]))
        getattr(walk, name)(np.random.default_rng(rng.integers(1 << 30)))
        walk.runs = [run for run in walk.runs if run.is_open]
        yield shown(session)


def shown(session: Session) -> str:
    """A number for everything that a session shows."""
    made = hashlib.sha256(repr(session.rows).encode())
    for name in FIELDS:
        made.update(np.ascontiguousarray(getattr(session.cells, name)))
    return made.hexdigest()


def work(path: str, seed: int) -> None:
    """Until somebody ends it."""
    session = Session.open(path) if Path(path).exists() else Session.create(path, N_FRAMES, SIZE)
    print(shown(session), flush=True)
    for state in steps_of(session, seed):
        print(state, flush=True)


def main() -> None:
    for line in sys.stdin:
        seed, path = line.rstrip("\n").split(" ", 1)
        child = os.fork()
        if not child:
            print(os.getpid(), flush=True)
            work(path, int(seed))
        _, status = os.waitpid(child, 0)
        print(f"\nend {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main()
