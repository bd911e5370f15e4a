"""A run of training: steps until the time is up, resumable between them."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..core.errors import TrackingError
from ..model import CoTracker3, CoTracker3Config, load_checkpoint, save_checkpoint
from ..model.precision import training_dtype
from .chance import MASK, Chance
from .clips import Clips
from .losses import Targets, match_loss, window_loss
from .muon import Muon
from .options import PRESETS, Lesson, TrainOptions
from .replay import Replay, differentiate
from .state import RunState, load_state, save_state
from .supply import Supply
from .team import Team
from .unroll import encode, unroll

WEIGHTS = "compact.safetensors"
SAVE_SECONDS = 120.0
MATCH_UNTIL = 0.4
LAST_RATE = 0.02
RESUME_STEPS = 30  # over which the rate rises again after a pause: Adam's first moment starts anew
CLIP = 1.0
HOPELESS = 20  # steps in a row without a finite gradient, after which no better one is to be expected


@dataclass(frozen=True)
class Step:
    """One step that was done: its number, the seconds spent in all commands, the share of the course, its losses."""

    number: int
    seconds: float
    share: float
    losses: dict[str, float]
    saved: bool


def initialise(config: CoTracker3Config, seed: int) -> CoTracker3:
    """A network with random weights, drawn as in the published training."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed & MASK)
        model = CoTracker3(config)
        for module in model.fnet.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        for module in model.updateformer.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        for head in (model.updateformer.flow_head, model.updateformer.vis_conf_head):
            nn.init.trunc_normal_(head.weight, std=0.001)
    return model


