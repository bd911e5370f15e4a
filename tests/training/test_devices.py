"""Training on a GPU, as far as can be told without one: on a device that has shapes but no values.

There, mixing devices fails as it does on a GPU, and so does asking for a value, which on a GPU would wait for
all work that is still to be done. So would handing it a number or a list of places, which is counted.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode

from napari_cotracker.training import augment as augmenting
from napari_cotracker.training.chance import Chance
from napari_cotracker.training.clips import Clips, ClipSizes, Workshop
from napari_cotracker.training.loop import initialise
from napari_cotracker.training.losses import Targets, match_loss, window_loss
from napari_cotracker.training.options import find_preset
from napari_cotracker.training.studio import Studio
from napari_cotracker.training.textures import DRAWN, Brush, photo
from napari_cotracker.training.unroll import encode, unroll

META = torch.device("meta")
NETWORK = find_preset("tiny").options.network


def seeded(self: Chance, seed: int, device: str | torch.device = "cpu") -> None:
    """As `Chance`, but there is no generator for tensors without values."""
    self.device, self.dice = torch.device(device), random.Random(seed)
    self.generator = None  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chance, "__init__", seeded)


class Handed(TorchFunctionMode):
    """Counts what is handed from here to the device: numbers, and lists of places."""

    def __init__(self) -> None:
        super().__init__()
        self.what: list[str] = []

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if function in (torch.tensor, torch.as_tensor) and str(kwargs.get("device")) == "meta":
            self.what.append(f"numbers {args[0]}")
        if function is torch.Tensor.__getitem__:
            places = args[1] if isinstance(args[1], tuple) else (args[1],)
            self.what += [f"places {place}" for place in places if isinstance(place, list)]
        return function(*args, **kwargs)


def drawn(seed: int, length: int) -> Clips:
    workshop = Workshop(Chance(seed, META), textures=4, side=32)
    return workshop.make(Chance(seed, META), ClipSizes(2, length, 6, (48, 48)))


def test_values_cannot_be_asked_for_there() -> None:
    with pytest.raises((RuntimeError, NotImplementedError)):
        bool(Chance(1, META).uniform((1,)) > 0)
    with pytest.raises(RuntimeError, match="device"):
        Chance(1, META).uniform((3,)) + torch.ones(3)


@pytest.mark.parametrize("draw", [*DRAWN, photo])
def test_textures_are_drawn_where_they_are_needed(draw: object) -> None:
    for seed in range(4):
        brush = Brush(24, Chance(seed, META), [torch.rand(3, 40, 50)])
        assert draw(brush).device == META  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(6))
def test_clips_are_drawn_and_changed_without_waiting(seed: int) -> None:
    clips = augmenting.erase(augmenting.augment(drawn(seed, 6), Chance(seed, META)), Chance(seed, META))
    for part in (clips.video, clips.queries, clips.xy, clips.visible):
        assert part.device == META


@pytest.mark.parametrize("seed", range(4))
def test_solid_bodies_are_drawn_without_waiting(seed: int) -> None:
    studio = Studio(torch.rand(4, 3, 32, 32, device=META))
    clips: Clips | None = None
    for handed in (Handed(), Handed()):  # constants are kept from the first clip on
        with handed:
            clips = studio.make(Chance(seed, META), ClipSizes(2, 4, 6, (48, 48)))
    assert handed.what == []
    assert clips is not None
    assert {part.device for part in vars(clips).values()} == {META}


@pytest.mark.parametrize(("length", "whole"), [(NETWORK.window, False), (12, False), (12, True)])
def test_a_step_computes_its_gradients_without_waiting(length: int, whole: bool) -> None:
    model = initialise(NETWORK, 1).to(META).train()
    for handed in (Handed(), Handed()):  # constants are kept from the first step on
        with handed:
            clips = augmenting.augment(drawn(1, length), Chance(3, META))
            footage = encode(model, clips.video)
            windows = list(unroll(model, footage, clips.queries, 2, whole))
            losses = window_loss(windows, Targets.of(clips), NETWORK.stride, 3.0)
            losses["match"] = match_loss(footage, clips, NETWORK.stride)
            sum(losses.values(), torch.zeros((), device=META)).backward()
    assert handed.what == []
    assert all(weight.grad is not None and weight.grad.device == META for weight in model.parameters())
