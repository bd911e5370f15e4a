"""Runs of training: they learn, stop, go on, and leave a file that tracks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.model import load_checkpoint, save_checkpoint
from napari_cotracker.training import loop
from napari_cotracker.training.clips import Clips, ClipSizes
from napari_cotracker.training.loop import LAST_RATE, RESUME_STEPS, WEIGHTS, Step, Trainer, initialise
from napari_cotracker.training.options import SMALL, TINY, Lesson, TrainOptions, find_preset
from napari_cotracker.training.state import load_state
from tests.training.drawn import drawn

CPU = torch.device("cpu")
LONG = 1e6  # seconds, so that the share of the course that is done stays nothing
OPTIONS = replace(
    find_preset("tiny").options, lessons=(Lesson(0.5, 8, (32, 32), 1, 6, 2), Lesson(1.0, 12, (32, 32), 1, 6, 2)),
)


def trainer_in(folder: Path, options: TrainOptions = OPTIONS, *, total: float = LONG, seed: int = 3,
               start: Path | None = None) -> Trainer:
    return Trainer(options, folder, total=total, seed=seed, device=CPU, start=start)


def after(count: int) -> Callable[[], bool]:
    """Wants to stop in a so-manyth step."""
    asked = iter(range(1, count + 1))
    return lambda: next(asked) >= count


def steps_of(trainer: Trainer, count: int) -> list[Step]:
    return list(trainer.run(LONG, after(count)))


def weights_of(trainer: Trainer) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in trainer.model.state_dict().items()}


def moments_of(trainer: Trainer) -> dict[str, Tensor]:
    state = trainer.optimiser.adam.state
    return {name: state[p]["exp_avg_sq"] for name, p in trainer.model.named_parameters() if p in state}


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    assert [name for name, value in one.items() if not torch.equal(value, other[name])] == []


def moved(trainer: Trainer, weights: dict[str, Tensor]) -> bool:
    return any(not torch.equal(value, weights[name]) for name, value in trainer.model.state_dict().items())


class Repeated:
    """The same clips at every step."""

    def __init__(self, *given: object) -> None:
        self.closed = False

    def batch(self, step: int, lesson: Lesson) -> Clips:
        return drawn(8, ClipSizes(2, 6, 12, (32, 32)))

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_layers_run_in_bfloat16_only_where_that_is_multiplied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                              dtype: torch.dtype) -> None:
    seen: list[tuple[torch.dtype, bool]] = []

    def autocast(kind: str, dtype: torch.dtype, enabled: bool) -> nullcontext[None]:
        seen.append((dtype, enabled))
        return nullcontext()

    monkeypatch.setattr(loop, "training_dtype", lambda device: dtype)
    monkeypatch.setattr(torch, "autocast", autocast)
    steps_of(trainer_in(tmp_path), 1)
    assert set(seen) == {(torch.bfloat16, dtype == torch.bfloat16)}


def test_the_loss_falls_on_clips_that_are_seen_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "Supply", Repeated)
    trainer = trainer_in(tmp_path, replace(OPTIONS, rate=3e-3))
    steps = steps_of(trainer, 80)
    assert [step.number for step in steps] == list(range(1, 81))
    for name in ("total", "visibility", "match"):
        losses = [step.losses[name] for step in steps]
        # a single step may jump, and by other roundings another one
        assert sum(losses[-16:]) / 16 < 0.9 * sum(losses[:4]) / 4, name
    assert all(step.losses["gradient"] > 0 for step in steps)


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = trainer_in(tmp_path)
    assert len(steps_of(first, 3)) == 3
    first.note(losses={"total": 1.0})
    first.save()
    second = trainer_in(tmp_path)
    assert second.state.step == 3
    assert second.state.seconds == first.state.seconds
    assert second.state.history == [{"step": 3, "seconds": round(first.state.seconds, 1), "losses": {"total": 1.0}}]
    assert_equal(weights_of(second), weights_of(first))
    for name, value in moments_of(first).items():
        torch.testing.assert_close(moments_of(second)[name], value, rtol=1e-2, atol=1e-12)
    for name, value in first.average.items():
        torch.testing.assert_close(second.average[name], value, rtol=1e-3, atol=1e-6)
    steps = steps_of(second, 2)
    assert [step.number for step in steps] == [4, 5]
    assert steps[0].seconds > first.state.seconds
    assert moved(second, weights_of(first))


def test_a_run_follows_from_its_seed(tmp_path: Path) -> None:
    one, same = (steps_of(trainer_in(tmp_path / name), 3) for name in ("one", "same"))
    other = steps_of(trainer_in(tmp_path / "other", seed=4), 1)
    for a, b in zip(one, same, strict=True):
        assert a.losses == pytest.approx(b.losses, rel=1e-3)  # rates follow the clock, so not to the digit
    assert other[0].losses["total"] != pytest.approx(one[0].losses["total"], rel=1e-3)


def test_the_rate_rises_and_falls_along_a_cosine(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path, replace(OPTIONS, warm_up=100), total=1000)
    peak = OPTIONS.rate
    rates = []
    for trainer.state.step in (0, 49, 99, 500):
        rates.append(trainer.rate() / peak)
    assert rates == pytest.approx([0.01, 0.5, 1, 1])
    rates = []
    for trainer.state.seconds in (0, 500, 1000, 1200):
        rates.append(trainer.rate() / peak)
    assert rates == pytest.approx([1, (1 + LAST_RATE) / 2, LAST_RATE, LAST_RATE])
    assert trainer.share == 1


def test_the_rate_rises_again_after_a_pause(tmp_path: Path) -> None:
    first = trainer_in(tmp_path)
    first.state.step = 500
    first.save()
    second = trainer_in(tmp_path)
    assert second.rate() / OPTIONS.rate == pytest.approx(1 / RESUME_STEPS)
    second.state.step += RESUME_STEPS - 1
    assert second.rate() / OPTIONS.rate == pytest.approx(1)


def test_a_step_uses_the_rate_it_tells(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path)
    steps_of(trainer, 2)
    assert trainer.optimiser.adam.param_groups[0]["lr"] == pytest.approx(OPTIONS.rate * 2 / RESUME_STEPS)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_gradient_that_is_no_number_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                      bad: float) -> None:
    trainer = trainer_in(tmp_path)
    steps_of(trainer, 1)
    weights, average = weights_of(trainer), {k: v.clone() for k, v in trainer.average.items()}
    moments = {name: value.clone() for name, value in moments_of(trainer).items()}

    def spoilt(clips: Clips, **told: object) -> dict[str, Tensor]:
        return {"total": bad * torch.stack([p.sum() for p in trainer.model.parameters()]).sum()}

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "_losses", spoilt)
        steps_of(trainer, 1)
    assert trainer.state.step == 2
    assert_equal(weights_of(trainer), weights)
    assert_equal(trainer.average, average)
    assert_equal(moments_of(trainer), moments)
    steps_of(trainer, 1)
    assert moved(trainer, weights)


def test_a_run_that_learns_nothing_any_more_stops_with_its_last_good_state(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path)
    steps_of(trainer, 1)
    kept = trainer_in(tmp_path)
    weights, average = weights_of(kept), kept.average
    with torch.no_grad():
        next(trainer.model.parameters()).fill_(float("nan"))  # as one step too far would
    with pytest.raises(TrackingError, match=r"loss of nan .*20 steps.* kept .*step 1;") as caught:
        steps_of(trainer, 100)
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)
    again = trainer_in(tmp_path)
    assert again.state.step == 1
    assert_equal(weights_of(again), weights)
    assert_equal(again.average, average)


def test_a_run_that_never_learns_anything_leaves_nothing(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path / "run")
    with torch.no_grad():
        next(trainer.model.parameters()).fill_(float("nan"))
    with pytest.raises(TrackingError, match="nothing was learned"):
        steps_of(trainer, 100)
    assert load_state(tmp_path / "run") is None


def test_some_steps_without_a_number_do_not_stop_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, whole = trainer_in(tmp_path), Trainer._losses

    def now_and_then(clips: Clips, **told: object) -> dict[str, Tensor]:
        losses = whole(trainer, clips, **told)  # type: ignore[arg-type]
        return losses if trainer.state.step % 3 == 0 else {"total": losses["total"] * float("nan")}

    monkeypatch.setattr(loop, "HOPELESS", 3)
    monkeypatch.setattr(trainer, "_losses", now_and_then)
    assert len(steps_of(trainer, 8)) == 8


def test_gradients_are_limited(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path)
    for parameter in trainer.model.parameters():
        parameter.grad = torch.full_like(parameter, 100.0)
    assert trainer._step() > loop.CLIP
    slopes = torch.cat([p.grad.flatten() for p in trainer.model.parameters() if p.grad is not None])
    assert float(slopes.norm()) == pytest.approx(loop.CLIP, rel=1e-3)


def test_a_run_can_start_from_a_weights_file(tmp_path: Path) -> None:
    path = tmp_path / "start.safetensors"
    save_checkpoint(path, initialise(TINY, 77))
    trainer = trainer_in(tmp_path / "run", start=path)
    assert_equal(weights_of(trainer), dict(load_checkpoint(path).state_dict()))
    assert trainer.state.step == 0
    steps = steps_of(trainer, 1)
    assert steps[0].losses["gradient"] > 0
    assert moved(trainer, dict(load_checkpoint(path).state_dict()))
    # the run's own weights come first when it goes on
    assert_equal(weights_of(trainer_in(tmp_path / "run", start=path)), weights_of(trainer))


def test_a_weights_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    save_checkpoint(path, initialise(SMALL, 1))
    with pytest.raises(TrackingError, match=r"sizes in 'small.safetensors', got one of the course small; name that"):
        trainer_in(tmp_path / "run", start=path)
    save_checkpoint(path, initialise(replace(SMALL, hidden=32), 1))
    with pytest.raises(TrackingError, match=r"got one of no course's; choose weights"):
        trainer_in(tmp_path / "run", start=path)
    with pytest.raises(CheckpointError, match="does not exist"):
        trainer_in(tmp_path / "run", start=tmp_path / "nowhere.safetensors")


def test_a_folder_with_a_run_of_another_network_is_refused(tmp_path: Path) -> None:
    trainer_in(tmp_path).save()
    other = replace(OPTIONS, network=replace(TINY, hidden=32))
    with pytest.raises(TrackingError, match="network of other sizes; name another folder"):
        trainer_in(tmp_path, other)
    # what is not the network's may change between commands
    assert trainer_in(tmp_path, replace(OPTIONS, rate=1e-4, lessons=OPTIONS.lessons[1:])).state.seed == 3


def test_the_average_is_saved_as_a_weights_file(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path)
    steps_of(trainer, 2)
    model = load_checkpoint(tmp_path / WEIGHTS)
    assert model.config == TINY
    assert_equal(dict(model.state_dict()), {k: v.half().float() for k, v in trainer.average.items()})
    assert any(not torch.equal(trainer.average[name], value) for name, value in weights_of(trainer).items())
    xy, _, _ = model.track_clip(torch.rand(4, 3, 32, 32) * 255, torch.tensor([[0, 5.0, 6.0]]), 2)
    assert xy.shape == (4, 1, 2)


def test_the_average_follows_the_weights(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path, replace(OPTIONS, average=0.75))
    start = {name: value.clone() for name, value in trainer.average.items()}
    with torch.no_grad():
        for parameter in trainer.model.parameters():
            parameter.add_(1)
    trainer.state.step = 10_000
    trainer._follow()
    for name, value in trainer.average.items():
        torch.testing.assert_close(value, start[name] + 0.25)
    trainer.state.step = 0  # at first it hardly remembers
    trainer._follow()
    name = next(iter(start))
    torch.testing.assert_close(trainer.average[name], start[name] + 0.25 + 0.75 * 0.9)


def test_a_command_ends_when_its_time_is_up(tmp_path: Path) -> None:
    trainer = trainer_in(tmp_path)
    assert len(list(trainer.run(0.01, lambda: False))) == 1
    spent = trainer.state.seconds
    assert spent >= 0.01
    # seconds are those of all commands together, and a course that is over stays over
    finished = trainer_in(tmp_path, total=spent)
    assert finished.share == 1
    assert list(finished.run(LONG, lambda: False)) == []
    longer = trainer_in(tmp_path, total=2 * spent)
    assert longer.share == pytest.approx(0.5)


def test_the_lesson_follows_from_the_time_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    class Asked(Repeated):
        def batch(self, step: int, lesson: Lesson) -> Clips:
            lengths.append(lesson.length)
            return super().batch(step, lesson)

    monkeypatch.setattr(loop, "Supply", Asked)
    trainer = trainer_in(tmp_path)
    first = steps_of(trainer, 1)[0]
    trainer.state.seconds = 0.6 * LONG
    second = steps_of(trainer, 1)[0]
    assert lengths == [8, 12]
    assert "match" in first.losses
    assert "match" not in second.losses  # it has done its work by then


def test_a_state_is_saved_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "SAVE_SECONDS", 0.0)
    trainer = trainer_in(tmp_path)
    for number, step in enumerate(trainer.run(LONG, after(2)), 1):
        assert step.saved
        state = load_state(tmp_path)
        assert state is not None
        assert state.step == number


def test_the_supply_is_closed_however_a_run_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    supplies: list[Repeated] = []

    class Listed(Repeated):
        def __init__(self, *given: object) -> None:
            super().__init__()
            supplies.append(self)

    monkeypatch.setattr(loop, "Supply", Listed)
    run = trainer_in(tmp_path).run(LONG, lambda: False)
    next(run)
    run.close()  # type: ignore[attr-defined]
    assert [supply.closed for supply in supplies] == [True]


def test_a_seed_may_be_of_any_size(tmp_path: Path) -> None:
    assert len(steps_of(trainer_in(tmp_path, seed=20261127182700_000000), 1)) == 1


def test_random_weights_follow_from_the_seed_and_leave_chance_alone() -> None:
    before = torch.random.get_rng_state()
    one, same, other = (initialise(TINY, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert_equal(dict(one.state_dict()), dict(same.state_dict()))
    assert not torch.equal(one.fnet.conv1.weight, other.fnet.conv1.weight)
    assert float(one.updateformer.flow_head.weight.detach().abs().max()) < 0.01  # first answers stay at the query
