"""Shared layers: the fused ones against torch's plain ones."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from napari_cotracker.model import layers
from napari_cotracker.model.layers import Activation, Linear, Pace, dense


@pytest.mark.parametrize("activation", ["none", "gelu", "gelu_tanh"])
@pytest.mark.parametrize("shape", [(7,), (5, 7), (2, 3, 7), (0, 7)])
def test_dense_is_linear_then_gelu(activation: Activation, shape: tuple[int, ...]) -> None:
    x, w, b = torch.randn(shape), torch.randn(4, 7), torch.randn(4)
    plain = F.linear(x, w, b)
    if activation != "none":
        plain = F.gelu(plain, approximate="tanh" if activation == "gelu_tanh" else "none")
    with torch.inference_mode():
        torch.testing.assert_close(dense(x, w, b, activation), plain, atol=1e-5, rtol=1e-5)


def test_without_onednn_the_plain_layers_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "_onednn_linear", lambda: None)
    x, layer = torch.randn(3, 7), Linear(7, 2)
    with torch.inference_mode():
        torch.testing.assert_close(layer(x, "gelu"), F.gelu(F.linear(x, layer.weight, layer.bias)))


def test_a_fused_layer_that_computes_something_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*args: object) -> torch.Tensor:
        return torch.zeros(5, 3)

    def absent(*args: object) -> torch.Tensor:
        raise RuntimeError("no such operation on this processor")

    for operation in (wrong, absent):
        monkeypatch.setattr(torch.ops.mkldnn, "_linear_pointwise", operation)
        assert layers._onednn_linear.__wrapped__() is None


def test_a_layer_computes_in_the_precision_of_its_weights() -> None:
    layer = Linear(7, 2).to(torch.bfloat16)
    with torch.inference_mode():
        assert layer(torch.randn(3, 7)).dtype == torch.bfloat16


@pytest.mark.parametrize(("tokens", "pieces"), [(1, 6), (10, 3), (1000, 1)])
def test_pace_cuts_rows_and_checks_between(tokens: int, pieces: int) -> None:
    checks, sizes = [], []

    def work(x: torch.Tensor) -> torch.Tensor:
        sizes.append(len(x))
        return x + 1

    x = torch.randn(6, 5, 2)
    torch.testing.assert_close(Pace(tokens, lambda: checks.append(1)).map(work, x), x + 1)
    assert (len(sizes), len(checks), sum(sizes)) == (pieces, pieces, 6)
