"""How well edits are carried through a drawn film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.effects.insert import Insert, composite, moment
from napari_cotracker.effects.mask import PaintedMask
from napari_cotracker.tasks.api import track
from napari_cotracker.tasks.edits import Edit, Painting, settle

from .films import Film, Mask, Picture

GRID = 14  # tracks across what is edited
POST_GRID = 24  # down the post, three abreast
TOLERANCE = 0.008  # of the diagonal, within which a boundary is met


@dataclass(frozen=True)
class Scores:
    """J, F, and decibels."""

    j: float
    f: float
    psnr: float


def measure(film: Film, model: str) -> dict[str, Scores]:
    """Scores of each way to carry the same mask and logo."""
    points, corners = grid_on(film), corners_of(film)
    tracks = track(film.frames, np.concatenate([points, corners]), model=model)
    on_it, pins = tracks.select(np.arange(len(points))), tracks.select(np.arange(len(points), len(tracks)))
    return {"all tracks on it": by_tracks(film, on_it), "a pin of four tracks": by_pin(film, pins),
            "all tracks, front mask painted": by_tracks(film, on_it, post_of(film, model))}


def by_tracks(film: Film, tracks: Tracks, front: Callable[[int], NDArray[np.float32]] | None = None) -> Scores:
    """As `propagate` does."""
    mask = settle(Edit("mask", {0: Painting(labels=film.masks[0].astype(np.uint8))}), tracks, film.size)
    logo = settle(Edit("insert", {0: Painting(picture=film.logo, corners=film.corners)}), tracks, film.size)
    masks, pictures = [], []
    for t, picture in enumerate(film.frames):
        before = front(t) if front else None
        labels = mask.labels(t, before)
        masks.append(np.zeros(picture.shape[:2], bool) if labels is None else labels > 0)
        pictures.append(logo.draw(t, picture, before))
    return _scores(film, np.stack(masks), np.stack(pictures))


def post_of(film: Film, model: str) -> Callable[[int], NDArray[np.float32]]:
    """A matte of what is in front, painted on the middle frame and carried by its own tracks."""
    t = len(film.frames) // 2
    y, x = np.nonzero(cv2.erode(film.fronts[t].astype(np.uint8), np.ones((7, 7), np.uint8)))
    rows = np.linspace(0, len(y) - 1, POST_GRID * 3).astype(int)
    places = np.stack([x, y], -1)[np.argsort(y, kind="stable")][rows]
    tracks = track(film.frames, Queries(np.full(len(rows), t), places.astype(np.float32)), model=model)
    settled = settle(Edit("mask", {t: Painting(labels=film.fronts[t].astype(np.uint8))}), tracks, film.size)

    def matte(frame: int) -> NDArray[np.float32]:
        found = settled.matte(frame)
        return np.zeros(film.frames.shape[1:3], np.float32) if found is None else found

    return matte


def by_pin(film: Film, pins: Tracks) -> Scores:
    """As a corner pin does: four tracks, visible or not, and the plane through them."""
    from napari_cotracker.core.planes import fitted
    from napari_cotracker.core.warps import PlaneWarp

    painted, logo = PaintedMask(film.masks[0].astype(np.uint8)), Insert(film.logo, film.corners)
    masks, pictures, last = [], [], np.eye(3)
    for t, picture in enumerate(film.frames):
        places = pins.xy[t].astype(np.float64)
        matrix = fitted("homography", pins.xy[0].astype(np.float64), places) if np.isfinite(places).all() else None
        last = last if matrix is None else matrix
        masks.append(painted.labels(PlaneWarp(last), film.size) > 0)
        pictures.append(composite(picture, logo, moment(PlaneWarp(last))))
    return _scores(film, np.stack(masks), np.stack(pictures))


def grid_on(film: Film) -> NDArray[np.float32]:
    """(N, 3) points within the mask of the first frame."""
    y, x = np.nonzero(film.masks[0])
    across = np.linspace(x.min() + 3, x.max() - 3, GRID), np.linspace(y.min() + 3, y.max() - 3, GRID)
    places = np.stack(np.meshgrid(*across), -1).reshape(-1, 2)
    inner = cv2.erode(film.masks[0].astype(np.uint8), np.ones((7, 7), np.uint8))
    kept = places[inner[places[:, 1].round().astype(int), places[:, 0].round().astype(int)] > 0]
    return np.column_stack([np.zeros(len(kept)), kept]).astype(np.float32)


def corners_of(film: Film) -> NDArray[np.float32]:
    """(4, 3) the points of the mask that lie farthest out towards the corners, a few pixels inside."""
    y, x = np.nonzero(cv2.erode(film.masks[0].astype(np.uint8), np.ones((13, 13), np.uint8)))
    out = [np.argmax(a * (x - x.mean()) / np.ptp(x) + b * (y - y.mean()) / np.ptp(y))
           for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return np.array([(0, x[k], y[k]) for k in out], np.float32)


def _scores(film: Film, masks: Mask, pictures: Picture) -> Scores:
    later = range(1, len(film.frames))
    overlaps = [overlap(masks[t], film.masks[t]) for t in later]
    edges = [boundary(masks[t], film.masks[t]) for t in later]
    touched = (pictures != film.frames).any(-1) | (film.with_logo != film.frames).any(-1)
    error = np.square(pictures.astype(float) - film.with_logo)[1:][touched[1:]]
    return Scores(float(np.mean(overlaps)), float(np.mean(edges)), float(10 * np.log10(255**2 / error.mean())))


def overlap(one: Mask, other: Mask) -> float:
    """Intersection over union; 1 where both are empty."""
    union = int((one | other).sum())
    return float((one & other).sum() / union) if union else 1.0


def boundary(one: Mask, other: Mask) -> float:
    """F of precision and recall of the outlines, met within a small distance."""
    radius = max(1, round(TOLERANCE * float(np.hypot(*one.shape))))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    edges = [mask ^ cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) for mask in (one, other)]
    near = [cv2.dilate(edge.astype(np.uint8), disc).astype(bool) for edge in edges]
    if not edges[0].any() or not edges[1].any():
        return float(edges[0].any() == edges[1].any())
    precision, recall = ((edges[k] & near[1 - k]).sum() / edges[k].sum() for k in (0, 1))
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0
