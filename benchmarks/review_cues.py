"""How well the cues of the review queue tell wrong cells from right ones, on clips with exact truth.

    python -m benchmarks.review_cues [FOLDER ...] [--models lucas-kanade auto] [--points 40] [--alone 6] [--keep FOLDER]

FOLDER holds NAME.npz beside NAME.mp4, as ``benchmarks/validation`` renders them; without one it is the sample
clips. Every point is tracked from one visible frame drawn by chance, and again from the first and the last frame on
which it is visible, both answers blended as when a span between two anchors is solved. A visible cell is
wrong if it is off by more than 4 px of a picture of 256.

Prints, for each cue and for the worst of all, the area under the ROC curve (0.5 is chance); how often cells of
a score are wrong; and of the first 20 moments of each clip how many a person would have to change.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from napari_cotracker.core.blending import Side, Sides, blend
from napari_cotracker.core.cues import UNIT, Cue, Evidence, gather
from napari_cotracker.core.neighbours import Neighbours
from napari_cotracker.core.ranking import order, rank
from napari_cotracker.core.samples import sample_folder
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.evaluation.datasets import Clip, clip_of_tracks, find_truth
from napari_cotracker.tasks.api import read_tracks, track

Array = NDArray[Any]
LIMIT, FIRST = 4.0, 20
EDGES = (0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
RUNS = {"middle": "both", "first": "forward", "last": "backward"}


class Solved(NamedTuple):
    """Tracks as a session would hold them, and pixels between both sides."""

    tracks: Tracks
    doubt: Array | None


class Judged(NamedTuple):
    """Cells (k) that the queue may ask about, and moments (m)."""

    scores: Array
    is_wrong: Array
    is_counted: Array
    hits: Array


def chosen(clip: Clip, points: int) -> Clip:
    """Only some of the points: those that are seen for a while."""
    kept = np.flatnonzero(clip.visible.sum(0) >= 10)[:points]
    return replace(clip, xy=clip.xy[:, kept], visible=clip.visible[:, kept])


def starts_of(visible: Array) -> dict[str, Array]:
    """For each run the frame from which every point is followed."""
    chance = np.random.default_rng(1)
    return {"first": visible.argmax(0), "last": len(visible) - 1 - visible[::-1].argmax(0),
            "middle": np.array([chance.choice(np.flatnonzero(column)) for column in visible.T])}


def follow(clip: Clip, model: str, keep: Path | None) -> dict[str, Array]:
    """All runs over a clip: positions and scores by the name of the run; kept for the next time if so wished."""
    path = keep and keep / f"{clip.name}-{clip.size[0]}-{clip.visible.shape[1]}-{model}.npz"
    if path and path.exists():
        with np.load(path) as file:
            return dict(file)
    found = {}
    for name, frames in starts_of(clip.visible).items():
        places = clip.xy[frames, np.arange(len(frames))]
        tracks = track(clip.video, np.c_[frames, places], model=model, direction=RUNS[name], device="cpu")
        found |= {f"{name}_xy": tracks.xy, f"{name}_visibility": tracks.visibility,
                  f"{name}_confidence": tracks.confidence}
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **found)
    return found


def side(found: dict[str, Array], run: str, cells: Any) -> Side:
    """What a run says of some cells."""
    return Side(*(found[f"{run}_{part}"][cells] for part in ("xy", "visibility", "confidence")))


def as_session(clip: Clip, cells: Side, anchors: list[Array]) -> Tracks:
    """Tracks whose anchors a person placed."""
    source = np.where(np.isfinite(cells.xy).all(2), Source.PREDICTED, Source.NONE)
    columns = np.arange(source.shape[1])
    state = np.zeros(source.shape, np.uint8)
    xy, visibility, confidence = (part.copy() for part in cells)
    for frames in anchors:
        source[frames, columns], state[frames, columns] = Source.HUMAN, State.VISIBLE
        xy[frames, columns] = clip.xy[frames, columns]
        visibility[frames, columns] = confidence[frames, columns] = 1
    return Tracks(columns, xy, visibility, confidence, state, source.astype(np.uint8), meta={"size": clip.size})


def from_one_point(clip: Clip, found: dict[str, Array]) -> Solved:
    """Tracks as they come first."""
    return Solved(as_session(clip, side(found, "middle", np.s_[:]), [starts_of(clip.visible)["middle"]]), None)


def from_both_ends(clip: Clip, found: dict[str, Array]) -> Solved:
    """Spans between two anchors, and one-sided answers outside."""
    starts, shape, unit = starts_of(clip.visible), clip.visible.shape, max(clip.size) / UNIT
    doubt = np.full(shape, np.nan, np.float32)
    whole = Side(np.full((*shape, 2), np.nan, np.float32), *np.full((2, *shape), np.nan, np.float32))
    for n, (first, last) in enumerate(zip(starts["first"].tolist(), starts["last"].tolist())):
        span = slice(first, last + 1)
        ahead, behind = side(found, "first", (span, n)), side(found, "last", (span, n))
        between = blend(ahead, behind, unit)
        pieces = {(0, first): side(found, "last", (slice(0, first), n)), (first, last + 1): between,
                  (last + 1, shape[0]): side(found, "first", (slice(last + 1, None), n))}
        for (start, stop), piece in pieces.items():
            for part, values in zip(whole, piece):
                part[start:stop, n] = values
        doubt[span, n] = Sides(n, np.arange(first, last + 1), ahead, behind, between.xy, unit).doubt
    return Solved(as_session(clip, whole, [starts["first"], starts["last"]]), doubt)


def pieces(clip: Clip, solved: Solved, n: int) -> Iterator[tuple[Clip, Solved]]:
    """Some tracks at a time, drawn from all over the picture; those left over are left out."""
    total = len(solved.tracks)
    for first in range(max(1, total // n)):
        kept = np.arange(first, total, max(1, total // n))[:n]
        doubt = None if solved.doubt is None else solved.doubt[:, kept]
        yield (replace(clip, xy=clip.xy[:, kept], visible=clip.visible[:, kept]),
               Solved(solved.tracks.select(kept), doubt))


def judge(clip: Clip, solved: Solved) -> Judged:
    """What the queue says of a clip, and what is true."""
    tracks, columns = solved.tracks, np.arange(len(solved.tracks))
    neighbours = Neighbours(tracks, clip.size)
    neighbours.compare(columns)
    evidence = gather(tracks, clip.size, columns, np.full(len(columns), -1), neighbours, doubt=solved.doubt)
    off = np.linalg.norm(tracks.xy - clip.xy, axis=2) > LIMIT * max(clip.size) / UNIT
    asked = ~evidence.part.settled
    seen = evidence.part.visible
    hits = list(hits_of(evidence, clip.visible & off, seen != clip.visible))
    return Judged(evidence.scores[:, asked], off[asked], (seen & clip.visible)[asked], np.array(hits).reshape(-1, 2))


def hits_of(evidence: Evidence, is_off: Array, is_misjudged: Array) -> Iterator[tuple[bool, bool]]:
    """Of the first moments: whether the point is off, and whether anything has to be changed."""
    ranked = rank(np.arange(is_off.shape[1]), evidence)
    for moment in order([moment for moments in ranked for moment in moments])[:FIRST]:
        cell = moment.frame, moment.id
        yield bool(is_off[cell]), bool(is_off[cell] | is_misjudged[cell])


def area(scores: Array, is_wrong: Array) -> float:
    """Under the ROC curve; NaN if all scores or all truths are the same."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    wrong, right = int(is_wrong.sum()), int((~is_wrong).sum())
    if not wrong or not right or len(count) == 1:
        return float("nan")
    return float((ranks[is_wrong].sum() - wrong * (wrong + 1) / 2) / (wrong * right))


