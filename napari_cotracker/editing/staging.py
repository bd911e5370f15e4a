"""A large step is written in a thread of its own, piece by piece, before it is done: then it only has to be named.

Until then nothing in the file refers to its pieces: they lie under the number that the next step will have, and a
step that is done meanwhile takes their place. What an accident leaves of them goes likewise; who breaks off takes them
out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass

from ..core.errors import EditError
from . import encoding, records
from .database import Write
from .patch import Patch
from .store import Store


class OvertakenError(EditError):
    """Another step was done while one was being written."""

    def __init__(self) -> None:
        super().__init__("expected no other step while a large one is written, got one; do it again")


@dataclass(frozen=True, eq=False)
class Staged:
    """A patch that is written already.

    Parameters
    ----------
    patch : Patch
    number : int
        Of the step that it will be.
    pieces, size : int
        How many there are, and their bytes.
    """

    patch: Patch
    number: int
    pieces: int
    size: int

    def check(self, connection: sqlite3.Connection) -> None:
        """Refuse to name what is not there as a whole, for the session went on in another file, say.

        Raises
        ------
        OvertakenError
        """
        query = "SELECT count(*) FROM patches WHERE id BETWEEN ? AND ?"
        if connection.execute(query, records.pieces_of(self.number)).fetchone() != (self.pieces,):
            raise OvertakenError


def stage(store: Store, patch: Patch) -> Generator[float, None, Staged]:
    """Write the pieces of a patch; yields the share that is done. May be called in any thread.

    Raises
    ------
    OvertakenError
        If a step is done meanwhile.
    EditError
        If the file refuses.
    """
    number = store.read(records.read_state).next_step
    place = size = 0
    try:
        for piece in encoding.each_piece(patch):
            store.write(_put(number, place, piece))
            place, size = place + 1, size + len(piece)
            yield min(size / max(patch.nbytes, 1), 1)
    except GeneratorExit:  # nobody wants them any more
        with suppress(EditError):
            for written in range(place):
                store.write(_drop(number, written))
        raise
    return Staged(patch, number, place, size)


def _put(number: int, place: int, piece: bytes) -> Write:
    def write(connection: sqlite3.Connection) -> None:
        if records.read_state(connection).next_step != number:
            raise OvertakenError
        if not place:
            connection.execute("DELETE FROM patches WHERE id BETWEEN ? AND ?", records.pieces_of(number))
        records.put_piece(connection, "patches", number, place, piece)
    return write


def _drop(number: int, place: int) -> Write:
    def write(connection: sqlite3.Connection) -> None:
        if records.read_state(connection).next_step == number:
            connection.execute("DELETE FROM patches WHERE id = ?", (records.pieces_of(number)[0] + place,))
    return write
