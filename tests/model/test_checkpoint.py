"""Weights files: official layouts, our own, and files that are something else."""

from __future__ import annotations

import errno
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from napari_cotracker.core.errors import CheckpointError
from napari_cotracker.model import CoTracker3, CoTracker3Config, checkpoint, load_checkpoint, save_checkpoint
from napari_cotracker.model.checkpoint import describe, read_window
from tests.model.weights import make_weights

SMALL = CoTracker3Config(
    encoder_widths=(8, 12, 16, 16), latent=16, radius=2, levels=3, corr_hidden=24, corr_out=12, hidden=24, heads=3,
    depth=2, virtual_tracks=5, model_resolution=(64, 64), window=8,
)
Weights = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def official() -> dict[str, Weights]:
    return {m: {k: torch.from_numpy(v) for k, v in make_weights(m, 3).items()} for m in ("online", "offline")}


def without(weights: Weights, key: str) -> Weights:
    return {k: v for k, v in weights.items() if k != key}


@pytest.mark.parametrize("mode", ["online", "offline"])
@pytest.mark.parametrize("layout", [
    lambda w: w,
    lambda w: {"model": w, "optimizer": {}, "total_steps": 50_000},
    lambda w: {"state_dict": w},
    lambda w: {"module." + k: v for k, v in w.items()},
    lambda w: {"model": {"module." + k: v for k, v in without(w, "time_emb").items()}},
    lambda w: {k.replace("virual", "virtual"): v for k, v in w.items()},
], ids=["raw", "training", "state_dict", "parallel", "no time_emb", "spelt right"])
def test_every_official_layout_loads(
    tmp_path: Path, official: dict[str, Weights], mode: str, layout: Callable[[Weights], object]
) -> None:
    path = tmp_path / f"scaled_{mode}.pth"
    torch.save(layout(official[mode]), path)
    model = load_checkpoint(path)
    assert model.config.window == read_window(path) == {"online": 16, "offline": 60}[mode]
    assert sum(p.numel() for p in model.parameters()) == 25_385_700
    torch.testing.assert_close(model.updateformer.virtual_tracks.data, official[mode]["updateformer.virual_tracks"])
    np.testing.assert_allclose(model.time_emb, official[mode]["time_emb"], atol=1e-6)
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())


def test_the_window_can_be_chosen(tmp_path: Path, official: dict[str, Weights]) -> None:
    path = tmp_path / "mine.pth"
    torch.save(official["online"], path)
    assert load_checkpoint(path, window=24).time_emb.shape == (1, 24, 1110)


@pytest.mark.parametrize("config", [SMALL, CoTracker3Config(
    encoder_widths=(48, 72, 96, 96), latent=96, corr_hidden=256, corr_out=96, hidden=192, heads=6, virtual_tracks=48,
    model_resolution=(256, 256),
)], ids=["small", "compact"])
def test_our_own_file_returns_the_network(tmp_path: Path, config: CoTracker3Config) -> None:
    state = torch.random.get_rng_state()
    torch.manual_seed(0)
    model = CoTracker3(config)
    torch.random.set_rng_state(state)
    path = tmp_path / "mine.safetensors"
    save_checkpoint(path, model, {"licence": "BSD-3-Clause"})
    loaded = load_checkpoint(path)
    assert loaded.config == config
    for name, value in model.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], value.half().float())
    facts = describe(path)
    assert facts["metadata"]["licence"] == "BSD-3-Clause"
    assert facts["parameters"] == sum(p.numel() for p in model.parameters())
    json.dumps(facts)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.safetensors"]


def test_on_a_full_disk_the_old_file_stays_and_nothing_beside_it(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"old")

    def half(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(path, CoTracker3(SMALL))
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_missing_unexpected_and_misshapen_keys_are_named(tmp_path: Path, official: dict[str, Weights]) -> None:
    weights = without(official["online"], "corr_mlp.fc1.bias")
    weights |= {"fnet.extra": torch.zeros(1), "fnet.conv1.bias": torch.zeros(3)}
    path = tmp_path / "odd.pth"
    torch.save(weights, path)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(path)
    for words in ("corr_mlp.fc1.bias", "fnet.extra", "fnet.conv1.bias (3,) instead of (64,)", "'odd.pth'"):
        assert words in str(caught.value)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path, official: dict[str, Weights]) -> None:
    path = tmp_path / "nan.pth"
    torch.save(official["online"] | {"fnet.conv1.bias": torch.full((64,), float("nan"))}, path)
    with pytest.raises(CheckpointError, match=r"fnet\.conv1\.bias"):
        load_checkpoint(path)


@pytest.mark.parametrize("odd", [
    lambda bias: bias.to_sparse(), lambda bias: bias.to("meta"), lambda bias: torch.nested.nested_tensor([bias, bias]),
], ids=["sparse", "meta", "nested"])
@pytest.mark.filterwarnings("ignore:.*nested tensors:UserWarning")
def test_tensors_of_other_kinds_are_refused(tmp_path: Path, odd: Callable[[torch.Tensor], torch.Tensor]) -> None:
    path = tmp_path / "odd.pth"
    torch.save({"fnet.conv1.bias": odd(torch.ones(64))}, path)
    with pytest.raises(CheckpointError, match=r"plain dense tensors.*fnet\.conv1\.bias"):
        load_checkpoint(path)


