"""The command line: each command reads its words, starts a task and prints what came of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from . import __version__, cli_threads  # noqa: F401 - before numpy is loaded
from .cli_propagate import app as propagate
from .cli_terminal import Commands, Interrupt, accept_any_text, check_points, follow, read_size, show
from .cli_text import effort_lines, evaluation_lines, lines_of, program_lines
from .cli_track import Asked, check_apart, check_run_target, check_target, track_and_write
from .cli_words import EXCERPT, First, Fps, Json, Last, Overwrite
from .core.excerpt import Excerpt
from .core.options import read_options

app = typer.Typer(cls=Commands, pretty_exceptions_enable=False, add_completion=False)
app.add_typer(propagate, name="propagate", help="Carry an edit of one frame to every other, and write it.")

Film = Annotated[Path, typer.Argument(metavar="VIDEO", help="A film, a folder of pictures, or one of its pictures.")]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="File to write: .npz, .csv, .cotracker, ...")]


def main() -> None:
    """The console script."""
    accept_any_text()
    # typer does what shells do elsewhere: names of files took the place of `--tracks "no*"` and of `shot [1].npz`
    app(prog_name="napari-cotracker", windows_expand_args=False)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Follow any point through a video. Without a command, napari opens."""
    if version:
        print(f"napari-cotracker {__version__}")
    elif context.invoked_subcommand is None:
        open_napari()


@app.command("open")
def open_napari(
    video: Annotated[Path | None, typer.Argument(metavar="[VIDEO]", help="A film, pictures or a session.")] = None,
) -> None:
    """Open napari, with a video or a session if one is given."""
    from .ui.window import open_window

    open_window(video)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write.")] = Path("demo-output"),
    as_json: Json = False,
) -> None:
    """Track the bundled clip with the bundled tracker; needs no network and no screen."""
    from .tasks.demo import run_demo

    with Interrupt() as interrupt:
        facts = follow(run_demo(out, interrupt), 100, "%")
    show(facts, as_json, [facts["summary"]])
    interrupt.finish()