def print_results(title: str, clips: list[Judged]) -> None:
    """One model, one way of tracking."""
    counted = np.concatenate([clip.is_counted for clip in clips])
    scores = np.concatenate([clip.scores for clip in clips], 1)[:, counted]
    wrong, worst = np.concatenate([clip.is_wrong for clip in clips])[counted], scores.max(0)
    hits = np.concatenate([clip.hits for clip in clips])
    cells = " | ".join(f"{value:.3f}" for value in [*(area(row, wrong) for row in scores), area(worst, wrong)])
    found = " / ".join(f"{share:.0%}" for share in hits.mean(0))
    print(f"| {title} | {len(wrong)} | {wrong.mean():.0%} | {cells} | {found} |")
    bins = np.digitize(worst, EDGES)
    shares = (f"{worst[bins == k].mean():.2f} → {wrong[bins == k].mean():.2f}" for k in np.unique(bins))
    print(f"<!-- {title}, worst score → share that is wrong: {', '.join(shares)} -->", flush=True)


def main() -> None:
    """Track, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*", default=[sample_folder()])
    parser.add_argument("--models", nargs="+", default=["lucas-kanade", "auto"])
    parser.add_argument("--points", type=int, default=40, help="of each clip, at most")
    parser.add_argument("--alone", type=int, help="so many are judged at a time, as if nobody had tracked the others")
    parser.add_argument("--keep", type=Path, help="a folder for tracks, which are then not tracked again")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    paths = [path for folder in asked.folders for path in find_truth(folder)]
    clips = [chosen(clip_of_tracks(path, read_tracks(path)), asked.points) for path in paths]
    names = " | ".join(cue.name.lower().replace("_", " ") for cue in Cue)
    print(f"| tracks | cells | wrong | {names} | worst of all | first {FIRST}: off / to change |")
    print("|---" * (len(Cue) + 5) + "|")
    for model in asked.models:
        found = [follow(clip, model, asked.keep) for clip in clips]
        for how in (from_one_point, from_both_ends):
            results = [judge(*part) for clip, runs in zip(clips, found)
                       for part in pieces(clip, how(clip, runs), asked.alone or asked.points)]
            print_results(f"{model}, {how.__name__.replace('_', ' ')}", results)


if __name__ == "__main__":
    main()
