"""MOTChallenge, the text with which trackers of boxes are compared: ``frame,id,left,top,width,height,…``.

The benchmark knows boxes, not points; so every point gets a box of the same size about it, which is
reported. Results have ten values a line, ``frame,id,left,top,width,height,conf,-1,-1,-1``; ground truth
has nine, ``…,1,class,visibility`` with class 1. In results only visible points have a line; in ground
truth hidden but located ones have one, too, with visibility 0.

Pixels: the top-left pixel is (1, 1), as MOTChallenge has it, so a box of one pixel there begins at 1, 1. The
point is found again at left + width / 2 - 1.5, and the same with top and height.

Frames: counted from 1. Ids are the tracks in their order, counted from 1.

States: visible, and in ground truth hidden but located; points outside the picture have no line unless
they are said to be visible.

Lost: names; the id says which track of those written it is.

Verified: by a strict parser of the published layout; largest error for random tracks at full HD 0 px.
TrackEval and motmetrics were not run here.

Load: results as ``data/SEQUENCE.txt`` of TrackEval, ground truth as ``gt/gt.txt``;
``motmetrics.io.loadtxt(path)``; CVAT > Upload annotations > MOT 1.1 with ``gt/gt.txt`` in a zip file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.declarations import Format
from ..core.files import replacing
from ..core.options import option
from ..core.tracks import State, Tracks
from .sheets import certainty, located, visible

RESULT = "%d,%d,%.9g,%.9g,%.9g,%.9g,%.6g,-1,-1,-1\n"
TRUTH = "%d,%d,%.9g,%.9g,%.9g,%.9g,1,1,%.6g\n"
FIRST_PIXEL = 1.5  # its centre


@dataclass(frozen=True)
class MotOptions:
    """Options of MOTChallenge files."""

    box: float = option(20.0, "Width and height of the box about every point, in pixels.", least=1, most=10_000)
    layout: str = option("results", "Lines of results, or of ground truth, which hold hidden points, too.",
                         values=("results", "ground-truth"))


def write(path: Path, tracks: Tracks, options: MotOptions) -> list[str]:
    """Write a text of boxes.

    Returns
    -------
    list of str
        The size of the boxes, and positions that were left out.

    Raises
    ------
    FormatError
        If the file cannot be written.
    """
    seen = visible(tracks)
    hidden = located(tracks) & ~seen & (tracks.states() != State.OUT_OF_FRAME)
    is_truth = options.layout == "ground-truth"
    there, template = (seen | hidden, TRUTH) if is_truth else (seen, RESULT)
    last = seen.astype(np.float32) if is_truth else certainty(tracks)
    with replacing(Path(path)) as temporary, temporary.open("w", encoding="ascii", newline="\n") as file:
        for t in range(tracks.n_frames):
            n = np.flatnonzero(there[t])
            corner = tracks.xy[t, n].astype(np.float64) + FIRST_PIXEL - options.box / 2
            sizes = np.full((len(n), 2), options.box)
            cells = np.column_stack([np.full(len(n), t + 1), n + 1, corner, sizes, last[t, n]])
            file.write(template * len(n) % tuple(cells.ravel().tolist()))
    left = int((located(tracks) & ~there).sum())
    return [f"Every point is the centre of a box of {options.box:g} × {options.box:g} px, for MOTChallenge knows no "
            "points.",
            *([f"{left:,} position{'s' * (left != 1)} of points that are not visible left out."] if left else [])]


FORMAT = Format("motchallenge", "MOTChallenge boxes about points (.txt)", (".txt",), None, write, options=MotOptions,
                group="labels", keeps=frozenset({"hidden"}))
