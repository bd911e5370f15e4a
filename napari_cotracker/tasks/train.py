"""Train a network on drawn clips: as long as there is time, score it, and say how to go on."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import MissingExtraError, TrackingError
from ..core.samples import sample_folder
from ..core.tracker import Control, TrackUpdate
from .evaluate import evaluate
from .photos import read_photos
from .plan import TrackOptions
from .progress import scaled

if TYPE_CHECKING:
    from ..training.loop import Step, Trainer

NOTE_EVERY = 50  # steps whose mean losses make one entry of the history
SCORING_SHARE = 0.15  # of the progress bar
BEST, CURVE = "best.safetensors", "curve.png"

Facts = dict[str, Any]


@dataclass(frozen=True)
class TrainPlan:
    """What one command trains.

    Parameters
    ----------
    folder : Path
        Where the run's state lies; a run that is there goes on.
    course : str
        A name out of `napari_cotracker.training.options.PRESETS`.
    minutes, total_minutes : float
        Of this command, and of the whole course; the learning rate falls over the latter.
    device : str
        ``auto`` is cuda, else mps, else cpu.
    seed : int
        Of a new run.
    start : Path, optional
        A weights file that a new run begins with.
    data : Path, optional
        Clips to score the network on, as `evaluate` takes them; the sample clips if not given.
    photos : Path, optional
        A folder of photographs that serve as textures, beside those that scikit-image carries.
    """

    folder: Path
    course: str = "compact"
    minutes: float = 9.0
    total_minutes: float = 60.0
    device: str = "auto"
    seed: int = 1
    start: Path | None = None
    data: Path | None = None
    photos: Path | None = None

    def __post_init__(self) -> None:
        if not self.minutes > 0 or not self.total_minutes > 0:
            raise TrackingError(f"expected minutes above 0, got {self.minutes:g} of {self.total_minutes:g}")


def train(plan: TrainPlan, control: Control | None = None) -> Generator[TrackUpdate, None, Facts]:
    """Train, then score the averaged network and draw the curve.

    Yields
    ------
    TrackUpdate
        Heartbeats, at least one a second, with the share of this command that is done.

    Returns
    -------
    dict
        ``step``, ``seconds``, ``total_seconds``, ``checkpoint``, ``losses``, ``scores`` (mean over clips),
        ``best`` (the weights with the best average Jaccard so far), ``curve``, ``note`` (why there is none);
        ``cancelled``. Empty in the processes of a team that do not lead it.

    Raises
    ------
    CotrackerError
        If the run cannot start, go on or be written.
    """
    from ..trackers.background import Background, Cancelled

    control = control or Control()
    trainer = None
    try:
        with Background(Control()) as background:  # a cancel ends the run between steps, not within one
            make = partial(_make_trainer, plan)
            trainer = yield from background.run(make, 0.0, "drawing textures and loading the network")
            yield from scaled(_steps(plan, trainer, control, background), 0.0, 1 - SCORING_SHARE)
    except Cancelled:
        pass
    if trainer is None or not trainer.team.leads:
        return {}
    if not control.cancelled():
        yield from scaled(_score(plan, trainer, control), 1 - SCORING_SHARE, 1.0)
    return _report(plan, trainer, control.cancelled())


def _make_trainer(plan: TrainPlan) -> Trainer:
    from ..trackers.inspection import require_torch

    require_torch()
    from ..trackers.devices import pick_device
    from ..training.loop import Trainer
    from ..training.options import find_preset

    return Trainer(
        find_preset(plan.course).options, plan.folder, total=60 * plan.total_minutes, seed=plan.seed,
        device=pick_device(plan.device), start=plan.start,
    )


def _steps(plan: TrainPlan, trainer: Trainer, control: Control, background: Any
           ) -> Generator[TrackUpdate, None, None]:
    """Steps until the time is up, with their mean losses in the run's history."""
    from ..training.textures import load_photos

    began, sums = trainer.state.seconds, defaultdict[str, list[float]](list)
    left = min(60 * plan.minutes, trainer.state.total - began)
    photos = load_photos(read_photos(plan.photos) if plan.photos else ())
    run, done, message = trainer.run(left, control.cancelled, photos), 0.0, "drawing the first clips"
    while True:
        step: Step | None = yield from background.run(partial(next, run, None), done, message)
        if step is None:
            return
        for name, value in step.losses.items():
            sums[name].append(value)
        if step.number % NOTE_EVERY == 0:
            trainer.note(losses={name: round(sum(values) / len(values), 4) for name, values in sums.items()})
            sums.clear()
        done = min((step.seconds - began) / left, 1.0)
        message = f"step {step.number}, loss {step.losses['total']:.2f}, {step.share:.0%} of the course"
        yield TrackUpdate.heartbeat(done, message)


def _score(plan: TrainPlan, trainer: Trainer, control: Control) -> Generator[TrackUpdate, None, None]:
    """Score the averaged network, keep it if it is the best so far, and draw the curve."""
    options = TrackOptions(
        model="compact", checkpoint=trainer.checkpoint, mode="online", device=plan.device, disk_budget=0
    )
    facts = yield from evaluate(plan.data or sample_folder(), options, control=control)
    if facts["cancelled"]:
        return
    before = [entry["scores"]["average_jaccard"] for entry in trainer.state.history if "scores" in entry]
    trainer.note(scores=facts["mean"])
    trainer.save()
    if facts["mean"]["average_jaccard"] >= max(before, default=0.0):
        shutil.copyfile(trainer.checkpoint, plan.folder / BEST)


def _report(plan: TrainPlan, trainer: Trainer, cancelled: bool) -> Facts:
    from ..training.curve import draw_curve

    drawn: Facts = {"curve": str(plan.folder / CURVE)}
    try:
        draw_curve(trainer.state.history, plan.folder / CURVE)
    except MissingExtraError as error:
        drawn = {"curve": None, "note": str(error)}
    newest = {key: trainer.newest(key) for key in ("losses", "scores")}
    best = plan.folder / BEST
    return {
        "folder": str(plan.folder), "step": trainer.state.step, "seconds": round(trainer.state.seconds, 1),
        "total_seconds": trainer.state.total, "checkpoint": str(trainer.checkpoint), **newest,
        "best": str(best) if best.is_file() else None, **drawn, "cancelled": cancelled,
    }
