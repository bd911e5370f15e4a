"""The clips by name, their truth, and the files."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

from napari_cotracker.core.coordinates import inside
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Source, State, Tracks

from . import creatures, pictures, solids, studio
from .film import SIZE, Film, choose

CLIPS: dict[str, Callable[[], Film]] = {
    make.__name__: make
    for make in (solids.tumble, solids.street, solids.carousel, solids.flag, studio.statue, studio.can, studio.arm,
                 studio.plaster, creatures.mice, creatures.cells, creatures.plaza, pictures.face, pictures.pan,
                 pictures.lattice)
}


def truth(film: Film) -> Tracks:
    """The exact tracks, as a tracks file of ours holds them."""
    things = choose(film.follow())
    xy = np.concatenate([thing.xy for thing in things], 1).astype(np.float32)
    visible = np.concatenate([thing.visible for thing in things], 1)
    state = np.where(visible, State.VISIBLE, State.OCCLUDED_LOCATED)
    state = np.where(inside(xy, SIZE), state, State.OUT_OF_FRAME).astype(np.uint8)
    names = tuple(f"{thing.name}/point {k + 1}" for thing in things for k in range(len(thing.home)))
    first, ids = visible.argmax(0), np.arange(xy.shape[1])
    return Tracks(
        ids, xy, visible.astype(np.float32), np.ones(visible.shape, np.float32), state,
        np.full(visible.shape, Source.IMPORTED, np.uint8), names=names,
        groups=tuple(name.partition("/")[0] for name in names),
        queries=Queries(first, xy[first, ids], ids, names),
        meta={"size": SIZE, "fps": film.fps, "frame_numbers": np.arange(film.n_frames),
              "video": {"path": f"{film.name}.mp4"}, "truth": "rendered: positions and visibility are exact"},
    )


def write_clip(film: Film, path: Path) -> None:
    """Every frame as H.264, nearly without loss, with the usual colours of a small film."""
    import av

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(*film.fps))
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "12", "preset": "medium", "threads": "1"}
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1  # bt709
        context.color_range = 1
        for frame in range(film.n_frames):
            picture = av.VideoFrame.from_ndarray(film.shoot(frame), "rgb24")
            container.mux(stream.encode(picture.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)))
        container.mux(stream.encode())


def render(name: str, folder: Path) -> str:
    """Write one clip and its tracks, and say what is in them."""
    from napari_cotracker.core.declarations import NoOptions
    from napari_cotracker.formats import npz

    film = CLIPS[name]()
    tracks = truth(film)
    npz.write(folder / f"{name}.npz", tracks, NoOptions())
    write_clip(film, folder / f"{name}.mp4")
    share = [(tracks.state == state).mean() for state in (State.VISIBLE, State.OCCLUDED_LOCATED, State.OUT_OF_FRAME)]
    return (f"{name}: {film.n_frames} frames, {len(tracks)} tracks, "
            "visible {:.0%}, occluded {:.0%}, out of frame {:.0%}".format(*share))
