"""Tracks that every writer is asked about: the known point, every state, random ones, very many."""

from __future__ import annotations

import numpy as np

from napari_cotracker.core.tracks import Source, State, Tracks

HD = (1920, 1080)


def the_point(**meta: object) -> Tracks:
    """p = (10, 20) in one frame of a full HD film."""
    return of_cells([[[10, 20]]], names=("p",), **meta)


def every_state() -> Tracks:
    """One track "a" of eight frames at (100 + 10 t, 200).

    Visible by a person, predicted visible, hidden but located, hidden, out of the picture (with a
    position beyond it), unknown, approved, predicted visible.
    """
    xy = np.array([[[100 + 10 * t, 200]] for t in range(8)], np.float32)
    xy[[3, 5]] = np.nan
    xy[4] = -30, 200
    state = [State.VISIBLE, 0, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN,
             State.VISIBLE, 0]
    source = [Source.HUMAN, 1, Source.HUMAN, Source.HUMAN, 1, 0, Source.VERIFIED, 1]
    return of_cells(xy, state=np.array(state, np.uint8)[:, None], source=np.array(source, np.uint8)[:, None],
                    names=("a",))


def random_tracks(frames: int = 40, count: int = 25, seed: int = 0) -> Tracks:
    """Points anywhere on a full HD picture, some of them hidden, some untracked."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform((0, 0), np.subtract(HD, 1), (frames, count, 2)).astype(np.float32)
    lost = rng.random((frames, count)) < 0.1
    lost[0] = lost[-1] = False
    xy[lost] = np.nan
    hidden = rng.random((frames, count)) < 0.2
    hidden[[0, -1]] = False
    return of_cells(xy, visibility=np.where(hidden, 0.1, 0.99))


def of_cells(xy: object, *, visibility: object = None, state: object = (), source: object = (),
             names: tuple[str, ...] = (), **meta: object) -> Tracks:
    """Tracks of a full HD film with 25 frames a second, surely seen wherever they have a position."""
    points = np.asarray(xy, np.float32)
    there = np.isfinite(points).all(-1)
    seen = np.ones(there.shape) if visibility is None else visibility
    return Tracks(np.arange(points.shape[1]), points, np.where(there, seen, np.nan), np.where(there, 1, np.nan),
                  np.asarray(state, np.uint8) if np.size(state) else np.zeros((0, 0), np.uint8),
                  np.asarray(source, np.uint8) if np.size(source) else np.zeros((0, 0), np.uint8),
                  names=names, meta={"size": HD, "fps": (25, 1), **meta})


def worst_error(got: Tracks, expected: Tracks) -> float:
    """Largest distance of a coordinate in px, wherever the expected tracks are visible; every one must be there."""
    seen = expected.states() == State.VISIBLE
    np.testing.assert_array_equal(got.states() == State.VISIBLE, seen)
    return float(np.abs(got.xy[seen].astype(np.float64) - expected.xy[seen]).max())
