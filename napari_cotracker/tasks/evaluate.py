"""How good a tracker is on films whose true tracks are known."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..core.errors import CotrackerError, FormatError
from ..core.queries import Queries
from ..core.tracker import Control, TrackUpdate
from ..core.tracks import State
from ..core.video import Video
from ..core.words import counted
from .export import read_tracks
from .open import open_video
from .progress import scaled
from .track import TrackOptions, track

if TYPE_CHECKING:
    from ..evaluation.datasets import Clip
    from ..evaluation.metrics import Scores

SIZES = ("auto", "256", "native")
TAP_VID_SIZE = (256, 256)
READING_SHARE = 0.1  # of a clip's time, where its frames have to be resized

Facts = dict[str, Any]
Result = TypeVar("Result")
Work = Callable[["Clip", tuple[int, int]], Generator[TrackUpdate, None, Result | None]]


@dataclass(frozen=True)
class _Result:
    """What came of one clip: plain facts, its scores, and what the tracker says of its run."""

    facts: Facts
    scores: Scores
    run: Facts


def evaluate(data: str | Path, options: TrackOptions | None = None, protocol: str = "first", *, size: str = "auto",
             control: Control | None = None) -> Generator[TrackUpdate, None, Facts]:
    """Track every clip of a data set and measure the error.

    Parameters
    ----------
    data : path
        A TAP-Vid pickle, a tracks file (the truth) beside its film, or a folder of either.
    options : TrackOptions, optional
        Protocol ``first`` tracks forward only, since nothing before a query counts.
    protocol : {"first", "strided"}
        As in `napari_cotracker.evaluation.metrics.queries_of`. All queries of a clip are tracked together.
    size : {"auto", "256", "native"}
        Whether frames are resized to 256 × 256 pixels before they are tracked; ``auto`` does that with
        TAP-Vid pickles, as their protocol wants it, and leaves other films as they are.
    control : Control, optional
        A cancelled evaluation keeps the clips that are done.

    Yields
    ------
    TrackUpdate
        With the share of the whole that is done; cells are those of the current clip.

    Returns
    -------
    dict
        ``model``, ``licence``, ``mode`` and ``checkpoint`` of the first clip's run, ``protocol``, ``clips``
        (a dict for each, with its scores), ``left_out`` (names of clips in which nothing is visible where
        the protocol starts tracks), ``mean`` (of the scores over clips), ``seconds_per_frame`` (in which the
        network was loaded, too) and ``cancelled``.

    Raises
    ------
    CotrackerError
        If the data set cannot be read, a clip cannot be tracked, or all of them are left out.
    """
    from ..evaluation.metrics import check_protocol

    check_protocol(protocol)
    if size not in SIZES:
        raise CotrackerError(f"expected size {', '.join(SIZES)}; got {size!r}")
    options, control = options or TrackOptions(), control or Control()
    options = replace(options, direction="forward" if protocol == "first" else "both")
    measure = partial(_measure, options=options, protocol=protocol, control=control)
    results, left_out = yield from over_clips(Path(data), protocol, size, measure, control)
    return {**_report(results, protocol, cancelled=control.cancelled()), "left_out": left_out}


def over_clips(data: Path, protocol: str, size: str, work: Work[Result], control: Control
               ) -> Generator[TrackUpdate, None, tuple[list[Result], list[str]]]:
    """Results of ``work(clip, (width, height))`` for every clip of a data set, and the names of those left out.

    Left out are clips in which the protocol starts no track; a result of None, of work that was cancelled, is none.

    Raises
    ------
    FormatError
        If the data set cannot be read, or all clips are left out.
    """
    from ..evaluation.datasets import find_truth
    from ..evaluation.metrics import queries_of

    truths, results, left_out = find_truth(data), list[Result](), list[str]()
    for n, path in enumerate(truths):
        if control.cancelled():
            break
        clips = yield from scaled(_read_truth(path, control), n / len(truths), n / len(truths))
        for k, clip in enumerate(clips):
            if control.cancelled():
                break
            if not len(queries_of(clip.visible, protocol)[0]):
                left_out.append(clip.name)
                continue
            start, stop = ((n + (k + end) / len(clips)) / len(truths) for end in (0, 1))
            result = yield from scaled(work(clip, _tracked_size(path, clip, size)), start, stop)
            results += [] if result is None else [result]
    if not results and not control.cancelled():
        raise _nothing_to_track(left_out, protocol)
    return results, left_out


def _nothing_to_track(names: Sequence[str], protocol: str) -> FormatError:
    """What to raise when every clip had to be left out."""
    where, do = ("at some time", "check what it says of occlusion") if protocol == "first" else (
        "on some fifth frame", "use protocol first")
    others = f" and {counted(len(names) - 1, 'other')}" if len(names) > 1 else ""
    return FormatError(f"expected points that are visible {where} of clip {names[0]!r:.60}{others}, got none; {do}")


def _tracked_size(path: Path, clip: Clip, size: str) -> tuple[int, int]:
    """(width, height) in which a clip out of a truth file is tracked, with size ``auto``, ``256`` or ``native``."""
    from ..evaluation.datasets import is_pickle

    return TAP_VID_SIZE if size == "256" or (size == "auto" and is_pickle(path)) else clip.size


def _read_truth(path: Path, control: Control) -> Generator[TrackUpdate, None, list[Clip]]:
    """The clips of one truth file."""
    from ..evaluation.datasets import clip_of_tracks, is_pickle, read_clips
    from ..trackers.background import Background
    from ..videos.kinds import is_film

    if is_film(path):
        raise FormatError(f"expected a truth file, got the film {path.name!r}; give the .npz that lies beside it")
    if not is_pickle(path):
        return [clip_of_tracks(path, read_tracks(path))]
    with Background(control) as background:  # such a file may have gigabytes
        return (yield from background.run(partial(read_clips, path), 0.0, f"reading {path.name}"))


def _measure(clip: Clip, size: tuple[int, int], options: TrackOptions, protocol: str, control: Control
             ) -> Generator[TrackUpdate, None, _Result | None]:
    """Track one clip, its frames resized to `size`; None if that was cancelled."""
    from ..evaluation.metrics import counted_cells, queries_of, score

    frames, points = queries_of(clip.visible, protocol)
    video, clip = (yield from scaled(open_clip(clip, size, control), 0.0, READING_SHARE)), clip.resized(size)
    with closing(video):
        if control.cancelled():  # perhaps before all frames were there
            return None
        queries = Queries(frames, clip.xy[frames, points].astype(np.float32))
        tracks = yield from scaled(track(video, queries, options, control=control), READING_SHARE, 1.0)
    if control.cancelled():
        return None
    scores = score(
        clip.xy[:, points], clip.visible[:, points], tracks.xy, tracks.states() == State.VISIBLE,
        counted=counted_cells(frames, tracks.n_frames, protocol), size=size,
    )
    run = tracks.meta["runs"][0]
    facts = {"name": clip.name, "frames": tracks.n_frames, "points": clip.visible.shape[1], "tracks": len(tracks),
             "size": list(size), "seconds": run["seconds"], **scores.to_dict()}
    return _Result(facts, scores, run)


def open_clip(clip: Clip, size: tuple[int, int], control: Control) -> Generator[TrackUpdate, None, Video]:
    """The clip's film in `size`: as it lies on disk, or as an array; the latter is short if cancelled."""
    if not isinstance(clip.video, Path):
        return open_video((yield from _resized(clip.video.__getitem__, len(clip.video), size, control)))
    film = open_video(clip.video)
    if (film.n_frames, film.width, film.height) == (len(clip.visible), *clip.size):
        if size == clip.size:
            return film
        with closing(film):
            return open_video((yield from _resized(lambda t: film.read([t])[0], film.n_frames, size, control)))
    film.close()
    raise FormatError(
        f"expected the film of a truth of {len(clip.visible)} frames of {clip.size[0]} × {clip.size[1]} pixels, got "
        f"{film.n_frames} of {film.width} × {film.height} in {str(clip.video)!r}; put the film that was annotated there"
    )


def _resized(read: Callable[[int], Any], n_frames: int, size: tuple[int, int], control: Control
             ) -> Generator[TrackUpdate, None, NDArray[np.uint8]]:
    """(T, H, W, 3) frames in `size`; fewer if cancelled."""
    from ..evaluation.pictures import resize

    frames = []
    for t in range(n_frames):
        frames.append(resize(read(t), size))
        yield TrackUpdate.heartbeat((t + 1) / n_frames, "resizing the frames")
        if control.cancelled():
            break
    return np.stack(frames)


def _report(results: Sequence[_Result], protocol: str, cancelled: bool) -> Facts:
    from ..evaluation.metrics import mean_scores

    run = results[0].run if results else {}
    n_frames = sum(one.facts["frames"] for one in results)
    seconds = sum(one.facts["seconds"] for one in results)
    return {
        **{key: run.get(key) for key in ("model", "licence", "mode", "checkpoint")},
        "protocol": protocol,
        "clips": [one.facts for one in results],
        "mean": mean_scores([one.scores for one in results]).to_dict(),
        "seconds_per_frame": round(seconds / n_frames, 6) if n_frames else None,
        "cancelled": cancelled,
    }
