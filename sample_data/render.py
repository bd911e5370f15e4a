"""Render the sample clips and their exact tracks: ``python sample_data/render.py [NAME …] [--out DIR]``.

Everything is drawn by the code in this folder; nothing is random but by fixed seeds. The tracks
follow points of the drawn material through the same formulas that move the pictures, so they are
exact, and known where the point is hidden.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from stage import Array, Layer, Scene

from napari_cotracker.core.coordinates import inside
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Source, State, Tracks

HERE = Path(__file__).parent
NAMES = ("insects", "street", "cells")
CRF = {"insects": 16, "street": 17, "cells": 18}
LEAST_VISIBLE = 0.3  # share of the frames in which a point must be seen to be worth a track


class Point(NamedTuple):
    """A point of some material, followed through the clip."""

    level: int
    uv: Array
    xy: Array
    visible: Array


def build(name: str) -> Scene:
    """The scene of a clip."""
    scene: Scene = importlib.import_module(name).scene()
    return scene


def follow(scene: Scene, level: int, uv: Array) -> list[Point]:
    """Where material points (K, 2) of a layer are in every frame, and whether they are seen there."""
    layer = scene.layers[level]
    xy = np.stack([layer.forward(uv, float(t)) for t in range(scene.n_frames)])
    hidden = np.stack([scene.hidden(level, xy[t], float(t)) for t in range(scene.n_frames)])
    visible = inside(xy, scene.size) & ~hidden
    return [Point(level, uv[k], xy[:, k], visible[:, k]) for k in range(len(uv))]


def candidates(layer: Layer, seed: int) -> Array:
    """Material points of a layer, the ones with most detail around them first."""
    solid = cv2.erode(layer.texture[..., 3], np.ones((5, 5))) > 0.98
    if not solid.any():
        solid = layer.texture[..., 3] > 0.9
    grey = cv2.GaussianBlur(layer.texture[..., :3].mean(-1), (0, 0), layer.density * 0.8)
    detail = cv2.cornerMinEigenVal(grey, max(int(5 * layer.density) | 1, 3))
    rows, columns = np.nonzero(solid)
    picked = np.random.default_rng(seed).integers(0, len(rows), 14 * max(layer.points, 1))
    best = picked[np.argsort(-detail[rows[picked], columns[picked]], kind="stable")]
    return np.stack([columns[best], rows[best]], -1) / layer.density + layer.origin


def choose(scene: Scene) -> list[Point]:
    """The points of all layers that are seen often enough and keep apart from each other."""
    chosen: list[Point] = []
    for level, layer in enumerate(scene.layers):
        own: list[Point] = []
        if not layer.points:
            continue
        apart = min(layer.texture.shape[:2]) / layer.density / (1.6 * layer.points**0.5)
        for point in follow(scene, level, candidates(layer, 1000 + level)):
            near = any(np.hypot(*(point.uv - other.uv)) < apart for other in own)
            if len(own) < layer.points and not near and point.visible.mean() >= LEAST_VISIBLE:
                own.append(point)
        chosen += own
    return chosen


def name_points(scene: Scene, points: list[Point]) -> tuple[str, ...]:
    """Names such as ``chafer/body 3``."""
    totals: dict[str, int] = {}
    names = []
    for point in points:
        layer = scene.layers[point.level].name
        totals[layer] = totals.get(layer, 0) + 1
        names.append(f"{layer}{' ' if '/' in layer else '/point '}{totals[layer]}")
    return tuple(names)


def truth(scene: Scene, points: list[Point]) -> Tracks:
    """The exact tracks, as a tracks file of ours holds them."""
    xy = np.stack([point.xy for point in points], 1)
    visible = np.stack([point.visible for point in points], 1)
    state = np.where(visible, State.VISIBLE, State.OCCLUDED_LOCATED)
    state = np.where(inside(xy, scene.size), state, State.OUT_OF_FRAME).astype(np.uint8)
    first = visible.argmax(0)
    names = name_points(scene, points)
    ids = np.arange(len(points))
    return Tracks(
        ids, xy.astype(np.float32), visible.astype(np.float32), np.ones(visible.shape, np.float32), state,
        np.full(visible.shape, Source.IMPORTED, np.uint8), names=names,
        groups=tuple(name.partition("/")[0] for name in names),
        queries=Queries(first, xy[first, ids].astype(np.float32), ids, names),
        meta={"size": scene.size, "fps": scene.fps, "frame_numbers": np.arange(scene.n_frames),
              "video": {"path": f"{scene.name}.mp4"}, "truth": "rendered: positions and visibility are exact",
              "material": [[point.level, *point.uv.tolist()] for point in points]},
    )


def write_clip(scene: Scene, path: Path) -> None:
    """Every frame as H.264 with the usual colours of a small film."""
    import av

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(*scene.fps))
        stream.width, stream.height = scene.size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(CRF[scene.name]), "preset": "veryslow", "threads": "1"}
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1  # bt709
        context.color_range = 1
        for frame in range(scene.n_frames):
            picture = av.VideoFrame.from_ndarray(scene.shoot(frame), "rgb24")
            container.mux(stream.encode(picture.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)))
        container.mux(stream.encode())


def render(name: str, folder: Path) -> None:
    """Write one clip and its tracks."""
    from napari_cotracker.core.declarations import NoOptions
    from napari_cotracker.formats import npz

    scene = build(name)
    tracks = truth(scene, choose(scene))
    npz.write(folder / f"{name}.npz", tracks, NoOptions())
    write_clip(scene, folder / f"{name}.mp4")
    size = (folder / f"{name}.mp4").stat().st_size
    share = [(tracks.state == state).mean() for state in (State.VISIBLE, State.OCCLUDED_LOCATED, State.OUT_OF_FRAME)]
    width, height = scene.size
    print(f"{name}: {scene.n_frames} frames of {width}×{height}, {size / 1e6:.2f} MB, {len(tracks)} tracks, "
          "visible {:.0%}, occluded {:.0%}, out of frame {:.0%}".format(*share))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}; all if none is given")
    parser.add_argument("--out", type=Path, default=HERE, help="folder for the files")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(NAMES)
    if unknown:
        parser.error(f"expected names out of {', '.join(NAMES)}, got {', '.join(sorted(unknown))}")
    for name in chosen.names or NAMES:
        render(name, chosen.out)


if __name__ == "__main__":
    main()
