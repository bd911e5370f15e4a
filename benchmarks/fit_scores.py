"""Fit the coefficients of `napari_cotracker.trackers.judgement` for a network.

    python -m benchmarks.fit_scores CHECKPOINT [--clips 20] [--seed 90001] [--keep FOLDER] [--resolution HxW]

Clips come from the training generator, with seeds of their own, so that no validation clip takes part.
The network answers once for each, as it does in the hybrid tracker; the guided follower runs over them
with the coefficients that the module has, and with --rounds 2 again with those of the first round.
Prints the tuples to be put into the module.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from napari_cotracker.core.coordinates import inside
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracker import Control, TrackJob
from napari_cotracker.evaluation.metrics import THRESHOLDS
from napari_cotracker.trackers import judgement
from napari_cotracker.trackers.cotracker3_online import OnlineTracker
from napari_cotracker.trackers.follower import Reach, prepare
from napari_cotracker.trackers.guided import Guide, GuidedFollower
from napari_cotracker.trackers.hybrid import HybridSettings, at_its_size
from napari_cotracker.training.augment import ask_early
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import ClipSizes, Workshop
from napari_cotracker.training.studio import Studio
from napari_cotracker.training.textures import load_photos
from napari_cotracker.videos.array import ArrayVideo

Floats = NDArray[Any]
SIDE = 256
NEAR = 8.0  # px from which a visible point counts as rightly placed
CUT = 0.6  # of visibility · confidence, from which the product shows a point


@dataclass(frozen=True)
class Clip:
    """A clip with its truth and what the network says."""

    frames: Floats
    queries: Queries
    xy: Floats
    visible: Floats
    guide: Guide


@dataclass(frozen=True)
class Cells:
    """What was noticed in C cells after their queries, and what was right."""

    signs: Floats
    error: Floats
    guide_error: Floats
    visible: Floats
    inside: Floats


def make_clips(count: int, seed: int, folder: Path) -> Iterator[dict[str, Floats]]:
    """Draw clips of 24 to 64 frames, flat layers and solid bodies in turn, or read those drawn before."""
    makers: list[Workshop | Studio] = []
    for number in range(seed, seed + count):
        path = folder / f"gen-{number}.npz"
        if not path.exists():
            if not makers:
                shop = Workshop(Chance(seed), photos=load_photos())
                makers = [shop, Studio(shop.textures)]
            chance = Chance(number)
            sizes = ClipSizes(1, chance.whole(24, 65), 40, (SIDE, SIDE), hiding=0)
            drawn = ask_early(makers[number % 2].make(chance, sizes), chance)
            np.savez_compressed(path, video=drawn.video[0].permute(0, 2, 3, 1).numpy(), q=drawn.queries[0].numpy(),
                                xy=drawn.xy[0].numpy(), vis=drawn.visible[0].numpy())
        with np.load(path) as file:
            yield dict(file)


def ask_network(frames: Floats, queries: Queries, settings: HybridSettings) -> Guide:
    """(T, N, …) what the network says in the end."""
    shape = (len(frames), len(queries))
    xy, visibility, confidence = np.full((*shape, 2), np.nan, np.float32), np.zeros(shape), np.zeros(shape)
    job = TrackJob(ArrayVideo(frames), queries, range(int(queries.t.min()), len(frames)), settings=settings)
    for update in OnlineTracker(settings).track(job, Control()):
        if len(update.frames):
            cells = np.ix_(update.frames, update.ids)
            xy[cells] = update.xy
            visibility[cells], confidence[cells] = np.nan_to_num(update.visibility), np.nan_to_num(update.confidence)
    return Guide(xy, visibility.astype(np.float32), confidence.astype(np.float32))


def follow(clip: Clip) -> tuple[Floats, Floats]:
    """(T, N, 2) positions and (T, N, k) signs of a guided follower."""
    reach, count = HybridSettings(), len(clip.queries)
    follower = GuidedFollower((SIDE, SIDE), Reach(reach.radius, reach.window, reach.levels, reach.search))
    follower.grow(count)
    places, signs, before = [], [], None
    for t, frame in enumerate(clip.frames):
        now = prepare(frame, reach.blur)
        follower.advise(Guide(*(part[t] for part in clip.guide)))
        if before is not None:
            follower.step(before, now)
        rows = np.flatnonzero(clip.queries.t == t)
        if len(rows):
            follower.start(now, rows, clip.queries.xy[rows])
        places.append(follower.xy.copy())
        signs.append(follower.signs())
        before = now
    return np.stack(places), np.stack(signs)


def gather(clips: list[Clip]) -> Cells:
    """The cells of all clips."""
    parts = []
    for clip in clips:
        xy, signs = follow(clip)
        cells = np.arange(len(xy))[:, None] > clip.queries.t
        off, guide_off = (np.linalg.norm(place - clip.xy, axis=2) for place in (xy, clip.guide.xy))
        parts.append((signs[cells], off[cells], guide_off[cells], clip.visible[cells], inside(xy, (SIDE, SIDE))[cells]))
    return Cells(*(np.concatenate(part) for part in zip(*parts)))


def fit(signs: Floats, target: Floats, stiffness: float = 1e-3) -> tuple[float, ...]:
    """Logistic regression on targets from 0 to 1, by Newton's method on standardised columns."""
    mean, spread = signs.mean(0), signs.std(0) + 1e-6
    columns = np.concatenate([np.ones((len(signs), 1)), (signs - mean) / spread], 1)
    ridge = stiffness * np.diag(np.r_[1e-6, np.ones(signs.shape[1])])
    beta = np.zeros(columns.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-columns @ beta))
        slope = columns.T @ (chance - target) / len(target) + ridge @ beta
        curve = (columns * (chance * (1 - chance))[:, None]).T @ columns / len(target) + ridge
        beta -= np.linalg.solve(curve, slope)
    slopes = beta[1:] / spread
    return tuple(round(float(value), 3) for value in np.r_[beta[0] - slopes @ mean, slopes])