class Trainer:
    """A run in a folder: starts anew, goes on where it stopped, or starts from a weights file.

    Parameters
    ----------
    options : TrainOptions
    folder : Path
    total : float
        Seconds of the whole course, over all commands.
    seed : int
    device : torch.device
    start : Path, optional
        A weights file to begin with.

    Raises
    ------
    TrackingError, CheckpointError
    """

    def __init__(self, options: TrainOptions, folder: Path, *, total: float, seed: int, device: torch.device,
                 start: Path | None = None) -> None:
        self.team = Team(device)
        self.options, self.folder, self.device = options, folder, self.team.device
        plain = json.loads(json.dumps(options.to_dict()))  # as it comes back from a file
        self.state = load_state(folder) or RunState(plain, seed, total)
        if self.state.options["network"] != plain["network"]:
            raise TrackingError(f"the run in {str(folder)!r} trains a network of other sizes; name another folder")
        self.state.total = total
        self.model = self._make_model(start).to(self.device).requires_grad_(True).train()
        # gradients of group norm are much faster channels first on a processor
        layout = torch.contiguous_format if device.type == "cpu" else torch.channels_last
        self.model.fnet.to(memory_format=layout)
        self.optimiser = Muon(self.model.named_parameters(), options.decay)
        self.optimiser.restore(self.state.second_moment, self.state.step)
        self.average = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        self.average.update({k: v.to(self.device) for k, v in self.state.average.items()})
        self._began = self.state.step
        self._match_weight = torch.zeros((), device=self.device)
        self._is_half = training_dtype(self.device) == torch.bfloat16
        self._replay = Replay(self.model.parameters()) if device.type == "cuda" else None

    def run(self, seconds: float, stopped: Callable[[], bool], photos: Sequence[Tensor] = ()) -> Iterator[Step]:
        """Steps until so many seconds have passed or the course is over; saves at the end and now and then.

        Raises
        ------
        TrackingError
            If no step teaches anything any more; what was saved before stays.
        """
        self.team.take_device()
        begin = last_save = time.monotonic()
        spent, stops, failed = self.state.seconds, False, 0
        seed = self.state.seed * self.team.size + self.team.rank
        with closing(Supply(self.options, seed, self.device, photos)) as supply:
            while not stops and self.state.seconds - spent < seconds and self.state.seconds < self.state.total:
                losses = self._backward(supply)
                now = spent + time.monotonic() - begin
                self.state.seconds, stops = self.team.agree(self.model.parameters(), now, stopped())
                losses["gradient"] = self._step()
                failed = 0 if math.isfinite(losses["gradient"]) else failed + 1
                if failed >= HOPELESS:
                    raise self._hopeless(losses["total"])
                due = time.monotonic() - last_save > SAVE_SECONDS and not failed
                if due:
                    self.save()
                    last_save = time.monotonic()
                yield Step(self.state.step, self.state.seconds, self.share, losses, due)
        if not failed or self._is_sound():
            self.save()

    @property
    def checkpoint(self) -> Path:
        """The averaged network, as it was last saved."""
        return self.folder / WEIGHTS

    @property
    def share(self) -> float:
        """How much of the course is done, 0 … 1."""
        return min(self.state.seconds / self.state.total, 1.0)

    def rate(self) -> float:
        """The learning rate now: up over the first steps, then along a cosine of the time spent."""
        rise = min(1.0, (self.state.step + 1) / self.options.warm_up)
        again = min(1.0, (self.state.step - self._began + 1) / RESUME_STEPS)
        fall = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * self.share))
        return self.options.rate * min(rise, again) * fall

    def save(self) -> None:
        """Write the state, and the averaged network as a weights file; the leader of a team does."""
        if not self.team.leads:
            return
        self.state.weights = {k: v.detach() for k, v in self.model.state_dict().items()}
        self.state.average = self.average
        self.state.second_moment = self.optimiser.second_moments()
        save_state(self.folder, self.state)
        averaged = CoTracker3(self.options.network)
        averaged.load_state_dict(self.average)
        facts = {"trained": f"{self.state.step} steps, {self.state.seconds / 3600:.2f} h", "seed": str(self.state.seed),
                 "device": str(self.device.type), "licence": "BSD-3-Clause"}
        save_checkpoint(self.checkpoint, averaged, facts)

    def note(self, **facts: Any) -> None:
        """Add an entry to the run's history."""
        self.state.history.append({"step": self.state.step, "seconds": round(self.state.seconds, 1), **facts})

    def newest(self, key: str) -> Any:
        """The last entry of some kind in the run's history; None if there is none."""
        return next((entry[key] for entry in reversed(self.state.history) if key in entry), None)

    def _backward(self, supply: Supply) -> dict[str, float]:
        """Gradients of the next batch; gives its losses."""
        lesson = self.options.lesson(self.share)
        lesson = replace(lesson, batch=self.team.share_of(lesson.batch))
        clips = supply.batch(self.state.step, lesson)
        whole = Chance(self.state.seed * 1_000_003 + self.state.step).happens(lesson.whole)
        weight = self.options.match_weight * max(0.0, 1 - self.share / MATCH_UNTIL)
        self._match_weight.fill_(weight)
        compute = partial(self._losses, lesson=lesson, whole=whole, matches=weight > 0)
        if self._replay is None:
            self.optimiser.zero_grad()
            losses = differentiate(compute, clips, self.model.parameters())
        else:
            losses = self._replay.run((lesson, whole, weight > 0), clips, compute, supply.settle)
        # a GPU is asked once for all of them: it has to be done before it answers
        values = torch.stack([value.float() for value in losses.values()])
        return dict(zip(losses, values.tolist(), strict=True))

    def _step(self) -> float:
        """Move the weights along the gradients; gives the gradients' size before it was limited."""
        size = float(nn.utils.clip_grad_norm_(self.model.parameters(), CLIP))
        if math.isfinite(size):  # one bad batch must not spoil the run
            self.optimiser.step(self.rate())
            self._follow()
        self.state.step += 1
        return size

    def _is_sound(self) -> bool:
        """Whether the weights are still numbers, as they are unless a step has gone too far."""
        return all(bool(value.isfinite().all()) for value in self.model.parameters())

    def _hopeless(self, loss: float) -> TrackingError:
        """What to say when nothing is learned any more; a run whose weights are still good is saved before."""
        if self._is_sound() and self.state.step > self._began + HOPELESS:
            self.save()
        kept = load_state(self.folder)
        left = "nothing was learned" if kept is None else f"{str(self.folder)!r} is kept as it was at step {kept.step}"
        return TrackingError(f"a loss of {loss:g} in the last {HOPELESS} steps, so the run was stopped; {left}; begin "
                             "a new one in another folder, with another --seed, or other weights or photographs if "
                             "you gave any")

    def _losses(self, clips: Clips, lesson: Lesson, whole: bool, matches: bool) -> dict[str, Tensor]:
        stride = self.options.network.stride
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._is_half):
            footage = encode(self.model, clips.video)
            windows = list(unroll(self.model, footage, clips.queries, lesson.iters, whole))
        losses = window_loss(windows, Targets.of(clips), stride, self.options.hidden_weight)
        if matches:
            losses["match"] = self._match_weight * match_loss(footage, clips, stride)
        return {**losses, "total": sum(losses.values(), torch.zeros((), device=self.device))}

    def _follow(self) -> None:
        """Move the average after the weights; faster at first, when they change most."""
        keep = min(self.options.average, (1 + self.state.step) / (10 + self.state.step))
        with torch.no_grad():
            now = self.model.state_dict()
            torch._foreach_lerp_([self.average[name] for name in now], list(now.values()), 1 - keep)

    def _make_model(self, start: Path | None) -> CoTracker3:
        if self.state.weights:
            model = CoTracker3(self.options.network)
            try:
                model.load_state_dict(self.state.weights)
            except RuntimeError as error:
                raise TrackingError(f"the weights in {str(self.folder)!r} are of another network") from error
            return model
        if start is None:
            return initialise(self.options.network, self.state.seed)
        model = load_checkpoint(start)
        if model.config != self.options.network:
            fitting = [name for name, preset in PRESETS.items() if preset.options.network == model.config]
            raise TrackingError(f"expected a network of the course's sizes in {start.name!r}, got one of " + (
                f"the course {' or '.join(fitting)}; name that with --course" if fitting else
                "no course's; choose weights that this program trained"))
        return model
