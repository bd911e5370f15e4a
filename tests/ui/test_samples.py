"""Every bundled clip is in napari's sample menu, and opens."""

from __future__ import annotations

from typing import Any

import npe2
import numpy as np

from napari_cotracker.core.samples import sample_names


def test_the_menu_offers_every_clip() -> None:
    manifest = npe2.PluginManifest.from_distribution("napari-cotracker")
    assert sorted(sample.key for sample in manifest.contributions.sample_data or []) == list(sample_names())


def test_every_clip_opens(make_napari_viewer: Any) -> None:
    viewer = make_napari_viewer()
    for name in sample_names():
        (layer,) = viewer.open_sample("napari-cotracker", name)
        assert layer.data.shape[0] >= 50
        assert np.ptp(layer.data[0]) > 50