def worth(error: Floats) -> Floats:
    """Share of the thresholds that errors are below."""
    return np.mean([error < limit for limit in THRESHOLDS], 0)


def teach(cells: Cells) -> None:
    """Fit all coefficients and put them into the module."""
    judgement.GUIDE = fit(cells.signs[cells.visible], worth(cells.guide_error[cells.visible]))
    judgement.VISIBLE = fit(cells.signs, cells.visible)
    judgement.NEAR = fit(cells.signs[cells.visible], cells.error[cells.visible] < NEAR)


def shift(cells: Cells) -> None:
    """Add one constant to both scores, so that the product's threshold serves the average Jaccard best.

    Occlusion accuracy alone would call all but everything visible; Jaccard minds points in wrong places, too.
    """
    tried = {float(more): _jaccard(cells, float(more)) for more in np.arange(-2.0, 3.05, 0.1)}
    best = max(tried, key=lambda more: tried[more])
    print(f"# both scores raised by {best:.1f}; average Jaccard {tried[best]:.3f}, "
          f"{tried[min(tried, key=abs)]:.3f} without")
    for name in ("VISIBLE", "NEAR"):
        first, *rest = getattr(judgement, name)
        setattr(judgement, name, (round(first + best, 3), *rest))


def _jaccard(cells: Cells, more: float) -> float:
    """The average Jaccard, if so much is added to both logits."""
    logits = [np.c_[np.ones(len(cells.signs)), cells.signs] @ np.array(getattr(judgement, name)) + more
              for name in ("VISIBLE", "NEAR")]
    said = (1 / (1 + np.exp(-logits[0])) / (1 + np.exp(-logits[1])) > CUT) & cells.inside
    jaccard = []
    for limit in THRESHOLDS:
        hits = cells.visible & said & (cells.error < limit)
        jaccard.append(hits.sum() / (cells.visible.sum() + (said & ~hits).sum()))
    return float(np.mean(jaccard))


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--seed", type=int, default=90_001)
    parser.add_argument("--keep", type=Path, default=Path("clips-for-scores"))
    parser.add_argument("--resolution", type=lambda text: tuple(map(int, text.split("x"))))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--points", type=int, default=40, help="of each clip")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    settings = HybridSettings(checkpoint=asked.checkpoint, resolution=asked.resolution, disk_budget=0)
    settings = at_its_size(settings, (SIDE, SIDE))
    asked.keep.mkdir(parents=True, exist_ok=True)
    clips = []
    for drawn in make_clips(asked.clips, asked.seed, asked.keep):
        queries = Queries.from_array(drawn["q"][: asked.points])
        guide = ask_network(drawn["video"], queries, settings)
        truth = (drawn[name][:, : asked.points] for name in ("xy", "vis"))
        clips.append(Clip(drawn["video"], queries, *truth, guide))
    rounds: list[Cells] = []
    for _ in range(asked.rounds):
        rounds.append(gather(clips))
        teach(Cells(*(np.concatenate(part) for part in zip(*(vars(one).values() for one in rounds)))))
    shift(rounds[-1])
    for name in ("VISIBLE", "NEAR", "GUIDE"):
        print(f"{name} = {getattr(judgement, name)}")


if __name__ == "__main__":
    main()
