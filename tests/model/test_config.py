"""Sizes of a network."""

from __future__ import annotations

import json

import pytest

from napari_cotracker.core.errors import CheckpointError
from napari_cotracker.model import CoTracker3Config


def test_the_published_sizes() -> None:
    config = CoTracker3Config()
    assert (config.taps, config.token_width, config.window) == (49, 1110, 16)


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
