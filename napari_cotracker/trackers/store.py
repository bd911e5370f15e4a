"""Encoded frames, kept so that no frame is encoded twice.

Least recently used frames leave memory for a folder of small files, one a frame, each written under
another name and renamed: two processes may use the folder at once, and the next run finds it.
"""

from __future__ import annotations

import mmap
import os
import shutil
import threading
import time
import uuid
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.files import move

Features = NDArray[np.generic]
BEING_WRITTEN_SECONDS = 60


def features_folder() -> Path:
    """Where encoded frames are kept for the next run: in the user's cache folder."""
    import platformdirs

    return platformdirs.user_cache_path("napari-cotracker", appauthor=False) / "features"


@dataclass(frozen=True)
class FeatureKey:
    """What features depend on, besides the frame's number.

    Parameters
    ----------
    fingerprint : str
        Of the video's content.
    weights : str
        Hash of the weights file.
    shape : (h, w, C)
    dtype : str
        How they are kept.
    arithmetic : str
        How they were computed.
    """

    fingerprint: str
    weights: str
    shape: tuple[int, int, int]
    dtype: str
    arithmetic: str

    @property
    def folder(self) -> str:
        """A file-system name that two different keys never share."""
        return sha256(repr(self).encode()).hexdigest()[:32]

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize


def _on_own_pages(features: Features) -> Features:
    """A copy in memory of its own, given back to the system when it goes.

    On the common heap, arrays that live long between ones that go at once leave holes that nobody
    fills: a long run took twice its budget (measured).
    """
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
    pages = mmap.mmap(-1, features.nbytes, **private)
    copy = np.frombuffer(pages, features.dtype).reshape(features.shape)
    copy[...] = features
    return copy


class FeatureStore:
    """Features of frames in memory up to a budget, then on disk; safe to use from several threads.

    Parameters
    ----------
    memory_budget, disk_budget : int
        Bytes. Disk use also never exceeds a quarter of what is free.
    folder : Path
        Where files go; made when the first one is written.
    """

    def __init__(self, memory_budget: int, disk_budget: int, folder: Path) -> None:
        self.memory_budget = memory_budget
        self.disk_budget = disk_budget
        self.folder = folder
        self._memory: OrderedDict[tuple[FeatureKey, int], Features] = OrderedDict()
        self._bytes = 0
        self._disk_bytes: int | None = None
        self._lock = threading.RLock()

    def get(self, key: FeatureKey, frame: int) -> Features | None:
        """Features of a frame, (h, w, C), or None if nobody has encoded it yet."""
        with self._lock:
            found = self._memory.get((key, frame))
            if found is not None:
                self._memory.move_to_end((key, frame))
                return found
            loaded = self._load(key, frame)
            if loaded is not None:
                self._remember(key, frame, loaded)
            return loaded

    def put(self, key: FeatureKey, frame: int, features: Features, persist: bool) -> None:
        """Keep a frame's features; `persist` writes them to disk at once, else only when memory is short."""
        with self._lock:
            features = _on_own_pages(features)
            self._remember(key, frame, features)
            if persist:
                self._save(key, frame, features)

    @property
    def memory_bytes(self) -> int:
        """Bytes held in memory now."""
        return self._bytes

    def clear(self) -> None:
        """Forget what is in memory; files stay."""
        with self._lock:
            self._memory.clear()
            self._bytes = 0

    def _remember(self, key: FeatureKey, frame: int, features: Features) -> None:
        old = self._memory.pop((key, frame), None)
        self._bytes += features.nbytes - (0 if old is None else old.nbytes)
        self._memory[key, frame] = features
        while self._bytes > self.memory_budget and len(self._memory) > 1:
            (old_key, old_frame), leaving = self._memory.popitem(last=False)
            self._bytes -= leaving.nbytes
            self._save(old_key, old_frame, leaving)

    def _path(self, key: FeatureKey, frame: int) -> Path:
        return self.folder / key.folder / f"{frame:07d}.features"

    def _load(self, key: FeatureKey, frame: int) -> Features | None:
        path = self._path(key, frame)
        try:
            if path.stat().st_size != key.frame_bytes:  # cut off by a crash of the system: to be written anew
                path.unlink()
                return None
            values = np.fromfile(path, key.dtype)
            os.utime(path)
        except OSError:  # another process may have removed it this moment
            return None
        return values.reshape(key.shape) if values.nbytes == key.frame_bytes else None

    def _save(self, key: FeatureKey, frame: int, features: Features) -> None:
        path = self._path(key, frame)
        if not self._make_room(features.nbytes) or path.exists():
            return
        partial = path.with_name(f"{uuid.uuid4().hex}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            features.tofile(partial)
            move(partial, path)
            self._disk_bytes = (self._disk_bytes or 0) + features.nbytes
        except FileNotFoundError:
            pass  # somebody cleared the folder this moment; the next frame is written again
        except OSError:
            # a full or read-only disk costs speed, never the run
            self.disk_budget = 0
            with suppress(OSError):
                partial.unlink(missing_ok=True)

    def _make_room(self, needed: int) -> bool:
        """Remove the longest unused files until `needed` bytes fit the budget."""
        if self._disk_bytes is None:
            self._disk_bytes = sum(size for _, size, _ in self._files())
        try:
            free = shutil.disk_usage(next(p for p in (self.folder, *self.folder.parents) if p.exists())).free
        except OSError:
            return False
        budget = min(self.disk_budget, self._disk_bytes + free // 4)
        if needed > budget:
            return False
        if self._disk_bytes + needed > budget:
            files = sorted(self._files())
            self._disk_bytes = sum(size for _, size, _ in files)
            for _, size, path in files:
                # a tenth more than needed, so that a long run does not list the folder for every frame
                if self._disk_bytes + needed <= budget - budget // 10:
                    break
                with suppress(OSError):  # another process reads it (Windows), or it belongs to somebody else
                    path.unlink(missing_ok=True)
                    self._disk_bytes -= size
        return self._disk_bytes + needed <= budget

    def _files(self) -> list[tuple[float, int, Path]]:
        """(time of last use, bytes, path) of every file, leftovers of a crash included, but none being written."""
        found, just_now = [], time.time() - BEING_WRITTEN_SECONDS
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                facts = path.stat()
                if path.suffix != ".part" or facts.st_mtime < just_now:
                    found.append((facts.st_mtime, facts.st_size, path))
        return found
