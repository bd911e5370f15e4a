"""One writer for one file: a lock that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import EditError

if TYPE_CHECKING:
    from filelock import FileLock


class LockedError(EditError):
    """The file cannot be written: somebody else does, or the system does not allow it."""


class Lock:
    """Held as long as nobody lets go of it; a lock file lies beside the file meanwhile.

    Parameters
    ----------
    path : Path
        The file, which need not be there.

    Raises
    ------
    LockedError
        Saying why.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock, Timeout

        if not path.parent.is_dir():
            raise LockedError(f"there is no folder {str(path.parent)!r}")
        self.path = lock_path(path)
        self._lock: FileLock = FileLock(self.path, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise LockedError(f"{path.name} is open in another window, which writes to it") from None
        except (OSError, NotImplementedError) as mishap:
            reason = getattr(mishap, "strerror", None) or str(mishap)
            raise LockedError(f"{path.name} cannot be locked in its folder: {reason}") from mishap

    def release(self) -> None:
        """Let go, and clear up."""
        if self._lock.is_locked:
            # while it is held nobody can take it over; Windows does not remove what is open
            with suppress(OSError):
                self.path.unlink()
            self._lock.release()


def lock_path(path: Path) -> Path:
    """Where the lock file of a file lies."""
    return path.with_name(f"{path.name}-lock")
