"""Sizes of a network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from napari_cotracker.core.errors import CheckpointError
from napari_cotracker.model import CoTracker3, CoTracker3Config, save_checkpoint
from napari_cotracker.model.config import read_sizes


def test_the_published_sizes() -> None:
    config = CoTracker3Config()
    assert (config.taps, config.token_width, config.window) == (49, 1110, 16)


@pytest.mark.parametrize("config", [
    CoTracker3Config(encoder_widths=(32, 48, 64, 64), latent=64, radius=2, corr_hidden=128, corr_out=64, hidden=160,
                     heads=5, virtual_tracks=32),
    CoTracker3Config(encoder_widths=(8, 12, 16, 20), latent=24, levels=2, hidden=24, heads=3, depth=2, mlp_ratio=3),
])
def test_parameters_are_counted_without_a_network(config: CoTracker3Config) -> None:
    assert config.n_parameters == sum(weights.numel() for weights in CoTracker3(config).parameters())


def test_sizes_survive_json() -> None:
    config = CoTracker3Config(encoder_widths=(8, 12, 16, 20), hidden=24, heads=3, model_resolution=(64, 96))
    assert CoTracker3Config.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(("sizes", "words"), [
    ({"depth": 65}, "depth from 1 to 64"), ({"hidden": 100}, "divide"), ({"radius": -1}, "radius"),
    ({"model_resolution": (384,)}, "2 numbers"), ({"latent": 1.5}, "latent"),
])
def test_impossible_sizes_are_refused(sizes: dict[str, object], words: str) -> None:
    with pytest.raises(CheckpointError, match=words):
        CoTracker3Config(**sizes)  # type: ignore[arg-type]


def test_sizes_are_read_from_a_files_first_bytes(tmp_path: Path) -> None:
    config = CoTracker3Config(encoder_widths=(8, 8, 8, 8), latent=8, hidden=16, heads=2, corr_hidden=8, corr_out=8)
    path = tmp_path / "mine.safetensors"
    save_checkpoint(path, CoTracker3(config))
    content = path.read_bytes()
    path.write_bytes(content[: 8 + int.from_bytes(content[:8], "little")])
    assert read_sizes(path) == config


@pytest.mark.parametrize("content", [b"", b"12", b"\xff" * 20, (9).to_bytes(8, "little") + b"{not json", b"{}" * 50])
def test_a_file_without_sizes_counts_as_the_published_network(tmp_path: Path, content: bytes) -> None:
    for name in ("odd.safetensors", "odd.pth"):
        path = tmp_path / name
        path.write_bytes(content)
        assert read_sizes(path) == read_sizes(tmp_path / "missing.safetensors") == CoTracker3Config()