def test_eight_bits_are_enough_and_what_float32_cannot_hold_is_too_much(tmp_path: Path) -> None:
    path, model = tmp_path / "w.safetensors", CoTracker3(SMALL)
    save_checkpoint(path, model)
    weights, sizes = load_file(path), {"config": json.dumps(SMALL.to_dict())}
    bias = weights["fnet.conv1.bias"]
    save_file(weights | {"fnet.conv1.bias": bias.to(torch.float8_e4m3fn)}, path, sizes)
    assert load_checkpoint(path).fnet.conv1.bias.dtype == torch.float32
    save_file(weights | {"fnet.conv1.bias": torch.full_like(bias, 1e300, dtype=torch.float64)}, path, sizes)
    with pytest.raises(CheckpointError, match="no finite numbers"):
        load_checkpoint(path)


@pytest.mark.parametrize("error", [IndexError("pop from empty list"), AssertionError(), AttributeError("dtype")])
def test_whatever_a_damaged_pickle_makes_torch_raise_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    path = tmp_path / "damaged.pth"
    torch.save({"a": torch.zeros(1)}, path)

    def stumble(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(torch, "load", stumble)
    with pytest.raises(CheckpointError, match=f"damaged.*{error or 'AssertionError'}"):
        load_checkpoint(path)


def test_damaged_files_get_one_sentence(tmp_path: Path, official: dict[str, Weights]) -> None:
    whole = tmp_path / "whole.pth"
    torch.save(official["online"], whole)
    content = whole.read_bytes()
    flipped = bytearray(content)
    flipped[-200:-100] = bytes(100)
    for name, data, words in [
        ("empty.pth", b"", "0 bytes"), ("text.pth", b"hello\n" * 100, "no torch weights"),
        ("cut.pth", content[: len(content) // 2], "cut off"), ("flipped.pth", bytes(flipped), "flipped.pth"),
        ("empty.safetensors", b"", "0 bytes"), ("text.safetensors", b"hello\n" * 100, "no complete safetensors"),
    ]:
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(CheckpointError, match=words) as caught:
            load_checkpoint(path)
        assert "\n" not in str(caught.value)
    for path, words in [(tmp_path / "none.pth", "does not exist"), (tmp_path, "folder")]:
        with pytest.raises(CheckpointError, match=words):
            load_checkpoint(path)


def test_a_file_of_an_old_torch_is_named_and_the_advice_works(tmp_path: Path, official: dict[str, Weights],
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(official["online"], "old.pth", _use_new_zipfile_serialization=False)
    with pytest.raises(CheckpointError, match=r"torch before 1\.6 .* no zip archive") as caught:
        load_checkpoint("old.pth")
    assert "cut off" not in str(caught.value) and "\n" not in str(caught.value)
    exec(str(caught.value).rpartition("in Python: ")[2], {"torch": torch})
    load_checkpoint("old new.pth")


def test_a_cut_safetensors_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    save_checkpoint(path, CoTracker3(SMALL))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(CheckpointError, match="no complete safetensors"):
        load_checkpoint(path)


class _Hostile:
    """Would write a file if it were unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.target,))


def test_code_in_a_file_never_runs(tmp_path: Path) -> None:
    target, path = tmp_path / "ran", tmp_path / "hostile.pth"
    torch.save({"model": _Hostile(target)}, path)
    with pytest.raises(CheckpointError, match="more than tensors"):
        load_checkpoint(path)
    path.write_bytes(pickle.dumps(_Hostile(target)))
    with pytest.raises(CheckpointError):
        load_checkpoint(path)
    assert not target.exists()


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, torch.zeros(3)], ids=["list", "numbers", "tensor"])
def test_other_torch_files_are_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "other.pth"
    torch.save(content, path)
    with pytest.raises(CheckpointError, match="dictionary of tensors"):
        load_checkpoint(path)


@pytest.mark.parametrize(("config", "words"), [
    ("", "'config'"), ("[]", "'config'"), ("{broken", "'config'"), ('{"depth": 10000000}', "depth"),
    ('{"hidden": "384"}', "hidden"), ('{"latent": 0}', "latent"), ('{"colour": 1}', "colour"),
    ('{"heads": 7}', "heads"), ('{"encoder_widths": [8, 8]}', "encoder_widths"),
    ('{"window": true}', "window"), ('{"depth": [3]}', "depth"), ('{"window": 1}', "window from 4"),
    ("[" * 100_000, "'config'"),
])
def test_wrong_sizes_in_the_metadata_are_refused(tmp_path: Path, config: str, words: str) -> None:
    good, path = tmp_path / "good.safetensors", tmp_path / "bad.safetensors"
    save_checkpoint(good, CoTracker3(SMALL))
    save_file(load_file(good), path, {"config": config})
    with pytest.raises(CheckpointError, match=words):
        load_checkpoint(path)


def test_sizes_that_no_machine_holds_are_refused_before_a_network_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.safetensors"
    save_file({"fnet.conv1.bias": torch.zeros(8)}, path, {"config": '{"hidden": 4096, "depth": 64}'})
    monkeypatch.setattr(checkpoint, "CoTracker3", lambda config: pytest.fail("a network was made"))
    with pytest.raises(CheckpointError, match=r"holds 8 numbers, and a network of its sizes 5\d,\d{3},\d{3},\d{3}"):
        load_checkpoint(path)


def test_global_state_is_left_alone(tmp_path: Path, official: dict[str, Weights]) -> None:
    path = tmp_path / "scaled_online.pth"
    torch.save(official["online"], path)
    before = torch.random.get_rng_state(), torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled()
    model = load_checkpoint(path)
    with torch.inference_mode():
        model.track_stream(torch.zeros(2, 3, 32, 32), torch.zeros(1, 3), 1)
    after = torch.random.get_rng_state(), torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled()
    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]
