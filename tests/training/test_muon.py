"""The optimiser: matrices step evenly in all directions, the rest by AdamW."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from napari_cotracker.training import muon
from napari_cotracker.training.loop import initialise
from napari_cotracker.training.muon import SCALE, Muon, orthogonal
from napari_cotracker.training.options import find_preset


@pytest.mark.parametrize("shape", [(2, 5, 9), (1, 9, 4), (3, 6, 6)])
def test_matrices_become_nearly_orthogonal(shape: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
    assert float(values.min()) > 0.5 and float(values.max()) < 1.4


def test_a_card_that_does_not_multiply_bfloat16_is_spared_it(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    matrices = torch.randn(1, 5, 9)
    monkeypatch.setattr(muon, "training_dtype", lambda device: torch.bfloat16)
    rounded = orthogonal(matrices)
    monkeypatch.setattr(muon, "training_dtype", lambda device: torch.float32)
    assert torch.equal(rounded, rounded.bfloat16().float())
    assert not torch.equal(orthogonal(matrices), orthogonal(matrices).bfloat16().float())


def test_nothing_stays_nothing() -> None:
    assert not bool(orthogonal(torch.zeros(1, 3, 4)).any())


def test_a_step_is_as_large_as_one_of_adamw() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(32, 48)
    weight = nn.init.zeros_(layer.weight)
    optimiser = Muon(layer.named_parameters(), 0.0)
    weight.grad = 1e-3 * torch.randn(48, 32)
    optimiser.step(0.01)
    assert 0.5 < float(weight.detach().square().mean().sqrt()) / (0.01 * SCALE) < 1.3
    assert float((weight.detach() * weight.grad).sum()) < 0


def test_heads_and_biases_are_left_to_adamw() -> None:
    model = initialise(find_preset("tiny").options.network, 1)
    optimiser = Muon(model.named_parameters(), 0.0)
    by_adam = {id(weight) for weight in optimiser.adam.param_groups[0]["params"]}
    of = dict(model.named_parameters())
    left = {name for name, weight in of.items() if id(weight) in by_adam}
    assert {"updateformer.flow_head.weight", "updateformer.virtual_tracks", "fnet.conv1.weight"} <= left
    assert "updateformer.input_transform.weight" not in left and "fnet.conv2.weight" not in left
    assert all(of[name].ndim < 2 for name in left if "head" not in name and "virtual" not in name
               and "conv1" not in name)


def test_a_regression_is_learned_and_idle_weights_stay() -> None:
    torch.manual_seed(0)
    used, idle = nn.Linear(6, 4), nn.Linear(6, 4)
    before = idle.weight.detach().clone()
    named = [*used.named_parameters("used"), *idle.named_parameters("idle")]
    optimiser, x = Muon(named, 0.0), torch.randn(200, 6)
    aim = x @ torch.randn(6, 4) + 1
    losses = []
    for step in range(300):
        optimiser.zero_grad()
        loss = (used(x) - aim).square().mean()
        loss.backward()
        optimiser.step(0.05 * (1 - step / 300))
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.01 * losses[0]
    assert torch.equal(idle.weight, before)


def test_gradients_are_forgotten() -> None:
    layer = nn.Linear(2, 2)
    layer(torch.ones(1, 2)).sum().backward()
    Muon(layer.named_parameters(), 0.0).zero_grad()
    assert layer.weight.grad is None and layer.bias.grad is None
