"""Several reference frames: what each of them counts on the frames between."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .motion import Motion

LEAST = 0.25  # px; a warp is never thought to be better


def shares(motions: Mapping[int, Motion], t: int) -> dict[int, float]:
    """What each reference frame counts on a frame; together 1.

    Only the nearest before and after take part. They count by how near they are in time, and by how well their
    warps agree with the tracks; on a reference frame itself that alone counts.

    Parameters
    ----------
    motions : mapping
        From 0-based reference frames to the motions that begin there.
    t : int
    """
    before, after = [k for k in motions if k <= t], [k for k in motions if k >= t]
    near = {max(before)} if before else set()
    near |= {min(after)} if after else set()
    if len(near) < 2:
        return dict.fromkeys(near, 1.0)
    far = max(near) - min(near)
    counts = {k: _trust(motions[k], t) * (1 - abs(t - k) / far) for k in sorted(near)}
    total = sum(counts.values())
    return {k: count / total for k, count in counts.items()}


def _trust(motion: Motion, t: int) -> float:
    frame = motion.frames[t]
    if frame.how == "held":
        return 1e-3
    return 1 / max(float(np.nan_to_num(frame.residual, nan=1.0)), LEAST) ** 2