@app.command()
def track(
    video: Film,
    out: Out,
    *,
    queries: Annotated[Path | None, typer.Option(metavar="FILE", help="Points: a table t,x,y, or labels.")] = None,
    grid: Annotated[int | None, typer.Option(metavar="N", help="Follow a grid of N × N points instead.")] = None,
    mask: Annotated[Path | None, typer.Option(metavar="PNG", help="Keep grid points that are not on black.")] = None,
    fps: Fps = None,
    frame: Annotated[int, typer.Option(metavar="K", help="The grid's frame, counted from 0.")] = 0,
    overlay: Annotated[Path | None, typer.Option(metavar="MP4", help="Also draw the tracks onto a film.")] = None,
    model: Annotated[str, typer.Option(help="auto, or a name that `info` lists.")] = "auto",
    mode: Annotated[str, typer.Option(help="auto, online (sliding window) or offline (whole clip).")] = "auto",
    checkpoint: Annotated[Path | None, typer.Option(metavar="FILE", help="A weights file of your own.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    direction: Annotated[str, typer.Option(help="both, forward or backward from each point.")] = "both",
    iters: Annotated[int, typer.Option(help="Refinements per window.")] = 6,
    support_grid: Annotated[int, typer.Option(help="G × G helper points, where fewer than 25 are tracked.")] = 6,
    resolution: Annotated[str | None, typer.Option(metavar="HxW", help="Frame size for the network.")] = None,
    precision: Annotated[str, typer.Option(help="auto, float32, or half: faster, a little less exact.")] = "auto",
    overwrite: Overwrite = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue a run that broke off, if there is one.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Trade a little accuracy for speed on long films.")] = False,
    accept_licence: Annotated[bool, typer.Option("--accept-licence", help="Accept the weights' licence.")] = False,
    as_json: Json = False,
) -> None:
    """Follow points through a video and write their tracks."""
    from .tasks.open import open_video
    from .tasks.points import points_of_file, points_of_grid
    from .tasks.track import TrackOptions

    check_points(queries, grid, mask)
    check_run_target(out, overwrite=overwrite, resume=resume)
    check_apart([out, overlay], [video, queries, mask, checkpoint])
    options = TrackOptions(
        model=model, mode=mode, checkpoint=checkpoint, device=device, direction=direction, iters=iters, fast=fast,
        support_grid=support_grid, resolution=read_size(resolution), precision=precision, accept_licence=accept_licence,
    )
    with closing(open_video(video, fps)) as film:
        points, known = points_of_file(queries, film) if queries else (points_of_grid(film, grid or 0, frame, mask), {})
        asked = Asked(out, overlay, overwrite, resume, as_json, known)
        track_and_write(film, points, options, asked)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A session, or a tracks file that can be read.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The tracks file to write, or a new session.")],
    *,
    to: Annotated[str | None, typer.Option(metavar="FORMAT", help="Format of OUT, if its ending does not say.")] = None,
    options: Annotated[list[str] | None, typer.Option("--option", "-O", metavar="NAME=VALUE",
                                                      help="Option of the format: see `formats FORMAT`.")] = None,
    video: Annotated[Path | None, typer.Option(help="The film, which supplies what IN does not say.")] = None,
    from_format: Annotated[str | None, typer.Option("--from", metavar="FORMAT", help="The format of IN.")] = None,
    fps: Fps = None,
    first_frame: Annotated[int | None, typer.Option(metavar="N", help="What IN calls the film's first frame.")] = None,
    anchors: Annotated[bool, typer.Option("--as-anchors", help="Labels count as placed by a person.")] = False,
    tracks: Annotated[str, typer.Option(metavar="NAMES", help=EXCERPT["tracks"])] = "",
    first: First = None,
    last: Last = None,
    anchors_only: Annotated[bool, typer.Option("--anchors-only", help=EXCERPT["anchors_only"])] = False,
    min_confidence: Annotated[float, typer.Option(help=EXCERPT["min_confidence"])] = 0.0,
    min_visible: Annotated[int, typer.Option(metavar="N", help=EXCERPT["min_visible"])] = 0,
    threshold: Annotated[float, typer.Option(help=EXCERPT["threshold"])] = 0.6,
    scale: Annotated[float, typer.Option(help=EXCERPT["scale"])] = 1.0,
    overwrite: Overwrite = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be written and lost.")] = False,
    as_json: Json = False,
) -> None:
    """Write tracks in another format; a session into a session copies its history too, if nothing else is asked.

    Of a damaged session, the copy has what is whole.
    """
    from .cli_convert import Conversion, convert_tracks, copy
    from .tasks.sessions import is_session

    asked = Conversion(to, video, from_format, first_frame, fps, anchors, overwrite, dry_run, tuple(options or ()))
    words = {"tracks": tracks, "first": first, "last": last, "anchors_only": anchors_only, "scale": scale,
             "min_confidence": min_confidence, "min_visible": min_visible, "threshold": threshold}
    excerpt = read_options(Excerpt, words, "excerpts")
    if not dry_run:
        check_target(out, to, overwrite)
    if asked.is_plain and excerpt == Excerpt() and is_session(source) and is_session(out):
        copy(source, out, dry_run=dry_run, as_json=as_json)
    else:
        convert_tracks(source, out, asked, excerpt, as_json=as_json)


@app.command()
def evaluate(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A TAP-Vid .pkl, an .npz beside its film, or a folder.")],
    *,
    model: Annotated[str, typer.Option(help="auto, or a name that `info` lists.")] = "auto",
    mode: Annotated[str, typer.Option(help="auto, online (sliding window) or offline (whole clip).")] = "auto",
    checkpoint: Annotated[Path | None, typer.Option(metavar="FILE", help="A weights file of your own.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    iters: Annotated[int, typer.Option(help="Refinements per window.")] = 6,
    protocol: Annotated[str, typer.Option(help="Queries: first (once a point) or strided (every 5 frames).")] = "first",
    size: Annotated[str, typer.Option(help="256, native, or auto: 256 × 256 for TAP-Vid pickles.")] = "auto",
    effort: Annotated[bool, typer.Option("--effort", help="Measure what it takes a person to correct tracks.")] = False,
    tracks_per_clip: Annotated[int, typer.Option(metavar="N", help="With --effort: points of each clip.")] = 8,
    stop: Annotated[str, typer.Option(help="With --effort: position, or both: also what is visible.")] = "position",
    accept_licence: Annotated[bool, typer.Option("--accept-licence", help="Accept the weights' licence.")] = False,
    as_json: Json = False,
) -> None:
    """Measure a tracker on films whose true tracks are known."""
    from .tasks.effort import EffortOptions, measure_effort
    from .tasks.evaluate import evaluate as measure_error
    from .tasks.track import TrackOptions

    options = TrackOptions(model, mode, device, checkpoint, iters, accept_licence=accept_licence)
    people = EffortOptions(tracks_per_clip, stop, size=size)
    with Interrupt("clips that are done are counted") as interrupt:
        run = measure_effort(data, options, people, control=interrupt) if effort else measure_error(
            data, options, protocol, size=size, control=interrupt)
        facts = follow(run, 100, "%")
    show(facts, as_json, effort_lines(facts) if effort else evaluation_lines(facts))
    interrupt.finish()


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The run's folder; a run that is there continues.")],
    *,
    course: Annotated[str, typer.Option(help="compact, further (from its weights), small or tiny.")] = "compact",
    minutes: Annotated[float, typer.Option(help="How long this command trains; scoring comes on top.")] = 9.0,
    total_minutes: Annotated[float, typer.Option(help="How long the whole course is to be, over all commands.")] = 60.0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    seed: Annotated[int, typer.Option(help="Random seed of a new run.")] = 1,
    start: Annotated[Path | None, typer.Option("--from", metavar="FILE", help="Weights a new run begins with.")] = None,
    data: Annotated[Path | None, typer.Option(help="Clips to score on, as for `evaluate`; else the samples.")] = None,
    photos: Annotated[Path | None, typer.Option(help="A folder of photographs to take textures from, too.")] = None,
    as_json: Json = False,
) -> None:
    """Train a network on clips that are drawn for it; see docs/training.md."""
    from .tasks.train import TrainPlan
    from .tasks.train import train as run

    plan = TrainPlan(folder, course, minutes, total_minutes, device, seed, start, data, photos)
    with Interrupt("the run is kept up to the step that is being done") as interrupt:
        facts = follow(run(plan, interrupt), 100, "%")
    if facts:
        show(facts, as_json, lines_of(facts))
    interrupt.finish()


@app.command()
def formats(
    name: Annotated[str | None, typer.Argument(metavar="[FORMAT]", help="Explain this one, with its options.")] = None,
    as_json: Json = False,
) -> None:
    """List the tracks formats, or explain one."""
    from .cli_convert import format_facts, format_lines

    facts = format_facts(name)
    show(facts, as_json, format_lines(facts))


@app.command()
def info(
    path: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A film, weights, tracks, session.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Do not decode every frame to find bad ones.")] = False,
    as_json: Json = False,
) -> None:
    """Describe this installation, or a file."""
    from .tasks.info import describe, describe_program

    facts = follow(describe(path, quick), 100, "%") if path else describe_program()
    show(facts, as_json, lines_of(facts) if path else program_lines(facts))
