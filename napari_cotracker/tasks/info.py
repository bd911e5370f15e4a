"""What this installation, a film, a weights file, a tracks file or a session is, as plain values."""

from __future__ import annotations

import platform
import sys
from collections.abc import Generator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from .._version import __version__
from ..core import registry
from ..core.errors import CotrackerError
from ..core.tracker import TrackUpdate
from ..core.tracks import State, Tracks
from ..core.video import Shortened, Video
from ..editing.places import unsaved_folder
from .export import read_tracks
from .film_facts import is_constant
from .open import open_video
from .sessions import describe_session, is_session

LIBRARIES = ("torch", "numpy", "napari", "av", "opencv-python-headless", "safetensors", "huggingface-hub")
CHECKPOINT_SUFFIXES = {".pth", ".pt", ".ckpt", ".safetensors", ".bin"}
CHUNK = 16

Facts = dict[str, Any]
Description = Generator[TrackUpdate, None, Facts]


def describe_program() -> Facts:
    """Versions, devices, memory, models with their licences, and the folders that this program keeps."""
    import psutil

    from ..trackers.inspection import devices, torch_trouble

    memory = psutil.virtual_memory()
    return {
        "version": __version__,
        "python": f"{platform.python_version()} at {sys.executable}",
        "system": platform.platform(),
        "libraries": {name: _version_of(name) for name in LIBRARIES},
        "devices": devices(),
        "torch_trouble": torch_trouble(),
        "memory": {"total": memory.total, "available": memory.available},
        "models": describe_models(),
        "folders": _folders(),
    }


def describe(path: Path, quick: bool = False) -> Description:
    """What a file is: a weights file, a tracks file, a session, or else a video.

    Parameters
    ----------
    path : Path
    quick : bool
        Whether to leave out what needs every frame decoded: the list of bad frames.

    Yields
    ------
    TrackUpdate
        Heartbeats with the share that is done.

    Returns
    -------
    dict
        With ``kind`` of ``weights``, ``tracks``, ``session`` or ``video``.

    Raises
    ------
    CotrackerError
        If the file is missing or damaged.
    """
    if path.suffix.lower() in CHECKPOINT_SUFFIXES:
        from ..trackers.inspection import describe_checkpoint

        return {"kind": "weights", "path": str(path), **describe_checkpoint(path)}
    if not path.exists() and not {"#", "%"} & set(path.name):  # shot.####.png stands for a sequence
        raise CotrackerError(f"expected a film, weights, tracks or session file, got {str(path)!r}, "
                             "which does not exist")
    if is_session(path):
        facts = describe_session(path)
        return facts if "damage" in facts else {**facts, **describe_tracks(read_tracks(path))}
    if _is_tracks_file(path):
        return {"kind": "tracks", "path": str(path), **describe_tracks(read_tracks(path))}
    video = open_video(path)
    try:
        return (yield from _describe_video(video, quick))
    finally:
        video.close()


def describe_tracks(tracks: Tracks) -> Facts:
    """Counts, the share of visible cells, the picture, and which models made them under which licence."""
    runs = tracks.meta.get("runs")
    runs = [run for run in runs if isinstance(run, Mapping)] if isinstance(runs, list | tuple) else []
    states = tracks.states()
    known = states != State.UNKNOWN
    return {
        "tracks": len(tracks),
        "frames": tracks.n_frames,
        "size": tracks.size,
        "tracked": round(float(known.mean()), 4) if known.size else 0.0,
        "visible": round(float((states[known] == State.VISIBLE).mean()), 4) if known.any() else 0.0,
        "models": [{key: run.get(key) for key in ("model", "licence")} for run in runs],
    }


def _is_tracks_file(path: Path) -> bool:
    kinds = [kind for kind in registry.formats().values() if kind.read is not None]
    own = tuple(suffix for kind in kinds if kind.group == "own" for suffix in kind.suffixes)
    return path.is_file() and (path.name.lower().endswith(own) or any(kind.sniff(path) for kind in kinds))


def _describe_video(video: Video, quick: bool) -> Description:
    from ..videos.plate_facts import plate_facts

    facts: Facts = {
        "kind": "video",
        "path": video.path,
        "size": (video.width, video.height),
        "frames": video.n_frames,
        "fps": str(video.fps),
        "seconds": round(video.n_frames / float(video.fps), 3) if video.fps else None,
        "constant_rate": is_constant(video),
        "frame_numbers": (int(video.frame_numbers[0]), int(video.frame_numbers[-1])),
        **plate_facts(video),
        "fingerprint": video.fingerprint,
    }
    if isinstance(video, Shortened) and (reason := video.shortfall()):
        facts["cut_off"] = reason
    if quick:
        return facts
    for start in range(0, video.n_frames, CHUNK):
        video.read(range(start, min(start + CHUNK, video.n_frames)))
        yield TrackUpdate.heartbeat(min((start + CHUNK) / video.n_frames, 1.0), "looking for bad frames")
    return {**facts, "bad_frames": sorted(video.bad_frames)}


def _version_of(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


def describe_models() -> list[Facts]:
    """The models that can be asked for: name, title, licence, whether ``auto`` means it, and its files where found."""
    from ..trackers.models import bundled, models
    from ..trackers.weights import find_weights

    def files(model: Any) -> Facts:
        return {file.name: str(find_weights(file) or "") for file in model.files.values()}

    return [{"name": model.name, "title": model.title, "licence": model.licence, "commercial": model.commercial,
             "auto": model.name == bundled(), "files": files(model)} for model in models().values()]


def _folders() -> list[Facts]:
    from ..trackers import store, weights

    folders = {"weights brought by hand": weights.weights_folder(), "weights fetched": weights.cache_folder(),
               "features of films": store.features_folder(), "sessions without a name": unsaved_folder()}
    return [{"what": what, "path": str(path), "bytes": _size_of(path)} for what, path in folders.items()]


def _size_of(folder: Path) -> int:
    try:
        return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    except OSError as error:
        raise CotrackerError(f"cannot look into the folder {folder}: {error.strerror}") from error
