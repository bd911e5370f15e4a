"""Devices and weights files as plain values."""

from __future__ import annotations

import builtins
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from napari_cotracker.core.errors import CheckpointError, TrackingError
from napari_cotracker.trackers.devices import pick_device
from napari_cotracker.trackers.inspection import describe_checkpoint, devices, require_torch, torch_trouble
from tests.trackers.networks import small_file


def test_every_device_can_be_asked_for_by_its_name() -> None:
    found = devices()
    assert found[-1]["name"] == "cpu"
    assert [str(pick_device(device["name"])) for device in found] == [device["name"] for device in found]
    assert all(device["memory"] > 0 for device in found)
    json.dumps(found)


def test_auto_is_the_first() -> None:
    assert pick_device("auto").type == devices()[0]["name"].partition(":")[0]


def importing(error: Exception) -> Callable[..., Any]:
    """What imports everything but torch."""
    honest = builtins.__import__

    def load(name: str, *rest: Any) -> Any:
        if name == "torch":
            raise error
        return honest(name, *rest)

    return load


@pytest.mark.parametrize(("error", "trouble"), [
    (ModuleNotFoundError("No module named 'torch'"), "No module named 'torch'"),
    (OSError("libcudart.so.13: cannot open it\nand more"), "libcudart.so.13: cannot open it"),
    (ImportError(), "ImportError"),
])
def test_without_torch_there_is_no_device_and_one_sentence(
    error: Exception, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_torch()
    weights = small_file()
    monkeypatch.setattr(builtins, "__import__", importing(error))
    assert devices() == [] and torch_trouble() == trouble
    with pytest.raises(TrackingError, match=r"torch is needed and cannot be loaded .*installation\.md") as caught:
        describe_checkpoint(weights)
    assert trouble in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"hello, world\n", b"PK\x03\x04 cut"], ids=str)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_file_without_weights_is_told_in_one_sentence(content: bytes | None, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match="weights") as caught:
        describe_checkpoint(path)
    assert "\n" not in str(caught.value)


def test_a_weights_file_is_described() -> None:
    facts = describe_checkpoint(small_file())
    assert facts["sha256"] == hashlib.sha256(small_file().read_bytes()).hexdigest()
    assert facts["config"]["latent"] == 16
    json.dumps(facts)
