"""Where and in which precision to compute."""

from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest
import torch

from napari_cotracker.core.errors import TrackingError
from napari_cotracker.trackers import devices
from napari_cotracker.trackers.devices import available_memory, is_out_of_memory, pick_device, pick_dtype

CPU, CUDA, MPS = torch.device("cpu"), torch.device("cuda"), torch.device("mps")


@pytest.mark.parametrize(("cuda", "mps", "expected"), [
    (True, True, "cuda"), (False, True, "mps"), (False, False, "cpu"),
])
def test_auto_takes_the_fastest(monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, expected: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert pick_device("auto").type == expected


@pytest.mark.parametrize("name", ["cuda", "cuda:7", "mps", "tpu", ""])
def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(TrackingError, match=repr(name)):
        pick_device(name)


def test_precision_follows_the_hardware(monkeypatch: pytest.MonkeyPatch) -> None:
    generation = {"cuda": 9, "cuda:1": 7}
    monkeypatch.setattr(torch.cuda, "get_device_properties",
                        lambda device: SimpleNamespace(major=generation[str(device)]))
    assert pick_dtype("auto", CUDA) == torch.bfloat16
    assert pick_dtype("float32", CUDA) == torch.float32
    assert pick_dtype("auto", torch.device("cuda:1")) == torch.float16, "the card that is asked about, not the first"
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert pick_dtype("half", torch.device("cuda:1")) == torch.bfloat16
    assert pick_dtype("auto", CPU) == torch.float32
    assert pick_dtype("half", MPS) == torch.float16
    for has, expected in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(devices, "multiplies_bfloat16", lambda has=has: has)
        assert pick_dtype("half", CPU) == expected


@pytest.mark.parametrize(("error", "expected"), [
    (torch.OutOfMemoryError("CUDA out of memory"), True), (MemoryError(), True),
    (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
    (RuntimeError("MPS backend out of memory"), True),
    (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"), True),
    (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False), (ValueError("out of memory"), False),
])
def test_memory_errors_are_known(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) == expected


def test_free_memory_is_what_the_system_can_still_give(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 << 20 < available_memory(CPU) < psutil.virtual_memory().total
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=16 << 30, available=3 << 30))
    assert available_memory(CPU) == available_memory(MPS) == 3 << 30, "Windows and macOS, too"


def test_what_torch_keeps_for_later_is_free_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (2 << 30, 16 << 30))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 9 << 30)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 1 << 30)
    assert available_memory(CUDA) == 10 << 30
