"""The commands that carry an edit through a film: `propagate mask` and its like."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .cli_convert import read_words
from .cli_edits import (
    carriers_of,
    check_names,
    masks_of,
    nothing_at,
    option_facts,
    option_lines,
    placements_of,
    told,
    tracks_on,
)
from .cli_terminal import Commands, Interrupt, follow, say, show
from .cli_track import check_apart
from .cli_words import EXCERPT, First, Fps, Json, Last, Overwrite
from .core.words import counted

if TYPE_CHECKING:
    from .tasks.edits import Painting

app = typer.Typer(cls=Commands, no_args_is_help=True)

Source = Annotated[Path, typer.Argument(metavar="TRACKS", help="A session, or a tracks file that can be read.")]
Film = Annotated[Path, typer.Option("--video", metavar="VIDEO", help="The film.")]
Out = Annotated[str, typer.Option("--out", "-o", metavar="OUT", help="What to write; its ending says of which kind.")]
Masks = Annotated[list[str], typer.Option("--mask", metavar="FILE[@FRAME]",
                                          help="Labels painted on a frame, or shapes; further ones are corrections.")]
Reference = Annotated[int, typer.Option(metavar="K", help="Frame it is painted on, counted from 0.")]
Model = Annotated[str, typer.Option(help="auto, translation, similarity, affine, homography or spline.")]
Words = Annotated[list[str] | None, typer.Option("--option", "-O", metavar="NAME=VALUE",
                                                 help="Option of the edit; `propagate options WHAT` lists them.")]
Names = Annotated[str, typer.Option("--tracks", metavar="NAMES", help=f"Tracks that carry it. {EXCERPT['tracks']}")]
Front = Annotated[Path | None, typer.Option(metavar="MATTES", help="A film or images, white or opaque in front of it.")]
Plane = Annotated[str, typer.Option("--model", help="Motion to remove: translation, similarity, affine or homography.")]


@dataclass(frozen=True)
class Asked:
    """What every command is asked for; names are those of the options."""

    source: Path
    video: Path
    out: str
    model: str = "auto"
    words: Sequence[str] = ()
    names: str = ""
    first: int | None = None
    last: int | None = None
    front: Path | None = None
    overwrite: bool = False
    format: str | None = None
    fps: Fraction | None = None


@app.command()
def mask(source: Source, video: Film, out: Out, masks: Masks, *, reference: Reference = 0, model: Model = "auto",
         options: Words = None, tracks: Names = "", first: First = None, last: Last = None, front: Front = None,
         overwrite: Overwrite = False, fps: Fps = None, as_json: Json = False) -> None:
    """Carry a mask to every frame: label pictures, soft mattes (.exr), one .tif, COCO .json, shapes .csv or a film."""
    asked = Asked(source, video, out, model, options or [], tracks, first, last, front, overwrite, fps=fps)
    carry("mask", asked, masks_of(masks, reference), as_json=as_json)


@app.command()
def insert(source: Source, video: Film, out: Out,
           image: Annotated[Path, typer.Option(metavar="FILE", help="The picture; alpha is kept.")], *,
           corners: Annotated[list[str] | None, typer.Option(metavar="'X,Y X,Y X,Y X,Y[@FRAME]'", help=(
               "Where its corners are: top left, top right, bottom right, bottom left. Left out, the picture has to "
               "have the film's size."))] = None,
           reference: Reference = 0, model: Model = "auto", options: Words = None, tracks: Names = "",
           first: First = None, last: Last = None, front: Front = None, overwrite: Overwrite = False,
           fps: Fps = None, as_json: Json = False) -> None:
    """Lay a picture on a surface so that it sticks: a logo, a texture, a painted fix."""
    asked = Asked(source, video, out, model, options or [], tracks, first, last, front, overwrite, fps=fps)
    carry("insert", asked, placements_of(corners or [], reference, image), as_json=as_json)


@app.command()
def effect(source: Source, video: Film, out: Out, masks: Masks,
           name: Annotated[str, typer.Option("--effect", metavar="NAME", help="Such as blur, pixelate or inpaint.")], *,
           reference: Reference = 0, model: Model = "auto", options: Words = None, tracks: Names = "",
           first: First = None, last: Last = None, front: Front = None, overwrite: Overwrite = False,
           fps: Fps = None, as_json: Json = False) -> None:
    """Change what is within a mask that follows: blur a face, fill a mark, grade a surface."""
    asked = Asked(source, video, out, model, options or [], tracks, first, last, front, overwrite, fps=fps)
    carry("effect", asked, masks_of(masks, reference), effect=name, as_json=as_json)


@app.command()
def stabilise(source: Source, video: Film, out: Out, *,
              reference: Annotated[int | None, typer.Option(metavar="K", help="Frame that stays as it is.")] = None,
              model: Plane = "similarity", options: Words = None, tracks: Names = "", first: First = None,
              last: Last = None, overwrite: Overwrite = False, fps: Fps = None, as_json: Json = False) -> None:
    """Hold a film still, or move it smoothly; a file beside it lets paint go back (`propagate back`)."""
    asked = Asked(source, video, out, model, options or [], tracks, first, last, None, overwrite, fps=fps)
    carry("stabilise", asked, nothing_at(reference), as_json=as_json)


@app.command()
def back(paint: Annotated[Path, typer.Argument(metavar="PAINT", help="Painted on the steady film, with alpha.")],
         video: Film, out: Out,
         steady: Annotated[Path, typer.Option(metavar="JSON", help="The file beside the steady film.")], *,
         options: Words = None, overwrite: Overwrite = False, fps: Fps = None, as_json: Json = False) -> None:
    """Take paint on a film that was held still back to the film itself."""
    from .tasks.open import open_video
    from .tasks.paint_back import paint_back

    check_apart([Path(out)], [video, paint, steady])
    with closing(open_video(video, fps)) as film, Interrupt("nothing is written") as interrupt:
        done = follow(paint_back(film, steady, paint, out, options=read_words(options or []), overwrite=overwrite,
                                 control=interrupt), film.n_frames)
    interrupt.finish()
    for note in done.notes if done else ():
        say(f"Note: {note}")
    show(asdict(done) if done else {}, as_json, [f"{out}: {counted(done.frames, 'frame')}" if done else ""])


@app.command()
def pin(source: Source, video: Film, out: Out,
        corners: Annotated[list[str], typer.Option(metavar="'X,Y X,Y X,Y X,Y[@FRAME]'", help=(
            "Top left, top right, bottom right, bottom left."))], *,
        to: Annotated[str | None, typer.Option(metavar="FORMAT", help="Format, if the ending does not say.")] = None,
        reference: Reference = 0, model: Model = "auto", options: Words = None, tracks: Names = "",
        first: First = None, last: Last = None, overwrite: Overwrite = False, fps: Fps = None,
        as_json: Json = False) -> None:
    """Carry four corners to every frame: .pin.nk for Nuke, .txt for After Effects, any tracks file, or a film."""
    asked = Asked(source, video, out, model, options or [], tracks, first, last, None, overwrite, to, fps=fps)
    carry("pin", asked, placements_of(corners, reference), as_json=as_json)


@app.command()
def stmap(source: Source, video: Film, out: Out, *,
          reference: Annotated[int | None, typer.Option(metavar="K", help="Frame that maps begin at.")] = None,
          model: Model = "auto", options: Words = None, tracks: Names = "", first: First = None, last: Last = None,
          overwrite: Overwrite = False, fps: Fps = None, as_json: Json = False) -> None:
    """Write STMaps, shot.####.exr, which carry what is painted on the reference frame to every other."""
    asked = Asked(source, video, out, model, options or [], tracks, first, last, None, overwrite, fps=fps)
    carry("stmap", asked, nothing_at(reference), as_json=as_json)


