"""Recorded steps: what is played back does what the step itself does. The recorder here calls the function again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from napari_cotracker.training.clips import Clips, ClipSizes
from napari_cotracker.training.replay import Replay, differentiate
from tests.training.drawn import drawn

SIZES = ClipSizes(2, 4, 6, (24, 24))


class Again:
    """Stands for a CUDA graph: the same memory read and written again."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step
        step()

    def replay(self) -> None:
        self._step()


class Recorder:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self, step: Callable[[], None]) -> Again:
        self.count += 1
        return Again(step)


@pytest.fixture
def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.ModuleDict({"used": nn.Linear(2, 3), "idle": nn.Linear(2, 2)})


def loss_of(model: nn.Module) -> Callable[[Clips], dict[str, Tensor]]:
    def compute(clips: Clips) -> dict[str, Tensor]:
        near = model["used"](clips.xy / 24).square()  # type: ignore[index]
        seen = (near.mean(-1) * clips.visible).mean()
        return {"seen": seen, "total": seen + near.mean()}

    return compute


def expected(model: nn.Module, clips: Clips) -> tuple[dict[str, float], list[Tensor]]:
    losses = loss_of(model)(clips)
    slopes = torch.autograd.grad(losses["total"], list(model["used"].parameters()))  # type: ignore[index]
    return {name: float(value) for name, value in losses.items()}, list(slopes)


def test_gradients_and_losses_of_each_step_are_its_own(model: nn.Module) -> None:
    recorder = Recorder()
    replay = Replay(model.parameters(), recorder)
    for seed in (1, 2, 3):
        clips = drawn(seed, SIZES)
        losses = {name: float(value) for name, value in replay.run("a", clips, loss_of(model)).items()}
        wanted, slopes = expected(model, clips)
        assert losses == pytest.approx(wanted)
        for weight, slope in zip(model["used"].parameters(), slopes, strict=True):  # type: ignore[index]
            torch.testing.assert_close(weight.grad, slope)
        assert all(not bool(weight.grad.any()) for weight in model["idle"].parameters())  # type: ignore[index]
        with torch.no_grad():
            for weight in model.parameters():
                weight.sub_(0.1 * weight.grad)
    assert recorder.count == 1


def test_the_clips_of_a_step_stay_as_they_are(model: nn.Module) -> None:
    replay = Replay(model.parameters(), Recorder())
    first, second = drawn(1, SIZES), drawn(2, SIZES)
    before = first.video.clone()
    replay.run("a", first, loss_of(model))
    replay.run("a", second, loss_of(model))
    assert torch.equal(first.video, before)


def test_other_steps_are_recorded_once_each_and_quietly(model: nn.Module) -> None:
    recorder, hushed = Recorder(), []
    replay = Replay(model.parameters(), recorder)
    for key in ("a", "b", "a", "b"):
        replay.run(key, drawn(1, SIZES), loss_of(model), lambda: hushed.append(recorder.count))
    assert recorder.count == 2
    assert hushed == [0, 1]
    smaller = ClipSizes(2, 3, 6, (24, 24))
    replay.run("c", drawn(1, smaller), loss_of(model))  # those of other sizes go
    replay.run("a", drawn(1, SIZES), loss_of(model))
    assert recorder.count == 4


def test_gradients_add_up_and_unused_weights_get_none(model: nn.Module) -> None:
    clips = drawn(1, SIZES)
    losses = differentiate(loss_of(model), clips, model.parameters())
    assert not losses["total"].requires_grad
    once = [weight.grad.clone() for weight in model["used"].parameters()]  # type: ignore[index]
    differentiate(loss_of(model), clips, model.parameters())
    for weight, slope in zip(model["used"].parameters(), once, strict=True):  # type: ignore[index]
        torch.testing.assert_close(weight.grad, 2 * slope)
    assert all(weight.grad is None for weight in model["idle"].parameters())  # type: ignore[index]
