"""Layers go together, and napari clears up once."""

from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import Any

import pytest
from napari.components import LayerList
from napari.layers import Points

from napari_cotracker.editing.session import Session
from napari_cotracker.ui.removing import remove_layers

from .windows import HEIGHT, N_FRAMES, WIDTH, Window


def test_what_is_there_goes_and_nothing_else() -> None:
    layers = [Points(name=name) for name in "abc"]
    viewer = SimpleNamespace(layers=LayerList(layers))
    remove_layers(viewer, [layers[0], None, Points(), layers[2]])
    assert list(viewer.layers) == [layers[1]]
    remove_layers(viewer, [layers[0]])
    remove_layers(None, layers)
    assert list(viewer.layers) == [layers[1]]


def test_a_film_s_layers_are_cleared_up_at_once(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    window.add()
    window.project.place(2, [[5, 5]])
    view = window.project.show()
    tails = view.tails
    assert tails in window.viewer.layers
    counted: list[Any] = []
    monkeypatch.setattr(gc, "collect", lambda *_: counted.append(1) or 0)
    window.desk.resume(window.project.layer, Session(N_FRAMES, (WIDTH, HEIGHT)))
    monkeypatch.undo()
    assert view.points not in window.viewer.layers
    assert tails not in window.viewer.layers
    assert len(counted) == 1
