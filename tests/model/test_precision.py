"""Which arithmetic a card has, and what training makes of it."""

from types import SimpleNamespace

import pytest
import torch

from napari_cotracker.model.precision import gpu_multiplies_bfloat16, training_dtype

CARD = torch.device("cuda:1")


@pytest.mark.parametrize(("generation", "expected"), [(7, torch.float32), (8, torch.bfloat16), (12, torch.bfloat16)])
def test_cards_before_ampere_train_in_float32(monkeypatch: pytest.MonkeyPatch, generation: int, expected: torch.dtype
                                              ) -> None:
    asked: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "get_device_properties",
                        lambda device: asked.append(device) or SimpleNamespace(major=generation))
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *_: True)  # it counts what is imitated
    assert training_dtype(CARD) == expected
    assert asked == [CARD], "the card that is trained on, not the first"


def test_other_makers_cards_have_bfloat16_and_processors_train_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert gpu_multiplies_bfloat16(CARD) and training_dtype(CARD) == torch.bfloat16
    assert training_dtype(torch.device("cpu")) == training_dtype(torch.device("mps")) == torch.float32