@app.command()
def labels(source: Source, video: Film, out: Out, *, options: Words = None, tracks: Names = "", first: First = None,
           last: Last = None, front: Front = None, overwrite: Overwrite = False, fps: Fps = None,
           as_json: Json = False) -> None:
    """Make labels of the tracks themselves: discs, or polygons through groups; written as those of a mask."""
    asked = Asked(source, video, out, "auto", options or [], tracks, first, last, front, overwrite, fps=fps)
    carry("labels", asked, {}, as_json=as_json)


@app.command("options")
def list_options(what: Annotated[str, typer.Argument(metavar="WHAT", help="mask, insert, effect, ...")],
                 name: Annotated[str | None, typer.Option("--effect", metavar="NAME", help="Which effect.")] = None,
                 as_json: Json = False) -> None:
    """List what may be given as -O name=value."""
    facts = option_facts(what, name)
    show(facts, as_json, option_lines(facts))


def carry(what: str, asked: Asked, paintings: dict[int, Painting], *, effect: str | None = None, as_json: bool
          ) -> None:
    """Carry an edit through a film, write it and say what came of it.

    Raises
    ------
    CotrackerError
        If something cannot be read or written, or makes no sense.
    typer.Exit
        With the exit code of a cancelled run.
    """
    from .tasks.edit_options import read_words as read_edit_words
    from .tasks.edits import Edit
    from .tasks.open import open_video
    from .tasks.propagate import propagate

    check_apart([Path(asked.out)], [asked.video, asked.source, asked.front])
    given = read_words(asked.words)
    check_names(what, effect, given)
    words = read_edit_words(what, {"model": asked.model, **given} if asked.model != "auto" else given, effect)
    with closing(open_video(asked.video, asked.fps)) as film, Interrupt("nothing is written") as interrupt:
        tracks = tracks_on(film, asked.source, asked.fps)
        edit = Edit(what, paintings, words.motion, words.own, effect, carriers_of(tracks, asked.names), words.matte)
        frames = range(asked.first or 0, film.n_frames if asked.last is None else asked.last + 1)
        run = propagate(edit, film, tracks, asked.out, options=words.rest, format=asked.format, frames=frames,
                        front=asked.front, overwrite=asked.overwrite, control=interrupt)
        done = follow(run, 100, "%")
    interrupt.finish()
    if done is not None:
        for note in done.notes:
            say(f"Note: {note}")
        show({**asdict(done), "out": asked.out}, as_json, [told(done)])
